"""The turns of the loop: however many ask at once, few requests begin in each, so that votes come between."""

from __future__ import annotations

import subprocess
import sys

from kiosk.engine.green import REQUESTS_A_TURN
from tests.support.running import ROOT

CROWD = 40
SERVER = """
import os, socket, sys, threading
from collections import Counter
from kiosk.engine import Space, engine_named

crowd = int(sys.argv[1])
engine = engine_named("eventlet")
listener = socket.create_server(("127.0.0.1", 0), backlog=crowd)
begun, turn, all_have_asked = Counter(), 0, threading.Event()

def count_turns():
    global turn
    while True:
        turn += 1
        engine.sleep(0)

def app(environ, start_response):
    if environ["PATH_INFO"] == "/stop-the-loop":
        all_have_asked.wait(30)
    elif environ["PATH_INFO"] == "/again":
        begun[turn] += 1
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]

def ask(connection, path):
    connection.sendall(f"GET {path} HTTP/1.1\\r\\nHost: kiosk\\r\\n\\r\\n".encode())

def heard(connection):
    received = b""
    while not received.endswith(b"ok"):
        received += connection.recv(1000) or sys.exit("the server hung up")

def be_a_crowd():
    address = listener.getsockname()
    first, *others = (socket.create_connection(address, timeout=30) for _ in range(crowd + 1))
    for connection in (first, *others):
        ask(connection, "/")
        heard(connection)
    ask(first, "/stop-the-loop")
    for connection in others:
        ask(connection, "/again")
    all_have_asked.set()
    for connection in others:
        heard(connection)
    print(sum(begun.values()), max(begun.values()), flush=True)
    os._exit(0)

engine.spawn(count_turns)
threading.Thread(target=be_a_crowd, daemon=True).start()
engine.serve(app, [listener], Space(most=2 * crowd, spare=2 * crowd))
"""


def test_few_requests_begin_in_a_turn() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SERVER, str(CROWD)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answered, most = map(int, ran.stdout.split())
    assert answered == CROWD
    assert most <= 2 * REQUESTS_A_TURN, "those of two turns, where the counting comes between them"
