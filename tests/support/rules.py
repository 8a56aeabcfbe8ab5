"""Addresses that are made ready once for all the kiosks of a test process.

Werkzeug writes and compiles two small functions for each rule of each application. Every kiosk of a test has
the same eighty rules, and that was most of what putting one together took.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]

_compile = Rule._compile_builder
_compiled: dict[tuple[Any, ...], Builder] = {}


def share_compiled_rules() -> None:
    """From now on, rules that say the same share what was compiled for the first of them."""
    Rule._compile_builder = _compile_once  # type: ignore[assignment]


def _compile_once(rule: Rule, append_unknown: bool = True) -> Builder:
    said = (rule.rule, rule.subdomain, rule.host, repr(rule.defaults), append_unknown)
    if said not in _compiled:
        _compiled[said] = _compile(rule, append_unknown)
    return _compiled[said]
