"""A light theme on scenes of Manim's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from manim import (
    BLUE,
    RED,
    UP,
    WHITE,
    Arrow,
    Axes,
    Circle,
    Dot,
    Line,
    ManimColor,
    Mobject,
    Square,
    Star,
    Text,
    VGroup,
    config,
)
from PIL import Image

from mlanim.engine.playback.default_colors import default_colors, quick_colors
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


def painted() -> list[Mobject]:
    """Mobjects in one colour and in several, with a sheen, faded, and painted once more."""
    group = VGroup(Square(0.5, color=BLUE, fill_opacity=1), Dot(color=[RED, BLUE]), Star())
    group[2].set_sheen(0.3, UP).set_fill(RED, 0.5)
    group[1].set_stroke(BLUE, 2, opacity=0.25, background=True)
    late = Circle().set_fill(opacity=np.float64(0.75)).set_color("#ff0011").fade(0.3)
    return [*group, group.copy().set_opacity(0.5), late, Circle().set_fill([RED, BLUE], [0.2, 1])]


def test_colours_set_quickly_are_those_that_manim_sets() -> None:
    expected = painted()
    with quick_colors():
        found = painted()
    for one, other in zip(expected, found, strict=True):
        for member, twin in zip(one.get_family(), other.get_family(), strict=True):
            for name in ("fill_rgbas", "stroke_rgbas", "background_stroke_rgbas"):
                np.testing.assert_array_equal(getattr(twin, name), getattr(member, name))
            assert (twin.fill_opacity, twin.stroke_width) == (
                member.fill_opacity,
                member.stroke_width,
            )


def test_a_class_that_makes_its_colours_itself_keeps_doing_so() -> None:
    class Red(Square):
        def generate_rgbas_array(self, color: object, opacity: object) -> np.ndarray:
            return np.array([[1.0, 0.0, 0.0, 1.0]])

    with quick_colors():
        assert Red(color=BLUE).get_stroke_color() == RED.from_rgb((1.0, 0.0, 0.0))


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
