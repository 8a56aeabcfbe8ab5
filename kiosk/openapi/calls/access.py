"""Who may operate the room and show its wall."""

from __future__ import annotations

from kiosk.openapi.parts import Call, record, ref, text

CALLS: tuple[Call, ...] = (
    Call(
        "post",
        "/api/v1/pairings",
        "pair",
        says="A single-use link that lets in a console or a wall within ten minutes",
        who="operator",
        gives={201: ref("Pairing")},
        body=record(open_ended=True, role=text(enum=["console", "wall"])),
        example={"role": "wall"},
    ),
    Call(
        "post",
        "/api/v1/sessions",
        "admit",
        says="Trade a ticket for the cookie of a console or a wall",
        who="anyone",
        gives={201: ref("Admission")},
        body=record(open_ended=True, ticket=text("What stood in the fragment of the link.")),
        example={"ticket": "Gg9ifm-rfqww4JfHUty46b1V427etoE4"},
        codes=("ticket_used",),
    ),
    Call(
        "get",
        "/api/v1/sessions",
        "list_sessions",
        says="The consoles and walls that were let in",
        who="operator",
        gives={200: ref("Sessions")},
    ),
    Call(
        "post",
        "/api/v1/sessions/{session_id}/revoke",
        "revoke_session",
        says="End a session; its sockets are cut at once",
        who="operator",
        gives={200: ref("Ended")},
    ),
    Call(
        "post",
        "/api/v1/sessions/end",
        "log_out",
        says="End the session that asks",
        who="operator",
        gives={200: ref("Ended")},
    ),
)
