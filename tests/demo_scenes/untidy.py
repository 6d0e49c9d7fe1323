"""A scene with one fault of layout at its pause and another in its figure."""

from typing import Any

from mlanim.stage.marks.shapes import Bar
from mlanim.stage.panels import Panel
from mlanim.stage.picture import Composed
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.text.texts import Text


class Untidy(LessonScene):
    """An untidy one"""

    class Params(SceneParams):
        pass

    @staticmethod
    def compute(params: Params) -> Any:
        return {}

    def construct(self) -> None:
        first = Text("first words")
        second = Text("second words").shift([0.3, 0.1, 0])
        self.add(first, second)
        self.next_slide(notes="One over the other.")
        self.wait(1)
        self.next_slide()
        self.leave()
        self.add(Bar([-6, -2], [6, 2], "input"))
        self.next_slide(notes="All is well here.")

    def figure(self) -> list[Panel]:
        both = Composed(Text("this here"), Text("that there").shift([0.3, 0.1, 0]))
        return [Panel("one", both)]
