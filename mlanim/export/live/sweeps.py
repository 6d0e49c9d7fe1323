"""Sweeps: which values of a parameter a page shows, and how a reader chooses among them.

angle=0:180:5     a range with its step       angle=0:180   about twenty values of it
kernel=3,5        these values                sentence=the cat sat|the dog ran
activation        all that the parameter takes
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs.params import bounds, validated
from mlanim.export.live.payload import Control
from mlanim.stage.scene import SceneParams
from mlanim.words.nearest import nearest
from mlanim.words.numbers import MINUS

USUAL = 21
"""Values of a range whose step was not said."""

MOST_STATES = 1000
MOST_BUTTONS, WIDEST_BUTTONS = 6, 44  # choices, and characters of all of them together


@dataclass(frozen=True)
class ParameterSweep:
    """One parameter's values, as jobs take them, and how they are shown."""

    name: str
    values: tuple[Any, ...]
    control: Control


def split(text: str) -> tuple[str, str]:
    """The parameter's name and what is said of its values, "" for all of them.

    Raises:
        UsageError: if there is no name.
    """
    name, equals, said = (part.strip() for part in text.partition("="))
    if not name or (equals and not said):
        raise UsageError(
            f"--sweep takes NAME=LOW:HIGH:STEP, NAME=A,B,C or NAME, not {shortened(text)!r}; "
            "for example angle=0:180:5."
        )
    return name, said


def sweep(
    model: type[SceneParams], name: str, said: str | Sequence[Any], fixed: Mapping[str, Any],
    scene: str,
) -> ParameterSweep:  # fmt: skip
    """The values that are asked for of a parameter, checked one by one.

    Args:
        said: a range or a list as text, "" for all that is allowed, or the values themselves.
        fixed: what else was set; it says where the page starts.

    Raises:
        UsageError: for a parameter that is not there, and for values that it does not take.
    """
    if name not in model.model_fields:
        known = list(model.model_fields)
        raise UsageError(
            f"--sweep {shortened(name)}: {scene} has no parameter of that name."
            f"{nearest(name, known)} It has {', '.join(known)}."
        )
    schema = _schema(model, name)
    if isinstance(said, str):
        values = _read(schema, name, said, bounds(model, name))
    else:
        values = _plain(said)
        _refuse_many(name, len(values))
    values = _whole(values, schema)
    if len(values) < 2:
        raise UsageError(f"--sweep {name}: it has one value, and a slider needs two or more.")
    for value in values:
        _refuse_out_of_bounds(model, schema, name, value)
    return ParameterSweep(
        name, values, _control(model, name, values, _default(model, fixed, name, scene))
    )


def themes(said: str | Sequence[Any], known: Sequence[str]) -> tuple[str, ...]:
    """The themes that a page is drawn in.

    Raises:
        UsageError: for one that there is not.
    """
    named = [one.strip() for one in said.split(",")] if isinstance(said, str) else list(said)
    found = tuple(dict.fromkeys(one for one in named if one)) or tuple(known)
    for one in found:
        if one not in known:
            raise UsageError(f"--sweep theme={shortened(one)}: choose {', '.join(known)}.")
    return found


def _schema(model: type[SceneParams], name: str) -> dict[str, Any]:
    """A parameter's JSON schema, of a parameter that may be none that of its values."""
    whole = model.model_json_schema()
    found: dict[str, Any] = whole["properties"][name]
    kinds = [kind for kind in found.get("anyOf", [found]) if kind.get("type") != "null"]
    first = kinds[0] if kinds else found
    if "$ref" in first:
        first = whole["$defs"][first["$ref"].rsplit("/", 1)[-1]]
    return dict(first)


def _read(schema: Mapping[str, Any], name: str, said: str, allowed: str) -> tuple[Any, ...]:
    """The values that a text stands for."""
    is_number = schema.get("type") in ("number", "integer")
    if not said:
        return _all(schema, name, allowed)
    if is_number and ":" in said:
        return _range(schema, name, said)
    parts = [part.strip() for part in said.split("|" if "|" in said else ",")]
    _refuse_many(name, len(parts))
    if schema.get("type") == "string" or "enum" in schema:
        return tuple(dict.fromkeys(_word(part, schema) for part in parts))
    return tuple(dict.fromkeys(map(_value, parts)))


def _word(text: str, schema: Mapping[str, Any]) -> Any:
    """A choice by its text; choices may be numbers."""
    return next((one for one in schema.get("enum", ()) if str(one) == text), text)


def _value(text: str) -> Any:
    for found in (text, f"[{text}]"):
        try:
            value = json.loads(found)
        except ValueError:
            continue
        return tuple(value) if isinstance(value, list) else value
    return text


def _all(schema: Mapping[str, Any], name: str, allowed: str) -> tuple[Any, ...]:
    """All values of a choice, or about twenty between two bounds."""
    if "enum" in schema:
        return tuple(schema["enum"])
    if schema.get("type") == "boolean":
        return (False, True)
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is None or high is None:
        raise UsageError(
            f"--sweep {name}: it is {allowed}, which has no end; say which values, "
            f"as --sweep {name}=LOW:HIGH:STEP or {name}=A,B,C."
        )
    return _between(schema, Decimal(str(low)), Decimal(str(high)))


def _between(schema: Mapping[str, Any], low: Decimal, high: Decimal) -> tuple[Any, ...]:
    """About twenty values, whole ones of a whole number."""
    if schema.get("type") == "integer":
        step = Decimal(max(1, math.ceil((high - low) / (USUAL - 1))))
    else:
        step = (high - low) / (USUAL - 1)
    return _steps(low, high, step, schema)


