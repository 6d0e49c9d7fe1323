import dataclasses

import numpy as np
import pytest
from manim import Create, FadeIn, Square, tempconfig
from pydantic import Field, ValidationError

from mlanim.stage import layout, theme
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.data import Record
from mlanim.stage.scene import LessonScene, SceneParams, Slide
from mlanim.stage.steps import exchange
from mlanim.stage.text.texts import Text


def lecture(scene) -> None:
    """Two parts with a pause after each: plays of 0.6, 1, 0.6 s and rests of 0.6 s."""
    scene.show_title("A title")
    scene.play(Create(Square()), run_time=1.0)
    scene.next_slide("first notes")
    scene.say("something")
    scene.next_slide(loop=True)


def says(scene) -> list[str]:
    return [mobject.plain for mobject in scene.mobjects if isinstance(mobject, Text)]


def test_slides_are_recorded_with_their_times_and_notes(film):
    scene, _ = film(lecture, fps=15, size=(32, 18))  # at which every play is whole frames
    first, second = 0.6 + 1.0 + theme.BEAT, 0.6 + 1.0 + 0.6 + 2 * theme.BEAT
    assert [slide.notes for slide in scene.slides] == ["first notes", ""]
    assert [slide.time for slide in scene.slides] == pytest.approx([first, second])
    assert scene.slides[1].loop
    assert not scene.slides[1].auto
    assert scene.time == pytest.approx(second)


@pytest.mark.parametrize("fps", [24, 25, 60])
def test_time_is_the_same_at_any_frame_rate_within_a_frame_a_play(film, fps):
    scene, frames = film(lecture, fps=fps, size=(32, 18))
    plays, duration = 5, 3.4
    assert abs(len(frames) / fps - duration) <= plays / fps
    assert scene.slides[-1].time == pytest.approx(len(frames) / fps, abs=1e-6)
    assert abs(scene.slides[0].time - 2.2) <= 3 / fps


def test_a_pause_is_announced_with_the_scene_as_it_stands(film):
    seen = []

    def construct(scene):
        scene.at_pause = lambda paused: seen.append((len(paused.slides), says(paused)))
        lecture(scene)

    film(construct)
    assert seen == [(1, ["A title"]), (2, ["A title", "something"])]


def test_a_slide_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Slide(1.0).time = 2.0


def test_a_new_caption_replaces_the_old_one(film):
    def construct(scene):
        for words in ("one", "two", "three"):
            scene.say(words)

    scene, _ = film(construct)
    assert says(scene) == ["three"]
    assert len(scene.mobjects) == 1
    assert scene.mobjects[0].origin[1] == pytest.approx(layout.CAPTION_BASELINE)


def test_saying_nothing_clears_the_caption(film):
    def construct(scene):
        scene.say("one")
        scene.say()

    scene, _ = film(construct)
    assert scene.mobjects == []


def test_saying_nothing_twice_is_no_error_and_takes_no_time(film):
    def construct(scene):
        scene.wait(0.2)
        scene.say()

    scene, frames = film(construct)
    assert says(scene) == []
    assert len(frames) == 2


def test_a_caption_can_change_along_with_other_animations(film):
    square = Square()

    def construct(scene):
        scene.say("one")
        scene.play(*scene.saying("two"), FadeIn(square), run_time=0.3)

    scene, _ = film(construct)
    assert says(scene) == ["two"]
    assert square in scene.mobjects


@pytest.mark.parametrize("alpha", [0.1, 0.3, 0.6, 0.75, 0.9])
def test_of_two_texts_at_one_place_only_one_is_seen_at_a_time(alpha):
    old, new = Text("old"), Text("new")
    for animation in exchange(old, new):
        animation.begin()
        animation.interpolate(alpha)
    assert (old[0].get_fill_opacity() > 0.01) == (alpha < 0.45)
    assert (new[0].get_fill_opacity() > 0.01) == (alpha > 0.45)


def test_clear_stage_keeps_what_it_is_told_to(film):
    kept, gone = Square(), Square()

    def construct(scene):
        scene.add(kept, gone)
        scene.kept_title = scene.show_title("stays")
        scene.say("goes")
        scene.clear_stage(kept, scene.kept_title)

    scene, _ = film(construct)
    assert set(scene.mobjects) == {kept, scene.kept_title}
    assert kept.get_stroke_opacity() == 1


