"""One gate after another on the same plane: each eases in, is read off, and leaves again."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import (
    Animation,
    Create,
    FadeIn,
    FadeOut,
    Mobject,
    ValueTracker,
    smooth,
    squish_rate_func,
)

from mlanim.stage import theme
from mlanim.stage.layout import Box
from mlanim.stage.marks.meter import Reading, Readout
from mlanim.stage.marks.shapes import DashedLine
from mlanim.stage.path_independent import path_independent
from mlanim.stage.pictures.gates.gated_plane import GatedPlane
from mlanim.stage.scene import LessonScene


class GateSequence:
    """Plays the gates of a scene on `plane`, with their readouts in the box `beside`.

    `path` is the gate in force (see `GatedPlane`) and `share` tracks how far it has eased in;
    `extras` of a part may follow both with updaters of their own.
    """

    def __init__(self, scene: LessonScene, plane: GatedPlane, beside: Box, path: Any):
        self.scene, self.plane, self.beside, self.path = scene, plane, beside, path
        self.share = ValueTracker(0)
        self.parting: list[Mobject] = []

    def part(
        self, path: Any, heading: str, formula: str, readings: list[Reading], *extras: Mobject
    ) -> None:
        """Back to rest, then the gate of `path` eases in while its readings follow.

        On the way back the last gate's readings make way for this one's.
        """
        self.readout = Readout(self.beside, heading, formula, path.share, readings)
        if self.parting:
            self.leave(FadeIn(self.readout, rate_func=squish_rate_func(smooth, 0.45, 1)))
        else:
            self.scene.play(FadeIn(self.readout), run_time=theme.BEAT)
        self.path = path
        self.parting = [self.readout, *extras]
        if extras:
            self.scene.play(*(FadeIn(mobject) for mobject in extras), run_time=theme.BEAT)
        self.ease(1)

    def ease(self, share: float, run_time: float = theme.SLOW) -> None:
        """Move the share of the gate in force; plane, readings and extras follow it."""
        self.readout.add_updater(
            path_independent(lambda readout: readout.show(self.share.get_value()))
        )
        self._move(share, run_time)
        self.readout.clear_updaters()

    def leave(self, *others: Animation) -> None:
        """Let the sheet return to where it was, and what belonged to the last gate go first."""
        for mobject in self.parting:
            mobject.clear_updaters()
        first = squish_rate_func(smooth, 0, 0.45)
        leaving = [FadeOut(mobject, rate_func=first) for mobject in self.parting]
        self._move(0, theme.MOVE, *leaving, *others, *self.scene.saying())
        self.parting = []

    def show_lost(self, kept: np.ndarray, x: np.ndarray) -> None:
        """Draw what the gate takes from `x` (2,) where `kept` (2,) is left, if it is anything."""
        lost = lost_line(self.plane, kept, x)
        if not len(lost.points):
            return
        self.parting.append(lost)
        self.scene.play(Create(lost), run_time=theme.BEAT)

    def _move(self, share: float, run_time: float, *others: Animation) -> None:
        self.plane.add_updater(
            path_independent(lambda plane: plane.show(self.path, self.share.get_value()))
        )
        self.scene.play(self.share.animate.set_value(share), *others, run_time=run_time)
        self.plane.clear_updaters()


def lost_line(plane: GatedPlane, kept: np.ndarray, x: np.ndarray) -> DashedLine:
    """The dashed residual from `kept` to `x`, both (2,)."""
    start, end = plane.plane.place(np.array([kept, x]))
    return DashedLine(start, end, "text", "line")
