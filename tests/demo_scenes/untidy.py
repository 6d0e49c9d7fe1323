"""A scene with one fault of layout at its pause and another in its figure."""

from typing import Any

from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.text.texts import Text


class Untidy(LessonScene):
    """An untidy one"""

    category = "tests"

    class Params(SceneParams):
        pass

    @staticmethod
    def compute(params: Params) -> Any:
        return {}

    def construct(self) -> None:
        self.add(Text("first words"), Text("second words").shift([0.3, 0.1, 0]))
        self.next_slide(notes="One over the other.")
        self.clear_stage()

    def figure(self) -> None:
        self.panel("one", Text("this here"), Text("that there").shift([0.3, 0.1, 0]))
