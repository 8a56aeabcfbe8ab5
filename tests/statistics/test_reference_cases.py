"""Published cases with known answers. A case added to the file is run without new code here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any, TypeGuard

import pytest

from tests.statistics.reference.registry import every_kind

Case = Mapping[str, Any]

CASES: list[Case] = json.loads(Path(__file__).with_name("reference_cases.json").read_text("utf-8"))["cases"]
KINDS = every_kind()

NEED_THE_BALLOTS = {"equal_shares_cost_no_completion", "equal_shares_count_no_completion"}
"""What a case that points to a public file, which is not here, expects beyond what its totals allow."""


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_published_case_comes_out_as_published(case: Case) -> None:
    computed = KINDS[case["kind"]](case["inputs"])
    known = {key: value for key, value in case["expected"].items() if not _needs_a_file(case, key)}
    assert {key: value for key, value in known.items() if key not in computed} == {}
    for key, value in known.items():
        assert differences(value, computed[key], case["tolerance"].get(key, 0), key) == []


def _needs_a_file(case: Case, key: str) -> bool:
    return "pointer" in case["inputs"] and key in NEED_THE_BALLOTS


def test_every_kind_of_case_is_computed() -> None:
    assert {case["kind"] for case in CASES} - set(KINDS) == set()


def test_there_are_cases_and_each_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 48
    assert len({case["id"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize(
    ("expected", "computed"),
    [
        (1.0, 1.2),
        (1.0, float("nan")),
        (1.0, True),
        (1.0, None),
        (True, False),
        (True, 1),
        ("in", "out"),
        ([1.0, 2.0], [1.0]),
        ([1.0, 2.0], [1.0, 2.2]),
        ([[1.0], [2.0]], [[1.0], [2.2]]),
        ({"a": 1.0}, {"a": 1.2}),
        ({"a": 1.0}, {"b": 1.0}),
        ({"a": 1.0}, {"a": 1.0, "b": 1.0}),
        (1.0, [1.0]),
    ],
)
def test_the_comparison_sees_what_is_wrong(expected: object, computed: object) -> None:
    assert differences(expected, computed, 0.1, "here") != []


@pytest.mark.parametrize(
    ("expected", "computed"),
    [
        (1.0, 1.05),
        (True, True),
        ("in", "in"),
        ([1.0, 2.0], (1.05, 2)),
        ({"a": [1.0, None]}, {"a": [1.0, None]}),
    ],
)
def test_the_comparison_lets_the_tolerance_pass(expected: object, computed: object) -> None:
    assert differences(expected, computed, 0.1, "here") == []


def differences(expected: object, computed: object, tolerance: float, where: str) -> list[str]:
    """Where the two differ by more than the tolerance, which is absolute; also deep in lists and mappings."""
    if isinstance(expected, Mapping) and isinstance(computed, Mapping):
        return _of_mappings(expected, computed, tolerance, where)
    if _is_list(expected) and _is_list(computed):
        return _of_lists(expected, computed, tolerance, where)
    if _is_number(expected) and _is_number(computed):
        same = abs(float(expected) - float(computed)) <= tolerance
    else:
        same = type(expected) is type(computed) and expected == computed
    return [] if same else [f"{where}: {computed!r} instead of {expected!r} ± {tolerance}"]


def _of_mappings(
    expected: Mapping[str, object], computed: Mapping[str, object], tolerance: float, where: str
) -> list[str]:
    if set(expected) != set(computed):
        return [f"{where}: {sorted(computed)} instead of {sorted(expected)}"]
    return [
        found
        for key, value in expected.items()
        for found in differences(value, computed[key], tolerance, f"{where}.{key}")
    ]


def _of_lists(
    expected: Sequence[object], computed: Sequence[object], tolerance: float, where: str
) -> list[str]:
    if len(expected) != len(computed):
        return [f"{where}: {len(computed)} values instead of {len(expected)}"]
    return [
        found
        for place, (one, other) in enumerate(zip(expected, computed, strict=True))
        for found in differences(one, other, tolerance, f"{where}[{place}]")
    ]


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, Real) and not isinstance(value, bool)
