"""The registry of question kinds: the only list of them.

A kind is one folder: ``rules.py`` (pure) with a ``KIND``, ``phone.html`` (its inputs), ``result.html`` (its
result). To add one, copy a folder and add a line here.
"""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.kinds.choice.rules import KIND as CHOICE
from kiosk.kinds.kind import Kind, Malformed
from kiosk.kinds.scale.rules import KIND as SCALE
from kiosk.kinds.text.rules import KIND as TEXT
from kiosk.meeting.document import Question

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (CHOICE, SCALE, TEXT)}

__all__ = ["KINDS", "Kind", "Malformed", "kind_of"]


def kind_of(question: Question) -> Kind:
    """The kind that asks and counts a question."""
    return KINDS[question.kind]
