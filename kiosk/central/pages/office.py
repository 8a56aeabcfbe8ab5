"""The acts of those who look after the store: bundles from a stick, populations, conflicts, sites …"""

from __future__ import annotations

from typing import cast, get_args

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from kiosk.central import accounts, conflicts, erasing, populations, quarantine, reading, sites
from kiosk.central.accounts import ROLES
from kiosk.central.api import intake
from kiosk.central.conflicts import Choice
from kiosk.central.pages import access
from kiosk.central.pages.looks import page, refuse
from kiosk.languages import gettext
from kiosk.problems import REFUSALS, Problem

LARGEST_UPLOAD = 64_000_000
"""A larger bundle is imported where the store runs, with ``run.py central import``."""
LARGEST_TABLE = 1_000_000

blueprint = page("office")


@blueprint.errorhandler(Problem)
def refuse_or_log_in(problem: Problem) -> AnyResponse:
    return access.to_log_in(problem) or refuse(problem)


# ── Bundles from a stick ─────────────────────────────────────────────────────────────────────────────


@blueprint.get("/import")
@access.require("editor")
def import_page() -> str:
    return render_template("central/import.html", receipt=None, problem=None)


@blueprint.post("/import")
def import_file() -> AnyResponse:
    """Take a bundle from a stick, by the same code as over the network."""
    request.max_content_length = LARGEST_UPLOAD
    return _import_file()


@access.require("editor")
def _import_file() -> AnyResponse:
    file = request.files.get("bundle")
    if file is None:
        raise Problem("malformed", field="bundle")
    try:
        receipt = intake().import_file(file.read())
    except Problem as problem:
        shown = render_template("central/import.html", receipt=None, problem=problem.body())
        return Response(shown, problem.status)
    return Response(render_template("central/import.html", receipt=receipt.receipt, problem=None))


# ── Populations ──────────────────────────────────────────────────────────────────────────────────────


@blueprint.post("/populations/<path:dialogue>")
@access.require("editor")
def bring_population(dialogue: str) -> AnyResponse:
    """Compare a dialogue's meetings with a population from a table."""
    reading.dialogue(intake().database, dialogue)
    file = request.files.get("table")
    name = request.form.get("name", "").strip()
    written = file.read(LARGEST_TABLE + 1) if file is not None else b""
    if not written or len(written) > LARGEST_TABLE:
        raise Problem("malformed", field="table")
    populations.bring(intake().database, intake().clock, dialogue, name, written, access.reader_name())
    return redirect(url_for("reading.dialogue", dialogue=dialogue), 303)


@blueprint.post("/populations-removed/<path:dialogue>")
@access.require("editor")
def remove_population(dialogue: str) -> AnyResponse:
    populations.remove(intake().database, dialogue)
    return redirect(url_for("reading.dialogue", dialogue=dialogue), 303)


# ── Conflicts and quarantine ─────────────────────────────────────────────────────────────────────────


@blueprint.get("/conflicts")
@access.require("editor")
def conflicts_page() -> str:
    return render_template("central/conflicts.html", conflicts=conflicts.open_conflicts(intake()))


@blueprint.post("/conflicts/<int:conflict>")
@access.require("editor")
def settle(conflict: int) -> AnyResponse:
    """Decide which version of a meeting counts, and why."""
    choose, note = request.form.get("choose", ""), _field("note")
    if choose not in get_args(Choice):
        raise Problem("malformed", field="choose")
    conflicts.settle(intake(), conflict, cast(Choice, choose), access.reader_name(), note)
    return redirect(url_for("office.conflicts_page"), 303)


@blueprint.get("/quarantine")
@access.require("editor")
def quarantine_page() -> str:
    every = quarantine.every(intake().database)
    titles = {code: gettext(REFUSALS[code].title) for code in {one.code for one in every} & set(REFUSALS)}
    return render_template("central/quarantine.html", every=every, titles=titles)


# ── Erasing ──────────────────────────────────────────────────────────────────────────────────────────


@blueprint.get("/erase/<path:meeting>")
@access.require("administrator")
def erase_page(meeting: str) -> str:
    """What would be erased, and the one question: why?"""
    return render_template("central/erase.html", meeting=reading.expect_meeting(intake().database, meeting))


@blueprint.post("/erase/<path:meeting>")
@access.require("administrator")
def erase(meeting: str) -> AnyResponse:
    erasing.erase(intake().database, intake().clock, meeting, access.reader_name(), _field("why"))
    return redirect(url_for("office.erased_page"), 303)


@blueprint.get("/erased")
@access.require("administrator")
def erased_page() -> str:
    return render_template("central/erased.html", every=erasing.every(intake().database))


# ── Sites and accounts ───────────────────────────────────────────────────────────────────────────────


@blueprint.get("/sites")
@access.require("administrator")
def sites_page() -> str:
    return _sites()


@blueprint.post("/sites")
@access.require("administrator")
def make_code() -> str:
    """A one-time code for a laptop; shown once."""
    of_site = request.form.get("site", "") or None
    code = sites.make_code(intake().database, intake().key.public, intake().clock, _field("name"), of_site)
    return _sites(code)


@blueprint.post("/sites/revoked")
@access.require("administrator")
def revoke() -> AnyResponse:
    sites.revoke(intake().database, intake().clock, _field("key"), _field("why"))
    return redirect(url_for("office.sites_page"), 303)


@blueprint.get("/accounts")
@access.require("administrator")
def accounts_page() -> str:
    return render_template("central/accounts.html", accounts=accounts.every(intake().database), roles=ROLES)


@blueprint.post("/accounts")
@access.require("administrator")
def open_account() -> AnyResponse:
    role = request.form.get("role", "")
    if role not in ROLES:
        raise Problem("malformed", field="role")
    accounts.open_account(
        intake().database, intake().clock, _field("name"), request.form.get("password", ""), role
    )
    return redirect(url_for("office.accounts_page"), 303)


@blueprint.post("/accounts/closed")
@access.require("administrator")
def close_account() -> AnyResponse:
    """Let nobody in by an account any more; one's own stays open, so that somebody can still get in."""
    name = _field("name")
    if name == access.reader_name():
        raise Problem("own_account")
    accounts.close_account(intake().database, intake().clock, name)
    return redirect(url_for("office.accounts_page"), 303)


def _sites(code: str | None = None) -> str:
    return render_template("central/sites.html", keys=sites.every_key(intake().database), code=code)


def _field(name: str) -> str:
    return access.line(request.form.get(name), name)
