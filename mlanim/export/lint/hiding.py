"""Opaque shapes over a text, or over all of a mark, that was drawn before them."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np
from manim import Mobject, VMobject
from manim.mobject.types.image_mobject import AbstractImageMobject

from mlanim.engine.playback.scene_lines import scene_line
from mlanim.export.lint.finding import Finding
from mlanim.export.lint.view import Raster, View, quoted
from mlanim.stage.arrays.batch import Batch
from mlanim.stage.layout import Box
from mlanim.stage.text.labels import Label

OPAQUE = 0.9  # the opacity from which a fill hides what is behind it
MOST_HIDDEN = 0.05
"""The share of a text that may be hidden: a rim that touches it."""

ALL = 0.98
"""The share from which a mark counts as hidden whole: to stand before another is no fault."""


def hidden_texts(view: View) -> Iterator[Finding]:
    """Texts of which an opaque shape hides a part."""
    order = {id(member): index for index, member in enumerate(view.drawn)}
    covers = _Covers(view)
    for label in view.labels:
        last = max(order.get(id(member), -1) for member in label.mobject.get_family())
        points = np.concatenate([ink.points for ink in label.inks])
        share, cover = covers.hide(points, label.box, last)
        if cover is not None and share > MOST_HIDDEN:
            yield _text_finding(view, label, cover, share)


def hidden_marks(view: View) -> Iterator[Finding]:
    """Marks that one opaque shape of another object hides whole."""
    roots = {id(m): id(root) for root in view.mobjects for m in root.get_family()}
    order = {id(member): index for index, member in enumerate(view.drawn)}
    covers = _Covers(view)
    for mark in view.marks:
        points = view.project(mark)[:, :2]
        share, cover = covers.hide(points, view.box_of_one(mark), order[id(mark)])
        if cover is not None and share > ALL and roots[id(cover)] != roots[id(mark)]:
            yield _mark_finding(view, mark, cover, share)


def _text_finding(view: View, label: Label, cover: Mobject, share: float) -> Finding:
    names = quoted(label.says), view.name(cover)
    says = f"{share:.0%} of {names[0]} is hidden by {names[1]}, which is drawn over it."
    line = scene_line(cover) or scene_line(label.mobject)
    return Finding("text hidden", names, says, share, MOST_HIDDEN, "share", line=line)


def _mark_finding(view: View, mark: Mobject, cover: Mobject, share: float) -> Finding:
    names = view.name(mark), view.name(cover)
    says = f"{names[0]} cannot be seen: {names[1]} is drawn over all of it."
    line = scene_line(mark) or scene_line(cover)
    return Finding("mark hidden", names, says, share, ALL, "share", line=line)


class _Covers:
    """The opaque shapes of a view, each drawn alone when it is asked for."""

    def __init__(self, view: View):
        self.view = view
        opaque = [
            (i, m) for i, m in enumerate(view.drawn) if id(m) not in view.letters and _hides(m)
        ]
        self.found = [(index, member, view.box_of_one(member)) for index, member in opaque]
        self.alone = functools.cache(self._alone)

    def hide(self, points: np.ndarray, box: Box, drawn: int) -> tuple[float, Mobject | None]:
        """The largest share of points (N, 2), drawn as number `drawn`, that one shape hides."""
        worst: tuple[float, Mobject | None] = 0.0, None
        for number, (index, member, around) in enumerate(self.found):
            if index > drawn and _meet(box, around):
                opacity = self.alone(number).opacity_at(points)
                share = float(np.mean((opacity >= OPAQUE) & _within(points, around)))
                worst = max(worst, (share, member), key=lambda found: found[0])
        return worst

    def _alone(self, number: int) -> Raster:
        return self.view.picture([self.found[number][1]], transparent=True)


def _hides(member: Mobject) -> bool:
    """Whether a mobject may hide what is behind it."""
    if isinstance(member, Batch):
        return bool(np.any(member.rgbas[:, 3] >= OPAQUE))
    if isinstance(member, VMobject):
        return bool(np.all(member.get_fill_rgbas()[:, 3] >= OPAQUE))
    return isinstance(member, AbstractImageMobject)


def _meet(a: Box, b: Box) -> bool:
    return a.left < b.right and b.left < a.right and a.bottom < b.top and b.bottom < a.top


def _within(points: np.ndarray, box: Box) -> np.ndarray:
    low, high = [box.left, box.bottom], [box.right, box.top]
    return np.all((points >= low) & (points <= high), axis=1)
