"""Segments drawn apart are the film drawn at once: every frame, time, sound and byte."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlanim.engine.encoding.captions import Cue
from mlanim.engine.events import Event, as_fields
from mlanim.engine.film.segment import Drawing, Segment
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.lines import as_line, from_line
from mlanim.engine.playback import draw, plan
from mlanim.engine.playback.loading import load, params_of
from mlanim.engine.playback.plan import Play, split
from mlanim.engine.playback.renderer import ALL, Span, Unrepeatable
from mlanim.engine.workers.engine import Engine
from mlanim.engine.workers.task import Outcome
from mlanim.stage.scene import Slide

SCENES = Path(__file__).parent.parent / "manim_scenes"


def job_of(name: str, output: Path, **settings: Any) -> Job:
    entry = catalog.select([str(SCENES / name)])[0]
    job = Job(entry, "video", str(output), output.suffix[1:], 64, 36, 10.0, "dark")
    return replace(job, **settings)


def pictures(job: Job, wanted: Span, expected: Any = (0, "")) -> tuple[list[np.ndarray], Any]:
    """The frames of a span, and the renderer that drew them."""
    scene_class = load(job.scene)
    reel: list[np.ndarray] = []
    with draw.configured(job, scene_class):
        scene, renderer = draw.built(
            scene_class,
            params_of(scene_class)(),
            None,
            lambda p, n, parts: reel.extend([p.copy()] * n),
            wanted,
            expected=expected,
        )
        scene.render()
    return reel, renderer


def planned(job: Job) -> plan.Plan:
    scene_class = load(job.scene)
    with draw.configured(job, scene_class):
        return draw.plan(scene_class, params_of(scene_class)(), None)


LENGTH = 7


@pytest.mark.parametrize(
    "name", ["long.py:Long", "plain.py:Shapes", "plain.py:Solid", "plain.py:Sections"]
)  # fmt: skip
def test_frames_drawn_apart_are_those_drawn_at_once(name: str, tmp_path: Path) -> None:
    job = job_of(name, tmp_path / "a.mp4")
    foreseen = planned(job)
    whole, _ = pictures(job, ALL)
    assert foreseen.frames == len(whole)
    before = ""
    for first in range(0, len(whole), LENGTH):
        end = min(first + LENGTH, len(whole))
        apart, renderer = pictures(job, Span(first, end), foreseen.before(first))
        assert len(apart) == end - first
        for number, picture in enumerate(apart, start=first):
            assert np.array_equal(picture, whole[number]), f"frame {number}"
        assert renderer.states[first] == before or first == 0
        before = renderer.states[end]


def test_what_drawing_itself_changes_is_not_divided(tmp_path: Path) -> None:
    assert not planned(job_of("plain.py:Zoomed", tmp_path / "a.mp4")).divisible
    assert planned(job_of("plain.py:Solid", tmp_path / "a.mp4")).divisible


def test_a_scene_unlike_its_plan_ends_at_once(tmp_path: Path) -> None:
    job = job_of("long.py:Chance", tmp_path / "a.mp4")
    foreseen = planned(job)
    with pytest.raises(Unrepeatable):
        pictures(job, Span(3, 9), foreseen.before(3))


plays = st.lists(st.tuples(st.integers(1, 400), st.booleans()), min_size=1, max_size=12)


@given(plays, st.integers(100, 10**7), st.data())
def test_segments_follow_one_another_and_cost_about_the_same(
    lengths: list[tuple[int, bool]], pixels: int, data: st.DataObject
) -> None:
    starts = itertools.accumulate((n for n, _ in lengths), initial=0)
    found = [Play(a, n, still, "") for a, (n, still) in zip(starts, lengths, strict=False)]
    total = found[-1].end
    first = data.draw(st.integers(0, total - 1))
    end = data.draw(st.integers(first + 1, total))
    spans = split(found, first, end, pixels)
    assert (spans[0][0], spans[-1][1]) == (first, end)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))
    assert all(a < b for a, b in spans)
    costs = plan._costs(found, first, end, pixels)
    shares = [costs[b - first] - costs[a - first] for a, b in spans]
    assert max(shares) <= 5 * min(shares) + 4 * max(found[0].costs(pixels))
    assert len(spans) <= 1.5 * plan.MOST
    assert len(spans) == 1 or len(spans) % 2 == 0


def test_segments_begin_with_plays_where_that_is_near() -> None:
    bounds, pixels = [0, 290, 500, 790, 1000, 1240, 1480, 1750], 1920 * 1080
    found = [Play(a, b - a, False, "") for a, b in itertools.pairwise(bounds)]
    assert split(found, 0, 1750, pixels)[:3] == ((0, 290), (290, 500), (500, 790))
    assert split(found, 0, 1750, pixels)[-1][0] not in bounds  # the last ones cost the same


def one_play(frames: int, **kind: Any) -> tuple[tuple[int, int], ...]:
    return split([Play(0, frames, kind.pop("still", False), "", **kind)], 0, frames, 1920 * 1080)


def test_a_short_film_is_shared_by_two_or_four() -> None:
    assert one_play(150) == ((0, 150),)
    assert one_play(160) == ((0, 80), (80, 160))
    assert one_play(240, still=True) == ((0, 240),)
    assert one_play(150, items=4096) == ((0, 75), (75, 150))
    assert [b - a for a, b in one_play(800)] == [200] * 4
    assert len(one_play(9999)) <= plan.MOST


def test_a_longer_film_begins_with_the_segments_of_a_shorter_one() -> None:
    short, long = ([Play(0, n, False, ""), Play(n, 100, True, "")] for n in (1600, 1900))
    pixels = 1920 * 1080
    assert split(short, 0, 1700, pixels)[:3] == split(long, 0, 2000, pixels)[:3]


def test_a_part_with_too_few_frames_is_none(tmp_path: Path) -> None:
    job, piece = job_of("long.py:Long", tmp_path / "a.mp4"), tmp_path / "piece"
    drawing = Drawing(Segment(job, 0, 5, 0, 10, (0, ""), "", str(piece)), lambda done: None)
    drawing.take(np.zeros((job.height, job.width, 4), np.uint8), 4, None)
    with pytest.raises(Unrepeatable):
        drawing.finish({})
    assert not piece.exists()


def test_a_segment_travels_as_json_and_pickled(tmp_path: Path) -> None:
    job = job_of("long.py:Long", tmp_path / "a.mp4")
    segment = Segment(
        job,
        3,
        9,
        0,
        20,
        (2, "state"),
        "data",
        "piece",
        (Slide(1.5, "notes"),),
        (Cue(0, 900, ("one", "two")),),
        "name",
    )
    assert from_line(Segment, as_line(segment)) == segment
    assert pickle.loads(pickle.dumps(segment)) == segment


@pytest.fixture
def short_segments(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The name of a worker module that makes segments of a few frames, with a cache of its own."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=":")
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / "cache"))
    return "short_worker"


Made = tuple[list[Outcome], list[tuple[str, dict[str, Any]]]]


@pytest.fixture
def made(short_segments: str) -> Callable[..., Made]:
    """Runs jobs; their outcomes, and the events with the scenes' names."""

    def run(jobs: list[Job], workers: int = 2, **options: Any) -> Made:
        events: list[tuple[str, dict[str, Any]]] = []

        def hear(job: Job, event: Event) -> None:
            events.append((job.name, as_fields(event)))

        engine = Engine(workers, hear, short_segments, **options)
        return engine.run(jobs), events

    return run


