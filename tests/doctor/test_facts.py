"""What is gathered of this machine, and how other systems' answers are read."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from kiosk.clock import SystemClock
from kiosk.doctor.checks import Power
from kiosk.doctor.facts import (
    gather,
    of_mount,
    parse_mac_mounts,
    parse_mac_power,
    parse_mounts,
    read_supplies,
    try_port,
)
from kiosk.hold import hold
from kiosk.store.store import ROOM_FILE
from tests.support.kiosks import a_kiosk
from tests.support.running import free_port

ROOT = Path(__file__).resolve().parents[2]

LINUX = """\
/dev/nvme0n1p2 / ext4 rw,relatime 0 0
//nas/kommun /mnt/kommun\\040share cifs rw 0 0
nas:/export /home nfs4 rw 0 0
"""
MAC = """\
/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
//anna@nas/share on /Volumes/Kommun share (smbfs, nodev, nosuid, mounted by anna)
"""


def test_the_file_system_of_a_folder() -> None:
    mounts = parse_mounts(LINUX)
    assert of_mount(Path("/srv/kiosk"), mounts) == "ext4"
    assert of_mount(Path("/home/bo/kiosk"), mounts) == "nfs4"
    assert of_mount(Path("/mnt/kommun share/kiosk"), mounts) == "cifs"


def test_the_file_system_of_a_folder_on_a_mac() -> None:
    mounts = parse_mac_mounts(MAC)
    assert of_mount(Path("/Users/bo"), mounts) == "apfs"
    assert of_mount(Path("/Volumes/Kommun share/kiosk"), mounts) == "smbfs"


def supply(folder: Path, **told: str) -> Path:
    folder.mkdir()
    for name, line in told.items():
        (folder / name).write_text(line + "\n")
    return folder


def test_mains_and_battery_of_a_linux_laptop(tmp_path: Path) -> None:
    mains = supply(tmp_path / "AC", type="Mains", online="0")
    battery = supply(tmp_path / "BAT0", type="Battery", capacity="41", status="Discharging")
    mouse = supply(tmp_path / "mouse", type="Battery", capacity="5", status="Discharging", scope="Device")
    assert read_supplies([mains, battery, mouse]) == Power(on_mains=False, battery=41)
    assert read_supplies([battery]) == Power(on_mains=False, battery=41)
    (mains / "online").write_text("1\n")
    assert read_supplies([battery, mains], sleeps_after=900) == Power(True, 41, 900)
    assert read_supplies([]) == Power()


def test_mains_and_sleep_of_a_mac() -> None:
    batteries = "Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t87%; charging; 1:02 remaining"
    settings = "System-wide power settings:\nCurrently in use:\n displaysleep 10\n sleep                1\n"
    assert parse_mac_power(batteries, settings) == Power(on_mains=True, battery=87, sleeps_after=60)
    assert parse_mac_power("", "") == Power()


def test_ports() -> None:
    port = free_port()
    assert try_port(port, ours=False) == "free"
    with socket.create_server(("0.0.0.0", port)):
        assert try_port(port, ours=False) == "taken"
        assert try_port(port, ours=True) == "ours"


def test_a_folder_that_is_not_there_yet_stays_so(tmp_path: Path) -> None:
    facts = gather(tmp_path / "data", SystemClock())
    assert not facts.folder.exists
    assert facts.folder.writable
    assert facts.last_used is None
    assert facts.folder.free_bytes is not None
    assert None not in facts.libraries.values()
    assert not (tmp_path / "data").exists()


def test_a_folder_in_use(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    with a_kiosk(data) as kiosk:
        kiosk.backups.make()
    data.chmod(0o755)
    held = hold(data)
    assert gather(data, SystemClock()).folder.running
    held.release()
    facts = gather(data, SystemClock())
    assert not facts.folder.running
    assert facts.folder.open_to_others
    assert facts.folder.damage is None
    assert facts.backups.count == 1
    assert facts.backups.unreadable == 0


def examined(data: Path) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "scripts/doctor.py", "--json", "--data", str(data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def test_the_command(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with a_kiosk(data):
        pass
    status, told = examined(data)
    assert status == told["exit"]
    assert {"data file", "disk", "SQLite"} <= {finding["about"] for finding in told["findings"]}
    content = bytearray((data / ROOM_FILE).read_bytes())
    content[5000] ^= 1
    (data / ROOM_FILE).write_bytes(content)
    status, told = examined(data)
    assert status == 2
    (file,) = [finding for finding in told["findings"] if finding["about"] == "data file"]
    assert "1 of" in file["says"]
    assert "backup.py restore" in file["do"]
    assert (data / ROOM_FILE).read_bytes() == content


def test_it_is_readable_without_json(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "scripts/doctor.py", "--data", str(tmp_path / "data")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.stderr == ""
    assert "WARNING  backups: They go to this computer's own disk alone." in done.stdout
