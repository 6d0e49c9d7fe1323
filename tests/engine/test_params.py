"""Parameters from the outside are taken when they fit, and refused in a sentence when not."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import pytest
from pydantic import Field, field_validator

from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import params
from mlanim.engine.jobs.params import bounds, parameter_rows, validated
from mlanim.stage.scene import SceneParams


class Params(SceneParams):
    angle: float = Field(45, ge=0, le=180, description="An angle.")
    count: int = Field(3, gt=0, lt=10, description="A count.")
    words: str = Field("hi", description="Words.")
    pair: tuple[float, float] = Field((1, 2), description="A pair.")
    widths: list[int] = Field([2, 2], min_length=1, max_length=3, description="Widths.")
    mode: Literal["sgd", "adam"] = Field("sgd", description="A mode.")
    level: Literal[1, 2] = Field(1, description="A level.")
    fine: bool = Field(False, description="A switch.")
    maybe: float | None = Field(None, ge=0, description="A number, if any.")

    @field_validator("words")
    @classmethod
    def _known(cls, words: str) -> str:
        if words.startswith("bad"):
            raise ValueError(f"I know no {words!r}.")
        return words


def taken(**settings: Any) -> Params:
    found = validated(Params, settings, "scene")
    assert isinstance(found, Params)
    return found


def refused(**settings: Any) -> str:
    with pytest.raises(UsageError) as caught:
        validated(Params, settings, "scene")
    message = str(caught.value)
    assert 1 <= len(message.splitlines()) <= 3
    assert len(message) < 1000
    assert "Traceback" not in message
    return message


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("angle", "30", 30.0),
        ("angle", "1e2", 100.0),
        ("count", "7", 7),
        ("words", "7", "7"),
        ("words", "true", "true"),
        ("words", "[1,2]", "[1,2]"),
        ("words", '{"a": 1}', '{"a": 1}'),
        ("words", "", ""),
        ("pair", "1,2", (1.0, 2.0)),
        ("pair", "[1, 2.5]", (1.0, 2.5)),
        ("pair", " -1 , 2 ", (-1.0, 2.0)),
        ("widths", "4", [4]),
        ("widths", "4,3", [4, 3]),
        ("mode", "adam", "adam"),
        ("level", "2", 2),
        ("fine", "true", True),
        ("fine", "no", False),
        ("maybe", "2", 2.0),
        ("maybe", "none", None),
        ("maybe", "null", None),
        ("seed", "12", 12),
    ],
)
def test_takes_text_from_a_command_line(field: str, text: str, value: object) -> None:
    assert getattr(taken(**{field: text}), field) == value


def test_takes_values_from_a_file_and_keeps_the_defaults() -> None:
    found = taken(pair=[3, 4], angle=1)
    assert (found.pair, found.angle, found.count) == ((3.0, 4.0), 1.0, 3)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"angel": "3"}, ["no parameter 'angel'", "Did you mean angle?", "count"]),
        ({"zzzz": "3"}, ["no parameter 'zzzz'. It has", "angle"]),
        ({"angle": "wide"}, ["angle is wide; allowed: number, 0 to 180."]),
        ({"angle": "200"}, ["angle is 200; allowed: number, 0 to 180."]),
        ({"angle": -1}, ["angle is -1; allowed: number, 0 to 180."]),
        ({"angle": "nan"}, ["angle is nan; allowed: number, 0 to 180, and finite."]),
        ({"angle": "NaN"}, ["angle is NaN; ", "finite"]),
        ({"angle": "inf"}, ["angle is inf; ", "finite"]),
        ({"angle": "1e999"}, ["angle is 1e999; "]),
        ({"angle": math.nan}, ["angle is nan; ", "finite"]),
        ({"angle": math.inf}, ["angle is inf; "]),
        ({"angle": "[1"}, ["angle is [1; "]),
        ({"angle": None}, ["angle is None; "]),
        ({"angle": ""}, ["angle is empty; "]),
        ({"count": "2.5"}, ["count is 2.5; allowed: whole number, over 0 and under 10."]),
        ({"count": "10"}, ["count is 10; ", "under 10"]),
        ({"count": "9" * 5000}, ["count is 999", "(5000 characters)"]),
        ({"pair": "1"}, ["pair is 1; allowed: 2 × number, such as 1,2."]),
        ({"pair": "1,2,3"}, ["pair is 1,2,3; "]),
        ({"pair": "1,nan"}, ["pair is 1,nan; "]),
        ({"pair": "1,NaN"}, ["pair is 1,NaN; ", "finite"]),
        ({"pair": "1,x"}, ["pair is 1,x; "]),
        (
            {"widths": "1,2,3,4"},
            ["widths is 1,2,3,4; allowed: 1 to 3 × whole number, such as 2,2."],
        ),
        ({"mode": "sdg"}, ["mode is sdg; allowed: one of sgd, adam."]),
        ({"level": "3"}, ["level is 3; allowed: one of 1, 2."]),
        ({"fine": "maybe"}, ["fine is maybe; allowed: true or false."]),
        ({"maybe": "-1"}, ["maybe is -1; allowed: number, at least 0 or none."]),
        ({"words": 7}, ["words is 7; allowed: text."]),
        ({"words": "half \udcff"}, ["words is half \ufffd. It is not text in UTF-8."]),
        ({"words": "bad .. dots"}, ["words is bad .. dots. I know no 'bad .. dots'."]),
        ({"seed": "-1"}, ["seed is -1; ", "0 to 2147483647"]),
        ({"seed": 2**31}, ["seed is 2147483648; "]),
    ],
    ids=str,
)
def test_says_field_value_and_what_is_allowed(settings: dict[str, Any], words: list[str]) -> None:
    message = refused(**settings)
    assert message.startswith("scene")
    assert [part for part in words if part not in message] == []


@pytest.mark.parametrize("text", ["x" * 10_000, "[" * 10_000, "9," * 5_000, "bad" + "\n" * 9_997])
@pytest.mark.parametrize("field", ["angle", "pair", "mode", "words"])
def test_cuts_what_is_long(field: str, text: str) -> None:
    if field == "words" and not text.startswith("bad"):
        assert taken(words=text).words == text
        return
    assert "(10000 characters)" in refused(**{field: text})
    assert "(10000 characters)" in refused(**{text: "1"})


def test_shows_nothing_that_a_terminal_would_act_upon() -> None:
    message = refused(angle="\x1b[31mred\x07\u202e\u0000")
    assert all(character.isprintable() for character in message)
    assert "[31mred" in message


def test_names_several_faults_at_once() -> None:
    message = refused(angle="x", count="y", mode="z", level="9")
    assert len(message.splitlines()) == 3


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("angle", "number, 0 to 180"),
        ("count", "whole number, over 0 and under 10"),
        ("words", "text"),
        ("pair", "2 × number"),
        ("widths", "1 to 3 × whole number"),
        ("mode", "one of sgd, adam"),
        ("maybe", "number, at least 0 or none"),
    ],
)
def test_words_for_what_a_field_allows(field: str, words: str) -> None:
    assert bounds(Params, field) == words


def test_rows_name_every_parameter_and_the_seed_last() -> None:
    rows = parameter_rows(Params)
    assert [row[0] for row in rows] == [*(n for n in Params.model_fields if n != "seed"), "seed"]
    assert ("pair", "2 × number", "[1.0, 2.0]", "A pair.") in rows


class Row(NamedTuple):
    x: float
    label: Annotated[int, Field(ge=0, le=1)]


class Tables(SceneParams):
    v: tuple[float, float] = Field((1, 2), description="A vector.")
    m: list[list[float]] = Field([[1]], description="A matrix.")
    rows: Literal["none"] | tuple[Row, ...] = Field("none", description="Rows with names.")
    columns: dict[str, list[float]] = Field({}, description="Columns by name.")
    level: Literal[1, 2] = Field(1, description="A level.")
    file: str = Field("", description="A file that the scene reads itself.")


@pytest.fixture
def numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    np.savez("a.npz", v=np.array([[3.0, 4.0]]), m=np.arange(6.0).reshape(3, 2), one=np.array([2]))
    Path("t.csv").write_text("label,x\n1,0.5\n0,2\n")
    Path("odd.csv").write_text("label,x\n1,0.5\n3,2\n")
    return tmp_path


def test_takes_a_file_of_numbers_in_the_form_that_a_field_wants(numbers: Path) -> None:
    given = {
        "v": "a.npz:v", "m": "a.npz:m", "rows": "t.csv", "columns": "t.csv", "level": "a.npz:one",
        "file": "t.csv",
    }  # fmt: skip
    found = validated(Tables, given, "scene")
    assert found.model_dump() == {
        "seed": 0, "v": (3, 4), "m": [[0, 1], [2, 3], [4, 5]], "rows": ((0.5, 1), (2, 0)),
        "columns": {"label": [1, 0], "x": [0.5, 2]}, "level": 2, "file": "t.csv",
    }  # fmt: skip
    with_numbers = params.with_numbers({**given, "seed": "0"}, found)
    assert validated(Tables, with_numbers, "scene") == found
    assert (with_numbers["seed"], with_numbers["file"]) == ("0", "t.csv")
    assert ".npz" not in str(with_numbers)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"v": "a.npz:m"}, "v is a.npz:m, which holds 3 × 2 numbers; allowed: 2 × number, such as"),
        ({"v": "a.npz:w"}, "v is a.npz:w. a.npz has no array 'w'; it has v, m, one."),
        ({"v": "b.npy"}, "v is b.npy. There is no file b.npy."),
        ({"rows": "odd.csv"}, "in the columns label, x, 3 at place 2, label; allowed: "),
        ({"rows": "a.npz:v"}, "which holds 1 × 2 numbers, 4 at place 1, 2; allowed: none or"),
        ({"level": "t.csv"}, "level is t.csv, which holds 2 × 2 numbers in the columns label, x;"),
    ],
    ids=str,
)
def test_says_what_a_file_holds_and_what_the_field_wants(
    numbers: Path, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        validated(Tables, settings, "scene")
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_words_for_rows_with_names() -> None:
    assert bounds(Tables, "rows") == "none or rows of x, label"
