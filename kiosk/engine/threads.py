"""The engine on plain threads: slower, with no dependency of its own. The tested way out of eventlet."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from wsgiref.types import WSGIApplication, WSGIEnvironment

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from kiosk.engine import LOCAL_SPACE, EngineName, Space
from kiosk.engine.arrivals import WHOLE_SECONDS, Arrivals
from kiosk.engine.latches import ThreadLatch

T = TypeVar("T")

SILENT_SECONDS = 60
"""Seconds a WebSocket may be silent. Engine.IO asks it for a sign of life more often than that."""


class QuietHandler(WSGIRequestHandler):
    """Werkzeug's handler without its log of requests and addresses, without its name in the replies, and with
    an eye on connections that owe a request."""

    protocol_version = "HTTP/1.1"
    timeout = WHOLE_SECONDS
    silence = SILENT_SECONDS
    arrivals = Arrivals(LOCAL_SPACE)

    def handle(self) -> None:
        self._arrival = self.arrivals.enter(self.connection, self.client_address[0])
        try:
            super().handle()
        finally:
            self._arrival.leave()

    def handle_one_request(self) -> None:
        self._arrival.waits()
        super().handle_one_request()

    def make_environ(self) -> WSGIEnvironment:
        # Here the request has arrived whole. What a WebSocket says after it comes when somebody answers.
        if self.command == "GET" and self.headers.get("Upgrade", "").lower() == "websocket":
            self.connection.settimeout(self.silence)
        if self._arrival.is_cut:
            raise TimeoutError  # which ends the connection without a word
        environ = super().make_environ()
        if self.headers.get("Content-Length", "0") == "0" and "Transfer-Encoding" not in self.headers:
            self._arrival.has_come()  # otherwise when the doorway has read the rest
        environ["kiosk.arrival"] = self._arrival
        return environ

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the library's own word
        pass

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        # So a WebSocket ends here. What may still come from it is no further request.
        self.close_connection = True

    def version_string(self) -> str:
        return "kiosk"


class ThreadEngine:
    """A native thread a connection: nothing stops the others, so most of what is asked is simply done."""

    name: EngineName = "threading"

    def __init__(self) -> None:
        sys.setswitchinterval(0.0005)

    def latch(self) -> ThreadLatch:
        return ThreadLatch()

    def post(self, act: Callable[[], None]) -> None:
        act()

    def in_thread(self, work: Callable[..., T], *args: Any) -> T:
        return work(*args)

    def beside(self, work: Callable[..., T], *args: Any) -> T:
        return work(*args)

    def spawn(self, work: Callable[..., object], *args: Any) -> None:
        threading.Thread(target=work, args=args, daemon=True).start()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def serve(self, app: WSGIApplication, listeners: Iterable[socket.socket], space: Space) -> None:
        first, *others = listeners
        for listener in others:
            self.spawn(self._serve_one, app, listener, LOCAL_SPACE)
        self._serve_one(app, first, space)

    def _serve_one(self, app: WSGIApplication, listener: socket.socket, space: Space) -> None:
        own = Arrivals(space)
        self.spawn(own.keep_cutting, time.sleep)

        class Handler(QuietHandler):
            arrivals = own

        host, port = listener.getsockname()[:2]
        server: BaseWSGIServer = make_server(
            host, port, app, threaded=True, request_handler=Handler, fd=listener.fileno()
        )
        server.serve_forever()
