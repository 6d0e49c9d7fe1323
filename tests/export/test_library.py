"""`mlanim.render`, `figure`, `deck`, `compute`: honest functions, with all that commands can do."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

import mlanim
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs.catalog import the_scene
from mlanim.engine.jobs.options import FigureOptions, Options, VideoOptions
from mlanim.export.deck.make import DeckFiles

SMALL: Any = {"resolution": "160x90", "fps": 5}


@pytest.mark.parametrize(
    ("function", "model"), [(mlanim.render, VideoOptions), (mlanim.figure, FigureOptions)]
)
def test_every_option_is_a_keyword_that_the_help_describes(
    function: Callable[..., Any], model: type[Options]
) -> None:
    taken = inspect.signature(function).parameters
    assert model.model_fields.keys() <= taken.keys()
    described = re.findall(r"^ {8}([\w, ]+): ", inspect.getdoc(function) or "", re.M)
    described += re.findall(r"^ {4}([\w, ]+): ", inspect.getdoc(function) or "", re.M)
    names = {name.strip() for line in described for name in line.split(",")}
    assert taken.keys() - names == set()


@pytest.mark.parametrize("name", ["render", "figure", "deck", "compute"])
def test_every_function_is_typed_and_says_what_it_returns_and_raises(name: str) -> None:
    function = getattr(mlanim, name)
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty
    for part in ("Args:", "Returns:", "Raises:"):
        assert part in function.__doc__


def test_the_package_says_that_it_is_typed() -> None:
    assert Path(mlanim.__file__).with_name("py.typed").is_file()


def test_a_video_knows_its_file_its_description_and_its_data(demo: Path, tmp_path: Path) -> None:
    video = mlanim.render(str(demo), output=tmp_path / "a.mp4", angle=60, **SMALL)
    assert video.path == tmp_path / "a.mp4"
    assert video.path.read_bytes() == video.payload
    assert {path.name for path in tmp_path.iterdir()} >= {"a.mp4", "a.png", "a.json", "a.vtt"}
    assert sorted(video.paths) == sorted(tmp_path.iterdir())
    assert video.about["params"]["angle"] == 60
    with av.open(str(video.path)) as container:
        assert container.streams.video[0].height == 90
    again = mlanim.compute(str(demo), angle=60)
    assert list(video.data) == list(again)


def test_without_output_nothing_is_left(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    figure = mlanim.figure(str(demo), width="6cm", dpi=40)
    assert figure.path is None
    assert figure.paths == ()
    assert list(tmp_path.iterdir()) == []
    asked = mlanim.figure(str(demo), output="b.svg", format="svg,pdf", width="6cm", dpi=40)
    assert asked.path == tmp_path / "b.svg" == asked.paths[0]
    assert sorted(asked.paths) == sorted(tmp_path.iterdir())
    assert {path.suffix for path in asked.paths} == {".svg", ".pdf", ".json"}
    assert (tmp_path / "b.svg").read_bytes() == figure.files["svg"]


def test_a_computation_is_what_the_scene_sees(demo: Path) -> None:
    data = mlanim.compute(str(demo), params={"angle": np.float64(90), "v": np.array([3, 4])})
    assert np.allclose(data["tip"], [0, 2])
    entry = the_scene(str(demo))
    deck = DeckFiles((), "T", {"first": (entry, {"angle": 90.0, "v": [3, 4]})})
    assert np.array_equal(deck.data["first"]["tip"], data["tip"])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"quality": "x"}, "--quality is x; it must be 'l', 'm', 'h', 'p' or 'k'"),
        ({"fps": "often"}, "--fps is often; it must be"),
        ({"theme": "pink"}, "Unknown theme 'pink'; choose dark, light, print"),
        ({"plays": 3}, "--plays is for gif, apng, webp"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_before_anything_is_drawn(
    demo: Path, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        mlanim.render(str(demo), **wrong)
