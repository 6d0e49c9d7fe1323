"""A scene that fails where FAULT says so."""

import os
import signal
from typing import Any

from mlanim.stage.panels import Panel
from mlanim.stage.picture import Composed
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.text.texts import Text

FAULT = os.environ.get("FAULT")


class Faulty(LessonScene):
    """A faulty one"""

    class Params(SceneParams):
        pass

    @staticmethod
    def compute(params: Params) -> Any:
        if FAULT == "in compute":
            return {"value": {}["the missing key"]}
        if FAULT == "compute killed":
            os.kill(os.getpid(), signal.SIGKILL)
        return {}

    def construct(self) -> None:
        print("a scene may print")
        if FAULT == "drawer killed":
            os.kill(os.getpid(), signal.SIGKILL)
        self.fall()

    def fall(self) -> None:
        raise RuntimeError("the pen broke")

    def figure(self) -> list[Panel]:
        return [Panel("none", Composed(Text("none")))]
