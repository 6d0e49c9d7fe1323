"""Scenes with a fault, and what is said of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlanim.engine.errors import RenderError
from mlanim.engine.jobs.catalog import select
from mlanim.export.lint.scene import lint_scene

SCENE = '''
import dataclasses
import numpy as np
from manim import *
from mlanim.stage.marks.shapes import Bar, Polyline
from mlanim.stage.panels import Panel
from mlanim.stage.plots.chart import Chart
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.text.texts import Colored, Formula, Math
from mlanim.stage.text.texts import Text as Words
from mlanim.stage.track import Track

@dataclasses.dataclass(frozen=True)
class Data:
    weights: np.ndarray
    table: dict

class Faulty(LessonScene):
    """One with a fault"""

    class Params(SceneParams):
        angle: float = 1.0

    @staticmethod
    def compute(params):
        return Data(np.arange(3.0), {"loss": 1.0})

    def construct(self):
        xs = np.linspace(0, 1, 5)
        chart = Chart()
        track = Track(xs, loss=xs)
        HERE
'''

LINE = SCENE[: SCENE.index("HERE")].count("\n") + 1
CLASS = SCENE[: SCENE.index("class Faulty")].count("\n") + 1


def said(tmp_path: Path, line: str, scene: str = SCENE) -> str:
    """What is said of a scene that has a line in it."""
    path = tmp_path / "faulty.py"
    path.write_text(scene.replace("HERE", line))
    (entry,) = select([str(path)])
    with pytest.raises(RenderError) as caught:
        lint_scene(entry, {}, "dark")
    return str(caught.value)


LINES = '''
import numpy as np
from mlanim.stage.vocabulary import (
    Chart, Columns, Composed, LessonScene, Lines, Panel, Rows, SceneParams, Text, Track,
)

class FaultyParams(SceneParams):
    angle: float = 1.0

class Faulty(LessonScene[FaultyParams, dict]):
    """One with a fault"""

    @staticmethod
    def compute(params):
        return {"x": np.arange(3.0)}

    def construct(self):
        self.enter(self.panel())

    def panel(self):
        track = Track((0, 1))
        chart = Chart((0, 1), (0, 1))
        return Panel("a", chart)

    def figure(self):
        return [self.panel()]
'''


def places(tmp_path: Path, old: str, new: str) -> tuple[list[str], str]:
    """The scene's lines that are shown where a line of it reads otherwise, and what is said."""
    *lines, answer = said(tmp_path, "", LINES.replace(old, new)).split("\n")
    return [line.split(": ", 1)[1] for line in lines], answer
