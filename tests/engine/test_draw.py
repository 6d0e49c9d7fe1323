"""The dry pass foretells what is drawn; the drawing shows the whole stage and is repeatable."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import PI, RIGHT, Dot, Square, ValueTracker, config
from PIL import Image

from mlanim.engine.encoding.pixels import png_bytes
from mlanim.engine.events import FramesDone
from mlanim.engine.film import film
from mlanim.engine.jobs.job import Job
from mlanim.engine.maker import Emit
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import load
from mlanim.engine.playback.plan import Plan
from mlanim.engine.playback.renderer import ALL
from mlanim.stage import theme
from mlanim.stage.data import as_record
from mlanim.stage.scene import LessonScene, SceneParams


def drawn(job: Job, scene_class: Any, params: Any = None) -> tuple[Plan, Plan, list[Any], Any]:
    """The plan, the same as drawn, the frames and the last of them."""
    params = params or scene_class.Params()
    reel: list[Any] = []
    with draw.configured(job):
        plan = draw.plan(scene_class, params, None)
        scene, _ = draw.built(
            scene_class, params, None, lambda p, n, parts: reel.extend([p.copy()] * n), ALL
        )
        scene.render()
    return plan, draw.plan_of(scene), reel, reel[-1]


class Varied(LessonScene):
    """Plays and waits of all kinds, with lengths that are no whole number of frames."""

    def construct(self) -> None:
        square = Square()
        self.play(square.animate.shift(RIGHT), run_time=0.7)
        self.next_slide(notes="one")
        self.wait(0.6)
        self.play(square.animate.rotate(PI / 5), run_time=1.31)
        self.next_slide(notes="two", loop=True)
        tracker = ValueTracker(0)
        square.add_updater(lambda s: s.set_x(tracker.get_value()))
        self.play(tracker.animate.set_value(1), run_time=0.33)
        self.wait(0.45)  # not still: there is an updater
        square.clear_updaters()
        self.wait(0.01)
        self.next_slide(auto=True)


@pytest.mark.parametrize("fps", [4, 5, 10, 12, 15, 24, 25, 29.97, 30, 60])
def test_the_dry_pass_counts_what_is_drawn(demo_job: Job, fps: float) -> None:
    plan, shown, reel, _ = drawn(replace(demo_job, width=32, height=18, fps=fps), Varied)
    assert plan.frames == shown.frames == len(reel) == len(reel)
    assert plan.slides == shown.slides
    assert [(s.notes, s.loop, s.auto) for s in shown.slides] == [
        ("one", False, False), ("two", True, False), ("", False, True)
    ]  # fmt: skip
    times = [slide.time for slide in shown.slides]
    rate = replace(demo_job, fps=fps).fps  # 29.97 is 30000/1001
    whole = np.array(times) * rate
    np.testing.assert_allclose(whole, np.rint(whole), atol=1e-4)
    assert times[-1] == pytest.approx(len(reel) / rate, abs=1e-5)


def test_a_wait_is_not_cut_short_at_few_frames_a_second(demo_job: Job) -> None:
    class Waits(LessonScene):
        def construct(self) -> None:
            for seconds in (0.6, 1.2, 1.4):
                self.wait(seconds)

    assert drawn(replace(demo_job, fps=5), Waits)[0].frames == 3 + 6 + 7


def test_the_poster_is_the_last_frame(demo_job: Job, decoded: Callable[..., Any]) -> None:
    scene_class = load(demo_job.scene)
    params = scene_class.Params()
    data = as_record(scene_class.compute(params))
    path = Path(demo_job.output)
    events: list[Any] = []

    class Keep(Emit):
        def __call__(self, event: Any) -> None:
            events.append(event)

    made = film.make_video(demo_job, scene_class, params, data, path, Keep())
    shown = decoded(path)
    assert events[-1] == FramesDone(len(shown.frames))
    assert made.details["duration"] == pytest.approx(len(shown.frames) / 5)
    poster = np.asarray(Image.open(io.BytesIO(made.poster or b"")).convert("RGB"), dtype=int)
    assert poster.shape == (90, 160, 3)
    # Chroma is halved in the video: grey values are compared.
    apart = [np.abs(poster.mean(axis=2) - frame.mean(axis=2)).max() for frame in shown.frames]
    assert apart[-1] < 30
    assert apart[0] > 2 * apart[-1]


def test_a_scene_without_a_play_is_one_frame(demo_job: Job) -> None:
    class Still(LessonScene):
        def construct(self) -> None:
            self.add(Dot(radius=2))

    _, shown, reel, last = drawn(demo_job, Still)
    assert shown.frames == len(reel) == 1
    assert last[45, 80, 0] == 255


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_background_is_the_themes(demo_job: Job, name: str) -> None:
    class Empty(LessonScene):
        def construct(self) -> None:
            self.clear()  # its title
            self.wait(0.2)

    _, _, _, last = drawn(replace(demo_job, theme=name), Empty)
    expected = theme.hex_to_rgb(theme.THEMES[name].roles["background"]) * 255
    assert np.all(last[..., :3] == np.rint(expected))
    assert np.all(last[..., 3] == 255)


def test_a_transparent_background_is_clear(demo_job: Job) -> None:
    class Empty(LessonScene):
        def construct(self) -> None:
            self.clear()  # its title
            self.wait(0.2)

    _, _, _, last = drawn(replace(demo_job, format="webm", transparent=True), Empty)
    assert not last.any()


@pytest.mark.parametrize("name", ["dark", "light"])
def test_soft_edges_on_clear_ground_keep_their_colour(demo_job: Job, name: str) -> None:
    class Round(LessonScene):
        def construct(self) -> None:
            self.clear()  # its title
            self.add(Dot(radius=2, color=theme.color("weight")))
            self.wait(0.2)

    clear = replace(demo_job, format="webm", transparent=True, theme=name)
    _, _, _, last = drawn(clear, Round)
    soft = (last[..., 3] > 60) & (last[..., 3] < 255)
    assert soft.sum() > 20
    straight = last[soft][:, :3] / last[soft][:, 3:] * 255
    role = theme.hex_to_rgb(theme.THEMES[name].roles["weight"])
    np.testing.assert_allclose(straight, np.tile(role * 255, (len(straight), 1)), atol=8)


@pytest.mark.parametrize(("width", "height"), [(160, 90), (120, 120), (60, 120), (240, 90)])
def test_the_whole_stage_shows_in_any_shape_of_frame(
    demo_job: Job, width: int, height: int
) -> None:
    class Corners(LessonScene):
        def construct(self) -> None:
            self.clear()  # its title
            for x in (-6.6, 6.6):
                for y in (-3.5, 3.5):
                    self.add(Square(0.8, fill_opacity=1, color="#ffffff").move_to([x, y, 0]))

    _, _, _, last = drawn(replace(demo_job, width=width, height=height), Corners)
    white = np.argwhere(last[..., 1] > 128)
    corners = {(bool(y > height / 2), bool(x > width / 2)) for y, x in white}
    assert len(corners) == 4
    scale = min(width / theme.FRAME_WIDTH, height / theme.FRAME_HEIGHT)
    width, height = np.ptp(white, axis=0)[::-1] + 1
    assert width == pytest.approx(14 * scale, abs=1.5)  # and nothing is stretched
    assert height == pytest.approx(7.8 * scale, abs=1.5)


class Chance(LessonScene):
    """What a scene draws at random it draws the same each time."""

    def construct(self) -> None:
        x, y = np.random.uniform(-3, 3, 2)
        self.add(Dot([x, y, 0], radius=1))
        self.wait(0.2)


def test_chance_follows_the_seed(demo_job: Job) -> None:
    first, second = (drawn(demo_job, Chance)[3] for _ in range(2))
    assert np.array_equal(first, second)
    third = drawn(demo_job, Chance, SceneParams(seed=1))[3]
    assert not np.array_equal(first, third)


def test_manims_own_settings_do_not_matter(demo_job: Job) -> None:
    """A user's manim.cfg is read when manim is imported, into the same `config`."""
    before = drawn(demo_job, Chance)[3]
    old = config.copy()
    try:
        config.update(
            {"background_color": "#ff0000", "from_animation_number": 3, "save_sections": True}
        )
        config.background_opacity = 0.3
        config.dry_run = True
        after = drawn(demo_job, Chance)[3]
    finally:
        config.update(old)
    assert np.array_equal(before, after)


def test_leaves_manims_settings_as_they_were(demo_job: Job) -> None:
    before = dict(config)
    with draw.configured(replace(demo_job, fps=7)):
        assert config.frame_rate == 7
    assert dict(config) == before


@pytest.mark.parametrize("transparent", [False, True])
def test_a_png_holds_the_pixels(transparent: bool) -> None:
    pixels = np.zeros((2, 3, 4), np.uint8)
    pixels[0, 0] = [100, 50, 0, 128]  # premultiplied
    pixels[1, 2] = [10, 20, 30, 255]
    picture = np.asarray(Image.open(io.BytesIO(png_bytes(pixels, transparent))))
    if transparent:
        np.testing.assert_allclose(picture[0, 0], [199, 100, 0, 128], atol=1)
        np.testing.assert_array_equal(picture[1, 2], [10, 20, 30, 255])
    else:
        np.testing.assert_array_equal(picture, pixels[..., :3])
