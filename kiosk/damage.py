"""A damaged data file is never started on: the room says what is wrong, and how to bring a backup back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kiosk.backups import ledger, places
from kiosk.backups.restoring import DAMAGED
from kiosk.languages import gettext as _
from kiosk.languages import gettext_noop as N_  # noqa: N812 - the usual mark for translators
from kiosk.listening import CannotStart
from kiosk.store.health import Damage, Fault, copy_aside, find_damage
from kiosk.store.store import ROOM_FILE

WHAT_IS_WRONG: Mapping[Fault, str] = {
    "missing": N_("The data file %(file)s is missing, though there is a trace of it."),
    "changed": N_("The data file %(file)s has changed since it was written: the disk may be failing."),
    "unreadable": N_("The data file %(file)s is damaged: the disk may be failing."),
    "behind": N_("The data file %(file)s has lost the last of what was saved: the disk may be failing."),
}


def refuse_damage(data: Path) -> None:
    """CannotStart where the room's file is damaged. The file stays as it is, and a copy is put aside."""
    path = data / ROOM_FILE
    damage = find_damage(path)
    if damage is not None:
        raise CannotStart("\n".join(_words(data, path, damage)))


def _words(data: Path, path: Path, damage: Damage) -> list[str]:
    known = ledger.read_ledger(data)
    found = places.every(ledger.folders_of(data, known))
    newest = next((one.header for one in found if one.header and one.header.id == known.id), None)
    lines = [
        _(WHAT_IS_WRONG[damage.fault]) % {"file": path} + f" ({damage.detail})",
        _set_aside(data, path),
    ]
    if newest is not None:
        told = {"generation": newest.generation, "time": newest.made_at}
        lines.append(_("The newest backup is number %(generation)s, made %(time)s. Bring it back:") % told)
    else:
        lines.append(_("There is no backup here. Plug in the stick that has one, and bring it back:"))
    lines.append(f"  python3 scripts/backup.py restore{_which(data)}")
    if damage.fault != "unreadable":
        lines.append(_("Or go on with the data as they are now, without what was lost:"))
        lines.append(f"  python3 scripts/backup.py accept{_which(data)}")
    return lines


def _set_aside(data: Path, path: Path) -> str:
    try:
        folder = copy_aside(path, data / DAMAGED)
    except OSError as error:
        reason = error.strerror or error
        return _("Nothing was changed. It could not be copied aside: %(reason)s.") % {"reason": reason}
    return _("Nothing was changed. A copy lies in %(folder)s.") % {"folder": folder}


def _which(data: Path) -> str:
    from kiosk.settings import DEFAULT_DATA

    return "" if data == DEFAULT_DATA else f' --data "{data}"'
