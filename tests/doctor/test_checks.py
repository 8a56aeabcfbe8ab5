"""What the doctor says of machines that are not as they should be, each simulated."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kiosk.doctor.checks import (
    BackupFacts,
    Facts,
    Finding,
    Folder,
    Port,
    Power,
    cloud_folder,
    examine,
    exit_code,
)
from kiosk.doctor.versions import OLDEST, has_wal_reset_bug, parsed, too_old
from kiosk.troubles import MB

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
GOOD = Facts(
    folder=Folder("/home/bo/kiosk/data/var", filesystem="ext4", free_bytes=50_000 * MB),
    now=NOW,
    last_used=NOW - timedelta(days=1),
    backups=BackupFacts(count=5, newest=NOW - timedelta(hours=1), chosen="/media/stick", apart=True),
    ports={80: "free", 8080: "free"},
    addresses=(("192.168.8.10", "eth0"),),
    libraries={name: oldest for name, (oldest, _) in OLDEST.items()},
    sqlite="3.51.3",
    power=Power(on_mains=True, battery=100, sleeps_after=0),
    files=65_536,
)


def about(facts: Facts, subject: str) -> list[Finding]:
    """The findings about something that are not good."""
    return [found for found in examine(facts) if found.about == subject and found.level != "good"]


def with_folder(**changes: object) -> Facts:
    return replace(GOOD, folder=replace(GOOD.folder, **changes))  # type: ignore[arg-type]


def test_a_good_machine() -> None:
    findings = examine(GOOD)
    assert {finding.level for finding in findings} == {"good"}
    assert exit_code(findings) == 0
    assert len({finding.about for finding in findings}) == 12


WRONG = [
    (with_folder(writable=False), "data folder", "bad", "cannot be written"),
    (with_folder(filesystem="cifs"), "data folder", "bad", "network drive"),
    (with_folder(filesystem="remote"), "data folder", "bad", "network drive"),
    (with_folder(path="\\\\server\\share\\kiosk"), "data folder", "bad", "network drive"),
    (with_folder(path="C:\\Users\\Bo\\OneDrive - Kommun\\Documents\\var"), "data folder", "bad", "cloud"),
    (with_folder(open_to_others=True), "data folder", "warning", "Other users"),
    (with_folder(free_bytes=499 * MB), "disk", "warning", "499 MB"),
    (with_folder(free_bytes=99 * MB), "disk", "bad", "99 MB"),
    (with_folder(damage="changed, 1 of 40 pages: 7"), "data file", "bad", "damaged"),
    (replace(GOOD, backups=BackupFacts()), "backups", "warning", "own disk alone"),
    (replace(GOOD, backups=replace(GOOD.backups, reachable=False)), "backups", "warning", "not there"),
    (replace(GOOD, backups=replace(GOOD.backups, apart=False)), "backups", "warning", "same disk"),
    (replace(GOOD, backups=replace(GOOD.backups, unreadable=2)), "backups", "warning", "2 of 5"),
    (replace(GOOD, ports={80: "taken", 8080: "free"}), "ports", "warning", "8080"),
    (replace(GOOD, ports={80: "forbidden", 8080: "taken"}), "ports", "warning", "Neither"),
    (replace(GOOD, addresses=()), "network", "bad", "No phone"),
    (replace(GOOD, addresses=(("10.0.0.2", "eth0"), ("10.8.0.1", "tun0"))), "network", "warning", "tun0"),
    (replace(GOOD, now=datetime(1970, 1, 1, tzinfo=UTC)), "clock", "warning", "1970"),
    (replace(GOOD, now=NOW - timedelta(days=2)), "clock", "warning", "cannot be right"),
    (replace(GOOD, now=NOW + timedelta(days=3653)), "clock", "warning", "2036"),
    (replace(GOOD, power=Power(on_mains=False, battery=80)), "power", "warning", "80 %"),
    (replace(GOOD, power=Power(on_mains=False, battery=30)), "power", "bad", "30 %"),
    (replace(GOOD, power=Power(on_mains=True, sleeps_after=900)), "sleep", "warning", "15 minutes"),
    (replace(GOOD, files=1024), "open files", "warning", "1024"),
    (replace(GOOD, libraries={**GOOD.libraries, "eventlet": "0.40.2"}), "libraries", "bad", "CVE"),
    (replace(GOOD, libraries={**GOOD.libraries, "Flask": None}), "libraries", "bad", "not installed"),
]


@pytest.mark.parametrize(("facts", "subject", "level", "says"), WRONG)
def test_each_fault_is_found_and_something_can_be_done(
    facts: Facts, subject: str, level: str, says: str
) -> None:
    (finding,) = about(facts, subject)
    assert finding.level == level
    assert says in finding.says
    assert finding.do
    assert exit_code(examine(facts)) == {"warning": 1, "bad": 2}[level]
    assert [found.about for found in examine(facts) if found.level != "good"] == [subject]


@pytest.mark.parametrize(
    ("ports", "says"),
    [({80: "forbidden", 8080: "free"}, "Phones will use port 8080"), ({80: "ours", 8080: "free"}, "Port 80")],
)
def test_ports_that_are_well_enough(ports: dict[int, Port], says: str) -> None:
    (finding,) = [found for found in examine(replace(GOOD, ports=ports)) if found.about == "ports"]
    assert finding.level == "good"
    assert says in finding.says


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/home/anna/Dropbox/kiosk", "Dropbox"),
        ("/Users/anna/Library/Mobile Documents/com~apple~CloudDocs/kiosk", "Mobile Documents"),
        ("/Users/anna/Library/CloudStorage/GoogleDrive-a@b.se/My Drive/kiosk", "CloudStorage"),
        ("/home/anna/Nextcloud/kiosk", "Nextcloud"),
        ("C:\\Users\\Anna\\OneDrive\\Documents\\kiosk", "OneDrive"),
        ("/home/anna/boxes/onedrives-are-elsewhere/kiosk", None),
        ("/srv/kiosk/data/var", None),
    ],
)
def test_folders_that_a_cloud_copies_away(path: str, named: str | None) -> None:
    assert cloud_folder(path) == named


@pytest.mark.parametrize(
    ("version", "struck"),
    [
        ("3.6.23", False), ("3.7.0", True), ("3.40.1", True), ("3.44.5", True), ("3.44.6", False),
        ("3.45.0", True), ("3.50.6", True), ("3.50.7", False), ("3.51.0", True), ("3.51.2", True),
        ("3.51.3", False), ("3.52.0", False), ("4.0", False),
    ],
)  # fmt: skip
def test_the_wal_reset_bug(version: str, struck: bool) -> None:
    assert has_wal_reset_bug(version) is struck


def test_an_sqlite_with_the_bug_is_safe_behind_one_writer_and_says_why() -> None:
    (finding,) = [found for found in examine(replace(GOOD, sqlite="3.40.1")) if found.about == "SQLite"]
    assert finding.level == "good"
    assert "one connection alone" in finding.says


@pytest.mark.parametrize("name", OLDEST)
def test_a_library_one_step_too_old(name: str) -> None:
    *head, last = parsed(OLDEST[name][0])
    older = ".".join(map(str, (*head, last - 1)))
    good = dict(GOOD.libraries)
    assert list(too_old({**good, name: older})) == [name]
    assert too_old(good) == {}


def test_versions_of_every_shape() -> None:
    assert parsed("5.18.1") == (5, 18, 1)
    assert parsed("3.1.0rc2") == (3, 1, 0)
    assert parsed("2.0+local.7") == (2, 0)
