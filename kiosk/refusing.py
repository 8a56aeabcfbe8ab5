"""How an application refuses: every fault on its way out becomes a Problem, and a Problem a reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from kiosk.problems import Problem

RETRY_SECONDS = 2
"""After so long the limits let through again what they have stopped."""

_CODE_OF_STATUS: Mapping[int, str] = {
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_type",
}


def install(
    app: Flask,
    *,
    is_program: Callable[[], bool],
    page: Callable[[Problem], Response],
    told: Callable[[Exception], Problem],
) -> None:
    """Have the application refuse programs in JSON and people by a page.

    ``told`` says what anybody hears of a fault that is not a refusal, and leaves the details with us.
    """

    def refuse(problem: Problem) -> Response:
        response = as_json(problem) if is_program() else page(problem)
        if problem.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        if problem.status == 429:
            response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response

    def refuse_http(error: HTTPException) -> Any:
        if error.code is not None and error.code < 400:
            return error
        response = refuse(Problem(_code_of(error)))
        if error.code == 405:
            response.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
        return response

    app.register_error_handler(Problem, refuse)
    app.register_error_handler(HTTPException, refuse_http)
    app.register_error_handler(Exception, lambda error: refuse(told(error)))


def as_json(problem: Problem) -> Response:
    """A refusal as programs read it."""
    response = jsonify(problem.body())
    response.mimetype = "application/problem+json"
    response.status_code = problem.status
    return response


def _code_of(error: HTTPException) -> str:
    status = error.code or 500
    if status >= 500:
        return "trouble"
    if status == 400 and request.is_json:
        return "bad_json"
    return _CODE_OF_STATUS.get(status, "bad_request")
