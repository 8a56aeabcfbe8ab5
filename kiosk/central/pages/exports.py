"""A dialogue's figures to take home, as CSV, XLSX or JSON: what the reader may see and no more."""

from __future__ import annotations

import json
import re

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from kiosk.central import reading
from kiosk.central.api import intake
from kiosk.central.pages import access, figures_out
from kiosk.central.pages.looks import page, refuse
from kiosk.central.pages.workbook import as_xlsx
from kiosk.languages import current, wording
from kiosk.problems import Problem
from kiosk.spreadsheets import CSV_TYPE, XLSX_TYPE, as_csv

blueprint = page("exports")


@blueprint.errorhandler(Problem)
def refuse_or_log_in(problem: Problem) -> AnyResponse:
    return access.to_log_in(problem) or refuse(problem)


@blueprint.get("/exports/<any(csv, xlsx, json):form>/<path:dialogue>")
@access.require("reader")
def dialogue(form: str, dialogue: str) -> Response:
    database = intake().database
    found = reading.dialogue(database, dialogue)
    if form == "json":
        asked = reading.questions(database, dialogue)
        said = {
            "dialogue": figures_out.dialogue_data(found),
            "questions": [
                figures_out.lines_data(database, one) for one in asked if not one.question.composition
            ],
            "people": [figures_out.people_data(one) for one in asked if one.question.composition],
        }
        return _file(found.id, form, json.dumps(said, ensure_ascii=False).encode(), "application/json")
    rows = list(figures_out.table_rows(database, found))
    if form == "csv":
        return _file(found.id, form, as_csv(figures_out.headings(), rows).encode(), CSV_TYPE)
    title = wording(found.title, current())[0] or found.id
    content = as_xlsx(title, figures_out.headings(), rows)
    return _file(found.id, form, content, XLSX_TYPE)


def _file(name: str, form: str, content: bytes, kind: str) -> Response:
    response = Response(content, content_type=kind)
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:60] or "dialogue"
    response.headers["Content-Disposition"] = f'attachment; filename="{safe}.{form}"'
    return response
