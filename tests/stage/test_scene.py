import dataclasses
from functools import cached_property

import numpy as np
import pytest
from manim import Create, Square, tempconfig
from pydantic import Field, ValidationError

from mlanim.stage import layout, theme
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.data import Record
from mlanim.stage.scene import WORDS, LessonScene, SceneParams, Slide
from mlanim.stage.steps import exchange
from mlanim.stage.text.texts import Text
from mlanim.stage.track import Track, follow
from mlanim.words.sentence import sentence


def lecture(scene) -> None:
    """Two parts with a pause after each: plays of 1 and 0.6 s and rests."""
    scene.play(Create(Square()), run_time=1.0)
    scene.next_slide("first notes")
    scene.say("something")
    scene.next_slide(loop=True)


def says(scene) -> list[str]:
    return [mobject.plain for mobject in scene.mobjects if isinstance(mobject, Text)]


def test_slides_are_recorded_with_their_times_and_notes(film):
    scene, _ = film(lecture, fps=15, size=(32, 18))  # at which every play is whole frames
    first, second = 1.0 + theme.BEAT, 1.0 + 0.6 + 2 * theme.BEAT
    assert [slide.notes for slide in scene.slides] == ["first notes", ""]
    assert [slide.time for slide in scene.slides] == pytest.approx([first, second])
    assert scene.slides[1].loop
    assert not scene.slides[1].auto
    assert scene.time == pytest.approx(second)


@pytest.mark.parametrize("fps", [24, 25, 60])
def test_time_is_the_same_at_any_frame_rate_within_a_frame_a_play(film, fps):
    scene, frames = film(lecture, fps=fps, size=(32, 18))
    plays, duration = 4, 2.8
    assert abs(len(frames) / fps - duration) <= plays / fps
    assert scene.slides[-1].time == pytest.approx(len(frames) / fps, abs=1e-6)
    assert abs(scene.slides[0].time - 1.6) <= 2 / fps


def test_a_pause_is_announced_with_the_scene_as_it_stands(film):
    seen = []

    def construct(scene):
        scene.at_pause = lambda paused: seen.append((len(paused.slides), says(paused)))
        lecture(scene)

    film(construct)
    assert seen == [(1, ["Tiny"]), (2, ["Tiny", "something"])]


def test_a_slide_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Slide(1.0).time = 2.0


def test_the_title_stands_from_the_first_frame(film):
    scene, frames = film(lambda scene: scene.wait(0.2))
    assert says(scene) == ["Tiny"]
    title = frames[0][4:14, :60].max()
    assert title > frames[0][60:, :].max() + 100


def test_a_new_caption_replaces_the_old_one(film):
    def construct(scene):
        for words in ("one", "two", "three"):
            scene.say(words)

    scene, _ = film(construct)
    assert says(scene) == ["Tiny", "three"]
    assert scene.mobjects[1].origin[1] == pytest.approx(layout.CAPTION_BASELINE)


def test_a_caption_that_a_step_replaces_before_a_pause_has_been_there_to_be_read(film):
    words = "The larger the input, the nearer to 1"

    def seconds(follows):
        def construct(scene):
            scene.reveal(Square(), say=words)
            follows(scene)

        return film(construct, fps=15, size=(32, 18))[0].time

    read = len(words) / theme.READING_SPEED
    pause = 2 * theme.BEAT + theme.MOVE
    asked = seconds(lambda scene: scene.ask("And?", notes=""))
    stepped = seconds(lambda scene: scene.step("So", notes=""))
    assert [asked, stepped] == pytest.approx([read + pause] * 2, abs=0.1)
    paused = seconds(lambda scene: (scene.step(notes=""), scene.say("Further")))
    assert paused == pytest.approx(theme.MOVE + pause, abs=0.1)


