import io
from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np
import pytest
from manim import (
    BLUE,
    DEGREES,
    GREEN,
    LEFT,
    RED,
    RIGHT,
    UL,
    UP,
    WHITE,
    Circle,
    Create,
    Dot,
    ImageMobject,
    Line,
    MovingCameraScene,
    PointCloudDot,
    Scene,
    Sphere,
    Square,
    ThreeDScene,
    VGroup,
    ZoomedScene,
)  # fmt: skip
from PIL import Image
from pypdf import PdfReader
from renderers import RENDERERS, apart, by_ghostscript

from mlanim.engine.errors import UsageError
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.page import seconds
from mlanim.engine.jobs.params import validated
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import load
from mlanim.export.figures.at_time import TimePoint, run_to
from mlanim.export.figures.still import still
from mlanim.stage.data import as_record
from mlanim.stage.scene import SceneParams
from mlanim.stage.text.texts import Text

CLOSE = 0.15
"""How far another renderer's view of our vectors may be from our PNG, as a share of how far an
empty page is from it: soft edges fall differently."""


class Flat(Scene):
    def construct(self):
        square = Square(fill_opacity=0.5, color=RED)
        self.play(Create(square))
        self.play(square.animate.shift(2 * RIGHT))
        self.next_section("more")
        self.add(Square().set_fill([BLUE, GREEN], 1).shift(3 * LEFT))
        self.add(PointCloudDot(radius=0.5, density=5).shift(2 * LEFT))
        self.wait(1)


class Pictured(Scene):
    def construct(self):
        pixels = np.random.default_rng(0).integers(0, 255, (5, 7, 4)).astype(np.uint8)
        image = ImageMobject(pixels).set_resampling_algorithm(0)
        image.height = 3
        self.add(image.rotate(0.3).shift(UP))


class Deep(ThreeDScene):
    def construct(self):
        self.set_camera_orientation(phi=60 * DEGREES, theta=30 * DEGREES)
        self.add(Sphere(radius=1.5, resolution=(8, 8)))
        self.add_fixed_in_frame_mobjects(Square().to_corner(UL))
        self.begin_ambient_camera_rotation(rate=1)
        self.wait(2)


class Moving(MovingCameraScene):
    def construct(self):
        square = Square().shift(4 * RIGHT)
        self.add(Circle(fill_opacity=1), square)
        self.play(self.camera.frame.animate.move_to(square).scale(0.5))


class Zoomed(ZoomedScene):
    def construct(self):
        dot = Dot(color=RED).shift(2 * UL)
        self.add(dot, Square())
        self.activate_zooming(animate=False)
        self.zoomed_camera.frame.move_to(dot)
        self.wait()


LOOKING = """from manim import *


class Looking(Scene):
    def construct(self):
        self.play(FadeIn(Square(fill_opacity=1)), run_time=0.5)
        picture = ImageMobject(np.array(self.camera.get_image())).scale(0.5)
        self.clear()
        self.add(picture)
        self.wait(0.4)
"""


@pytest.fixture
def _configured(demo_job: Job) -> Iterator[None]:
    with draw.configured(Job(demo_job.scene, "video", "x.mp4", "mp4", 800, 450, 10, "dark")):
        yield


pytestmark = pytest.mark.usefixtures("_configured")


def at(scene_class: type[Scene], text: str) -> Scene:
    moment = TimePoint() if text == "end" else TimePoint(at=seconds(text))
    return run_to(scene_class, SceneParams(), None, moment, scene_class.__name__)


def shapes(scene: Scene) -> int:
    """How many mobjects are on stage; manim's waits leave an empty one."""
    return sum(len(mobject.points) > 0 for mobject in scene.mobjects)


