"""How the published cases find what computes them: a function per kind, in a file per area."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

Inputs = Mapping[str, Any]
Computation = Callable[[Inputs], Mapping[str, Any]]
"""From a case's inputs to all figures that a case of its kind may expect, by the names that cases use."""

KINDS: dict[str, Computation] = {}


def computes(kind: str) -> Callable[[Computation], Computation]:
    """Register a function as what computes the cases of a kind; there is one for each."""

    def register(computation: Computation) -> Computation:
        assert kind not in KINDS, f"{kind} is computed twice"
        KINDS[kind] = computation
        return computation

    return register


def every_kind() -> Mapping[str, Computation]:
    """The computations of all files beside this one."""
    for module in iter_modules([str(Path(__file__).parent)]):
        import_module(f"{__package__}.{module.name}")
    return KINDS
