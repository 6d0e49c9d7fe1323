"""Texts that cannot be read well: over one another, too small, too faint, over an edge."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from mlanim.engine.playback.scene_lines import scene_line
from mlanim.export.lint.edges import TOUCH
from mlanim.export.lint.finding import Finding
from mlanim.export.lint.view import View, quoted
from mlanim.stage import theme
from mlanim.stage.text.labels import Ink, Label

LEAST_CONTRAST = 4.5
MOST_CROSSED = 0.03
"""The share of a text's area that may lie over something else than the rest: a hairline may."""

STANDS_OUT = 2.0  # the contrast from which a pixel counts as something else


def overlapping(view: View) -> Iterator[Finding]:
    """Pairs of texts one over the other."""
    for first, second in itertools.combinations(view.labels, 2):
        a, b = first.box, second.box
        width = min(a.right, b.right) - max(a.left, b.left)
        height = min(a.top, b.top) - max(a.bottom, b.bottom)
        overlap = min(width, height)
        if overlap > TOUCH:
            names = quoted(first.says), quoted(second.says)
            says = f"{names[0]} and {names[1]} overlap by {overlap:.2f} units."
            line = scene_line(second.mobject) or scene_line(first.mobject)
            yield Finding("texts overlap", names, says, overlap, TOUCH, "units", line=line)


def too_small(view: View) -> Iterator[Finding]:
    """Texts below the least size."""
    least = view.ground.smallest
    for label in view.labels:
        if label.size < least - 0.01:
            size = f"{label.size:.1f} font units; the least is {least:.1f}."
            yield _of(
                label, "text too small", f"has a size of {size}", label.size, least, "font units"
            )


def too_faint(view: View) -> Iterator[Finding]:
    """Texts with too little contrast to what is behind them."""
    for label in view.labels:
        worst = min(_contrast(ink, view) for ink in label.inks)
        if worst < LEAST_CONTRAST - 0.05:
            ratio = f"{worst:.1f}:1; the least is {LEAST_CONTRAST}:1."
            yield _of(
                label, "contrast too low", f"has a contrast of {ratio}", worst, LEAST_CONTRAST, ":1"
            )


def _contrast(ink: Ink, view: View) -> float:
    """The contrast of an ink with the pixels under it."""
    below = view.backdrop.under(ink.box)
    shown = ink.rgba[:3] * ink.rgba[3] + below * (1 - ink.rgba[3])
    # A hairline that runs under a word does not make it unreadable; a tenth of its area does.
    return float(np.quantile(theme.contrast(shown, below), 0.1))


def crossed(view: View) -> Iterator[Finding]:
    """Texts over a line or an edge."""
    for label in view.labels:
        share = max(_unlike(view.backdrop.under(ink.box)) for ink in label.inks)
        if share > MOST_CROSSED:
            lies = f"lies with {share:.0%} of its area over a line or an edge of something else."
            yield _of(label, "text runs over an edge", lies, share, MOST_CROSSED, "share")


def _unlike(below: np.ndarray) -> float:
    """The share of pixels (N, 3) that stand out from most of those under the same text."""
    usual = np.median(below, axis=0)
    return float(np.mean(theme.contrast(below, usual) > STANDS_OUT))


def _of(label: Label, rule: str, says: str, measured: float, allowed: float, unit: str) -> Finding:
    name = quoted(label.says)
    line = scene_line(label.mobject)
    return Finding(rule, (name,), f"{name} {says}", measured, allowed, unit, line=line)
