"""From the command line to a room that answers."""

from __future__ import annotations

import gc
import json
import os
import signal
import sqlite3
import sys
import threading
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk import documents
from kiosk.banner import Opening, announce, fresh_link, speaks_colour, write
from kiosk.clock import Clock, SystemClock
from kiosk.complaints import Complaints
from kiosk.damage import refuse_damage
from kiosk.doctor.versions import OLDEST, installed, too_old
from kiosk.engine import Engine, Space, engine_named
from kiosk.entrance import START_LINK_MINUTES, Entrance
from kiosk.hold import cannot_write, hold
from kiosk.listening import CannotStart, listen, listen_locally, raise_file_limit
from kiosk.memory import keep_little
from kiosk.problems import Problem
from kiosk.room import Room
from kiosk.settings import Settings, read_settings
from kiosk.store.files import write_whole
from kiosk.whereabouts import Whereabouts

if TYPE_CHECKING:
    from kiosk.app import Kiosk, Window

FILES_FOR_OURSELVES = 200
MOST_SERVED = 10_000
"""Connections of phones on one laptop: twice the largest hall that is promised."""
MOST_SPARE = 1_000
NEWS_SECONDS = 0.25
COLLECTOR_THRESHOLDS = (5_000, 100, 50)


def main(console: Window, wall: Window, arguments: Sequence[str] | None = None) -> int:
    """Start the room and serve it until it is stopped; the exit status."""
    settings = read_settings(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(settings, console, wall)
    except CannotStart as refusal:
        print(refusal, file=sys.stderr)
        return 1


def _run(settings: Settings, console: Window, wall: Window) -> int:
    keep_little()
    from kiosk.app import make_kiosk

    sys.stderr = Complaints(sys.stderr)
    held = hold(settings.data)
    refuse_damage(settings.data)
    _warn_of_old_libraries()
    files = raise_file_limit()
    listener = listen(settings.host, settings.port)
    local = listen_locally(listener.port)
    engine = engine_named(settings.engine)
    clock = SystemClock()
    whereabouts = Whereabouts(clock, listener.port, local.port, settings.host, settings.names)
    with _told_of_the_disk(settings.data):
        kiosk = make_kiosk(settings, engine, whereabouts, clock, console=console, wall=wall)
        _prepare_sample(kiosk.room)
        _write_running(settings, whereabouts)
    kiosk.backups.start()
    kiosk.courier.start()
    engine.spawn(_keep_telling, kiosk.room, engine, clock)
    engine.spawn(_warm_up, kiosk, engine)
    _stop_on_signals(settings, kiosk)
    _welcome(settings, kiosk, whereabouts, listener.note)
    _listen_for_enter(engine, kiosk.entrance, whereabouts)
    engine.serve(kiosk.wsgi, [listener.socket, local.socket], _space(settings, files))
    held.release()
    return 0


@contextmanager
def _told_of_the_disk(data: Path) -> Iterator[None]:
    """What a full or failing disk says to a start is told in one sentence."""
    try:
        yield
    except (OSError, sqlite3.OperationalError, Problem) as error:
        if isinstance(error, Problem) and error.code != "not_saving":
            raise
        raise cannot_write(data, error.__cause__ or error) from error


def _warn_of_old_libraries() -> None:
    for name, what in too_old({name: installed(name) for name in OLDEST}).items():
        print(f"{name} {what}", file=sys.stderr)


def _space(settings: Settings, files: int) -> Space:
    """How many connections there is room for: some are kept free, to tell the others that it is full."""
    places = files - FILES_FOR_OURSELVES
    spare = min(MOST_SPARE, places // 8)
    return Space(min(settings.connections or MOST_SERVED, places - spare), spare, settings.per_address)


def _warm_up(kiosk: Kiosk, engine: Engine) -> None:
    engine.in_thread(kiosk.warm_up)
    # What is there by now stays: the collector need not look through it while a thousand phones come in.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR_THRESHOLDS)


def _stop_on_signals(settings: Settings, kiosk: Kiosk) -> None:
    """Ctrl+C and a polite kill: write what is waiting, then leave at once.

    An exception would surface in whichever green thread runs just then, and be lost there. And a server
    that lets its connections finish waits for every phone in the hall.
    """

    def stop(*_: object) -> None:
        kiosk.store.close()
        (settings.data / "running.json").unlink(missing_ok=True)
        sys.stdout.flush()
        os._exit(0)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _prepare_sample(room: Room) -> None:
    """A first start has a meeting ready."""
    if not room.meetings():
        meeting_id = room.import_document(documents.sample()).id
        dialogue = room.stage(meeting_id).meeting.dialogue_id
        for name, table in documents.sample_populations():
            room.import_population(dialogue, name, table, is_example=True)


def _write_running(settings: Settings, whereabouts: Whereabouts) -> None:
    """Tell the scripts beside the server where it is."""
    facts = {
        "pid": os.getpid(),
        "port": whereabouts.port,
        "local_port": whereabouts.local_port,
        "url": whereabouts.local_base(),
    }
    write_whole(settings.data / "running.json", json.dumps(facts).encode())


def _keep_telling(room: Room, engine: Engine, clock: Clock) -> None:
    while True:
        began = clock.seconds()
        engine.sleep(NEWS_SECONDS)
        late = clock.seconds() - began - NEWS_SECONDS
        try:
            room.look_after(late)
            room.turn_codes()
            room.tell_news()
        except Exception as error:  # noqa: BLE001
            # News that failed once is told again in a moment; the room must not fall silent for good.
            print(f"news: {error!r}", file=sys.stderr)


def _welcome(settings: Settings, kiosk: Kiosk, whereabouts: Whereabouts, note: str | None) -> None:
    from kiosk.qr import matrix

    stage = kiosk.room.current_meeting()
    opening = Opening(
        join=whereabouts.base(),
        code=matrix(whereabouts.join_url(stage.meeting.code if stage is not None else "")),
        console=console_link(kiosk.entrance, whereabouts),
        data=settings.data,
        port_note=note,
    )
    announce(opening, sys.stdout)
    if settings.browser and _has_desktop():
        link = console_link(kiosk.entrance, whereabouts)
        threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()


def _has_desktop() -> bool:
    """Whether a browser window could appear; without one a text browser would take over the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def console_link(entrance: Entrance, whereabouts: Whereabouts) -> str:
    """A link that lets one browser on this machine into the console, once."""
    return f"{whereabouts.local_base()}/facilitator#{entrance.issue('console', START_LINK_MINUTES)}"


def _listen_for_enter(engine: Engine, entrance: Entrance, whereabouts: Whereabouts) -> None:
    """Enter in the terminal prints a fresh link."""
    if not sys.stdin or not sys.stdin.isatty():
        return

    def print_link() -> None:
        link = console_link(entrance, whereabouts)
        write(fresh_link(link, colour=speaks_colour(sys.stdout)), sys.stdout)

    def wait_for_enter() -> None:
        for _line in sys.stdin:
            engine.post(lambda: engine.spawn(print_link))

    threading.Thread(target=wait_for_enter, daemon=True).start()
