"""The room itself: its Wi-Fi, and what this API is."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from kiosk import openapi
from kiosk.access import operator_only, room
from kiosk.api.fields import body, text

blueprint = Blueprint("place", __name__)


@blueprint.get("/openapi.json")
def describe() -> Response:
    """What this API is."""
    return jsonify(openapi.document())


@blueprint.put("/wifi")
@operator_only
def set_wifi() -> Response:
    """Enter the Wi-Fi that phones may join."""
    message = body()
    room().set_wifi(text(message, "ssid").strip(), text(message, "password", "").strip())
    wifi = room().wifi()
    return jsonify(status="saved", code=wifi is not None and wifi.has_code)
