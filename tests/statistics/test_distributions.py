"""Tails and quantiles, against scipy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kiosk.statistics.distributions import beta_quantile, chi_square_p, normal_p, t_of, t_p, z_of


@given(st.floats(0, 2000), st.integers(1, 400))
def test_the_tail_of_chi_square_is_scipys(x: float, df: int) -> None:
    assert chi_square_p(x, df) == pytest.approx(stats.chi2.sf(x, df), rel=1e-9, abs=1e-300)


def test_a_chi_square_of_nothing_is_certain_and_an_endless_one_impossible() -> None:
    assert chi_square_p(0, 3) == 1
    assert chi_square_p(float("inf"), 3) == 0
    assert chi_square_p(float("inf"), 4) == 0


@given(st.floats(-30, 30))
def test_the_tail_of_the_normal_is_scipys(z: float) -> None:
    assert normal_p(z) == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-9)


def test_the_usual_value_for_95_percent() -> None:
    assert z_of(0.95) == pytest.approx(1.959964, abs=5e-7)
    assert t_of(0.95, 9) == pytest.approx(2.262157, abs=5e-7)
    assert t_p(2.262157, 9) == pytest.approx(0.05, abs=5e-8)
    assert beta_quantile(0.5, 2, 2) == pytest.approx(0.5)


@pytest.mark.parametrize("conf", [0, 1, -0.5, 95])
def test_a_level_is_a_share(conf: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        z_of(conf)


def test_chi_square_needs_freedom() -> None:
    with pytest.raises(ValueError, match="degree of freedom"):
        chi_square_p(1, 0)
