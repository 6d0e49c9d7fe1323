"""A scene that draws for minutes, or computes for minutes, unless somebody stops it."""

import time
from typing import Any

from manim import RIGHT
from pydantic import Field

from mlanim.stage.marks.shapes import Arrow
from mlanim.stage.panels import Panel
from mlanim.stage.picture import Composed
from mlanim.stage.scene import LessonScene, SceneParams


class Slow(LessonScene):
    """A slow one"""

    class Params(SceneParams):
        thinking: float = Field(0, ge=0, description="Seconds that compute takes.")

    @staticmethod
    def compute(params: Params) -> Any:
        import torch

        time.sleep(params.thinking)
        return {"thought": float(torch.ones(()))}

    def construct(self) -> None:
        arrow = Arrow([0, 0], [1, 1], "weight")
        self.play(arrow.animate.shift(RIGHT), run_time=3000)

    def figure(self) -> list[Panel]:
        return [Panel("arrow", Composed(Arrow([0, 0], [1, 1], "weight")))]
