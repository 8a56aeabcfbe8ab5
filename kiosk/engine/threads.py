"""The engine on plain threads: slower, with no dependency of its own. The tested way out of eventlet."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from wsgiref.types import WSGIApplication

from werkzeug.serving import WSGIRequestHandler, make_server

from kiosk.engine import EngineName

T = TypeVar("T")


class ThreadLatch:
    def __init__(self) -> None:
        self._done = threading.Event()
        self._value: Any = None

    def set(self, value: Any) -> None:
        self._value = value
        self._done.set()

    def wait(self) -> Any:
        self._done.wait()
        return self._value


class QuietHandler(WSGIRequestHandler):
    """Werkzeug's handler without its log of requests and addresses, and without its name in the replies."""

    protocol_version = "HTTP/1.1"
    timeout = 10

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the library's own word
        pass

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        # So a WebSocket ends here. What may still come from it is no further request.
        self.close_connection = True

    def version_string(self) -> str:
        return "kiosk"


class ThreadEngine:
    name: EngineName = "threading"

    def __init__(self) -> None:
        sys.setswitchinterval(0.0005)

    def latch(self) -> ThreadLatch:
        return ThreadLatch()

    def post(self, act: Callable[[], None]) -> None:
        act()

    def in_thread(self, work: Callable[..., T], *args: Any) -> T:
        return work(*args)

    def spawn(self, work: Callable[..., object], *args: Any) -> None:
        threading.Thread(target=work, args=args, daemon=True).start()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def serve(self, app: WSGIApplication, listeners: Iterable[socket.socket], most: int) -> None:
        first, *others = listeners
        for listener in others:
            self.spawn(self._serve_one, app, listener)
        self._serve_one(app, first)

    def _serve_one(self, app: WSGIApplication, listener: socket.socket) -> None:
        host, port = listener.getsockname()[:2]
        server = make_server(
            host, port, app, threaded=True, request_handler=QuietHandler, fd=listener.fileno()
        )
        server.serve_forever()
