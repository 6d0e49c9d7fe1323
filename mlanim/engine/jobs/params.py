"""What the user set, checked against a scene's parameters; errors name field, value and bounds."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs.reading import booleans_in, sane
from mlanim.stage.scene import SceneParams
from mlanim.words.nearest import nearest


def validated(model: type[SceneParams], given: Mapping[str, Any], scene: str) -> SceneParams:
    """The parameters with what the user gave in them.

    A value from the command line is a string: it is taken as one where the field takes strings,
    else read as JSON, or as a list of comma-separated numbers.

    Raises:
        UsageError: naming each wrong field, its value, and what is allowed.
    """
    unknown = [name for name in given if name not in model.model_fields]
    if unknown:
        raise UsageError(_unknown(unknown[0], list(model.model_fields), scene))
    for name, value in given.items():
        if not _is_unicode(value):
            raise UsageError(f"{scene}: {name} is {shortened(value)}. It is not text in UTF-8.")
    attempt, wrong, failure = dict(given), set(given), None
    for reading in (_as_given, _as_value, _as_only_item):
        attempt = {n: reading(v) if n in wrong else v for n, v in attempt.items()}
        try:
            return _numbers_kept(model(**attempt), attempt, given, scene)
        except ValidationError as error:
            wrong = {str(e["loc"][0]) for e in error.errors() if e["loc"]}
            failure = failure if reading is _as_only_item else error
    assert failure is not None
    raise UsageError(_explain(failure, model, given, scene))


def _numbers_kept(
    params: SceneParams, read: Mapping[str, Any], given: Mapping[str, Any], scene: str
) -> SceneParams:
    """The parameters, unless true or false was taken for a number: pydantic takes it for 1 or 0."""
    for name, value in read.items():
        if booleans_in(value) > booleans_in(params.model_dump()[name]):
            allowed = bounds(type(params), name)
            raise UsageError(f"{scene}: {name} is {_shown(given[name])}; allowed: {allowed}.")
    return params


def _is_unicode(value: Any) -> bool:
    """False for text with bytes that the command line could not decode."""
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def _as_given(value: Any) -> Any:
    return value


def _as_value(value: Any) -> Any:
    """A string as the JSON, or the comma-separated list of JSON, that it may be."""
    if not isinstance(value, str):
        return value
    for text in (value, f"[{value}]"):
        with contextlib.suppress(ValueError, RecursionError):
            return sane(json.loads(text))
    return None if value == "none" else value


def _as_only_item(value: Any) -> Any:
    return [value]


def _unknown(name: str, known: list[str], scene: str) -> str:
    hint = nearest(name, known)
    return f"{scene} has no parameter {shortened(name)!r}.{hint} It has {', '.join(known)}."


def _explain(
    error: ValidationError, model: type[SceneParams], given: Mapping[str, Any], scene: str
) -> str:
    lines: dict[str, str] = {}  # by field, since each kind that a field may be complains
    for problem in error.errors():
        field = str(problem["loc"][0]) if problem["loc"] else ""
        value = given.get(field, problem["input"])
        lines.setdefault(field, f"{scene}: {_complaint(problem, model, field, value)}.")
    return "\n".join(list(lines.values())[:3])


def _complaint(problem: Mapping[str, Any], model: type[SceneParams], field: str, given: Any) -> str:
    """What is wrong: in the words of the scene's own check, or else by what is allowed."""
    if problem["type"] in ("value_error", "assertion_error"):
        reason = str(problem["msg"]).removeprefix("Value error, ")
        reason = shortened(reason.removeprefix("Assertion failed, "), 300).rstrip(".")
        return f"{field} is {_shown(given)}. {reason}" if field else reason
    allowed = bounds(model, field)
    if "×" in allowed:
        allowed += f", such as {_as_typed(model.model_fields[field].get_default())}"
    finite = ", and finite" if problem["type"] == "finite_number" else ""
    return f"{field} is {_shown(given)}; allowed: {allowed}{finite}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "empty" if value == "" else shortened(value)


def _as_typed(value: Any) -> str:
    """A list as `--set` takes it."""
    return json.dumps(value).removeprefix("[").removesuffix("]").replace(", ", ",")


def bounds(model: type[SceneParams], field: str) -> str:
    """A field's type and limits in words, such as "number, 0 to 180"."""
    schema = model.model_json_schema()
    return schema_words(schema["properties"].get(field, {}), schema.get("$defs", {}))


def schema_words(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """A JSON schema of one field in words."""
    if "$ref" in schema:
        return schema_words(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    if "anyOf" in schema:
        return " or ".join(schema_words(option, definitions) for option in schema["anyOf"])
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return _array_words(schema, definitions)
    word = {"null": "none", "string": "text", "integer": "whole number", "boolean": "true or false"}
    return ", ".join([word.get(kind, kind), *_limits(schema)])


def _limits(schema: Mapping[str, Any]) -> list[str]:
    """The bounds of a number in words: none, or one."""
    low, high = schema.get("minimum"), schema.get("maximum")
    over, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return [f"{_plain(low)} to {_plain(high)}"]
    words = {"at least": low, "over": over, "at most": high, "under": under}
    found = [f"{word} {_plain(limit)}" for word, limit in words.items() if limit is not None]
    return [" and ".join(found)] if found else []


def _plain(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:g}"


def _array_words(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    items = schema.get("items") or (schema.get("prefixItems") or [{}])[0]
    least, most = schema.get("minItems"), schema.get("maxItems")
    if least is not None and least == most:
        count = f"{least}"
    elif least is not None and most is not None:
        count = f"{least} to {most}"
    else:
        count = "list of"
    return f"{count} × {schema_words(items, definitions)}"


def parameter_rows(model: type[SceneParams]) -> list[tuple[str, str, str, str]]:
    """Each parameter as (name, what is allowed, default, description), the scene's own first."""
    defaults = model().model_dump(mode="json")
    names = sorted(model.model_fields, key=lambda name: name == "seed")
    return [
        (name, bounds(model, name), json.dumps(defaults[name], ensure_ascii=False),
         model.model_fields[name].description or "")
        for name in names
    ]  # fmt: skip
