"""The shapes of what is sent and answered."""

from __future__ import annotations

import json
from typing import Any

from kiosk.documents import SCHEMA
from kiosk.kinds import KINDS
from kiosk.openapi.parts import Json, listed, maybe, record, ref, text, whole
from kiosk.problems import REFUSALS

ROUND_STATUS = ["open", "closed", "revealed"]
MEETING_STATUS = ["prepared", "running", "ended", "sealed"]
WALL_VIEWS = ["join", "item", "composition", "blank", "break"]

CODE = text("4 to 6 letters and digits. Capital or small makes no difference.", examples=["MYRAN"])
VERSION = whole("Moves by one with each act that every audience hears.", minimum=0)
COUNT: Json = {"type": "integer", "minimum": 0}
PER_OPTION: Json = {
    "type": "object",
    "additionalProperties": COUNT,
    "description": "By option id. On a scale of numbers the number itself is the id.",
}
WORDS: Json = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "description": "The wording per language.",
    "examples": [{"sv": "Ja", "en": "Yes"}],
}


def schemas() -> Json:
    """Every named shape."""
    return {
        **_answers(),
        **_voting(),
        **_meetings(),
        **_rounds(),
        **_populations(),
        **_home(),
        **_access(),
        "Problem": _problem(),
    }


def _answers() -> Json:
    kinds = {f"{name.title()}Answer": dict(kind.answer_schema) for name, kind in KINDS.items()}
    return {
        "Answer": {
            "description": "What fits depends on the question's kind.",
            "oneOf": [ref(name) for name in (*kinds, "Abstention")],
        },
        **kinds,
        "Abstention": record(abstain={"const": True}),
    }


def _voting() -> Json:
    return {
        "Ballot": record(
            open_ended=True,
            id=text(
                "Minted by the phone, a fresh one for every answer, the same one for every retry.",
                pattern="^[A-Za-z0-9._:-]{1,64}$",
            ),
            round=text("The id of the round."),
            answer=ref("Answer"),
        ),
        "Verdict": record(status=text(enum=["counted", "repeated"])),
        "State": record(
            ("mine",),
            version=VERSION,
            lang=text("The language the texts are in."),
            meeting=record(id=text(), code=text(), title=text(), status=text(enum=MEETING_STATUS)),
            rounds=listed(ref("RoundOnPhone")),
            screen=ref("Screen"),
            notice={
                "type": ["string", "null"],
                "description": "What everybody should know just now, if anything.",
            },
            mine={
                "type": "object",
                "description": "What this participant has answered, by round id. Never in a broadcast.",
                "additionalProperties": record(answer=ref("Answer"), status={"const": "counted"}),
            },
        ),
        "RoundOnPhone": record(
            id=text(),
            question=text("The question's id."),
            kind=text(examples=["choice", "scale", "text"]),
            run=whole("1 for the first time the question is asked.", minimum=1),
            status=text(enum=ROUND_STATUS),
            composition={"type": "boolean"},
            html=text("The round as a phone shows it: its form while open, its result once revealed."),
        ),
        "Screen": record(
            key=text("Names the picture; while it stays the same, nothing has to be redrawn."),
            html=text("What to show when no round is on stage."),
        ),
        "Joined": record(device=text("The device's token, for `Authorization: Bearer`."), state=ref("State")),
        "Respondent": record(state=ref("State")),
    }


def _meetings() -> Json:
    return {
        "MeetingDocument": _meeting_document(),
        "MeetingOnTop": {
            "allOf": [ref("MeetingDocument"), record(open_ended=True, id=text(), code=CODE)],
        },
        "MeetingInList": record(
            id=text(),
            code=text(),
            title=WORDS,
            type=text(),
            place=WORDS,
            date=text(),
            languages=listed(text()),
            status=text(enum=MEETING_STATUS),
            version=VERSION,
        ),
        "Door": record(
            id=text(),
            code=text(),
            locked={"type": "boolean"},
            rotation=maybe(whole("Minutes between two codes.")),
            heads=maybe(COUNT),
            devices={**COUNT, "description": "Phones that have joined."},
            version=VERSION,
        ),
        "Imported": record(id=text(), code=text()),
        "MeetingStanding": record(id=text(), status=text(enum=MEETING_STATUS), version=VERSION),
    }


