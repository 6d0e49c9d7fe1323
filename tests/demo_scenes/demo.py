"""An arrow and a line of words: the least that a scene can be.

It computes without torch, so that tests of everything around it are quick.
"""

from typing import Any

import numpy as np
from manim import RIGHT, FadeIn
from pydantic import Field

from mlanim.stage.marks.shapes import Arrow
from mlanim.stage.panels import Panel
from mlanim.stage.picture import Composed
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.text.texts import Text


class Demo(LessonScene):
    """A small demonstration"""

    class Params(SceneParams):
        angle: float = Field(45, ge=0, le=180, description="The arrow's angle, degrees.")
        words: str = Field("plain words", description="What is said.")
        v: tuple[float, float] = Field((1, 2), description="A pair.")

    @staticmethod
    def compute(params: Params) -> Any:
        if params.angle == 13:
            raise ValueError("angle is 13, which is unlucky; take another.")
        turn = np.radians(params.angle)
        return {"tip": 2 * np.array([np.cos(turn), np.sin(turn)]), "many": np.arange(100.0)}

    def construct(self) -> None:
        arrow = Arrow([0, 0], self.data["tip"], "weight")
        self.play(FadeIn(arrow))
        self.next_slide(notes="There is an arrow.")
        self.play(arrow.animate.shift(RIGHT))
        self.say(self.params.words)
        self.next_slide(notes="It has moved.")

    def figure(self) -> list[Panel]:
        words = Text(self.params.words).shift([0, -1, 0])
        arrow = Composed(Arrow([0, 0], self.data["tip"], "weight"))
        return [Panel("arrow", arrow), Panel("words", Composed(words))]
