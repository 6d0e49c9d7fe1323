"""A beam of polarised light through filters, seen from the side.

beam = LightBeam(turn["axes"], turn["fields"], phase)
self.sweep(turn.to(30), phase.to(2))
"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.batch import as_3d
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Polyline, Segments
from mlanim.stage.picture import Picture
from mlanim.stage.table import Table, table
from mlanim.stage.text.live import LiveText
from mlanim.stage.text.texts import body_height, polygon_curves
from mlanim.stage.track import combined, follow, now

ASIDE = np.array([-0.5, -0.28])  # where a unit to the side goes on the page, a unit up being (0, 1)
WAVE = 1.15  # manim units a wavelength
STEP = 0.04  # manim units between points of a wave
COMB = 4  # points between the lines from the beam to its wave
SLITS = (-0.66, -0.33, 0.33, 0.66)  # where lines along a filter's axis lie, in radii
REACH = 0.8  # of a filter's radius: the light's amplitude as it enters


class LightBeam(Picture):
    """Waves before and after each of K filters; the field swings in the plane that it is drawn in.

    Args:
        axes: the filters' angles (K,), radians from upright; may be a reading.
        fields: (K + 1, 2) amplitudes to the side and upright, between -1 and 1; may be a reading.
        phase: how many wavelengths the light has gone on; may be a track.
    """

    def __init__(self, axes: Any, fields: Any, phase: Any, least: float = 5.0, aspect: float = 2.6):
        super().__init__(least, aspect)
        self.axes, self.fields, self.phase = axes, fields, phase
        self.count = len(now(axes))

    def compose(self, box: Box) -> None:
        """The beam from edge to edge, filters at equal distances, numbers under and over it."""
        em, count = body_height(), self.count
        middle = box.centre[1]
        self.radius = min((box.height - 4.4 * em) / 2, 0.42 * box.width / (count + 1))
        aside = -REACH * self.radius * ASIDE[0]
        self.edges = np.linspace(box.left + aside, box.right - aside, count + 2)
        self.level = middle
        self.waves = [self._wave(i) for i in range(count + 1)]
        self.filters = [self._filter() for _ in range(count)]
        self.add(
            Segments(
                np.array([[[self.edges[0], middle], [self.edges[-1], middle]]]), "muted", "thin"
            )
        )
        for wave, filter in zip(self.waves, [*self.filters, None], strict=True):
            self.add(wave, *([] if filter is None else [filter]))
        self.add(*self._angles(middle - self.radius - 1.5 * em))
        self.add(*self._shares(middle + self.radius + 0.7 * em))
        follow(self, LightBeam._show, self.axes, self.fields, self.phase)

    def tables(self) -> dict[str, Table]:
        """Each filter's angle, and the amplitude and the intensity behind it."""
        fields = np.asarray(now(self.fields))[1:]
        amplitudes = np.linalg.norm(fields, axis=1)
        columns = {
            "filter": np.arange(self.count) + 1, "angle": np.degrees(now(self.axes)),
            "amplitude": amplitudes, "intensity": amplitudes**2,
        }  # fmt: skip
        return {"filters": table(columns, {"angle": "°"})}

    def _wave(self, index: int) -> VGroup:
        role = "input" if index == 0 else "highlight"
        nothing = np.zeros((0, 2, 2))
        return VGroup(
            Segments(nothing, role, "thin", 0.45), Polyline(np.zeros((0, 2)), role, "bold")
        )

    def _filter(self) -> VGroup:
        color = theme.color("weight")
        plate = VMobject(fill_color=color, fill_opacity=0.22)
        plate.set_stroke(color, theme.STROKES["line"], 1)
        slits = Segments(np.zeros((0, 2, 2)), "weight", "thin", 0.6)
        return VGroup(plate, slits, Segments(np.zeros((0, 2, 2)), "weight", "bold"))

    def _angles(self, baseline: float) -> list[LiveText]:
        made = []
        for i, left in enumerate(self.edges[1:-1]):
            angle = combined(lambda axes, i=i: float(np.degrees(axes[i])), self.axes)
            text = LiveText("[{angle:0}°](weight)", angle=angle)
            made.append(text.baseline_at([left, baseline, 0], "center"))
        return made

    def _shares(self, baseline: float) -> list[LiveText]:
        made = []
        for i, role in enumerate(["input"] + self.count * ["highlight"]):
            share = combined(lambda fields, i=i: float(np.sum(np.square(fields[i]))), self.fields)
            what = "" if i else "intensity "
            text = LiveText(f"[{what}{{share:%}}]({role})", share=share)
            made.append(text.baseline_at([self.edges[i : i + 2].mean(), baseline, 0], "center"))
        return made

    def _show(self, axes: Any, fields: Any, phase: float) -> None:
        for i, (lines, curve) in enumerate(self.waves):
            along = np.arange(self.edges[i], self.edges[i + 1], STEP)
            swing = np.cos(2 * np.pi * ((along - self.edges[0]) / WAVE - phase))
            on_axis = np.column_stack([along, np.full(len(along), self.level)])
            tips = on_axis + REACH * self.radius * swing[:, None] * self._on_page(fields[i])
            curve.set_path(tips)
            lines.set_segments(np.stack([on_axis, tips], axis=1)[COMB // 2 :: COMB])
        around = np.linspace(0, 2 * np.pi, 49)
        for centre, angle, (plate, slits, axis) in zip(
            self.edges[1:-1], axes, self.filters, strict=True
        ):
            middle = np.array([centre, self.level])
            rim = self._on_page(np.column_stack([np.sin(around), np.cos(around)]))
            plate.points = as_3d(polygon_curves(middle + self.radius * rim))
            chords = self.radius * self._chords(float(angle)) + middle
            slits.set_segments(chords[1:])
            axis.set_segments(chords[:1])

    def _chords(self, angle: float) -> np.ndarray:
        """The axis of a filter of radius 1 and lines beside it, on the page, (N, 2, 2)."""
        along = np.array([np.sin(angle), np.cos(angle)])
        across = np.array([along[1], -along[0]])
        offsets = np.array([0.0, *SLITS])
        half = np.sqrt(1 - offsets**2)[:, None] * along
        middles = offsets[:, None] * across
        return self._on_page(np.stack([middles - half, middles + half], axis=1))

    def _on_page(self, transverse: np.ndarray) -> np.ndarray:
        """Where directions across the beam, to the side and up (…, 2), go on the page."""
        field = np.asarray(transverse, dtype=float)
        return field[..., :1] * ASIDE + field[..., 1:] * np.array([0.0, 1.0])
