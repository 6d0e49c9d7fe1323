"""A light theme on scenes of Manim's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from manim import BLUE, RED, WHITE, Arrow, Axes, Circle, Dot, Line, ManimColor, Square, Text, config
from PIL import Image

from mlanim.engine.playback.default_colors import default_colors
from mlanim.stage.colors.palette import LIGHT, hex_to_rgb

SCENE = """\
from manim import *

class Plain(Scene):
    def construct(self):
        self.add(Square(4, fill_opacity=1), Dot(5 * LEFT, color=RED, radius=1))
        self.wait(0.1)
"""


def test_what_is_white_by_default_has_the_ink_and_is_white_again_afterwards() -> None:
    kinds = (Square, Dot, Line, Arrow, lambda: Text("a"), lambda: Axes().x_axis)
    before = str(config.background_color)
    with default_colors("#ffffff", "#112233"):
        assert all(kind().get_color() == ManimColor("#112233") for kind in kinds)
        assert Circle().get_color() == RED
        assert Square(color=BLUE).get_color() == BLUE
        assert Line(color=WHITE).get_color() == WHITE  # as the scene says
    config.background_color = before
    assert all(kind().get_color() == WHITE for kind in kinds)


def test_a_scene_of_manims_own_is_drawn_in_the_theme(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(SCENE)
    for name in ("light", "dark"):
        words = ["figure", "plain.py", "-o", f"{name}.png", "--theme", name, "--at", "end"]
        command = [sys.executable, "-m", "mlanim", *words, "--dpi", "30"]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    light, dark = (
        np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB")) / 255
        for name in ("light", "dark")
    )
    height, width = light.shape[:2]
    middle = height // 2, width // 2
    np.testing.assert_allclose(light[2, 2], hex_to_rgb(LIGHT.roles["background"]), atol=0.01)
    np.testing.assert_allclose(light[middle], hex_to_rgb(LIGHT.roles["text"]), atol=0.01)
    np.testing.assert_allclose(dark[2, 2], 0, atol=0.01)  # as manim has it
    np.testing.assert_allclose(dark[middle], 1, atol=0.01)