def _range(schema: Mapping[str, Any], name: str, said: str) -> tuple[Any, ...]:
    """The values of low:high:step, both ends among them where steps meet the upper one."""
    parts = [_number(name, part) for part in said.split(":")]
    if len(parts) not in (2, 3):
        raise UsageError(f"--sweep {name}={shortened(said)}: a range is LOW:HIGH or LOW:HIGH:STEP.")
    low, high = parts[:2]
    if low >= high:
        raise UsageError(
            f"--sweep {name}={shortened(said)}: it ends at {high}, which is not above {low}, where "
            "it begins; give LOW:HIGH:STEP."
        )
    if len(parts) == 2:
        return _between(schema, low, high)
    step = parts[2]
    if step <= 0:
        raise UsageError(
            f"--sweep {name}={shortened(said)}: a step of {step} comes to no end; give one above 0."
        )
    if schema.get("type") == "integer" and any(part % 1 for part in parts):
        raise UsageError(f"--sweep {name}={shortened(said)}: {name} is a whole number.")
    _refuse_many(name, int((high - low) / step) + 1)
    return _steps(low, high, step, schema)


def _number(name: str, text: str) -> Decimal:
    try:
        found = Decimal(text.strip())
    except ArithmeticError:
        found = Decimal("nan")
    if not found.is_finite() or abs(found) > Decimal("1e15"):
        raise UsageError(f"--sweep {name}: {shortened(text)!r} is no number; give LOW:HIGH:STEP.")
    return found


def _steps(
    low: Decimal, high: Decimal, step: Decimal, schema: Mapping[str, Any]
) -> tuple[Any, ...]:
    count = int((high - low) / step + Decimal("1e-9")) + 1
    kind = int if schema.get("type") == "integer" else float
    return tuple(kind(low + step * at) for at in range(count))


def _refuse_many(name: str, count: int) -> None:
    if count > MOST_STATES:
        raise UsageError(
            f"--sweep {name}: {count:,} values are more than the {MOST_STATES:,} states that a "
            "page holds; give a larger step or a narrower range."
        )


def _plain(values: Iterable[Any]) -> tuple[Any, ...]:
    """Values as Python gives them, NumPy's numbers as plain ones."""
    plain = [one.item() if hasattr(one, "item") else one for one in values]
    return tuple(tuple(one) if isinstance(one, list) else one for one in plain)


def _whole(values: Sequence[Any], schema: Mapping[str, Any]) -> tuple[Any, ...]:
    """Numbers of a kind: 2 and 2.0 of a decimal number are one value."""
    if schema.get("type") != "number":
        return tuple(values)
    return tuple(float(one) if type(one) is int else one for one in values)


def _refuse_out_of_bounds(
    model: type[SceneParams], schema: Mapping[str, Any], name: str, value: Any
) -> None:
    """Refuse what the parameter itself does not take, whatever the others are."""
    kind, fits = schema.get("type"), True
    if "enum" in schema:
        fits = value in schema["enum"]
    elif kind in ("number", "integer"):
        fits = type(value) in ((int,) if kind == "integer" else (int, float)) and _within(
            schema, value
        )
    elif kind == "string":
        fits = isinstance(value, str)
    elif kind == "boolean":
        fits = isinstance(value, bool)
    if not fits:
        raise UsageError(
            f"--sweep {name}: {shortened(str(value))} is not allowed; "
            f"{name} is {bounds(model, name)}."
        )


def _within(schema: Mapping[str, Any], value: float) -> bool:
    return (
        math.isfinite(value)
        and value >= schema.get("minimum", -math.inf)
        and value <= schema.get("maximum", math.inf)
        and value > schema.get("exclusiveMinimum", -math.inf)
        and value < schema.get("exclusiveMaximum", math.inf)
    )


def _default(model: type[SceneParams], fixed: Mapping[str, Any], name: str, scene: str) -> Any:
    """What the parameter is where nobody sweeps it."""
    return getattr(validated(model, fixed, scene), name)


def _control(model: type[SceneParams], name: str, values: Sequence[Any], default: Any) -> Control:
    texts = _texts(values)
    return {
        "name": name,
        "label": name.replace("_", " "),
        "help": model.model_fields[name].description or "",
        "kind": _kind(values, texts),
        "texts": texts,
        "start": _start(values, default),
    }


def _kind(values: Sequence[Any], texts: Sequence[str]) -> Literal["range", "buttons", "menu"]:
    if all(type(one) in (int, float) for one in values) and sorted(values) == list(values):
        return "range"
    short = len(texts) <= MOST_BUTTONS and sum(map(len, texts)) <= WIDEST_BUTTONS
    return "buttons" if short else "menu"


def _start(values: Sequence[Any], default: Any) -> int:
    """The value that is the default, or the nearest to it, or the one in the middle."""
    if default in values:
        return list(values).index(default)
    if type(default) in (int, float) and all(type(one) in (int, float) for one in values):
        return min(range(len(values)), key=lambda at: abs(values[at] - default))
    return len(values) // 2 if all(type(one) in (int, float) for one in values) else 0


def _texts(values: Sequence[Any]) -> list[str]:
    """What each value is called; numbers with as many places as tell them apart."""
    if all(type(one) in (int, float) for one in values):
        places = max(_places(one) for one in values)
        if places <= 6:
            return [f"{one:.{places}f}".replace("-", MINUS) for one in values]
    return [_text(one) for one in values]


def _places(value: float) -> int:
    exponent = Decimal(repr(round(value, 10))).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | int):
        return f"{value:g}".replace("-", MINUS)
    if isinstance(value, tuple):
        return f"({', '.join(map(_text, value))})"
    return "none" if value is None else str(value)
