"""What a phone or a shared tablet does: join, look, answer."""

from __future__ import annotations

from kiosk.openapi.parts import Call, Json, record, ref, text
from kiosk.openapi.schemas import CODE

BALLOT: Json = {
    "id": "0b2f4c1e-6f0a-4b1e-9d2a-5a1f3c7e8b90",
    "round": "f3a9c1d27b604e58",
    "answer": {"options": ["yes"]},
}
ETAG: Json = {"ETag": {"description": "Send it back as `If-None-Match`.", "schema": text()}}

CALLS: tuple[Call, ...] = (
    Call(
        "post",
        "/api/v1/join",
        "join",
        says="Join the meeting with a code",
        who="anyone",
        gives={200: ref("Joined")},
        body=record(
            ("channel", "rehearsal"),
            open_ended=True,
            code=CODE,
            channel=text("A shared tablet needs the operator's token.", enum=["phone", "tablet"]),
            rehearsal={"type": "boolean", "description": "A simulated phone; needs the operator's token."},
        ),
        example={"code": "MYRAN"},
        more="Sets the device cookie too. A device that is in the meeting already stays who it is.",
        codes=("no_such_code", "meeting_over", "joining_locked", "operator_only", "too_fast"),
    ),
    Call(
        "get",
        "/api/v1/state",
        "get_state",
        says="The whole state this phone may see",
        who="device",
        gives={200: ref("State"), 304: {}},
        headers=ETAG,
    ),
    Call(
        "post",
        "/api/v1/ballots",
        "cast_ballot",
        says="Answer a round",
        who="device",
        gives={200: ref("Verdict"), 201: ref("Verdict")},
        body=ref("Ballot"),
        example=BALLOT,
        more="201 `counted`: the answer is on the disk and replaces this participant's earlier one. 200 "
        "`repeated`: this ballot was counted before, whatever has happened since; nothing changes. Retry "
        "with the same id until there is an answer.",
        codes=("no_such_round", "not_open", "ballot_conflict", "answer", "too_fast"),
    ),
    Call(
        "post",
        "/api/v1/respondents",
        "next_respondent",
        says="The next person at a shared tablet",
        who="device",
        gives={201: ref("Respondent")},
        more="A fresh participant of this device. What the one before has answered stays counted.",
        codes=("not_a_tablet", "meeting_over"),
    ),
)
