"""Manim's Cairo camera, with one addition: batch mobjects draw themselves from their arrays."""

from __future__ import annotations

from typing import Self

import cairo
from manim import Camera, VMobject

from mlanim.stage.arrays.batch import Batch


class StageCamera(Camera):
    """Draws what stock manim draws, and every `Batch` in a single pass."""

    def display_vectorized(self, vmobject: VMobject, ctx: cairo.Context) -> Self:
        """Draw one mobject onto a Cairo context whose units are manim's."""
        if isinstance(vmobject, Batch):
            vmobject.draw(ctx, self.frame_height / self.pixel_height)
            return self
        return super().display_vectorized(vmobject, ctx)
