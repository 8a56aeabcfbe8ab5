"""Who reads: logging in and out, which account a request is from, and what it may do.

A cookie alone changes nothing: a form carries a token of its session, and comes from a page of ours.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from functools import wraps
from hashlib import sha256
from typing import ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from kiosk.central import accounts
from kiosk.central.accounts import SESSION_HOURS, Account, Role
from kiosk.central.api import intake
from kiosk.central.pages.looks import page
from kiosk.problems import Problem

P = ParamSpec("P")
R = TypeVar("R")

COOKIE = "central_session"
LONGEST_LINE = 500
LOCAL = ("localhost", "127.0.0.1", "::1")

blueprint = page("access")


def token() -> str | None:
    """The token of the request's session: a browser's cookie, or a program's header."""
    return _bearer() or request.cookies.get(COOKIE)


def account() -> Account | None:
    """Whose request this is; asked of the database once."""
    if "account" not in g:
        said = token()
        g.account = accounts.account_of(intake().database, intake().clock, said) if said else None
    return cast(Account | None, g.account)


def reader() -> Account | None:
    """Whose page this is, for its frame: nobody's where the database cannot say."""
    try:
        return account()
    except Problem:
        return None


def reader_name() -> str:
    """The name of the account whose request this is; empty for nobody's."""
    who = account()
    return who.name if who is not None else ""


def line(said: object, field: str) -> str:
    """What somebody has typed into a line; Problem ``malformed`` when it is none."""
    if (
        not isinstance(said, str)
        or not 0 < len(typed := said.strip()) <= LONGEST_LINE
        or not typed.isprintable()
    ):
        raise Problem("malformed", field=field)
    return typed


def require(role: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A route for accounts that may do what this role may. What changes something needs its form's token,
    unless a program asks: no foreign page can set its header.
    """

    def guarded_by(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            who = account()
            if who is None:
                raise Problem("account_needed")
            if not who.may(role):
                raise Problem("role")
            if request.method not in ("GET", "HEAD") and _bearer() is None:
                check_origin()
                _check_form()
            return view(*args, **kwargs)

        return guarded

    return guarded_by


def form_token() -> str:
    """What a form must carry back: it follows from the session's secret, which no other page can read."""
    return hmac.new((token() or "").encode("utf-8", "replace"), b"form", sha256).hexdigest()


def check_origin() -> None:
    """Refuse what a foreign page has sent."""
    origin = request.headers.get("Origin")
    if origin is None or urlsplit(origin).netloc != request.host:
        raise Problem("foreign_origin")


@blueprint.get("/log-in")
def log_in_page() -> str:
    return render_template("central/log_in.html", next=_next(request.args), problem=None, name="")


@blueprint.post("/log-in")
def log_in() -> AnyResponse:
    """Open a session, or show the form again with what is wrong."""
    check_origin()
    name, password = request.form.get("name", ""), request.form.get("password", "")
    try:
        _, opened = accounts.log_in(intake().database, intake().clock, name, password)
    except Problem as problem:
        shown = render_template(
            "central/log_in.html", next=_next(request.form), problem=problem.body(), name=name
        )
        return make_response(shown, problem.status)
    response = redirect(_next(request.form), 303)
    response.set_cookie(
        COOKIE,
        opened,
        max_age=SESSION_HOURS * 3600,
        httponly=True,
        samesite="Strict",
        secure=(urlsplit(f"//{request.host}").hostname or "") not in LOCAL,
    )
    return response


@blueprint.post("/log-out")
@require("reader")
def log_out() -> AnyResponse:
    accounts.log_out(intake().database, token() or "")
    response = redirect(url_for("access.log_in_page"), 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="Strict")
    return response


def to_log_in(problem: Problem) -> AnyResponse | None:
    """Where a page sends somebody who has not logged in; None for any other refusal."""
    if problem.code != "account_needed" or request.method != "GET":
        return None
    return redirect(url_for("access.log_in_page", next=request.full_path.rstrip("?")), 303)


def install(app: Flask) -> None:
    """Let templates ask who reads and for the form token."""
    app.jinja_env.globals.update(form_token=form_token, reader=reader)


def _bearer() -> str | None:
    """The token that a program has put into its header."""
    scheme, _, said = request.headers.get("Authorization", "").partition(" ")
    return said.strip() or None if scheme.lower() == "bearer" else None


def _check_form() -> None:
    given = request.form.get("csrf", "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, form_token().encode()):
        raise Problem("form_expired")


def _next(fields: Mapping[str, str]) -> str:
    """Where to go after logging in: a page of ours, never another's."""
    wanted = fields.get("next", "")
    ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if ours else "/"
