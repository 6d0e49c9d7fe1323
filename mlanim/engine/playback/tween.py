"""Transforms of many mobjects in one go: one interpolation of long arrays for each frame."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from manim import ORIGIN, Animation, Mobject, Transform, VMobject
from manim.utils.paths import path_along_arc, path_along_circles, straight_path

from mlanim.engine.camera.display_list import shown

_COLORS = ("fill_rgbas", "stroke_rgbas", "background_stroke_rgbas")
_NUMBERS = ("stroke_width", "background_stroke_width", "sheen_factor")

_STEPS = (
    "get_all_families_zipped",
    "get_all_mobjects",
    "get_all_mobjects_to_update",
    "get_sub_alpha",
    "interpolate",
    "interpolate_mobject",
    "interpolate_submobject",
    "update_mobjects",
)
"""What an animation is asked in every frame; one with its own answer is no plain transform."""


class Tweens:
    """Plain transforms that follow each other in a play, stepped together.

    Each mobject gets what `Transform` would give it, as pieces of shared arrays.
    """

    def __init__(self, animations: Sequence[Transform]):
        self.animations = list(animations)
        self.families = [shown([animation.mobject], False) for animation in animations]
        starts, ends = [], []
        for animation in animations:
            starts += animation.starting_mobject.family_members_with_points()
            ends += animation.target_copy.family_members_with_points()
        self.members = [vars(member) for family in self.families for member in family]
        everyone = [member for a in animations for member in a.mobject.get_family()]
        self._parts = [(m, list(m.submobjects), len(m.points) > 0) for m in everyone]
        self.points = _Row([m.points for m in starts], [m.points for m in ends])
        self._curved = list(self._on_curves())
        self.colors = [
            _Row([getattr(m, name) for m in starts], [getattr(m, name) for m in ends])
            for name in _COLORS
        ]
        self.sheen = _Row(
            [m.sheen_direction[None] for m in starts], [m.sheen_direction[None] for m in ends]
        )
        numbers = [
            [[getattr(m, name) for name in _NUMBERS] for m in side] for side in (starts, ends)
        ]
        self.numbers = np.array(numbers, dtype=float)

    def holds(self) -> bool:
        """Whether the mobjects are still those that the animations began with."""
        return all(
            member.submobjects == parts and (len(member.points) > 0) == drawn
            for member, parts, drawn in self._parts
        )

    def interpolate(self, time: float) -> None:
        """Put every mobject where it is at a time of the play, seconds."""
        alphas = self._alphas(time)
        row = self.points.between(alphas)
        for animation, part, first in self._curved:
            starts, ends = self.points.start[part], self.points.end[part]
            row[part] = animation.path_func(starts, ends, alphas[first])
        points = self.points.parts(row)
        fills, strokes, behinds = (row.at(alphas) for row in self.colors)
        sheens = self.sheen.between(alphas)
        share = np.array(alphas)[:, None]
        numbers = ((1 - share) * self.numbers[0] + share * self.numbers[1]).tolist()
        for own, at, fill, stroke, behind, sheen, (width, back_width, factor) in zip(
            self.members, points, fills, strokes, behinds, sheens, numbers, strict=True
        ):
            own["points"] = at
            own["fill_rgbas"], own["stroke_rgbas"] = fill, stroke
            own["background_stroke_rgbas"], own["sheen_direction"] = behind, sheen
            own["stroke_width"], own["background_stroke_width"] = width, back_width
            own["sheen_factor"] = factor

    def _on_curves(self) -> Iterator[tuple[Transform, slice, int]]:
        """The animations that do not go straight, where their points lie, and their first member.

        All points of one go along its path at once, since all are equally far.
        """
        first = 0
        for animation, family in zip(self.animations, self.families, strict=True):
            last = first + len(family) - 1
            if animation.path_func is not straight_path():
                ends = self.points.slices[first].start, self.points.slices[last].stop
                yield animation, slice(*ends), first
            first = last + 1

    def _alphas(self, time: float) -> list[float]:
        alphas: list[float] = []
        known: dict[object, float] = {}  # most animations of a play keep the same time
        for animation, family in zip(self.animations, self.families, strict=True):
            alpha, count = time / animation.run_time, len(family)
            if animation.lag_ratio:
                alphas += [animation.get_sub_alpha(alpha, i, count) for i in range(count)]
                continue
            pace = animation.run_time, animation.rate_func, animation.reverse_rate_function
            if pace not in known:
                known[pace] = animation.get_sub_alpha(alpha, 0, count)
            alphas += [known[pace]] * count
        return alphas


class _Row:
    """Arrays of several mobjects, one after the other, at the start and at the end."""

    def __init__(self, starts: list[np.ndarray], ends: list[np.ndarray]):
        self.start, self.end = np.concatenate(starts), np.concatenate(ends)
        self.counts = [len(array) for array in starts]
        self._is_even = len(set(self.counts)) == 1
        bounds = np.cumsum([0, *self.counts]).tolist()
        self.slices = [slice(a, b) for a, b in itertools.pairwise(bounds)]

    def at(self, alphas: list[float]) -> list[np.ndarray]:
        """Each mobject's array, so far on the way as its `alphas` (N,) says."""
        return self.parts(self.between(alphas))

    def parts(self, row: np.ndarray) -> list[np.ndarray]:
        """The pieces of a row that are each mobject's."""
        if self._is_even:
            return list(row.reshape(len(self.counts), self.counts[0], -1))
        return [row[part] for part in self.slices]

    def between(self, alphas: list[float]) -> np.ndarray:
        """The same, still in a row."""
        share = np.repeat(alphas, self.counts)[:, None]
        return np.asarray((1 - share) * self.start + share * self.end)


