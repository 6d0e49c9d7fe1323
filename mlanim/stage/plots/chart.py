"""A chart that fills its box: axes that measure their own labels, and marks in the data's units.

    chart = Chart(x_label="step", y_label="loss", log="y")
    chart.curve(steps, losses, "input", name="Adam")
    chart.dot((track, track["loss"]), "highlight")

Numbers and arrays may be readings of tracks; then the mark follows them.

A map of what a classifier decides is a field with the points over it:

    chart = Chart((-1, 1), (-1, 1), equal=True, grid=False)
    chart.field(margins, signed_palette(1.0), opacity=0.4)
    chart.level(xs, ys, margins, 0.0)
    chart.scatter(points, [CLASSES[label] for label in labels])
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar

import numpy as np
from manim import VGroup

from mlanim.stage.layout import Box
from mlanim.stage.marks.legend import Entry, legend, legend_height
from mlanim.stage.marks.shapes import Polyline, Segments
from mlanim.stage.picture import Rows, replace_parts
from mlanim.stage.pictures.lines import Lines
from mlanim.stage.plots.marked import Marked
from mlanim.stage.plots.marks.lines import spread
from mlanim.stage.plots.marks.mark import Mark
from mlanim.stage.plots.scale import Range, Scale, around, from_to, round_step, ticks_in_steps
from mlanim.stage.plots.values import span
from mlanim.stage.text.texts import Content, Text, body_height
from mlanim.stage.track import Morph
from mlanim.words.nearest import unknown
from mlanim.words.sentence import as_sentence

AIR = 0.12  # manim units between an axis and what is written beside it
LOGS, NAMES = ("", "x", "y", "xy"), ("beside", "within", "key")
LEAST_TICK = 0.85  # manim units that a tick takes along its axis
LEAST_AREA = 0.5  # manim units of height for the marks
M = TypeVar("M", bound=Mark)


class Chart(Marked):
    """Axes and marks.

    Args:
        x, y: what the axes span; unless given, what the marks need as they stand and as tracks run.
        x_label, y_label: below, and over the upper left corner; templates, as for `sentence`.
        log: which axes are logarithmic: "", "x", "y" or "xy".
        equal: one unit of x is as long as one of y; the ranges grow to fill the box.
        ticks: the most that an axis has; 0 for none.
        grid: whether ticks carry lines across.
        axes: whether lines stand at x = 0 and y = 0 where these are inside.
        names: where marks with a name have it: "beside" them, beside them but "within" the area,
            or in a "key" over it.
    """

    def __init__(
        self,
        x: Range | None = None,
        y: Range | None = None,
        x_label: Content | None = None,
        y_label: Content | None = None,
        *,
        log: Literal["", "x", "y", "xy"] = "",
        equal: bool = False,
        ticks: int = 5,
        grid: bool = True,
        axes: bool = False,
        names: Literal["beside", "within", "key"] = "beside",
        least: float = 3.0,
        aspect: float = 1.4,
    ):
        super().__init__(least, aspect)
        for kind, given, known in (("log", log, LOGS), ("place for names", names, NAMES)):
            if given not in known:
                raise ValueError(unknown(kind, given, map(repr, known)))
        for axis, limits in (("x", x), ("y", y)):
            if limits is not None:
                Scale(
                    *span(limits, f"the range of {axis}"), axis in log
                )  # which refuses wrong ends
        self.ranges, self.labels, self.log, self.equal = (x, y), (x_label, y_label), log, equal
        self.most, self.has_grid, self.has_axes, self.names = ticks, grid, axes, names
        self.frame.keeps_names, self.are_named = names == "within", names != "key"
        self.spanned: list[tuple[Scale, Scale]] = []  # as it was composed, and by each zoom

    def under(self, *templates: str, size: str = "body", **values: Any) -> Rows:
        """The chart below sentences whose values are read off it, as those of `Lines`."""
        return Rows(Lines(*templates, size=size, **values), self)

    # Composing.

    def compose(self, box: Box) -> None:
        """Axes around the area that their labels leave, then the marks."""
        x, y = (self._scale(axis) for axis in (0, 1))
        key = self._key()
        over = legend_height(key, box.width) + 0.1 if key else 0.0
        if key:
            self.add(legend(key, box))
        room = box.inset(top=over)
        area = self._area(room, x, y, room)
        if self.equal:  # which changes the ticks, and so the room for their words
            area = self._area(room, *_equalised(x, y, area), area)
            x, y = _equalised(x, y, area)
        self.frame.settle(area, x, y)
        self.spanned.append((x, y))
        self.rim = Polyline(area.corners(), "rule", "thin", closed=True)
        self.lines = Segments(np.zeros((0, 2, 2)))
        self.zeros = Segments(np.zeros((0, 2, 2)), "muted", "thin")
        self.tick_texts, self.titles = VGroup(), VGroup(*self._titles(box))
        self.add(self.lines, self.zeros, self.rim, self.tick_texts, self.titles)
        self._draw_axes()
        for mark in self.marks:
            mark.settle(self.are_named)
        self.frame.part_names = lambda: spread(self.marks)
        self.frame.part_names()
        behind = [mark for mark in self.marks if mark.is_behind and not mark.is_later]
        self.submobjects[0:0] = behind
        self.add(*(m for m in self.marks if not m.is_later and not m.is_behind))

    def least_height(self, width: float) -> float:
        """What is written below and over the area, and a little room for the marks."""
        key, (below, over) = self._key(), self._below_and_over()
        keyed = legend_height(key, width) + 0.1 if key else 0.0
        return keyed + below + over + LEAST_AREA

    def zoom(self, x: Range | None = None, y: Range | None = None, **timing: Any) -> Morph:
        """The animation in which the axes come to span something else; all marks follow.

        Raises:
            ValueError: for a chart that does not stand yet, and for what is no range of its axis.
        """
        if not self.frame.is_placed:
            raise ValueError("A chart can zoom once it stands: enter it.")
        for axis, limits in (("x", x), ("y", y)):
            if limits is not None:
                span(limits, f"the range of {axis}")
        pairs = zip((x, y), self.frame.scales, strict=True)
        wanted = [Scale(*(given or (one.low, one.high)), one.log) for given, one in pairs]
        if self.equal:
            wanted = list(_equalised(wanted[0], wanted[1], self.frame.area))
        self.spanned.append((wanted[0], wanted[1]))
        start, end = (np.array([_ends_of(s) for s in ss]) for ss in (self.frame.scales, wanted))
        return Morph(self, start, end, Chart._show_ends, **timing)

    def out_of_sight(self) -> list[tuple[Mark, str]]:
        """Marks that lie outside of all that the axes have spanned so far, a sentence for each."""
        found: dict[Mark, str] = {}
        for axis, name in enumerate("xy"):
            ends = [end for scales in self.spanned for end in (scales[axis].low, scales[axis].high)]
            for mark in self.marks:
                values = mark.reach(axis)
                values = values[np.isfinite(values)]
                if len(values) and (values.min() > max(ends) or values.max() < min(ends)):
                    lies = from_to(values.min(), values.max())
                    found[mark] = (
                        f"{mark.called} lies outside of its axes, {name} {lies} where the axis "
                        f"runs {from_to(min(ends), max(ends))}; give {name} a wider range, or "
                        "none to have it measured."
                    )
        return list(found.items())

    def _show_ends(self, ends: np.ndarray) -> None:
        scales = [_from_ends(e, s.log) for e, s in zip(ends, self.frame.scales, strict=True)]
        self.frame.settle(self.frame.area, *scales)
        self._draw_axes()
        for mark in self.marks:
            mark.redraw()

    def _scale(self, axis: int) -> Scale:
        log = "xy"[axis] in self.log
        given = self.ranges[axis]
        if given is not None:
            return Scale(float(given[0]), float(given[1]), log)
        spans = [mark.extent(axis) for mark in self.marks]
        found = [span for span in spans if len(span)]
        return Scale(*around(np.concatenate(found) if found else np.zeros(0), log), log)

    def _area(self, box: Box, x: Scale, y: Scale, about: Box) -> Box:
        """What is left of the box for the marks, where the scales run over `about` so much."""
        has_ticks = self.most > 0
        y_texts = [_small(text) for text in y.texts(self._marked(y, about.height))]
        x_texts = [_small(text) for text in x.texts(self._marked(x, about.width))]
        left = max((text.advance for text in y_texts), default=0) + AIR + 0.05 if has_ticks else 0.0
        right = max([0.05, *(text.advance / 2 for text in x_texts[-1:])])
        if self.names == "beside":
            right = max([right, *(mark.name_room() for mark in self.marks)])
        below, over = self._below_and_over()
        return box.inset(left=left, bottom=below, right=right, top=over)

    def _below_and_over(self) -> tuple[float, float]:
        """What ticks and labels take, manim units."""
        line = body_height("small")
        below = (line + AIR + 0.06) * (self.most > 0) + (line + AIR) * (self.labels[0] is not None)
        return below + 0.04, line + AIR if self.labels[1] is not None else 0.06

    def _key(self) -> list[Entry]:
        if self.are_named:
            return []
        return [(mark.role, mark.name) for mark in self.marks if mark.name is not None]

    def _ticks(self, scale: Scale, length: float) -> np.ndarray:
        most = min(self.most, int(length / LEAST_TICK))
        return scale.ticks(most) if most > 0 else np.zeros(0)

    def _titles(self, box: Box) -> list[Text]:
        area, made = self.frame.area, []
        if self.labels[0] is not None:
            label = _small(_said(self.labels[0]))
            made.append(label.baseline_at([area.centre[0], box.bottom + 0.08, 0], "center"))
        if self.labels[1] is not None:
            made.append(_small(_said(self.labels[1])).baseline_at([area.left, area.top + AIR, 0]))
        return made

    def _draw_axes(self) -> None:
        """Grid, lines at 0 and the words at ticks, for the scales as they are."""
        area, (x, y) = self.frame.area, self.frame.scales
        xs, ys = self._marked(x, area.width), self._marked(y, area.height)
        across = area.left + x.share(xs) * area.width
        up = area.bottom + y.share(ys) * area.height
        verticals = [[[a, area.bottom], [a, area.top]] for a in across]
        horizontals = [[[area.left, a], [area.right, a]] for a in up]
        self.lines.set_segments(np.array(verticals + horizontals if self.has_grid else []))
        self.zeros.set_segments(np.array(self._zero_lines()))
        words = VGroup()
        for text, a in zip(x.texts(xs), across, strict=True):
            drop = AIR + body_height("small") * 0.75
            words.add(_small(text).baseline_at([a, area.bottom - drop, 0], "center"))
        for text, a in zip(y.texts(ys), up, strict=True):
            baseline = a - body_height("small") * 0.36
            words.add(_small(text).baseline_at([area.left - AIR, baseline, 0], "right"))
        replace_parts(self.tick_texts, words)

    def _marked(self, scale: Scale, length: float) -> np.ndarray:
        if not self.equal:
            return self._ticks(scale, length)
        if not self.most:
            return np.zeros(0)
        unit = length / (scale.high - scale.low)  # manim units, the same on both axes
        step, most = round_step(LEAST_TICK / unit), int(length / LEAST_TICK)
        return ticks_in_steps(scale.low, scale.high, step, most)

    def _zero_lines(self) -> list[Any]:
        area, (x, y) = self.frame.area, self.frame.scales
        if not self.has_axes:
            return []
        lines = []
        if not x.log and 0 < x.share(np.zeros(1))[0] < 1:
            a = area.left + float(x.share(np.zeros(1))[0]) * area.width
            lines.append([[a, area.bottom], [a, area.top]])
        if not y.log and 0 < y.share(np.zeros(1))[0] < 1:
            a = area.bottom + float(y.share(np.zeros(1))[0]) * area.height
            lines.append([[area.left, a], [area.right, a]])
        return lines


def _said(content: Content) -> Content:
    return as_sentence(content) if type(content) is str else content


def _small(content: Content) -> Text:
    return Text(content, size="small", role="muted")


def _equalised(x: Scale, y: Scale, area: Box) -> tuple[Scale, Scale]:
    """The scales, the one with room to spare widened, so that units are equally long."""
    unit = max((x.high - x.low) / area.width, (y.high - y.low) / area.height)
    grown = []
    for scale, room in ((x, area.width), (y, area.height)):
        middle, half = (scale.low + scale.high) / 2, unit * room / 2
        grown.append(Scale(middle - half, middle + half))
    return grown[0], grown[1]


def _ends_of(scale: Scale) -> np.ndarray:
    ends = np.array([scale.low, scale.high])
    return np.log(ends) if scale.log else ends


def _from_ends(ends: np.ndarray, log: bool) -> Scale:
    low, high = np.exp(ends) if log else ends
    return Scale(float(low), float(high), log)
