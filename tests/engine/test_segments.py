"""Segments drawn apart are the film drawn at once: every frame, time, sound and byte."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import Square, VMobject

from mlanim.engine.encoding.captions import Cue
from mlanim.engine.errors import Unrepeatable
from mlanim.engine.events import Event, as_fields
from mlanim.engine.film.segment import Drawing, Segment
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.lines import as_line, from_line
from mlanim.engine.playback import draw, plan
from mlanim.engine.playback.loading import load, params_of
from mlanim.engine.playback.plan import Play
from mlanim.engine.playback.renderer import ALL, Span
from mlanim.engine.playback.state import state_of
from mlanim.engine.workers.engine import Engine
from mlanim.engine.workers.job_run import Outcome

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
    "name",
    ["long.py:Long", "long.py:Left", "plain.py:Shapes", "plain.py:Solid", "plain.py:Sections"],
)
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
        before = renderer.states.get(end, "")


def standing_at(places: np.ndarray) -> Any:
    """What is asked of a scene for its state, where a mobject has these points."""
    mobject = VMobject().set_points(places)
    return SimpleNamespace(
        mobjects=[mobject], foreground_mobjects=[], animations=None, camera=SimpleNamespace()
    )


@given(st.lists(st.integers(-(10**8), 10**8), min_size=3, max_size=9))
def test_the_last_digits_of_floats_tell_no_states_apart(tens_of_millionths: list[int]) -> None:
    """Also of numbers that lie halfway between two with as many decimals as count."""
    places = np.resize(np.array(tens_of_millionths) / 1e7, (4, 3))
    state = state_of(standing_at(places))
    assert state_of(standing_at(places + 4e-14)) == state == state_of(standing_at(places - 4e-14))
    assert state_of(standing_at(places + 1e-6)) != state


def test_where_colours_run_counts_where_there_are_several() -> None:
    def state_with(direction: float, *colours: str) -> str:
        mobject = Square().set_color(list(colours)).set_sheen_direction([direction, 1, 0])
        scene = standing_at(np.zeros((0, 3)))
        scene.mobjects = [mobject]
        return state_of(scene)

    assert state_with(1, "#ff0000") == state_with(2, "#ff0000")
    assert state_with(1, "#ff0000", "#0000ff") != state_with(2, "#ff0000", "#0000ff")


def test_what_drawing_itself_changes_is_not_divided(tmp_path: Path) -> None:
    assert not planned(job_of("plain.py:Zoomed", tmp_path / "a.mp4")).divisible
    assert planned(job_of("plain.py:Solid", tmp_path / "a.mp4")).divisible


def test_a_scene_unlike_its_plan_ends_at_once(tmp_path: Path) -> None:
    job = job_of("long.py:Chance", tmp_path / "a.mp4")
    foreseen = planned(job)
    with pytest.raises(Unrepeatable):
        pictures(job, Span(3, 9), foreseen.before(3))


plays = st.lists(
    st.tuples(st.integers(1, 400), st.booleans(), st.integers(0, 5000)), min_size=1, max_size=12
)


def planned_of(lengths: list[tuple[int, bool, int]]) -> plan.Plan:
    starts = list(itertools.accumulate((n for n, _, _ in lengths), initial=0))
    found = [
        Play(first, n, still, items=items)
        for first, (n, still, items) in zip(starts, lengths, strict=False)
    ]
    return plan.Plan(starts[-1], (), plays=tuple(found))


@given(plays, st.integers(100, 10**7), st.data())
def test_segments_follow_one_another_and_none_but_the_last_is_small(
    lengths: list[tuple[int, bool, int]], pixels: int, data: st.DataObject
) -> None:
    found = planned_of(lengths)
    first = data.draw(st.integers(0, found.frames - 1))
    end = data.draw(st.integers(first + 1, found.frames))
    spans = found.spans(first, end, pixels)
    assert (spans[0][0], spans[-1][1]) == (first, end)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(spans))
    assert all(a < b for a, b in spans)
    each = [cost for play in found.plays for cost in play.costs(pixels)]
    costs = [sum(each[a:b]) for a, b in spans]
    for number, cost in enumerate(costs):
        size = plan.segment_seconds(pixels, number)
        assert cost <= 1.6 * size + max(each)
        assert number == len(costs) - 1 or cost >= 0.6 * size - max(each)


@given(plays, plays, st.integers(100, 10**7))
def test_a_longer_film_begins_with_the_segments_of_a_shorter_one(
    beginning: list[tuple[int, bool, int]], rest: list[tuple[int, bool, int]], pixels: int
) -> None:
    short, long = planned_of(beginning), planned_of([*beginning, *rest])
    bounds = [first for first, _ in short.spans(0, short.frames, pixels)]
    assert [first for first, _ in long.spans(0, long.frames, pixels)][: len(bounds)] == bounds


def test_segments_begin_with_plays_where_that_is_near() -> None:
    found = planned_of([(200, False, 0), (150, False, 0), (170, False, 0)])
    bounds = [first for first, _ in found.spans(0, 520, 1920 * 1080)]
    assert bounds[1] == 200
    assert set(bounds[1:]) <= {200, 350}


@pytest.mark.parametrize("frames", [300, 500, 700, 2000])
def test_a_long_play_is_cut_into_pairs_of_segments(frames: int) -> None:
    found = planned_of([(frames, False, 16 * 1024)])
    spans = found.spans(0, frames, 1920 * 1080)
    assert len(spans) % 2 == 0
    lengths = [end - first for first, end in spans]
    assert max(np.diff(lengths)) <= 3, "each a little longer than the one before, for long films"
    assert min(np.diff(lengths)) >= -1


def test_what_the_scenes_own_code_makes_counts() -> None:
    lean, rich = (plan.Plan(90, (), plays=(Play(0, 90, False, made=n),)) for n in (0, 200))
    assert len(lean.spans(0, 90, 854 * 480)) == 1
    assert len(rich.spans(0, 90, 854 * 480)) > 1


def test_a_film_is_long_by_what_others_could_draw_of_it() -> None:
    def is_long(**kind: Any) -> bool:
        cuts = plan.Cuts(854 * 480)
        for first in range(0, 900, 90):
            cuts.between(first)
            cuts.begin(Play(first, 90, False, **kind))
            cuts.end(first + 90)
        return cuts.is_long

    assert is_long()
    assert not is_long(remade=20), "whoever passes over that spends as much"


def test_a_part_with_too_few_frames_is_none(tmp_path: Path) -> None:
    job, piece = job_of("long.py:Long", tmp_path / "a.mp4"), tmp_path / "piece"
    drawing = Drawing(job, piece, lambda done: None)
    drawing.take(np.zeros((job.height, job.width, 4), np.uint8), 4, None)
    with pytest.raises(Unrepeatable):
        drawing.finish(expected=5)
    assert not piece.exists()


def test_a_segment_travels_as_json_and_pickled(tmp_path: Path) -> None:
    job = job_of("long.py:Long", tmp_path / "a.mp4")
    said = (Cue(0, 900, ("one", "two")),)
    segment = Segment(job, 3, 9, 0, False, (2, "state"), "data", "piece", "film", "source", said)
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


@pytest.mark.parametrize("scene", ["Long", "Drifting"])
@pytest.mark.parametrize("suffix", ["mp4", "webm"])
def test_the_bytes_do_not_depend_on_how_many_draw(
    tmp_path: Path,
    scene: str,
    suffix: str,
    made: Callable[..., Made],
    decoded: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = f"a.{suffix}"
    jobs = [job_of(f"long.py:{scene}", tmp_path / str(n) / name) for n in (1, 2)]
    payloads = []
    for workers, job in enumerate(jobs, start=1):
        if workers == 2:
            monkeypatch.setenv("SHARED", str(tmp_path / "shared"))
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
    tmp_path: Path, made: Callable[..., Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARED", str(tmp_path / "shared"))
    _, events = made([job_of("long.py:Long", tmp_path / "a.mp4")])
    total = next(event["frames"] for _, event in events if event["event"] == "plan")
    done = [event["done"] for _, event in events if event["event"] == "frame"]
    assert done == sorted(done)
    assert done[-1] == total


@pytest.mark.parametrize(("name", "count"), [("Chance", 40), ("Strewing", 160), ("Shorter", 120)])
def test_what_is_not_the_same_twice_is_drawn_in_one_process(
    name: str,
    count: int,
    tmp_path: Path,
    made: Callable[..., Made],
    decoded: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SHARED", str(tmp_path / "shared"))
    monkeypatch.setenv("RAN", str(tmp_path / "ran"))
    (outcome,), events = made([job_of(f"long.py:{name}", tmp_path / "a.mp4")])
    assert outcome.code == 0
    (warning,) = (event for _, event in events if event["event"] == "warning")
    assert warning["message"].startswith(f"{name} does not come out the same twice")
    assert len(decoded(tmp_path / "a.mp4").frames) == count


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
