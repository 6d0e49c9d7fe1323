# ruff: noqa: F403, F405 - the mobjects are written as manim scenes are
"""Texts, pictures and shapes that are made in less time are those that Manim makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import svgelements
from described import described
from manim import *
from manim.mobject.svg.svg_mobject import SVG_HASH_TO_MOB_MAP
from pictures import small_pictures
from scipy.spatial.transform import Rotation as SciPys

from mlanim.engine.mobjects.quick import quick_mobjects
from mlanim.engine.mobjects.rotation import Rotation
from mlanim.engine.playback.configuration import asked
from mlanim.engine.playback.manim_alone import Later

PICTURE = """
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 viewBox="0 0 100 100" fill="red" stroke="blue" style="stroke-width:2">
<defs><path id="a" d="M0 0 C 1 2 3 4 5 6 S 7 8 9 1 Q 1 1 2 2 T 3 3 Z m 5 5 l 1 1 h 3 v -2 H 1 z"/>
</defs>
<g id="one" transform="rotate(30) translate(3,4)">
<use xlink:href="#a" x="3" y="4"/><use xlink:href="#a" transform="scale(2,3)" fill="none"/></g>
<path d="M10 10 A 5 8 20 0 1 30 30 a 3 3 0 1 0 4 4 z" fill-opacity=".3" stroke="none"/>
<path d="M10 10 L 20 20 30 10"/><path d="M10 10 L 20 20 30 10" transform="skewX(10)"/>
<path d="M 1 2 Q 3 4"/><path d=""/><path d="M 3 3"/><path d="M0 0 L 1 0 1 1 0 0.00005 Z L 5 5"/>
<rect x="1" y="2" width="10" height="5" rx="2"/><circle cx="5" cy="5" r="3" opacity=".5"/>
<polygon points="0,0 3,4 5,1"/><polyline points="0,0 3,4 5,1" stroke-opacity=".2"/>
</svg>
"""


def text() -> Mobject:
    return Text("office 0.12\n two", font_size=30, stroke_width=1, fill_opacity=0.5)


def styled() -> Mobject:
    t2c = {"red": RED, "[4:6]": GREEN}
    return Text("red green", t2c=t2c, t2s={"een": ITALIC}, color=YELLOW, disable_ligatures=True)


def graded() -> Mobject:
    return Text("fine", gradient=(RED, BLUE), slant=ITALIC, weight=BOLD)


def empty() -> Mobject:
    return VGroup(Text(""), Text("  "))


def markup() -> Mobject:
    marked = '<span foreground="blue">B</span><u>u</u><gradient from="RED" to="BLUE">xy</gradient>'
    return VGroup(MarkupText(marked), Paragraph("a", "b c", alignment="center"))


def code() -> Mobject:
    return VGroup(Code(code_string="x = 1", language="python"), DecimalNumber(0.5, mob_class=Text))


def shapes() -> Mobject:
    dot = Dot(color=BLACK).set_sheen(0.3, UP)
    arc = Arc(stroke_opacity=0.3).set_stroke(GREEN, 2, background=True)
    many = Circle(color=[RED, BLUE], fill_opacity=1)
    return VGroup(Star(stroke_color="#123456"), dot, many, Line().set_opacity(0.2), arc, VMobject())


def redrawn() -> Mobject:
    return Text("1.05").become(Text("3.2")).become(Text("8 8 8"))


def aligned() -> Mobject:
    return VGroup(Square(), Text("B"), VMobject()).become(VGroup(Annulus(), Text("i"), Circle()))


def endless() -> Mobject:
    places = np.zeros((9, 3))
    places[3:5, 0] = np.inf
    places[7:, 1] = 1, np.nan
    with np.errstate(invalid="ignore"):
        return VGroup(VMobject().set_points(places).align_points(Circle()))


MAKERS = [text, styled, graded, empty, markup, code, shapes, redrawn, aligned, endless]


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path) -> Iterator[None]:
    """Manim's folders here, and nothing that it has read before."""
    with small_pictures(media_dir=str(tmp_path)):
        SVG_HASH_TO_MOB_MAP.clear()
        yield


