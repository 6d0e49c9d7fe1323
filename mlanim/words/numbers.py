"""Numbers as text: a true minus sign, never a minus zero, never rounded up to certainty."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from fractions import Fraction

MINUS = "\N{MINUS SIGN}"

_NOTHING = Fraction(1, 10**7)  # of a per cent: what sums of areas differ by


def format_number(value: float, places: int = 2, signed: bool = False, suffix: str = "") -> str:
    """The number with `places` decimals, a true minus sign, and never a minus zero."""
    text = f"{value:+.{places}f}" if signed else f"{value:.{places}f}"
    if float(text) == 0:
        text = text.replace("-", "+" if signed else "")
    return text.replace("-", MINUS) + suffix


def significant(value: float, digits: int = 3) -> str:
    """The number to so many significant digits, or fewer where these give it exactly.

    Where it is very large or small a power of ten stands behind it.
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else f"{value:g}".replace("-", MINUS)
    power = math.floor(math.log10(abs(float(f"{value:.{digits - 1}e}"))))
    while digits > 1 and float(f"{value:.{digits - 1}g}") == value:
        digits -= 1
    if -4 <= power < 7:
        return format_number(value, max(digits - 1 - power, 0))
    mantissa = format_number(value / 10.0**power, digits - 1)
    return f"{mantissa}\N{THIN SPACE}·\N{THIN SPACE}10{superscript(str(power))}"


def percent(share: float, places: int = 0) -> str:
    """A share of 1 in per cent; what is not all or nothing is never shown as 100 or 0."""
    low, high = 10.0**-places, 100 - 10.0**-places
    shown = float(f"{100 * share:.{places}f}")
    if 0 < share < 1 and shown >= 100:
        return f"over {format_number(high, places)} %"
    if 0 < share < 1 and shown <= 0:
        return f"under {format_number(low, places)} %"
    return format_number(100 * share, places, suffix=" %")


def with_spread(values: Sequence[float], places: int) -> str:
    """Mean and standard deviation of two or more values, as "0.49 ± 0.02"."""
    mean, spread = statistics.mean(values), statistics.stdev(values)
    return f"{format_number(mean, places)} ± {format_number(spread, places)}"


def digits_with_spread(values: Sequence[float], digits: int = 2, of_spread: int = 1) -> str:
    """The same to so many digits of each, as "0.037 ± 0.006"."""
    mean, spread = statistics.mean(values), statistics.stdev(values)
    return f"{significant(mean, digits)} ± {significant(spread, of_spread)}"


def count_of(part: int, whole: int) -> str:
    """How many of how many, with the share: "1,206 of 1,212 (over 99 %)"."""
    return f"{grouped(part)} of {grouped(whole)} ({percent(part / whole)})"


def counted(count: int, what: str) -> str:
    """So many of something that takes an s: "1 slide", "2 slides"."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def grouped(value: int) -> str:
    """A whole number with its thousands parted by commas."""
    return f"{value:,}".replace("-", MINUS)


def percents(shares: Sequence[float]) -> list[str]:
    """Shares of one whole in whole per cents that add up to 100 (largest remainders).

    What is not all or nothing is never shown as 100 or 0; a share below a billionth is nothing.
    """
    exact = [Fraction(share) * 100 / sum(map(Fraction, shares)) for share in shares]
    floors = [math.floor(value) for value in exact]
    order = sorted(range(len(exact)), key=lambda i: (floors[i] - exact[i], i))
    for i in order[: 100 - sum(floors)]:
        floors[i] += 1
    return [_whole_percent(value, share) for value, share in zip(floors, exact, strict=True)]


def _whole_percent(value: int, exact: Fraction) -> str:
    """A rounded share in per cent beside what it is rounded from."""
    if value == 0 and exact > _NOTHING:
        return "under 1 %"
    return "over 99 %" if value == 100 and exact < 100 - _NOTHING else f"{value} %"


def superscript(power: str) -> str:
    """A whole number's digits and its sign, raised."""
    return power.translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