def _rounds() -> Json:
    return {
        "Opened": record(id=text("The new round's id."), version=VERSION),
        "RoundStanding": record(id=text(), status=text(enum=ROUND_STATUS), version=VERSION),
        "Tally": {
            "description": "What the disclosure gate lets through, at this door as at every other.",
            "oneOf": [ref("OpenTally"), ref("ClosedTally")],
        },
        "OpenTally": record(
            round=text(),
            answered=COUNT,
            connected=COUNT,
            counts={"type": "null"},
            withheld={"const": "open"},
        ),
        "ClosedTally": record(
            round=text(),
            answered={**COUNT, "description": "All counted ballots, abstentions included."},
            connected={**COUNT, "description": "Frozen at the close; never below answered."},
            valid={
                **maybe(COUNT),
                "description": "Answered without abstentions and “don't know”: the base of shares. Of a "
                "question about the participants the sum of `counts`, null where some are hidden.",
            },
            abstained={**maybe(COUNT), "description": "Null for questions about the participants."},
            dont_know={**maybe(COUNT), "description": "Likewise."},
            as_of={
                **maybe(COUNT),
                "description": "Of a question about the participants: how many had answered when the picture "
                "that `counts` holds was released, in steps; else null.",
            },
            withheld={"enum": [None, "too_few"]},
            counts=maybe(PER_OPTION),
            percents={
                **maybe(PER_OPTION),
                "description": "Whole percentages of `valid`; null below ten valid answers.",
            },
            bounds={
                **maybe({"type": "object", "additionalProperties": {"enum": ["at_least_90", "at_most_10"]}}),
                "description": "What people are told in place of the counts where everybody answered a "
                "sensitive question alike.",
            },
            texts=listed(text(), description="Approved texts only, in an order that tells nothing."),
        ),
        "Groups": record(
            round=text(),
            by=text("The composition question."),
            withheld={"enum": [None, "too_few"]},
            rows={
                "type": "object",
                "additionalProperties": maybe(record(base=COUNT, counts=PER_OPTION, percents=PER_OPTION)),
                "description": "By option id of the composition question; under the empty name those who "
                "gave no answer to it. A row is whole or null.",
            },
            hidden=listed(text(), description="The rows that are null: small ones, and others before them."),
        ),
        "Flows": record(
            before=text("The round before."),
            after=text("The round asked about."),
            withheld={"enum": [None, "too_few"]},
            flows={
                "type": "object",
                "additionalProperties": {"type": "object", "additionalProperties": maybe(COUNT)},
                "description": "By answer before and answer after, people to the nearest five; null for "
                "fewer than ten.",
            },
        ),
        "Supplemented": record(
            counted={**COUNT, "description": "Ballots that count now."},
            waiting={**COUNT, "description": "Ballots that wait for more to come."},
        ),
        "Texts": record(
            texts=listed(
                record(
                    id=text(),
                    text=text(),
                    status=text(enum=["waiting", "approved", "hidden"]),
                    blocked={
                        "type": "boolean",
                        "description": "Whether it holds a word from `data/blocked-words`, "
                        "a telephone number, an e-mail address or a link.",
                    },
                )
            )
        ),
    }


def _populations() -> Json:
    return {
        "Populations": record(populations=listed(ref("Population"))),
        "Population": record(
            id=text(),
            dialogue=text("The dialogue whose rooms may be compared with it."),
            name=WORDS,
            example={"type": "boolean", "description": "Made up, to try things out with."},
            chosen={"type": "boolean", "description": "Whether rooms are compared with this one now."},
            tables=listed(
                record(
                    variable=text("What is counted.", examples=["age"]),
                    source=text("Who has published the numbers."),
                    date=text("The day or year they are of."),
                    age_base=text("The ages they count.", examples=["all", "15+", "16-84"]),
                    categories=listed(record(category=text(), count=COUNT)),
                )
            ),
            mapping={
                "type": "object",
                "additionalProperties": record(
                    variable=maybe(text()),
                    categories={"type": "object", "additionalProperties": maybe(text())},
                ),
                "description": "By composition question: the option that each category belongs to, or null "
                "for none. Only what a person has saved; for other questions it is proposed.",
            },
        ),
        "Removed": record(status={"const": "removed"}),
    }


