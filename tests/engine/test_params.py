"""Parameters from the outside are taken when they fit, and refused in a sentence when not."""

from __future__ import annotations

import math
from typing import Any, Literal

import pytest
from pydantic import Field, field_validator

from mlanim.engine.errors import UsageError
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
    params = validated(Params, settings, "scene")
    assert isinstance(params, Params)
    return params


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
    params = taken(pair=[3, 4], angle=1)
    assert (params.pair, params.angle, params.count) == ((3.0, 4.0), 1.0, 3)


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