def is_plain(animation: Animation) -> bool:
    """Whether an animation that has begun is a transform of mobjects as manim makes them.

    It goes straight, or along arcs without one point lagging behind another.

    None of the three families that it goes through may have updaters, or be interpolated or
    coloured in a way of its own.
    """
    return (
        isinstance(animation, Transform)
        and _steps_plainly(animation.__class__)
        and not any(name in vars(animation) for name in _STEPS)
        and (
            animation.path_func is straight_path()
            or (animation.lag_ratio == 0 and _along_arcs(animation.path_func))
        )
        and animation.run_time > 0
        and _matches(animation)
    )


@functools.cache
def _steps_plainly(kind: type) -> bool:
    return all(
        getattr(kind, name) in (getattr(Transform, name), getattr(Animation, name))
        for name in _STEPS
    )


def _along_arcs(path: Any) -> bool:
    """Whether a path is one of manim's that takes each point by itself, whichever go with it."""
    code = getattr(path, "__code__", None)
    if code is path_along_arc(1.0).__code__:
        return True
    if code is not path_along_circles(1.0, ORIGIN).__code__:
        return False
    return np.shape(inspect.getclosurevars(path).nonlocals["circles_centers"]) == (3,)


def _matches(animation: Transform) -> bool:
    families = [
        mobject.get_family()
        for mobject in (animation.mobject, animation.starting_mobject, animation.target_copy)
    ]
    idle = [*families[1], *families[2], *animation.target_mobject.get_family()]
    if not all(
        mobject.__class__.update is Mobject.update and not mobject.updaters for mobject in idle
    ):
        return False
    drawn = [[member for member in family if len(member.points)] for family in families]
    return (
        len(drawn[0]) == len(drawn[1]) == len(drawn[2]) > 0
        and drawn[0] == shown([animation.mobject], False)
        and all(_blends(*three) for three in zip(*drawn, strict=True))
    )


def _blends(mobject: Any, start: Any, end: Any) -> bool:
    """Whether a mobject's place and paint lie between those of two others, number by number."""
    kind = mobject.__class__
    return (
        isinstance(mobject, VMobject)
        and kind.interpolate is Mobject.interpolate
        and kind.interpolate_color is VMobject.interpolate_color
        and not any(hasattr(kind, name) for name in ("points", *_COLORS, *_NUMBERS[:2]))
        and all(
            _alike(getattr(start, name, None), getattr(end, name, None))
            for name in ("points", *_COLORS, "sheen_direction")
        )
        and all(
            isinstance(getattr(side, name, None), (int, float))
            for side in (start, end)
            for name in _NUMBERS
        )
    )


def _alike(start: object, end: object) -> bool:
    """Whether two arrays can be blended with others in a row without a warning or a change."""
    return (
        isinstance(start, np.ndarray)
        and isinstance(end, np.ndarray)
        and start.dtype == end.dtype == np.float64
        and start.shape == end.shape
        and start.shape[-1:] in ((3,), (4,))
        and bool(np.isfinite(start).all() and np.isfinite(end).all())
    )
