"""The registry of question kinds: each folder here is one, and the folders are the only list of them.

A kind's folder has ``rules.py`` (pure) with its ``KIND``, ``phone.html`` (its inputs) and ``result.html``
(its result). To add one, copy a folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

from kiosk.kinds.kind import Kind, Malformed
from kiosk.meeting.document import Question

__all__ = ["KINDS", "Kind", "Malformed", "kind_of"]


def _found() -> Iterator[Kind]:
    for entry in iter_modules(__path__):
        if entry.ispkg:
            yield import_module(f"{__name__}.{entry.name}.rules").KIND


KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _found()}


def kind_of(question: Question) -> Kind:
    """The kind that asks and counts a question."""
    return KINDS[question.kind]
