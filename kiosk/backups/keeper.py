"""Backups while the room runs: after each closed round, and every minute while something has changed.

They are made on a native thread of their own while the writer goes on, so that nobody who votes waits for
them. Each goes into the data folder and into the folder that the facilitator has chosen, a stick say. The
chosen one may come and go.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from kiosk.backups import ledger as ledgers
from kiosk.backups import places
from kiosk.backups.box import NotABackup, describe
from kiosk.backups.restoring import DAMAGED
from kiosk.clock import Clock, stamp
from kiosk.engine import Engine
from kiosk.engine.priority import be_modest
from kiosk.memory import give_back
from kiosk.problems import Problem
from kiosk.store.health import Snapshot, examined
from kiosk.store.store import Store, told_damage

EVERY_SECONDS = 60.0
AGAIN_SECONDS = 15.0
"""How soon a backup that could not be made is tried again."""
SETTLE_SECONDS = 1.0
"""After a close: what follows it at once, the log's emptying first of all, is done before the copy begins."""


@dataclass(frozen=True)
class BackupReport:
    """How the backups stand. Moments are of the clock's ``seconds``."""

    made_at: float | None = None
    """When the last one was made and proved, in one place at least."""
    waiting_since: float | None = None
    """Since when something has changed that is in no backup."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """The folders that did not take the last one, and what they said."""
    damage: str = ""
    """What is wrong with the room's file; then no backup is made, so that the good ones stay."""


