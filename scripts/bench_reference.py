"""The yardstick of `scripts/bench.py`: the vote server one writes after reading Flask-SocketIO's first page.

Stock in every respect: eventlet with its monkey patch, handlers registered with `@socketio.on`, `emit` to
everybody, `socketio.run`. Answers live in a dictionary; nothing is stored, nobody is checked, so the kiosk
is compared with a server that does less. Only the number of connections is raised, because eventlet's own
limit of 1,024 would make a hall of a thousand phones stand and wait.
"""

from __future__ import annotations

import warnings

warnings.filterwarnings("ignore", category=DeprecationWarning)

import eventlet  # noqa: E402

eventlet.monkey_patch()

import argparse  # noqa: E402
import resource  # noqa: E402
import uuid  # noqa: E402
from typing import Any  # noqa: E402

from flask import Flask, jsonify, request  # noqa: E402
from flask.typing import ResponseReturnValue  # noqa: E402
from flask_socketio import SocketIO, emit  # noqa: E402

OPTIONS = ("yes", "no", "unsure")

app = Flask(__name__)
socketio = SocketIO(app, async_mode="eventlet")
rounds: dict[str, str] = {}
answers: dict[str, dict[str, dict[str, Any]]] = {}


def state() -> dict[str, Any]:
    """What every phone is told: small, without any markup."""
    return {
        "version": len(rounds),
        "rounds": [
            {"id": key, "question": "q1", "status": status, "options": OPTIONS}
            for key, status in rounds.items()
        ],
    }


@socketio.on("connect")  # type: ignore[untyped-decorator]
def connect() -> None:
    emit("state", state())


@socketio.on("ballot")  # type: ignore[untyped-decorator]
def ballot(data: dict[str, Any]) -> dict[str, str]:
    if rounds.get(data["round"]) != "open":
        return {"status": "refused", "code": "closed"}
    answers[data["round"]][request.sid] = data["answer"]  # type: ignore[attr-defined]
    return {"status": "counted"}


@app.get("/healthz")
def healthz() -> ResponseReturnValue:
    return jsonify(status="ok")


@app.post("/rounds")
def open_round() -> ResponseReturnValue:
    key = str(uuid.uuid4())
    rounds[key], answers[key] = "open", {}
    socketio.emit("state", state())
    return jsonify(id=key), 201


@app.post("/rounds/<key>/close")
def close_round(key: str) -> ResponseReturnValue:
    rounds[key] = "closed"
    socketio.emit("state", state())
    return jsonify(id=key)


@app.get("/rounds/<key>/tally")
def tally(key: str) -> ResponseReturnValue:
    counts = dict.fromkeys(OPTIONS, 0)
    for answer in answers[key].values():
        for option in answer["options"]:
            counts[option] += 1
    return jsonify(round=key, answered=len(answers[key]), counts=counts)


def raise_file_limit() -> int:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def main() -> None:
    parser = argparse.ArgumentParser(description="A bare stock Flask-SocketIO vote server, for comparison.")
    parser.add_argument("--port", type=int, required=True)
    port: int = parser.parse_args().port
    socketio.run(app, host="127.0.0.1", port=port, max_size=raise_file_limit() - 200)


if __name__ == "__main__":
    main()
