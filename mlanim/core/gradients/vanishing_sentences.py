"""What is said of gradients through many layers, each under what makes it true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mlanim.core.gradients.mean_field import Moments, Way
from mlanim.core.learning.deep_chain import NOTICED
from mlanim.words.numbers import significant
from mlanim.words.sentence import Sentence, sentence

KEEPS = f"stays within a factor of {NOTICED:g}"
NEAR = 0.005  # within which a factor is said to be next to 1


def verdict(left: float) -> str:
    """What a gradient does of which so much is left."""
    if left * NOTICED < 1:
        return "vanishes"
    return "explodes" if left > NOTICED else KEEPS


def short(value: float) -> str:
    """A number to two digits."""
    return significant(float(f"{value:.1e}"), 2)


def says_marks(starts: int) -> Sentence:
    """How measurements and theory are drawn."""
    return sentence(
        "lines: measured, median and range of {starts} starts; dots: theory", starts=starts
    )


def says_left(title: str, variance: float, depth: int, left: float, theory: float) -> Sentence:
    """What is left of the gradient, in the median start and in theory."""
    return sentence(
        "{title}, $g$ = {variance:g}: after {depth} layers back [{left} ×](gradient) is left, "
        "theory says {theory} ×; it {does}",
        title=title, variance=variance, depth=depth, left=short(left), theory=short(theory),
        does=verdict(left),
    )  # fmt: skip


def says_bound(top: float, depth: int, left: Mapping[float, float]) -> Sentence:
    """What slopes alone keep at most, beside what is left at the least and the largest variance."""
    small, large = min(left), max(left)
    return sentence(
        "{depth} slopes of at most {top} keep {bound} at most; weights multiply too: "
        "[{low}](weight) at $g$ = {small:g}, [{high}](weight) at {large:g}",
        depth=depth, top=significant(top), bound=short(top**depth), low=short(left[small]),
        high=short(left[large]), small=small, large=large,
    )  # fmt: skip


def says_kinds(left: Mapping[str, float]) -> Sentence:
    """What is left at the right scale: Xavier's for sigmoid and tanh, He's for ReLU and GELU."""
    kept = [title for title, share in left.items() if verdict(share) == KEEPS]
    found = ", ".join(f"{title} {short(share)}" for title, share in left.items())
    return sentence(
        "Left at the right scale: {found}; within a factor of {noticed}: {kept}",
        found=found, noticed=NOTICED, kept=", ".join(kept) or "none",
    )  # fmt: skip


def says_edges(edges: Mapping[str, Sequence[float]], depth: int) -> Sentence:
    """At which variances theory has the gradient arrive with the norm that it had."""
    found = ", ".join(
        f"{title} {' and '.join(map(significant, some)) or 'nowhere here'}"
        for title, some in edges.items()
    )
    return sentence(
        "The edge between vanishing and exploding over {depth} layers, $g$: {found}",
        depth=depth, found=found,
    )  # fmt: skip


def says_map(variance: float, squares: np.ndarray, theory: float, factor: float) -> Sentence:
    """Where signals go, and what a layer makes of the gradient there.

    Args:
        squares: their mean square in each stream, measured, (L + 1,).
        theory: the last of these in theory.
        factor: χ at the last of these.
    """
    side = "below" if factor < 1 - NEAR else "above" if factor > 1 + NEAR else "next to"
    return sentence(
        "$g$ = {g:g}: the mean square goes from {first} to [{last}](highlight), in theory to "
        "{theory}; there $chi$ = {factor}, {side} 1",
        g=variance, first=short(float(squares[0])), last=short(float(squares[-1])),
        theory=short(theory), factor=significant(factor), side=side,
    )  # fmt: skip


def says_remedies(left: Mapping[Way, float]) -> Sentence:
    """What is left of the gradient each way."""
    return sentence(
        "Left of the gradient: plain [{plain}](weight), with the skip {skip}, with layer norm "
        "{layer}, with batch norm {batch}",
        plain=short(left["plain"]), skip=short(left["skip"]), layer=short(left["layer norm"]),
        batch=short(left["batch norm"]),
    )  # fmt: skip


def says_norms(title: str, unit: Moments) -> Sentence:
    """What a layer of a normalised network keeps, which no scale of its weights changes."""
    layer = significant(float(np.sqrt(unit.slope / unit.square)))
    batch = significant(float(np.sqrt(unit.slope / (unit.square - unit.mean**2))))
    if abs(unit.mean) < 1e-9:
        return sentence(
            "{title}, any $g$: in theory both norms keep {layer} × a layer",
            title=title, layer=layer,
        )  # fmt: skip
    return sentence(
        "{title}, any $g$: in theory layer norm keeps {layer} × a layer, batch norm {batch} ×: it "
        "takes out what all examples share",
        title=title, layer=layer, batch=batch,
    )  # fmt: skip