def both(make: Callable[[], Mobject]) -> tuple[Any, Any]:
    """A mobject as Manim makes it, and as it is made here the second time."""
    plain = described(make(), {})
    SVG_HASH_TO_MOB_MAP.clear()
    with quick_mobjects():
        make()
        SVG_HASH_TO_MOB_MAP.clear()
        return plain, described(make(), {})


@pytest.mark.parametrize("make", MAKERS)
def test_a_mobject_is_what_manim_makes(make: Callable[[], Mobject]) -> None:
    plain, found = both(make)
    assert found == plain


@pytest.mark.parametrize("options", [{}, {"color": RED, "opacity": 0.4, "stroke_width": 3}])
def test_a_picture_is_read_as_manim_reads_it(tmp_path: Path, options: dict[str, Any]) -> None:
    (tmp_path / "picture.svg").write_text(PICTURE)
    plain, found = both(lambda: SVGMobject(tmp_path / "picture.svg", **options))
    assert found == plain


def test_a_path_that_is_changed_leaves_the_next_one_as_it_was() -> None:
    with quick_mobjects():
        first = svgelements.Path("M 0 0 L 1 1 z")
        first *= svgelements.Matrix("scale(3)")
        first.reify()
        first[1].end.x = 8
        second = svgelements.Path("M 0 0 L 1 1 z")
    assert second.d() == "M 0,0 L 1,1 z"
    with quick_mobjects():
        second.parse("L 4 4")
    assert second.d() == "M 0,0 L 1,1 z L 4,4"


def test_a_path_at_fault_says_so_as_before() -> None:
    with quick_mobjects(), pytest.raises(ValueError, match=r"^$"):
        svgelements.Path("M 0 0 L 1")


def test_a_class_with_colours_or_points_of_its_own_keeps_them() -> None:
    class Own(Square):
        def generate_rgbas_array(self, color: Any, opacity: Any) -> Any:
            return np.full((1, 4), 0.25)

        def consider_points_equals(self, p0: Any, p1: Any) -> bool:
            return False

    with quick_mobjects():
        own = Own().set_fill(RED, 1)
    assert own.fill_rgbas.tolist() == [[0.25] * 4]
    with quick_mobjects():
        assert len(own.get_subpaths()) == 4


def test_manim_makes_mobjects_as_before_afterwards() -> None:
    names = ("update_rgbas_array", "get_fill_colors", "get_subpaths_from_points")
    before = [getattr(VMobject, name) for name in names], svgelements.Path.parse
    with quick_mobjects():
        assert svgelements.Path.parse is not before[1]
    assert ([getattr(VMobject, name) for name in names], svgelements.Path.parse) == before


def test_manims_classes_are_cairos_again_where_a_file_has_set_another_renderer() -> None:
    with asked():
        config.renderer = "opengl"
        assert SVGMobject.__bases__ != (VMobject,)
    assert config.renderer is RendererType.CAIRO
    assert SVGMobject.__bases__ == (VMobject,)


def test_what_is_imported_later_is_the_thing_itself_once_it_is_used() -> None:
    assert Later("fractions").Fraction is Fraction
    assert Later("fractions.Fraction")(1, 2) == Fraction(1, 2)
    assert isinstance(Fraction(1, 2), Later("fractions.Fraction"))
    assert not isinstance(0.5, Later("fractions.Fraction"))


@pytest.mark.parametrize("length", [0.0, 1e-9, 9e-4, 1e-3, 0.1, 1.0, 3.0, 100.0])
def test_a_turn_is_scipys_to_the_last_bit(length: float) -> None:
    random = np.random.default_rng(3)
    vectors = np.concatenate([random.normal(size=(200, 3)), np.eye(3), -np.eye(3)]) * length
    theirs = SciPys.from_rotvec(vectors).as_matrix()
    ours = [Rotation.from_rotvec(vector).as_matrix() for vector in vectors]
    np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(Rotation.from_rotvec(vectors).as_matrix(), theirs)
