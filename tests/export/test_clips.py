"""A film put together from clips is the film, and an edit is seen wherever it shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import PI, RIGHT, UP, Dot, ImageMobject, Square, ValueTracker, there_and_back

from mlanim.engine.film.film import make_video
from mlanim.engine.jobs.job import Job
from mlanim.engine.maker import Emit
from mlanim.engine.playback.renderer import Span
from mlanim.export.watch import clips
from mlanim.stage.scene import LessonScene, Slide

Decoder = Callable[..., Any]


class Story(LessonScene):
    """Moving, resting, a motion that comes back, one that depends on each frame, and a repeat."""

    height = 1

    def construct(self) -> None:
        square = Square()
        self.play(square.animate.shift(RIGHT), run_time=0.6)
        self.wait(0.4)
        self.play(square.animate(rate_func=there_and_back).shift(self.height * UP), run_time=0.6)
        self.next_slide(notes="a")
        self.wait(0.4)
        tracker, dot = ValueTracker(0), Dot()
        dot.add_updater(lambda d, dt: d.shift(RIGHT * dt))
        self.add(dot)
        self.play(tracker.animate.set_value(1), run_time=0.6)
        dot.clear_updaters()
        self.wait(0.4)


class Higher(Story):
    __doc__ = Story.__doc__  # its title, which is shown

    height = 2  # the motion that comes back goes further


class Still(LessonScene):
    """Nothing is played"""

    def construct(self) -> None:
        self.add(Square().rotate(PI / 8))


class Pictured(LessonScene):
    """A picture that is given, and one of the film itself"""

    grey = 100

    def construct(self) -> None:
        given = ImageMobject(np.full((4, 4), self.grey, np.uint8)).scale(20)
        self.add(given)
        self.wait(0.4)
        self.add(ImageMobject(self.renderer.get_frame()).shift(2 * RIGHT))
        self.wait(0.4)


class Paler(Pictured):
    __doc__ = Pictured.__doc__

    grey = 200


@pytest.fixture
def job(demo_job: Job) -> Job:
    return replace(demo_job, width=96, height=54, fps=10)


@dataclass(frozen=True)
class Made:
    """A film's frames, its pauses, and the frames that were drawn anew."""

    frames: int
    slides: tuple[Slide, ...]
    drawn: tuple[Span, ...]


@pytest.fixture
def film(job: Job, tmp_path: Path) -> Callable[[Any], Made]:
    (tmp_path / "shelf").mkdir()

    def make(scene: Any) -> Made:
        shelf, target = tmp_path / "shelf", tmp_path / f"{scene.__name__}.mp4"
        planned, found = clips.looked_at(job, scene, scene.Params(), None)
        absent = clips.lacking(found, shelf)
        if absent:
            clips.draw_clips(job, scene, scene.Params(), None, absent, shelf, lambda _: None)
        clips.put_together(planned, found, shelf, target)
        return Made(planned.frames, planned.slides, tuple(clip.span for clip in absent))

    return make


@pytest.mark.parametrize("scene", [Story, Still, Pictured])
def test_is_the_film_that_a_render_makes(
    film: Callable[[Any], Made], scene: Any, job: Job, tmp_path: Path, decoded: Decoder
) -> None:
    made = film(scene)
    whole = tmp_path / "whole.mp4"
    make_video(job, scene, scene.Params(), None, whole, Emit())
    ours, theirs = decoded(tmp_path / f"{scene.__name__}.mp4"), decoded(whole)
    assert len(ours.frames) == len(theirs.frames) == made.frames
    assert ours.times == pytest.approx(theirs.times)
    for mine, other in zip(ours.frames, theirs.frames, strict=True):
        assert np.abs(mine.astype(int) - other.astype(int)).mean() < 1.5  # both are compressed


def test_what_did_not_change_is_not_drawn_again(film: Callable[[Any], Made]) -> None:
    first = film(Story)
    assert sum(span.end - span.first for span in first.drawn) == first.frames
    again = film(Story)
    assert (again.drawn, again.slides) == ((), first.slides)


def test_another_picture_is_seen_to_differ(film: Callable[[Any], Made]) -> None:
    first = film(Pictured)
    again = film(Paler)
    assert again.drawn == first.drawn
    assert film(Pictured).drawn == ()


def test_a_motion_that_begins_and_ends_alike_is_seen_to_differ(
    film: Callable[[Any], Made], tmp_path: Path, decoded: Decoder
) -> None:
    film(Story)
    assert film(Higher).drawn == (Span(10, 16),)
    before, after = decoded(tmp_path / "Story.mp4"), decoded(tmp_path / "Higher.mp4")
    differing = [
        index
        for index, (old, new) in enumerate(zip(before.frames, after.frames, strict=True))
        if np.abs(old.astype(int) - new.astype(int)).max() > 40
    ]
    assert set(differing) <= set(range(10, 16))
    assert len(differing) >= 4


def test_a_clip_that_was_lost_is_drawn_alone(film: Callable[[Any], Made], tmp_path: Path) -> None:
    first = film(Story)
    newest = max((tmp_path / "shelf").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    newest.unlink()
    assert film(Story).drawn == (first.drawn[-1],)
