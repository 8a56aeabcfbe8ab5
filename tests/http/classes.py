"""What each route and each socket event is: who may use it, what protects it. One that is not here fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kiosk.app import Kiosk

Role = Literal["nobody", "phone", "wall", "console", "operator", "revoked"]
ROLES: tuple[Role, ...] = ("nobody", "phone", "wall", "console", "operator", "revoked")

EVERYONE = frozenset(ROLES)
OPERATORS = frozenset({"console", "operator"})
READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Kind:
    """A kind of route: who may use it, and how a change is kept from other pages' hands."""

    who: frozenset[str]
    guard: Literal["reads", "origin", "form", "ticket", "none taken"]
    """``origin``: JSON and our own Origin beside a cookie. ``form``: the form's own token. ``ticket``: a
    secret in the message. ``none taken``: the cookie gives nothing that anybody could not have."""


RULES: tuple[tuple[str, str, Kind], ...] = (
    ("GET", r"/|/<code>|/privacy|/healthz|/api/v1/openapi\.json", Kind(EVERYONE, "reads")),
    ("POST", r"/join", Kind(EVERYONE, "form")),
    ("POST", r"/answer", Kind(frozenset({"phone"}), "form")),
    ("POST", r"/api/v1/join", Kind(EVERYONE, "none taken")),
    ("POST", r"/api/v1/sessions", Kind(EVERYONE, "ticket")),
    ("GET", r"/api/v1/state", Kind(frozenset({"phone"}), "reads")),
    ("POST", r"/api/v1/(ballots|respondents)", Kind(frozenset({"phone"}), "origin")),
    ("GET", r"/api/v1/(meetings|rounds|sessions|dialogues|homecoming)\b.*", Kind(OPERATORS, "reads")),
    (
        "POST",
        r"/api/v1/(meetings|rounds|dialogues|populations|pairings|central|receipts|sessions/)\b.*",
        Kind(OPERATORS, "origin"),
    ),
    ("POST", r"/api/v1/sessions/(end|<session_id>/revoke)", Kind(OPERATORS, "origin")),
    ("PUT", r"/api/v1/(wifi|meetings/<meeting_id>/(rotation|heads|retention))", Kind(OPERATORS, "origin")),
    ("GET", r"/display", Kind(frozenset({"wall", "console"}), "reads")),
    ("GET", r"/facilitator", Kind(EVERYONE, "reads")),
    ("GET", r"/facilitator/.*", Kind(OPERATORS, "reads")),
)

WINDOWS: dict[str, frozenset[str]] = {
    "phone": frozenset({"phone"}),
    "console": OPERATORS,
    "wall": frozenset({"wall", *OPERATORS}),
}
"""Who is let in by the socket as which window."""
UP: dict[str, frozenset[str]] = {"ballot": frozenset({"phone"})}
"""Who may say what up a socket; what windows have no right to is refused as ``not_joined``."""
OF_THE_LIBRARY = frozenset({"connect", "disconnect"})
DOWN: dict[str, frozenset[str]] = {
    "state": frozenset({"phone", "console", "wall"}),
    "tally": frozenset({"console", "wall"}),
    "presence": frozenset({"console", "wall"}),
    "saving": frozenset({"console"}),
    "farewell": frozenset({"phone", "console", "wall"}),
}
"""Which windows hear what."""


@dataclass(frozen=True)
class Route:
    method: str
    rule: str
    kind: Kind

    def path(self, rounds: dict[str, str]) -> str:
        """An address of this route that exists."""
        places = {
            "meeting_id": "m1",
            "round_id": rounds["drink"],
            "item_id": "ask-drink",
            "session_id": "none",
            "code": "MEET",
            "kind": "svg",
        }
        return re.sub(r"<(?:[^<>]+:)?(\w+)>", lambda place: places.get(place[1], "x"), self.rule)


def routes(kiosk: Kiosk) -> Iterator[Route]:
    """Every route there is, with what it is; fails at one that nobody has thought about."""
    for rule in kiosk.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(method, rule.rule, _kind(method, rule.rule))


def _kind(method: str, rule: str) -> Kind:
    for known, pattern, kind in RULES:
        if known == method and re.fullmatch(pattern, rule):
            return kind
    raise AssertionError(f"{method} {rule}: who may use it, and what protects it? Say so in {__name__}.")
