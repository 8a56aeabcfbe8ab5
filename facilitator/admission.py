"""Pages of the console are for those who were let in; whoever was not is shown the way in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import redirect
from flask.typing import ResponseReturnValue

from kiosk import access

P = ParamSpec("P")


def console_only(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """A page for consoles that were let in."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if access.session("console") is None:
            return redirect("/facilitator")
        return view(*args, **kwargs)

    return guarded
