"""A network that fails when told to: what lies between a laptop and the central store in the tests."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BUFFER = 65_536
Watch = Callable[[bytes], bool]


class Network:
    """Hands on what goes to and fro. ``url`` is where the laptop finds the central store through it."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.bytes_left: int | None = None
        """How many bytes the laptop can still send; None for any number."""
        self.before_answer: Watch = lambda _asked: True
        """Asked with what the laptop has said, before the first byte of each answer; False cuts it off."""
        self.sent = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def send_to(self, port: int) -> None:
        """Hand on to another port from now on."""
        self._target = port

    def accept(self) -> None:
        while True:
            try:
                laptop, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(laptop,), daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._cut()

    def _carry(self, laptop: socket.socket) -> None:
        try:
            store = socket.create_connection(("127.0.0.1", self._target), timeout=10)
        except OSError:
            laptop.close()
            return
        with self._lock:
            self._open |= {laptop, store}
        asked = bytearray()
        up = threading.Thread(target=self._up, args=(laptop, store, asked), daemon=True)
        up.start()
        self._down(laptop, store, asked)
        up.join()
        for end in (laptop, store):
            end.close()
            with self._lock:
                self._open.discard(end)

    def _up(self, laptop: socket.socket, store: socket.socket, asked: bytearray) -> None:
        for piece in _pieces(laptop):
            allowed = piece if self.bytes_left is None else piece[: self.bytes_left]
            asked += allowed
            self.sent += len(allowed)
            try:
                store.sendall(allowed)
            except OSError:
                break
            if self.bytes_left is not None:
                self.bytes_left -= len(allowed)
                if len(allowed) < len(piece) or self.bytes_left == 0:
                    break
        _shut(laptop, store)

    def _down(self, laptop: socket.socket, store: socket.socket, asked: bytearray) -> None:
        for piece in _pieces(store):
            if asked and not self.before_answer(bytes(asked)):
                break
            asked.clear()
            try:
                laptop.sendall(piece)
            except OSError:
                break
        _shut(laptop, store)

    def _cut(self) -> None:
        with self._lock:
            _shut(*self._open)


def _pieces(end: socket.socket) -> Iterator[bytes]:
    while True:
        try:
            piece = end.recv(BUFFER)
        except OSError:
            return
        if not piece:
            return
        yield piece


def _shut(*ends: socket.socket) -> None:
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue


@contextmanager
def a_network(port: int) -> Iterator[Network]:
    network = Network(port)
    thread = threading.Thread(target=network.accept, daemon=True)
    thread.start()
    try:
        yield network
    finally:
        network.close()
        thread.join()
