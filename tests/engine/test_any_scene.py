"""A file written for manim is rendered unchanged, with the very frames that manim gives it."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from manim import config, tempconfig
from manim.scene.scene_file_writer import SceneFileWriter

from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import load, params_of
from mlanim.engine.playback.plan import Plan
from mlanim.engine.playback.renderer import ALL

FOLDER = Path(__file__).parent.parent / "manim_scenes"
PLAIN = FOLDER / "plain.py"
NAMES = ["Shapes", "Moving", "Zoomed", "Solid", "Plane", "Sections"]


def job_for(name: str, output: Path, fps: float = 5.0) -> Job:
    entry = catalog.select([f"{PLAIN}:{name}"])[0]
    return Job(entry, "video", str(output), "mp4", 160, 90, fps, "dark")


def drawn(job: Job, scene_class: Any) -> tuple[list[np.ndarray], Plan, Plan]:
    """The frames, the plan, and the plan as drawn."""
    reel: list[np.ndarray] = []
    params = params_of(scene_class)()
    with draw.configured(job, scene_class):
        plan = draw.plan(scene_class, params, None)
        scene, _ = draw.built(
            scene_class, params, None, lambda p, n, parts: reel.extend([p.copy()] * n), ALL
        )
        scene.render()
    return reel, plan, draw.plan_of(scene)


def by_manim(scene_class: Any, fps: float, monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """The frames that manim itself writes."""
    frames: list[np.ndarray] = []
    monkeypatch.setattr(
        SceneFileWriter, "write_frame", lambda _, pixels, repeat=1: frames.extend([pixels] * repeat)
    )
    settings = {"pixel_width": 160, "pixel_height": 90, "frame_rate": fps, "seed": 0}
    with tempconfig({**settings, "dry_run": True, "verbosity": "ERROR", "progress_bar": "none"}):
        scene_class().render()
    return frames


@pytest.mark.parametrize(("name", "fps"), [(name, 5) for name in NAMES] + [("Shapes", 12)])
def test_the_frames_are_manims(
    name: str, fps: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_for(name, tmp_path / "a.mp4", fps)
    scene_class = load(job.scene)
    reel, foreseen, shown = drawn(job, scene_class)
    theirs = by_manim(scene_class, fps, monkeypatch)
    assert len(reel) == len(theirs) == foreseen.frames
    assert foreseen == shown
    for ours, their in zip(reel, theirs, strict=True):
        apart = np.abs(ours.astype(int) - their).max()
        assert apart <= 1


def test_sections_are_slides(tmp_path: Path) -> None:
    job = job_for("Sections", tmp_path / "a.mp4")
    scene_class = load(job.scene)
    with draw.configured(job, scene_class):
        plan = draw.plan(scene_class, params_of(scene_class)(), None)
    assert [(s.time, s.loop) for s in plan.slides] == [(1, False), (3, True)]


def test_reads_what_the_file_says_of_its_scenes() -> None:
    entry = catalog.select([f"{PLAIN}:Shapes"])[0]
    assert (entry.name, entry.title) == ("Shapes", "Shapes and a clock")
    assert entry.description.startswith("Scenes as people write them")
    with pytest.raises(UsageError, match=r"several scenes, Shapes, Moving, .*plain\.py:Shapes"):
        catalog.select([str(PLAIN)])
    two = catalog.select([f"{PLAIN}:Shapes", f"{PLAIN}:Moving", f"{PLAIN}:Shapes"])
    assert [entry.name for entry in two] == ["Shapes", "Moving"]


@pytest.mark.parametrize("source", ["x = 1", "class A: pass", "from manim import *"])
def test_a_file_without_a_scene(tmp_path: Path, source: str) -> None:
    (tmp_path / "a.py").write_text(source)
    with pytest.raises(UsageError, match="no class that derives from a Scene"):
        catalog.select([str(tmp_path / "a.py")])


def test_a_base_class_may_come_from_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "common_base.py").write_text(
        "from manim import Scene, Dot\nclass Common(Scene):\n    def setup(self):"
        " self.add(Dot())\nclass Other: pass\n"
    )
    (tmp_path / "a.py").write_text(
        "from common_base import Common, Other\nclass A(Common): pass\nclass B(Other): pass\n"
    )
    entry = catalog.select([f"{tmp_path / 'a.py'}:A"])[0]
    assert load(entry).__name__ == "A"
    with pytest.raises(UsageError, match="has no scene class 'B'"):
        load(catalog.select([f"{tmp_path / 'a.py'}:B"])[0])


def test_what_the_file_sets_stays_set(tmp_path: Path, mlanim: Callable[..., Any]) -> None:
    before = dict(config)
    load(catalog.select([str(FOLDER / "tall.py")])[0])
    assert dict(config) == before
    first = mlanim("render", FOLDER / "tall.py", "-o", "tall.mp4")
    assert (first.code, first.paths) == (0, [tmp_path / "tall.mp4"]), first.err
    about = json.loads((tmp_path / "tall.json").read_text())
    assert (about["resolution"], about["fps"], about["duration"]) == ([90, 160], 10, 1)
    assert "unchanged" in mlanim("render", FOLDER / "tall.py", "-o", "tall.mp4").err


def test_shows_the_background_that_the_file_sets(tmp_path: Path) -> None:
    entry = catalog.select([str(FOLDER / "tall.py")])[0]
    job = Job(entry, "video", str(tmp_path / "a.mp4"), "mp4", 90, 160, 10, "dark")
    scene_class = load(entry)
    reel, _, _ = drawn(job, scene_class)
    assert np.all(reel[0][0, 0] == 255)
    dark = np.argwhere(reel[-1][..., 0] < 128)
    assert np.ptp(dark, axis=0) == pytest.approx([40, 40], abs=2)  # two units, twenty pixels each


def test_other_commands_take_such_a_file(tmp_path: Path, mlanim: Callable[..., Any]) -> None:
    figure = mlanim("figure", f"{PLAIN}:Plane", "-o", "plane.svg")
    assert (figure.code, figure.paths) == (0, [tmp_path / "plane.svg"]), figure.err
    empty = mlanim("figure", f"{PLAIN}:Sections")
    assert (empty.code, "shows nothing at its end" in empty.err) == (2, True)
    assert "seed = 0" in mlanim("info", f"{PLAIN}:Shapes").out
    lint = mlanim("lint", f"{PLAIN}:Sections", "--theme", "dark")
    assert (lint.code, lint.out) == (0, "")


def test_a_scene_of_no_play_is_one_frame(tmp_path: Path, mlanim: Callable[..., Any]) -> None:
    ran = mlanim("render", f"{PLAIN}:Nothing", "--resolution", "160x90", "-o", tmp_path / "a.mp4")
    assert ran.code == 0, ran.err
    assert json.loads((tmp_path / "a.json").read_text())["duration"] == pytest.approx(1 / 60)


def test_a_scene_without_construct_is_no_film(tmp_path: Path, mlanim: Callable[..., Any]) -> None:
    (tmp_path / "base.py").write_text("from manim import Scene\n\nclass Base(Scene):\n    pass\n")
    ran = mlanim("render", "base.py", "--resolution", "64x36", "-o", "a.mp4")
    assert ran.code == 2
    assert ran.err.endswith("Base has no construct, so there is nothing to see.\n")


SOUNDING = """
from manim import Dot, FadeIn, Scene
class Sounding(Scene):
    def construct(self):
        self.wait(1)
        self.add_sound("beep.wav", time_offset=0.5)
        self.play(FadeIn(Dot()))
        self.next_section("left out", skip_animations=True)
        self.add_sound("beep.wav", time_offset=0.1)
        self.wait(1)
        self.next_section("shown")
        self.wait(1)
