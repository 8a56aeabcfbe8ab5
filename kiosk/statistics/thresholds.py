"""The thresholds of everything that is shown. They can be raised; nobody can lower them."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Thresholds:
    """From how many people on a figure may be shown. Each is refused below its default.

    ``total``: valid answers for the result of a question; ``total_sensitive`` of a sensitive one.
    ``percent``: valid answers for percentages beside the counts. ``count``: people in a category of a
    composition question. ``base``: people in a row of answers by group.
    """

    total: int = 5
    total_sensitive: int = 10
    percent: int = 10
    count: int = 6
    base: int = 10

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < field.default:
                raise ValueError(f"the threshold {field.name} is never below {field.default}")

    def least_total(self, *, sensitive: bool) -> int:
        """Valid answers from which a result is shown."""
        return max(self.total, self.total_sensitive) if sensitive else self.total


DEFAULTS = Thresholds()

MOST_NOT_ANSWERING = 30
"""Percent of a room that may leave a question about themselves out; beyond, nothing is compared by it."""
