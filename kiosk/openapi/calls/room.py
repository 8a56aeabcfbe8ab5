"""The room itself."""

from __future__ import annotations

from kiosk.openapi.parts import Call, record, ref, text

CALLS: tuple[Call, ...] = (
    Call(
        "put",
        "/api/v1/wifi",
        "set_wifi",
        says="Enter the Wi-Fi that the wall lets phones join; an empty name removes it",
        who="operator",
        gives={200: ref("SavedWifi")},
        body=record(("password",), open_ended=True, ssid=text(), password=text("Empty for an open network.")),
        example={"ssid": "village-hall", "password": "welcome-in"},
        codes=("wifi_invalid",),
    ),
    Call(
        "get",
        "/api/v1/openapi.json",
        "describe",
        says="This description",
        who="anyone",
        gives={200: {"type": "object"}},
    ),
    Call(
        "get",
        "/healthz",
        "health",
        says="Whether a vote could be taken now: tried, not guessed",
        who="anyone",
        gives={200: text(), 503: text()},
        media="text/plain",
    ),
)