@pytest.mark.parametrize(
    ("kind", "moment"),
    [
        (Flat, "end"), (Flat, "1.5"), (Pictured, "end"),
        (Deep, "1s"), (Moving, "0.5s"), (Zoomed, "end"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)  # fmt: skip
def test_other_renderers_see_what_the_camera_sees(kind, moment):
    scene = at(kind, moment)
    png = still(scene, "png")
    for format, looks in RENDERERS.items():
        payload = still(scene, format)
        for look in looks[:1]:
            assert apart(payload, look, png) < CLOSE, (format, look.__name__)


def test_vectors_hold_an_image_only_where_the_scene_has_one():
    for kind, count in ((Flat, 0), (Pictured, 1), (Zoomed, 0)):
        scene = at(kind, "end")
        tree = ElementTree.fromstring(still(scene, "svg"))
        assert sum(node.tag.endswith("}image") for node in tree.iter()) == count
        assert len(PdfReader(io.BytesIO(still(scene, "pdf"))).pages[0].images) == count


def test_the_same_scene_gives_the_same_bytes_however_many_were_made_before():
    for format in ("svg", "pdf", "eps", "png"):
        first = still(at(Flat, "end"), format)
        still(at(Moving, "end"), format)
        assert still(at(Flat, "end"), format) == first


class Veiled(Scene):
    def construct(self):
        ground = Square(4, color=RED, fill_opacity=1, stroke_width=0)
        line = Line(2 * LEFT, 2 * RIGHT, color=WHITE, stroke_width=60).set_stroke(opacity=0.5)
        disc = Circle(0.5, color=BLUE, fill_opacity=0.5, stroke_width=0).shift(1.2 * UP)
        self.add(ground, line, disc)
        self.wait(0.1)


def test_what_is_clear_in_postscript_is_mixed_with_what_lies_under_it():
    width = 568
    seen = by_ghostscript(still(at(Veiled, "end"), "eps"), width)
    red, white, blue = (np.array(color.to_rgb()) * 255 for color in (RED, WHITE, BLUE))
    line = seen[seen.shape[0] // 2 + 10, width // 2 - 60]
    np.testing.assert_allclose(line, (red + white) / 2, atol=3)
    disc = seen[int(seen.shape[0] * (0.5 - 1.2 / 8)), width // 2]
    np.testing.assert_allclose(disc, (red + blue) / 2, atol=3)


def test_a_moment_is_the_frame_that_the_video_shows_then():
    scene = at(Flat, "1.5s")
    assert scene.mobjects[0].get_center()[0] == pytest.approx(1, abs=0.05)
    assert shapes(at(Flat, "0")) == 1
    assert shapes(at(Flat, "2")) == 3  # a play ends there, and the next one begins
    assert shapes(at(Flat, "2.5")) == 3


def test_what_moves_by_time_steps_goes_all_the_way():
    turned = at(Deep, "1s").renderer.camera.get_theta()
    assert turned == pytest.approx(30 * DEGREES + 1, abs=0.11)


def test_a_slide_is_a_pause_of_a_lecture_and_a_section_of_a_plain_scene(demo_job):
    scene_class = load(demo_job.scene)
    params = validated(scene_class.Params, {}, "demo")
    data = as_record(scene_class.compute(params))
    first, second = (
        run_to(scene_class, params, data, TimePoint(slide=n), "demo").mobjects for n in (1, 2)
    )
    said = [[m.plain for m in shown if isinstance(m, Text)] for shown in (first, second)]
    assert said == [["A small demonstration"], ["A small demonstration", "plain words"]]
    assert shapes(run_to(Flat, SceneParams(), None, TimePoint(slide=1), "flat")) == 1
    assert shapes(run_to(Flat, SceneParams(), None, TimePoint(slide=2), "flat")) == 3


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (TimePoint(at=99), "past the end of flat, which lasts 3.0 s"),
        (TimePoint(slide=3), "flat has 2 slides, from 1 to 2"),
    ],
)
def test_a_moment_that_is_not_there_is_refused(moment, words):
    with pytest.raises(UsageError, match=words):
        run_to(Flat, SceneParams(), None, moment, "flat")


def test_a_scene_that_looks_at_its_own_film_sees_it(mlanim, tmp_path):
    (tmp_path / "looking.py").write_text(LOOKING)
    done = mlanim("figure", "looking.py", "--at", "0.7s", "-o", "a.png", "--quiet")
    assert (done.code, done.err) == (0, "")
    assert np.asarray(Image.open(tmp_path / "a.png").convert("L")).max() > 200


def test_the_end_itself_is_a_moment():
    assert shapes(at(Flat, "3.0")) == 3


@pytest.mark.parametrize("text", ["soon", "-1", "3.2m", "", "nan"])
def test_a_time_is_seconds_or_end(text):
    with pytest.raises(UsageError, match="is no moment"):
        seconds(text)


def test_minutes_and_seconds():
    assert seconds("1:05") == 65
    assert seconds("3.2 s") == 3.2


def test_a_page_without_background_is_clear():
    scene = at(Moving, "end")
    png = Image.open(io.BytesIO(still(scene, "png", transparent=True)))
    assert png.mode == "RGBA"
    assert png.getpixel((799, 449))[3] == 0
    assert b"fill:#000000" in still(at(Moving, "end"), "svg")
    assert b"fill:#000000" not in still(at(Moving, "end"), "svg", transparent=True)


def test_cropping_leaves_what_can_be_seen():
    scene = at(Flat, "0.99")
    root = ElementTree.fromstring(still(scene, "svg", width=100, crop=True))
    width, height = (float(root.get(side).removesuffix("pt")) for side in ("width", "height"))
    assert width == pytest.approx(100)
    assert height == pytest.approx(100, abs=8)  # a square, all but drawn
    assert VGroup(*scene.mobjects).width < 2.1


def test_white_scenes_stay_white(demo_job):
    class White(Scene):
        def construct(self):
            self.camera.background_color = WHITE
            self.add(Square(color=RED))

    assert b"#ffffff" in still(at(White, "end"), "svg")
