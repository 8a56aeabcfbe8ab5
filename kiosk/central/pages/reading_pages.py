"""The pages of those who read: the dialogues, one of them, and one of its questions."""

from __future__ import annotations

import json

from flask import Response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from kiosk.central import reading
from kiosk.central.api import intake
from kiosk.central.pages import access, pictures
from kiosk.central.pages.looks import page, refuse
from kiosk.central.reading import PAGE, Asked, least_answers
from kiosk.central.weighted import mapped, weighted
from kiosk.problems import Problem
from kiosk.sync.outbox import RECEIPT_SUFFIX

blueprint = page("reading")
HIGHEST_PAGE = 100_000


@blueprint.errorhandler(Problem)
def refuse_or_log_in(problem: Problem) -> AnyResponse:
    """A page that needs an account leads to where one logs in."""
    return access.to_log_in(problem) or refuse(problem)


@blueprint.get("/")
@access.require("reader")
def dialogues() -> str:
    return render_template("central/dialogues.html", dialogues=reading.dialogues(intake().database))


@blueprint.get("/dialogues/<path:dialogue>")
@access.require("reader")
def dialogue(dialogue: str) -> str:
    """A dialogue: its meetings, what they have answered together, and who came."""
    database = intake().database
    found = reading.dialogue(database, dialogue)
    number = _page_number()
    asked = reading.questions(database, dialogue)
    population = reading.population(database, dialogue)
    return render_template(
        "central/dialogue.html",
        dialogue=found,
        meetings=reading.meetings(database, dialogue, number),
        coming=reading.coming(database, dialogue),
        page=number,
        pages=max(1, -(-found.meetings // PAGE)),
        figures=[pictures.figure(one) for one in asked if not one.question.composition],
        people=[
            pictures.people_view(one, mapped(population, one)) for one in asked if one.question.composition
        ],
        population=population,
        type_name=pictures.type_name,
    )


@blueprint.get("/questions/<int:series>")
@access.require("reader")
def question(series: int) -> str:
    """A question: all meetings, each meeting, by type and channel, over time, and weighted."""
    database = intake().database
    asked = reading.question(database, series)
    if asked.question.composition:
        raise Problem("no_such_question")
    lines = reading.lines(database, asked)
    population = reading.population(database, asked.dialogue)
    composition = _composition(asked) if asked.question.breakdown else []
    found = weighted(asked, lines.cells, population, composition)
    names = pictures.meeting_names(lines.meetings)
    return render_template(
        "central/question.html",
        dialogue=reading.dialogue(database, asked.dialogue),
        figure=pictures.figure(asked, found),
        weighted=found,
        is_example=population is not None and population.is_example,
        options=[pictures.words(asked, option.text) for option in pictures.options(asked)],
        tables=[
            ("meeting", pictures.table(asked, lines.by_meeting, names)),
            ("type", pictures.table(asked, lines.by_type, pictures.type_names(lines.by_type))),
            ("channel", pictures.table(asked, lines.by_channel, pictures.channel_names())),
            ("month", pictures.table(asked, lines.by_month, {})),
        ],
        trend=pictures.trend(asked, lines.by_month),
        spread=pictures.spread_rows(asked, lines),
        hands=pictures.bars(asked, asked.hands) if asked.hands is not None else (),
        texts=lines.texts,
        most_texts=reading.MOST_TEXTS,
        waiting=[pictures.meeting_name(one) for one in lines.waiting],
        least=least_answers(asked),
    )


@blueprint.get("/receipts/<path:meeting>")
@access.require("reader")
def receipt(meeting: str) -> Response:
    """A meeting's receipt, as the laptop takes it from a stick."""
    written, signature = reading.receipt_of(intake().database, meeting)
    response = Response(json.dumps({"receipt": written, "signature": signature}), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="meeting{RECEIPT_SUFFIX}"'
    return response


def _composition(asked: Asked) -> list[Asked]:
    every = reading.questions(intake().database, asked.dialogue)
    return [one for one in every if one.question.composition]


def _page_number() -> int:
    said = request.args.get("page", "1")
    return min(int(said[:6]), HIGHEST_PAGE) if said.isascii() and said.isdigit() and int(said[:6]) else 1
