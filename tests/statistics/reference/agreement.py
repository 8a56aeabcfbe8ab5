"""Agreement of coders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kiosk.statistics.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from tests.statistics.reference.registry import Inputs, computes


@computes("krippendorff_alpha")
def alpha_at_every_level(inputs: Inputs) -> Mapping[str, Any]:
    """Names have the nominal level alone, or an order; numbers below 0 are on no ratio scale."""
    coders, order = inputs["coders_by_units"], inputs.get("order")
    found = {"nominal": krippendorff_alpha(coders).alpha}
    given = {code for row in coders for code in row if code is not None}
    numbers = not any(isinstance(code, str) for code in given)
    if order or numbers:
        found["ordinal"] = krippendorff_alpha(coders, "ordinal", order).alpha
    if numbers:
        found["interval"] = krippendorff_alpha(coders, "interval").alpha
    if numbers and min(given) >= 0:
        found["ratio"] = krippendorff_alpha(coders, "ratio").alpha
    return found


@computes("cohen_kappa")
def kappa_of_tables(inputs: Inputs) -> Mapping[str, Any]:
    """By the names of the tables; of a single one, as ``kappa`` too."""
    found = {name: cohen_kappa(table).kappa for name, table in inputs.items()}
    return found | {"kappa": next(iter(found.values()))} if len(found) == 1 else found


@computes("fleiss_kappa")
def kappa_of_many_coders(inputs: Inputs) -> Mapping[str, Any]:
    found = fleiss_kappa(inputs["units_by_category"])
    return {"kappa": found.kappa, "P_bar": found.agreement, "P_e": found.expected}
