"""One way of saying no."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """A code for machines, which never changes its meaning, and what people read: a title and a sentence that
    says what happened and what to do."""

    code: str
    status: int
    title: str
    detail: str