def test_a_caption_after_clearing_starts_anew(film):
    def construct(scene):
        scene.say("goes")
        scene.clear_stage()
        scene.say("comes")

    scene, _ = film(construct)
    assert says(scene) == ["comes"]
    assert len(scene.mobjects) == 1


def test_a_kept_caption_is_still_replaced_later(film):
    def construct(scene):
        scene.say("kept")
        scene.add(Square())
        scene.clear_stage(*[m for m in scene.mobjects if isinstance(m, Text)])
        assert says(scene) == ["kept"]
        scene.say("next")

    scene, _ = film(construct)
    assert says(scene) == ["next"]


def test_clearing_an_empty_stage_is_no_error(film):
    _, frames = film(lambda scene: scene.clear_stage())
    assert frames == []


def test_the_title_fades_in_and_stays(film):
    scene, frames = film(lambda scene: scene.show_title("Title"))
    assert says(scene) == ["Title"]
    corner = np.array(frames)[:, :15, :60].max(axis=(1, 2, 3))
    assert (np.diff(corner) >= 0).all()
    assert corner[-1] > corner[0] + 100


def test_the_background_is_the_theme_s(each_theme, film):
    _, frames = film(lambda scene: scene.wait(0.1))
    np.testing.assert_array_equal(frames[0][0, 0], np.rint(theme.rgb("background") * 255))


def test_panels_are_added_and_gathered_by_name(film):
    squares = [Square() for _ in range(3)]

    def construct(scene):
        scene.panel("left", squares[0])
        scene.panel("right", squares[1])
        scene.panel("left", squares[2])

    scene, _ = film(construct)
    assert scene.panels["left"].mobjects == (squares[0], squares[2])
    assert scene.panels["right"].mobjects == (squares[1],)
    assert not scene.mobjects


class Doubling(LessonScene):
    """Doubles."""

    class Params(SceneParams):
        factor: float = Field(2.0, gt=0, description="What to multiply by.")

    @staticmethod
    def compute(params):
        return {"values": np.arange(3) * params.factor, "record": Slide(params.factor)}

    def construct(self):
        self.wait(0.1)


@pytest.fixture
def plain_manim(tmp_path):
    small = {"pixel_width": 32, "pixel_height": 18, "frame_rate": 10, "verbosity": "ERROR"}
    with tempconfig(small | {"media_dir": str(tmp_path), "dry_run": True, "progress_bar": "none"}):
        yield


@pytest.mark.usefixtures("plain_manim")
def test_under_plain_manim_the_defaults_are_computed():
    scene = Doubling()
    assert isinstance(scene.camera, StageCamera)
    scene.render()
    assert scene.params == Doubling.Params()
    np.testing.assert_array_equal(scene.data["values"], [0, 2, 4])
    assert isinstance(scene.data["record"], Record)  # as it is after having been stored
    assert not scene.data["values"].flags.writeable


@pytest.mark.usefixtures("plain_manim")
def test_given_data_is_not_computed_again():
    data = {"values": 1}
    scene = Doubling(params=Doubling.Params(factor=5), data=data)
    scene.render()
    assert scene.data is data
    assert scene.params.factor == 5


@pytest.mark.usefixtures("plain_manim")
def test_a_scene_without_a_figure_or_a_computation_says_so():
    with pytest.raises(NotImplementedError):
        LessonScene.compute(SceneParams())
    with pytest.raises(NotImplementedError):
        Doubling().figure()


@pytest.mark.parametrize(
    "given", [{"factor": 0}, {"factor": float("nan")}, {"bogus": 1}, {"seed": -1}, {"seed": 2**31}]
)
def test_parameters_out_of_bounds_are_refused_by_name(given):
    with pytest.raises(ValidationError, match=next(iter(given))):
        Doubling.Params(**given)


def test_parameters_are_frozen():
    params = Doubling.Params()
    with pytest.raises(ValidationError, match="frozen"):
        params.factor = 3.0
