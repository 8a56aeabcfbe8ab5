"""Asking a question: open, close, reveal, and what came of it."""

from __future__ import annotations

from kiosk.openapi.parts import RUNNING, Call, act, listed, maybe, record, ref, text

CALLS: tuple[Call, ...] = (
    Call(
        "post",
        "/api/v1/meetings/{meeting_id}/rounds",
        "open_round",
        says="Ask a question now",
        who="operator",
        gives={201: ref("Opened")},
        body=act(question=text("The question's id.")),
        example={"question": "bus"},
        more="Asking again makes a new round; the earlier ones are kept. Composition questions open and "
        "close with the meeting.",
        codes=(*RUNNING, "no_such_question", "asked_by_server", "already_open"),
    ),
    Call(
        "post",
        "/api/v1/rounds/{round_id}/close",
        "close_round",
        says="Close: what was acknowledged until now is what is counted",
        who="operator",
        gives={200: ref("RoundStanding")},
        body=act(),
        codes=("stale", "asked_by_server"),
    ),
    Call(
        "post",
        "/api/v1/rounds/{round_id}/reveal",
        "reveal_round",
        says="Show the result of a closed round, on the wall and on the phones",
        who="operator",
        gives={200: ref("RoundStanding")},
        body=act(),
        codes=("stale", "asked_by_server", "still_open", "sealed"),
    ),
    Call(
        "post",
        "/api/v1/rounds/{round_id}/hide",
        "hide_round",
        says="Take a result off the wall and the phones again",
        who="operator",
        gives={200: ref("RoundStanding")},
        body=act(),
        codes=("stale", "asked_by_server", "still_open", "sealed"),
    ),
    Call(
        "get",
        "/api/v1/rounds/{round_id}/tally",
        "get_tally",
        says="The counted result, as far as it may be known",
        who="operator",
        gives={200: ref("Tally")},
        more="While the round is open nobody, not even an operator, gets more than how many have answered. "
        "Below five valid answers (ten when the question is sensitive) `counts` is null and `withheld` is "
        "`too_few`.",
    ),
    Call(
        "get",
        "/api/v1/rounds/{round_id}/groups/{question_id}",
        "get_groups",
        says="A closed round by the groups of a composition question, as they were let through",
        who="operator",
        gives={200: ref("Groups")},
        more="A group is shown from ten answers on, whole or not at all, and never so that a hidden one "
        "could be worked out. What `compare` or `show` let through once stays as it is; asking here lets "
        "nothing through.",
        codes=("still_open", "not_declared", "not_looked_at", "sealed_away"),
    ),
    Call(
        "get",
        "/api/v1/rounds/{round_id}/change",
        "get_change",
        says="Who moved from which answer to which since the round that this one is a pair with, as it was "
        "let through",
        who="operator",
        gives={200: ref("Flows")},
        codes=("still_open", "not_paired", "not_looked_at", "sealed_away"),
    ),
    Call(
        "post",
        "/api/v1/rounds/{round_id}/compare",
        "compare_round",
        says="Let a comparison through for the consoles to look at, before the room does",
        who="operator",
        gives={200: ref("RoundStanding")},
        body=record(open_ended=True, detail=text("`change`, or `by:` and a composition question.")),
        example={"detail": "by:age"},
        codes=("still_open", "not_declared", "not_paired", "sealed", "sealed_away"),
    ),
    Call(
        "post",
        "/api/v1/rounds/{round_id}/show",
        "show_detail",
        says="What the room looks at of the shown round: its result, its groups or the change",
        who="operator",
        gives={200: ref("RoundStanding")},
        body=act(
            detail={**maybe(text()), "description": "Null, `change`, or `by:` and a composition question."}
        ),
        example={"detail": "by:age"},
        codes=(
            "stale",
            "still_open",
            "not_declared",
            "not_paired",
            "not_revealed",
            "not_running",
            "sealed",
            "sealed_away",
        ),
    ),
    Call(
        "post",
        "/api/v1/rounds/{round_id}/supplement",
        "add_supplement",
        says="Add paper ballots, or what a tablet had kept, to a closed round",
        who="operator",
        gives={200: ref("Supplemented")},
        body=record(
            ("channel",),
            open_ended=True,
            ballots=listed(record(id=text(), answer=ref("Answer")), maxItems=500),
            channel=text(enum=["paper", "tablet", "import"]),
        ),
        example={"ballots": [{"id": "paper-0001", "answer": {"options": ["yes"]}}], "channel": "paper"},
        more="Each ballot is one person's. They count once the result may follow them: together at "
        "least ten, and not all alike. The same ids again add nothing.",
        codes=("still_open", "asked_by_server", "sealed", "answer", "ballot_conflict"),
    ),
    Call(
        "get",
        "/api/v1/rounds/{round_id}/texts",
        "list_texts",
        says="The open texts of a closed round, for review",
        who="operator",
        gives={200: ref("Texts")},
        more="Empty while there are too few to show any.",
        codes=("still_open",),
    ),
    Call(
        "post",
        "/api/v1/rounds/{round_id}/texts",
        "review_texts",
        says="Approve or hide open texts",
        who="operator",
        gives={200: ref("Texts")},
        body=record(
            ("approve", "hide", "mute", "unmute"),
            open_ended=True,
            approve={
                "oneOf": [listed(text()), {"const": "all"}],
                "description": "Ids, or `all` that still wait and are not `blocked`.",
            },
            hide=listed(text()),
            mute=listed(
                text(), description="Texts whose authors are hidden from now on, without a word of who."
            ),
            unmute=listed(text(), description="Texts whose authors are not hidden any more."),
        ),
        example={"approve": "all", "hide": []},
        codes=("still_open", "no_such_text", "sealed"),
    ),
)