"""


@pytest.mark.parametrize("format", ["mp4", "webm"])
def test_a_sound_is_heard_where_the_scene_puts_it(
    tmp_path: Path, format: str, mlanim: Callable[..., Any]
) -> None:
    (tmp_path / "sounding.py").write_text(SOUNDING)
    with wave.open(str(tmp_path / "beep.wav"), "wb") as beep:
        beep.setparams((1, 2, 22_050, 0, "NONE", ""))
        beep.writeframes((12_000 * np.sin(np.arange(11_025) / 5)).astype("<i2").tobytes())
    ran = mlanim("render", "sounding.py", "--resolution", "64x36", "-o", f"a.{format}")
    assert ran.code == 0, ran.err
    with av.open(str(tmp_path / f"a.{format}")) as source:
        pieces = [frame.to_ndarray()[0] for frame in source.decode(audio=0)]
        rate = source.streams.audio[0].rate
    loud = np.flatnonzero(np.abs(np.concatenate(pieces).astype(float)) > 0.1) / rate
    assert (loud[0], loud[-1]) == pytest.approx((1.5, 2.0), abs=0.05)


WARNED = """
from manim import Scene, Square, Text, VGroup, config
class Warned(Scene):
    def construct(self):
        self.add(*(Text("Hello", font="None such") for _ in range(3)))
        square = Square()
        VGroup(square, square)
        self.wait(len(range(config.frame_rate)) / config.frame_rate)
"""


def test_what_manim_warns_of_is_said_once(tmp_path: Path, mlanim: Callable[..., Any]) -> None:
    """And a scene may count by the frame rate, a whole number as Manim has it."""
    (tmp_path / "warned.py").write_text(WARNED)
    ran = mlanim("render", "warned.py", "--resolution", "64x36", "-o", "a.mp4")
    assert ran.code == 0, ran.err
    said = " ".join(ran.err.split())
    assert said.count("Font None such not in") == 1
    assert said.count("Attempted adding some Mobject as a child more than once") == 1
    assert len(said) < 900, "without all the fonts that are there"
