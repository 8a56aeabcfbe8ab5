"""What the facilitator should hear of before the hall does, in words. Pure rules: the room gathers the signs.

A sentence says what is wrong, an advice what to do. Neither holds a number that changes from one look to the
next, so that a screen reader is not made to read them again and again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kiosk.languages import gettext
from kiosk.languages import gettext_noop as N_  # noqa: N812 - the usual mark for translators
from kiosk.timekeeping import Disturbance

MB = 1_000_000
SLOW_SAVING_SECONDS = 0.25
FEWEST_COMMITS = 5
"""One slow moment is no slow disk."""
LITTLE_SPACE = 500 * MB
NO_SPACE = 100 * MB
FEWEST_DROPPED = 10
SHARE_DROPPED = 0.3
LATE_SECONDS = 1.0
BACKUP_LATE_SECONDS = 180.0
MANY_AT_ONCE = 20
"""New devices within ten seconds that nobody has just invited."""
MANY_FROM_ONE = 10
"""Devices from one address: more than a family has in its pockets."""


@dataclass(frozen=True)
class Attendance:
    """Who has come to the meeting that is on."""

    devices: int = 0
    heads: int | None = None
    """People, as the facilitator has counted them."""
    at_once: int = 0
    """The most devices that joined within ten seconds of the last minutes while the wall did not invite."""
    from_one_address: int = 0
    """The most devices that have joined from one address."""


@dataclass(frozen=True)
class Signs:
    """What was seen of the machine just now. None is what the system does not tell."""

    saving: bool = True
    damage: str = ""
    commit_seconds: tuple[float, ...] = ()
    """How long the writes of the last minute took."""
    free_bytes: int | None = None
    connected: int = 0
    """Phones with a live socket."""
    dropped: int = 0
    """Phones' sockets that ended within the last minute."""
    alone: bool = False
    """Whether the machine is on no network."""
    late: float = 0.0
    """By how many seconds the server has been late lately."""
    disturbance: Disturbance | None = None
    backup_waiting: float = 0.0
    """For how many seconds something has changed that is in no backup."""
    backup_fault_here: str = ""
    """What this computer said to its own backups, if it did not take the last one."""
    backup_faults: Mapping[str, str] = field(default_factory=dict)
    """The other folders that did not, and what they said."""
    attendance: Attendance = Attendance()


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong. ``urgent`` is what the meeting cannot go on with for long."""

    code: str
    urgent: bool = False
    details: Mapping[str, str] = field(default_factory=dict)

    def sentence(self) -> str:
        """What is wrong, in the language of the request."""
        return gettext(_WORDS[self.code][0]) % self.details

    def advice(self) -> str:
        """What to do about it, in the language of the request."""
        return gettext(_WORDS[self.code][1]) % self.details


_WORDS: Mapping[str, tuple[str, str]] = {
    "damaged": (
        N_("The data file is damaged."),
        N_("End the meeting if you can, stop the kiosk and start it again: it then says how to restore the newest backup."),
    ),
    "not_saving": (
        N_("Nothing can be saved."),
        N_("Free some space on the disk, or make the data folder writable. Phones keep their answers and send them again."),
    ),
    "disk_full": (
        N_("The disk is almost full: less than 100 MB are left."),
        N_("Free some space now. When it is full, nothing can be saved."),
    ),
    "disk_low": (
        N_("The disk is filling up: less than 500 MB are left."),
        N_("Free some space when there is a pause."),
    ),
    "no_network": (
        N_("This computer is on no network: no phone can reach it."),
        N_("Connect it to the hall's network, best by cable. The address and the code on the wall follow by themselves."),
    ),
    "slept": (
        N_("The laptop was asleep; voting goes on."),
        N_("Nothing was closed, and phones come back by themselves. Plug the laptop in and switch sleep off."),
    ),
    "server_busy": (
        N_("The server is busy and answers late."),
        N_("Close other programs on this computer. Nothing is lost."),
    ),
    "saving_slow": (
        N_("Saving is slow."),
        N_("Close other programs; pause virus scanners and cloud storage. Nothing is lost, phones only wait longer."),
    ),
    "phones_dropping": (
        N_("Many phones have lost the connection."),
        N_("Look at the box that sends the Wi-Fi: does it have power, is it overloaded? Phones come back by themselves."),
    ),
    "more_devices_than_heads": (
        N_("More devices have joined than people were counted."),
        N_("Somebody may be answering more than once. Count again; lock the door or change the code, and say that each person has one answer."),
    ),
    "sudden_joins": (
        N_("Many devices joined at once while the wall did not invite anybody."),
        N_("A late group, or the code has been sent on. Look around; if nobody has come in, lock the door and change the code."),
    ),
    "one_address": (
        N_("Many devices have joined from one and the same address."),
        N_("That is usual where phones come through another router; else one person may hold many devices. Enter how many people you have counted: this goes away while it adds up."),
    ),
    "clock_moved": (
        N_("This computer's clock was moved."),
        N_("The meeting does not depend on it. Times in reports may be wrong: check the clock when there is a pause."),
    ),
    "backup_missing": (
        N_("The backup cannot be written to %(folder)s (%(reason)s)."),
        N_("Plug the stick in again, or choose another folder. Backups on this computer go on."),
    ),
    "backup_missing_here": (
        N_("No backup can be written on this computer (%(reason)s)."),
        N_("Free some space on the disk, or make the data folder writable."),
    ),
    "backup_late": (
        N_("The newest answers are in no backup yet."),
        N_("They are saved on this computer. Check the free space of the disk and the stick."),
    ),
}  # fmt: skip

CODES = tuple(_WORDS)


def troubles(signs: Signs) -> tuple[Trouble, ...]:
    """What is wrong, the most urgent first."""
    found = {trouble.code: trouble for trouble in _found(signs)}
    return tuple(found[code] for code in CODES if code in found)


def _found(signs: Signs) -> Iterator[Trouble]:
    if signs.damage:
        yield Trouble("damaged", urgent=True)
    if not signs.saving:
        yield Trouble("not_saving", urgent=True)
    yield from _of_the_disk(signs)
    if signs.disturbance is not None:
        yield Trouble("slept" if signs.disturbance.kind == "slept" else "clock_moved")
    if signs.alone:
        yield Trouble("no_network", urgent=True)
    if signs.late >= LATE_SECONDS:
        yield Trouble("server_busy")
    if signs.dropped >= max(FEWEST_DROPPED, SHARE_DROPPED * (signs.dropped + signs.connected)):
        yield Trouble("phones_dropping")
    yield from _of_attendance(signs.attendance)
    yield from _of_backups(signs)


def _of_the_disk(signs: Signs) -> Iterator[Trouble]:
    if signs.free_bytes is not None and signs.free_bytes < NO_SPACE:
        yield Trouble("disk_full", urgent=True)
    elif signs.free_bytes is not None and signs.free_bytes < LITTLE_SPACE:
        yield Trouble("disk_low")
    if len(signs.commit_seconds) >= FEWEST_COMMITS and p95(signs.commit_seconds) > SLOW_SAVING_SECONDS:
        yield Trouble("saving_slow")


def _of_attendance(seen: Attendance) -> Iterator[Trouble]:
    adds_up = seen.heads is not None and seen.devices <= seen.heads
    if seen.heads is not None and not adds_up:
        yield Trouble("more_devices_than_heads")
    if seen.at_once >= MANY_AT_ONCE:
        yield Trouble("sudden_joins")
    if seen.from_one_address >= MANY_FROM_ONE and not adds_up:
        yield Trouble("one_address")


def _of_backups(signs: Signs) -> Iterator[Trouble]:
    for folder, reason in signs.backup_faults.items():
        yield Trouble("backup_missing", details={"folder": folder, "reason": reason})
    if signs.backup_fault_here and signs.saving:
        yield Trouble("backup_missing_here", details={"reason": signs.backup_fault_here})
    if signs.backup_waiting > BACKUP_LATE_SECONDS and not signs.damage:
        yield Trouble("backup_late")


def p95(values: tuple[float, ...]) -> float:
    """The value that 95 in 100 do not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, -(-95 * len(ranked) // 100) - 1)]
