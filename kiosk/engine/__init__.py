"""The engine: what the server runs on. Two of them, behind one seam, so that leaving one is a setting.

``green`` runs on eventlet: one thread, one green thread a connection. ``threads`` runs on the standard
library's threads. Neither patches the standard library; the store's writer is a native thread in both.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar
from wsgiref.types import WSGIApplication

EngineName = Literal["eventlet", "threading"]
TransportName = Literal["lean", "stock"]
T = TypeVar("T")


@dataclass(frozen=True)
class Space:
    """How many connections a listener takes. ``most`` are served; ``spare`` more are told that the room is
    full, and so many may owe their request at once. ``per_address`` limits each address, where it is set."""

    most: int
    spare: int
    per_address: int | None = None


LOCAL_SPACE = Space(most=256, spare=64)
"""For this machine's own browser."""


class Latch(Protocol):
    """A result that is set once, by the engine's own thread, and waited for without stopping the others."""

    def set(self, value: Any) -> None:
        """Give the result, and let whoever waits go on. From a native thread only inside ``Engine.post``."""

    def wait(self) -> Any:
        """The result, as soon as it is there; there is no end to the waiting."""


class Engine(Protocol):
    """What the rest of the product needs of an engine."""

    name: EngineName

    def latch(self) -> Latch:
        """A new latch, to be waited for on the thread that asks for it."""

    def post(self, act: Callable[[], None]) -> None:
        """Do something soon, where latches may be set. Safe to call from any native thread."""

    def in_thread(self, work: Callable[..., T], *args: Any) -> T:
        """Do blocking work on a native thread and wait for it without stopping the others. What it gives,
        and what it raises, is the caller's."""

    def beside(self, work: Callable[..., T], *args: Any) -> T:
        """Do reading that takes a while without keeping the others waiting; on eventlet one such thing at a
        time."""

    def spawn(self, work: Callable[..., object], *args: Any) -> None:
        """Start work that goes on by itself, and ends with the process at the latest."""

    def sleep(self, seconds: float) -> None:
        """Wait so long without stopping the others; 0 only gives them a turn."""

    def serve(self, app: WSGIApplication, listeners: Iterable[socket.socket], space: Space) -> None:
        """Serve on sockets that listen already, until interrupted.

        ``space`` is that of the first listener; the others are for this machine's own browser.
        """


def engine_named(name: EngineName) -> Engine:
    """The engine of that name. Only the chosen one's libraries are imported."""
    if name == "eventlet":
        from kiosk.engine.green import GreenEngine

        return GreenEngine()
    from kiosk.engine.threads import ThreadEngine

    return ThreadEngine()
