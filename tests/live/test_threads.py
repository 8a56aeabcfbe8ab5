"""The engine on threads: how long it waits for those who say nothing."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from kiosk.engine.threads import QuietHandler
from tests.live.wire import Wire
from tests.support import meetings
from tests.support.kiosks import a_kiosk


class Hurried(QuietHandler):
    """Gives up on half a request at once, and on a silent WebSocket never within a test."""

    timeout = 0.2


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """A kiosk behind the hurried handler: its port, and the token of a phone in its meeting."""
    with a_kiosk(tmp_path / "data") as kiosk:
        kiosk.room.import_document(meetings.meeting(meetings.single("drink")))
        server = make_server("127.0.0.1", 0, kiosk.wsgi, threaded=True, request_handler=Hurried)
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        try:
            yield server.server_port, kiosk.room.join("MEET").token
        finally:
            server.shutdown()
            serving.join()
            server.server_close()


def test_a_phone_that_says_nothing_outlives_half_a_request(hall: tuple[int, str]) -> None:
    port, token = hall
    with Wire(port) as phone:
        phone.join(token)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as half:
            half.sendall(b"GET / HTTP/1.1\r\nHost: 127")
            assert half.recv(1) == b"", "half a request is given up"
        phone.say("42" + '1["ballot",{}]')
        assert phone.answer().startswith("431[")
