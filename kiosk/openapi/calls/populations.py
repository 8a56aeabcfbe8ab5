"""Whom the rooms of a dialogue are compared with."""

from __future__ import annotations

from kiosk.openapi.parts import Call, maybe, record, ref, text
from kiosk.openapi.schemas import WORDS

CALLS: tuple[Call, ...] = (
    Call(
        "get",
        "/api/v1/dialogues/{dialogue_id}/populations",
        "list_populations",
        says="The reference populations of a dialogue, in the order they came in",
        who="operator",
        gives={200: ref("Populations")},
    ),
    Call(
        "post",
        "/api/v1/dialogues/{dialogue_id}/populations",
        "import_population",
        says="Bring in a reference population from the text of a CSV file",
        who="operator",
        gives={201: ref("Population")},
        body=record(
            open_ended=True,
            name={"oneOf": [text(), WORDS], "description": "What people call it, also per language."},
            table=text("Rows of variable, category, count, source, date and age_base, under these headings."),
        ),
        example={
            "name": "Norrmyra",
            "table": "variable;category;count;source;date;age_base\n"
            "age;0-64;7420;Statistics office;2025-12-31;all\nage;65+;2580;Statistics office;2025-12-31;all",
        },
        more="The first population of a dialogue is the one that rooms are compared with.",
        codes=("population_row", "population_name", "population_named", "too_many_populations"),
    ),
    Call(
        "post",
        "/api/v1/dialogues/{dialogue_id}/population",
        "choose_population",
        says="Compare the rooms of a dialogue with one of its populations, or with none",
        who="operator",
        gives={200: ref("Populations")},
        body=record(
            ("population",), open_ended=True, population={**maybe(text()), "description": "Null for none."}
        ),
        example={"population": "0f1e2d3c4b5a6978"},
        codes=("no_such_population",),
    ),
    Call(
        "post",
        "/api/v1/populations/{population_id}/mapping",
        "map_categories",
        says="Say which option of a composition question each category belongs to",
        who="operator",
        gives={200: ref("Population")},
        body=record(
            ("variable", "categories"),
            open_ended=True,
            question=text("The composition question."),
            variable={**maybe(text()), "description": "Null where nothing in the population fits."},
            categories={"type": "object", "additionalProperties": maybe(text())},
        ),
        example={"question": "age-bands", "variable": "age", "categories": {"0-14": "0-14", "unknown": None}},
        codes=("no_such_question",),
    ),
    Call(
        "post",
        "/api/v1/populations/{population_id}/remove",
        "forget_population",
        says="Take a population away again",
        who="operator",
        gives={200: ref("Removed")},
        body=record(open_ended=True),
    ),
)