class Backups:
    """Makes backups, and at a seal destroys them."""

    def __init__(
        self, data: Path, store: Store, engine: Engine, clock: Clock, folder: Path | None = None
    ) -> None:
        self._data = data
        self._store = store
        self._engine = engine
        self._clock = clock
        self._ledger = ledgers.read_ledger(data)
        self._report = BackupReport()
        self._waiting_since: float | None = None
        self._one_at_a_time = threading.RLock()
        self._asked = threading.Event()
        self._stopping = threading.Event()
        self._saved_changes = store.changes
        if folder is not None:
            self._name_folder(folder)
        ledgers.write_ledger(data, self._ledger)

    @property
    def report(self) -> BackupReport:
        return replace(self._report, waiting_since=self._waiting_since)

    def chosen(self) -> str | None:
        """The folder that was chosen, whether it is there or not."""
        return self._ledger.chosen

    @property
    def own_folder(self) -> str:
        """The folder on this computer, which is always there."""
        return str(ledgers.own_folder(self._data))

    def start(self) -> None:
        """Begin to make backups by itself, until ``stop``."""
        threading.Thread(target=self._keep, name="backups", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()
        self._asked.set()

    def soon(self) -> None:
        """Ask for a backup: something worth one has happened. Returns at once."""
        self._asked.set()

    def choose_folder(self, folder: str) -> None:
        """Send backups into this folder as well, from now on; an empty name for none."""
        try:
            self._ledger = ledgers.choose(self._data, self._ledger, Path(folder) if folder else None)
        except (OSError, ValueError) as error:
            raise Problem("backup_folder", reason=_said(error)) from error
        ledgers.write_ledger(self._data, self._ledger)
        self.soon()

    def make(self) -> BackupReport:
        """Make a backup now, on this thread, and prove it; how the backups stand afterwards."""
        with self._one_at_a_time:
            self._make(sealed=False)
            return self.note_changes()

    def forget_and_start_anew(self) -> None:
        """Destroy the key and every backup within reach, then make one under a new key.

        A folder that is not there keeps its files, which no key opens any more. What was kept of damaged
        files goes too. Waits without stopping others.
        """
        self._engine.in_thread(self._forget_and_start_anew)

    def _forget_and_start_anew(self) -> None:
        with self._one_at_a_time:
            ledgers.destroy_key(self._data)
            shutil.rmtree(self._data / DAMAGED, ignore_errors=True)
            for folder in ledgers.folders_of(self._data, self._ledger):
                with suppress(OSError):
                    places.remove_all(folder, self._ledger.id)
            self._make_and_go_on(sealed=True)

    # ── One backup ──────────────────────────────────────────────────────────────────────────────────

    def _make(self, *, sealed: bool) -> None:
        changes = self._store.changes
        try:
            copy = self._copy()
        except (sqlite3.DatabaseError, NotABackup) as error:
            if not (isinstance(error, NotABackup) or told_damage(error)):
                raise
            self._report = replace(self._report, damage=str(error))
            return
        self._ledger = replace(self._ledger, generation=self._ledger.generation + 1)
        faults = self._write_everywhere(copy, sealed=sealed)
        ledgers.write_ledger(self._data, self._ledger)
        if len(faults) < len(self._targets()):
            self._saved_changes = changes
            self._report = BackupReport(made_at=self._clock.seconds(), faults=faults)
        else:
            self._report = replace(self._report, faults=faults, damage="")

    def _copy(self) -> Snapshot:
        copy = self._store.copy()
        if copy.changed:
            raise NotABackup(
                f"{len(copy.changed)} pages of {self._store.path.name} have changed by themselves"
            )
        sound = examined(copy.content)
        if sound is None:
            raise NotABackup(f"{self._store.path.name} is damaged")
        return sound

    def _write_everywhere(self, copy: Snapshot, *, sealed: bool) -> dict[str, str]:
        """Write the backup into every folder; those that did not take it, and why."""
        key = ledgers.read_or_make_key(self._data)
        faults: dict[str, str] = {}
        for folder in self._targets():
            header = describe(
                copy.content,
                key,
                id=self._ledger.id,
                generation=self._ledger.generation,
                made_at=stamp(self._clock.now()),
                sealed=sealed,
                openness=copy.openness,
            )
            try:
                self._reach(folder)
                places.write(folder, copy.content, header, key)
                places.let_go(folder, header)
            except (OSError, NotABackup) as error:
                faults[str(folder)] = _said(error)
        return faults

    def _targets(self) -> list[Path]:
        own = ledgers.own_folder(self._data)
        return [own] if self._ledger.chosen is None else [own, Path(self._ledger.chosen)]

    def _reach(self, folder: Path) -> None:
        """Make sure that a folder is there; OSError where it is not. Only our own one is made."""
        if folder == ledgers.own_folder(self._data):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        else:
            ledgers.chosen_folder(self._data, self._ledger)

    # ── By itself ───────────────────────────────────────────────────────────────────────────────────

    def _keep(self) -> None:
        be_modest()
        while not self._stopping.is_set():
            asked = self._asked.wait(AGAIN_SECONDS if self._report.faults else EVERY_SECONDS)
            self._asked.clear()
            if asked:
                self._stopping.wait(SETTLE_SECONDS)
            if not self._stopping.is_set() and self._is_due():
                self._make_and_go_on(sealed=False)
                give_back()

    def _make_and_go_on(self, *, sealed: bool) -> None:
        try:
            with self._one_at_a_time:
                self._make(sealed=sealed)
        except Exception as error:  # noqa: BLE001 - the next one may succeed; the console is told meanwhile
            print(f"backups: {error!r}", file=sys.stderr)
            self._report = replace(self._report, faults={self.own_folder: _said(error)})

    def _is_due(self) -> bool:
        return self._report.made_at is None or bool(self._report.faults) or self._has_changed()

    def _has_changed(self) -> bool:
        return self._store.changes != self._saved_changes

    def note_changes(self) -> BackupReport:
        """How the backups stand, with since when something waits for one. Called every second or so."""
        if not self._has_changed():
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = self._clock.seconds()
        return self.report

    def _name_folder(self, folder: Path) -> None:
        """Choose a folder at the start. One that is not there yet is waited for, and told of meanwhile."""
        if str(folder) == self._ledger.chosen:
            return
        try:
            self._ledger = ledgers.choose(self._data, self._ledger, folder)
        except OSError:
            used = tuple(dict.fromkeys((*self._ledger.used, str(folder))))
            self._ledger = replace(self._ledger, chosen=str(folder), apart=False, used=used)


def _said(error: Exception) -> str:
    """What the system said of a fault, without its number and the name of a file."""
    return getattr(error, "strerror", None) or str(error)
