"""The dot product written out, every number under its symbol and following what is shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlanim.stage.layout import Box
from mlanim.stage.picture import Picture
from mlanim.stage.text.number import Number, number_curves
from mlanim.stage.text.texts import Formula, Weight, body_height
from mlanim.stage.track import follow
from mlanim.words.numbers import format_number

SYMBOLS = "|weight(bold(w))|", "|input(bold(x))|", "cos theta"
ROLES = "weight", "input", "text"
COLUMN, ROWS = 3.4, (0.9, 2.6, 4.3)  # ems from factor to factor, and down to each baseline


def places_of_products(limit: float) -> int:
    """How many decimals tell products that are no larger than a limit."""
    return 2 if limit >= 0.5 else 4


class Product(Picture):
    """w · x = |w| |x| cos θ with the numbers under the symbols, and the product below.

    Args:
        now: values or readings of `w_norm`, `x_norm`, `cosine` and `dot`.
        limit: the most that the product will be.
    """

    def __init__(self, now: Mapping[str, Any], limit: float, least: float = 4.4):
        super().__init__(least)
        self.limit = limit
        self.factors = [now[name] for name in ("w_norm", "x_norm", "cosine")]
        self.dot = now["dot"]

    def compose(self, box: Box) -> None:
        """Three rows from the top of the box; columns share its width where it is narrow."""
        em = body_height("display")
        rows = [box.top - em * row for row in ROWS]
        name = Formula("weight(bold(w)) dot input(bold(x)) =").baseline_at([box.left, rows[0], 0])
        equals = box.left + name.advance
        signs = [Formula("=").baseline_at([equals, row, 0], "right") for row in rows[1:]]
        column = min(em * COLUMN, (box.right - equals - 0.4 * em) / 3)
        for i, (symbol, role) in enumerate(zip(SYMBOLS, ROLES, strict=True)):
            middle = equals + 0.25 * em + column * (i + 0.5)
            self.add(Formula(symbol).baseline_at([middle, rows[0], 0], "center"))
            self.add(self._number(role, middle - 0.3 * em, rows[1], self.factors[i]))
            if i:
                times = Formula("times", size="title", role="muted")
                self.add(times.baseline_at([middle - column / 2, rows[1], 0], "center"))
        places = places_of_products(self.limit)
        _, widest, _ = number_curves(format_number(-self.limit, places), "semibold")
        result = equals + max(0.25 * em + column * 0.5 - 0.3 * em, (widest + 0.4) * em)
        self.add(
            name, *signs, self._number("highlight", result, rows[2], self.dot, "semibold", places)
        )

    def height_at(self, width: float) -> float:
        """Three rows."""
        return body_height("display") * (ROWS[2] + 0.4)

    @staticmethod
    def _number(
        role: str, point: float, baseline: float, value: Any, weight: Weight = "regular",
        places: int = 2,
    ) -> Number:  # fmt: skip
        number = Number(0.0, places, size="display", role=role, weight=weight)
        return follow(number.baseline_at([point, baseline, 0]), Number.set_value, value)