def _home() -> Json:
    return {
        "SealPreview": record(
            questions=listed(
                record(
                    id=text("The question's id."),
                    answers=COUNT,
                    approved=COUNT,
                    unread=COUNT,
                    hidden=COUNT,
                    unreadable=whole("Texts nobody may read, because too few wrote one.", minimum=0),
                    papers=whole("Paper ballots that wait for more, and go.", minimum=0),
                    breakdown=listed(text()),
                    pair_with=maybe(text()),
                )
            ),
            answers=COUNT,
            about_people=COUNT,
            rehearsing=whole("Simulated phones; what they answered goes.", minimum=0),
        ),
        "Homecoming": record(
            site=text("Who this computer is to a central store."),
            key=text("Its public key."),
            central=maybe(ref("Central")),
            meetings=listed(ref("MeetingOnItsWay")),
            deleted=listed(ref("DeletedMeeting")),
        ),
        "Central": record(
            name=text(),
            url=text("Empty where only sticks travel."),
            key=text("Its public key."),
        ),
        "MeetingOnItsWay": record(
            id=text(),
            title=WORDS,
            place=WORDS,
            date=text(),
            status=text(enum=MEETING_STATUS),
            version=VERSION,
            sending={"type": "boolean"},
            next_seconds=maybe(whole("Until the next try, where one is planned.", minimum=0)),
            progress=maybe(ref("Progress")),
            keep_until=maybe(text("Year, month and day.")),
            overdue={"type": "boolean", "description": "Whether that day has passed."},
        ),
        "Progress": record(
            state=text("`refused` waits for a person.", enum=["waiting", "refused", "safe"]),
            parts=COUNT,
            parts_acknowledged=COUNT,
            records=COUNT,
            records_acknowledged=COUNT,
            sentence=text("The same in words."),
            problem=maybe(record(code=text(), detail=text())),
            receipt=maybe(record(id=text(), received_at=text("By the central store's clock."))),
        ),
        "DeletedMeeting": record(
            meeting=text("Its id."),
            at=text("UTC"),
            title=WORDS,
            place=WORDS,
            date=text(),
            dialogue=text(),
            status=text(enum=MEETING_STATUS),
            why=text(),
            reference=text("Of the decision to dispose of it."),
            receipt=maybe(text("The id of the receipt that covered all of it.")),
            records=maybe(COUNT),
        ),
        "Asked": record(status={"const": "asked"}),
        "Received": record(id=text(), meeting=text(), received_at=text()),
        "Deleted": record(status={"const": "deleted"}),
    }


def _access() -> Json:
    return {
        "Pairing": record(
            url=text("A single-use link for another device; its ticket is the fragment."),
            local_url=text("The same for this machine, without the host."),
            qr=text("The link as a QR code, an SVG."),
        ),
        "Admission": record(role=text(enum=["console", "wall"]), next=text("The page to open.")),
        "Sessions": record(
            sessions=listed(
                record(
                    id=text(),
                    role=text(enum=["console", "wall"]),
                    label=text("What sort of machine it is, as far as its browser says."),
                    started_at=text("UTC"),
                    own={"type": "boolean", "description": "Whether it is the one that asks."},
                )
            )
        ),
        "Saved": record(status={"const": "saved"}),
        "SavedWifi": record(
            status={"const": "saved"},
            code={"type": "boolean", "description": "Whether the wall shows a code of it, or text alone."},
        ),
        "Ended": record(status={"const": "ended"}),
    }


def _problem() -> Json:
    return {
        "description": "A refusal, as RFC 9457 has it.",
        **record(
            ("details",),
            type=text("`urn:kiosk:problem:` and the code."),
            title=text("In the language of the request."),
            status=whole(),
            code=text("Stable. For machines.", enum=list(REFUSALS)),
            detail=text("What happened and what to do, in the language of the request."),
            details={"type": "object", "description": "What the sentence is about, for machines."},
        ),
    }


def _meeting_document() -> Json:
    """The schema that imports are checked against, with its parts under our own roof."""
    schema: Json = json.loads(SCHEMA.read_text("utf-8"))
    for word in ("$schema", "$id"):
        del schema[word]
    moved: Json = _moved(schema)
    return moved


def _moved(value: Any) -> Any:
    if isinstance(value, list):
        return [_moved(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: inner.replace("#/", "#/components/schemas/MeetingDocument/", 1)
        if name == "$ref" and isinstance(inner, str)
        else _moved(inner)
        for name, inner in value.items()
    }