def test_a_caption_is_a_template_whose_values_stay_text(film):
    given = sentence("[{word}](weight) at $x$ = {at:1}", word="$read[a](b)$", at=3)
    scene, _ = film(lambda scene: scene.say(given))
    assert says(scene)[-1] == "$read[a](b)$ at x = 3.0"


@pytest.mark.parametrize("wrong", [3, None, ["words"]])
def test_a_caption_that_is_no_text_is_refused(film, wrong):
    with pytest.raises(TypeError, match="A caption is a sentence, not"):
        film(lambda scene: scene.say(wrong))


def test_saying_nothing_clears_the_caption_and_twice_takes_no_time(film):
    def construct(scene):
        scene.say("one")
        scene.say()
        scene.say()

    scene, frames = film(construct)
    assert says(scene) == ["Tiny"]
    assert len(frames) == 12


@pytest.mark.parametrize("alpha", [0.1, 0.3, 0.6, 0.75, 0.9])
def test_of_two_texts_at_one_place_only_one_is_seen_at_a_time(alpha):
    old, new = Text("old"), Text("new")
    for animation in exchange(old, new):
        animation.begin()
        animation.interpolate(alpha)
    assert (old[0].get_fill_opacity() > 0.01) == (alpha < 0.45)
    assert (new[0].get_fill_opacity() > 0.01) == (alpha > 0.45)


@pytest.mark.parametrize(("said", "between"), [("after", []), (None, ["before"])])
def test_what_runs_before_a_pause_takes_the_caption_along_where_another_follows(
    film, said, between
):
    track, seen = Track((0.0, 1.0)), []

    def construct(scene):
        scene.say("before")
        follower = follow(Square(), lambda _, at: seen.append((at, says(scene)[1:])), track)
        scene.add(follower)
        scene.step(said, track.to(1.0), notes="", seconds=0.5)

    scene, _ = film(construct, fps=10)
    assert says(scene)[1:] == [said or "before"]
    assert seen[-1][0] == 1.0
    assert [words for at, words in seen if at == 1.0][-1] == between


def test_a_question_stands_at_a_pause_of_its_own(film):
    scene, _ = film(lambda scene: scene.ask("Which?", notes="Let them guess."))
    assert says(scene)[-1] == "? Which?"
    assert [slide.notes for slide in scene.slides] == ["Let them guess."]


def test_the_background_is_the_theme_s(each_theme, film):
    _, frames = film(lambda scene: scene.wait(0.1))
    np.testing.assert_array_equal(frames[0][-1, -1], np.rint(theme.rgb("background") * 255))


class DoublingParams(SceneParams):
    factor: float = Field(2.0, gt=0, description="What to multiply by.")


class Doubling(LessonScene[DoublingParams, dict]):
    """Doubles."""

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


WAYS = {
    "a method": lambda name: {name: lambda self: None},
    "a class attribute": lambda name: {name: 3},
    "a cached property": lambda name: {name: cached_property(lambda self: 3)},
    "an annotated field": lambda name: {"__annotations__": {name: int}},
}


def taken(name):
    return pytest.raises(TypeError, match=rf"Taking\.{name} would replace the word")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("word", sorted(WORDS))
def test_a_scene_cannot_have_something_else_by_the_name_of_a_word(word, way):
    with taken(word):
        type("Taking", (LessonScene,), WAYS[way](word))
    brought = type("Brought", (), WAYS[way](word))
    if way != "an annotated field":
        with taken(word):
            type("Taking", (brought, LessonScene), {})
    with pytest.raises(TypeError, match="would replace"):
        setattr(type("Taking", (LessonScene,), {})(params=SceneParams()), word, 3)


def test_what_a_scene_writes_itself_is_no_word_and_all_that_it_calls_is():
    own = {name: lambda self: None for name in ("construct", "setup", "figure", "compute", "steps")}
    assert type("Own", (LessonScene,), own)
    assert not own.keys() & WORDS.keys()
    assert {"enter", "leave", "reveal", "sweep", "morph", "say", "step", "ask"} <= WORDS.keys()