def forget(tmp_path: Path) -> None:
    for path in (tmp_path / "cache").glob("*/*"):
        path.unlink()


@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_the_bytes_do_not_depend_on_how_many_draw(
    tmp_path: Path, suffix: str, made: Callable[..., Made], decoded: Callable[..., Any]
) -> None:
    name = f"a.{suffix}"
    jobs = [job_of("long.py:Long", tmp_path / str(n) / name) for n in (1, 2)]
    payloads = []
    for workers, job in enumerate(jobs, start=1):
        (outcome,), events = made([job], workers)
        assert (outcome.code, outcome.message) == (0, "")
        assert not any(event["event"] == "warning" for _, event in events)
        most = max(event.get("workers", 0) for _, event in events)
        assert most == workers
        forget(tmp_path)
        folder = Path(job.output).parent
        payloads.append({p.name: p.read_bytes() for p in folder.iterdir()})
    assert payloads[0] == payloads[1]
    assert set(payloads[0]) == {name, "a.png", "a.json"}
    film, whole = decoded(Path(jobs[0].output)), pictures(jobs[0], ALL)[0]
    assert len(film.frames) == len(whole)
    assert film.times == pytest.approx([n / 10 for n in range(len(whole))], abs=1e-3)
    apart = [np.abs(a.mean(2) - b[..., :3].mean(2)).mean() for a, b in
             zip(film.frames, whole, strict=True)]  # fmt: skip
    assert max(apart) < 6


def test_progress_counts_the_frames_of_all_segments(
    tmp_path: Path, made: Callable[..., Made]
) -> None:
    _, events = made([job_of("long.py:Long", tmp_path / "a.mp4")])
    total = next(event["frames"] for _, event in events if event["event"] == "plan")
    done = [event["done"] for _, event in events if event["event"] == "frame"]
    assert done == sorted(done)
    assert done[-1] == total


@pytest.mark.parametrize("name", ["Chance", "Drifting"])
def test_what_is_not_the_same_twice_is_drawn_in_one_process(
    tmp_path: Path, name: str, made: Callable[..., Made], decoded: Callable[..., Any]
) -> None:
    (outcome,), events = made([job_of(f"long.py:{name}", tmp_path / "a.mp4")])
    assert outcome.code == 0
    (warning,) = (event for _, event in events if event["event"] == "warning")
    assert warning["message"].startswith(f"{name} does not come out the same twice")
    assert len(decoded(tmp_path / "a.mp4").frames) == 40


def test_several_scenes_share_the_workers(tmp_path: Path, made: Callable[..., Made]) -> None:
    names = ("long.py:Long", "plain.py:Shapes", "plain.py:Nothing")
    jobs = [job_of(name, tmp_path / f"{n}.mp4") for n, name in enumerate(names)]
    outcomes, events = made(jobs)
    assert [outcome.code for outcome in outcomes] == [0, 0, 0]
    again, _ = made(jobs)
    assert not any(outcome.fresh for outcome in again)
    assert {name for name, event in events if event["event"] == "made"} == {"0", "1", "2"}


def test_captions_and_slides_go_through_the_segments(
    tmp_path: Path, demo: Path, made: Callable[..., Made], decoded: Callable[..., Any]
) -> None:
    entry = catalog.select([str(demo)])[0]
    job = Job(entry, "video", str(tmp_path / "a.mp4"), "mp4", 320, 180, 15.0, "dark", burn_in=True)
    (outcome,), events = made([job])
    assert outcome.code == 0, outcome.message
    assert max(event.get("workers", 0) for _, event in events) == 2
    frames = decoded(tmp_path / "a.mp4").frames
    bands = [frame[-24:].astype(int).std() for frame in frames]
    assert min(bands) > 5  # words stand under every frame, in whichever segment
