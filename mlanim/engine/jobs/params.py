"""What the user set, checked against a scene's parameters; errors name field, value and bounds."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from mlanim.engine import arrays
from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs.reading import booleans_in, sane
from mlanim.stage.scene import SceneParams
from mlanim.words.nearest import nearest
from mlanim.words.sentence import ended

FORMS = 4  # that a file of numbers can have at most

Reading = Callable[[Any, arrays.Numbers | None], Any]
"""A value as it may be meant: from what was given, and from the file of numbers that it names."""


def validated(model: type[SceneParams], given: Mapping[str, Any], scene: str) -> SceneParams:
    """The parameters with what the user gave in them.

    A value from the command line is a string: it is taken as one where the field takes strings,
    else read as JSON, as a list of comma-separated numbers, or as a file of numbers.

    Raises:
        UsageError: naming each wrong field, its value, and what is allowed.
    """
    unknown = [name for name in given if name not in model.model_fields]
    if unknown:
        raise UsageError(_unknown(unknown[0], list(model.model_fields), scene))
    for name, value in given.items():
        if not _is_unicode(value):
            raise UsageError(f"{scene}: {name} is {shortened(value)}. It is not text in UTF-8.")
    attempt, wrong, failures = dict(given), set(given), list[ValidationError]()
    files: dict[str, arrays.Numbers] = {}
    for reading in (_as_given, _as_value, *map(_in_form, range(FORMS)), _as_only_item):
        attempt |= {name: reading(attempt[name], files.get(name)) for name in wrong}
        try:
            return _numbers_kept(model(**attempt), attempt, given, scene)
        except ValidationError as error:
            wrong = {str(e["loc"][0]) for e in error.errors() if e["loc"]} & set(given)
            failures.append(error)
        if reading is _as_value:
            files = _files(attempt, wrong, scene)
    told = min(failures[2:-1], key=_kinds)
    raise UsageError(_explain(told, model, given, scene, files))


def _kinds(error: ValidationError) -> int:
    """How many kinds of faults there are: one that each row of a table has counts once."""
    found = ((e["type"], [at for at in e["loc"] if isinstance(at, str)]) for e in error.errors())
    return len(set(map(str, found)))


def with_numbers(given: Mapping[str, Any], params: SceneParams) -> dict[str, Any]:
    """What was given, with the numbers themselves in place of the files that they were read from.

    Whoever gets these needs no file, and sees none that has changed meanwhile.
    """
    checked = params.model_dump(mode="json")
    return {
        name: checked[name] if arrays.names_arrays(value) else value
        for name, value in given.items()
    }


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


def _files(given: Mapping[str, Any], wrong: Iterable[str], scene: str) -> dict[str, arrays.Numbers]:
    """The numbers of the files that fields name which do not take a text."""
    found = {}
    for name in wrong:
        if arrays.names_arrays(given[name]):
            try:
                found[name] = arrays.read(given[name])
            except ValueError as error:
                raise UsageError(f"{scene}: {name} is {_shown(given[name])}. {error}") from error
    return found


def _in_form(number: int) -> Reading:
    """A file of numbers in one of its forms; where it has fewer, in the last."""

    def read(value: Any, file: arrays.Numbers | None) -> Any:
        return value if file is None else (forms := file.forms())[min(number, len(forms) - 1)]

    return read


def _as_given(value: Any, _: arrays.Numbers | None) -> Any:
    return value


def _as_value(value: Any, _: arrays.Numbers | None) -> Any:
    """A string as the JSON, or the comma-separated list of JSON, that it may be."""
    if not isinstance(value, str):
        return value
    for text in (value, f"[{value}]"):
        with contextlib.suppress(ValueError, RecursionError):
            return sane(json.loads(text))
    return None if value == "none" else value


def _as_only_item(value: Any, _: arrays.Numbers | None) -> Any:
    return [value]


def _unknown(name: str, known: list[str], scene: str) -> str:
    hint = nearest(name, known)
    return f"{scene} has no parameter {shortened(name)!r}.{hint} It has {', '.join(known)}."


def _explain(
    error: ValidationError,
    model: type[SceneParams],
    given: Mapping[str, Any],
    scene: str,
    files: Mapping[str, arrays.Numbers],
) -> str:
    lines: dict[str, str] = {}  # by field, since each kind that a field may be complains
    problems = error.errors()
    for problem in problems:
        field = str(problem["loc"][0]) if problem["loc"] else ""
        shown = _shown(given.get(field, problem["input"]))
        if field in files:
            shown += f", which holds {files[field]}{_odd_one(problems, field)}"
        lines.setdefault(field, ended(f"{scene}: {_complaint(problem, model, field, shown)}"))
    return "\n".join(list(lines.values())[:3])


def _odd_one(problems: Iterable[Mapping[str, Any]], field: str) -> str:
    """The first number in a list that a field does not allow, with its place from 1."""
    for problem in problems:
        place = [str(at + 1) for at in problem["loc"][1:] if isinstance(at, int)]
        if problem["loc"][:1] == (field,) and place and isinstance(problem["input"], (int, float)):
            named = [at for at in problem["loc"][-1:] if isinstance(at, str)]
            return f", {_plain(problem['input'])} at place {', '.join(place + named)}"
    return ""


def _complaint(problem: Mapping[str, Any], model: type[SceneParams], field: str, shown: str) -> str:
    """What is wrong: in the words of the scene's own check, or else by what is allowed."""
    if problem["type"] in ("value_error", "assertion_error"):
        reason = str(problem["msg"]).removeprefix("Value error, ")
        reason = shortened(reason.removeprefix("Assertion failed, "), 300).rstrip(".")
        return f"{field} is {shown}. {reason}" if field else reason
    allowed, default = bounds(model, field), model.model_fields[field].get_default()
    if "×" in allowed and isinstance(default, (list, tuple)):
        allowed += f", such as {_as_typed(default)}"
    finite = ", and finite" if problem["type"] == "finite_number" else ""
    return f"{field} is {shown}; allowed: {allowed}{finite}"


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
    if columns := _columns(items, definitions):
        return f"{count} rows of {', '.join(columns)}".replace("list of rows", "rows")
    return f"{count} × {schema_words(items, definitions)}"


def _columns(items: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[str]:
    """The names that a row's values have, in a NamedTuple or a model; none in a plain list."""
    row = definitions.get(items.get("$ref", "").rsplit("/", 1)[-1], items)
    titles = [str(cell.get("title", "")) for cell in row.get("prefixItems", ())]
    named = [title.lower().replace(" ", "_") for title in titles if title]
    return named or list(row.get("properties", ()))


def parameter_rows(model: type[SceneParams]) -> list[tuple[str, str, str, str]]:
    """Each parameter as (name, what is allowed, default, description), the scene's own first."""
    defaults = model().model_dump(mode="json")
    names = sorted(model.model_fields, key=lambda name: name == "seed")
    return [
        (name, bounds(model, name), json.dumps(defaults[name], ensure_ascii=False),
         model.model_fields[name].description or "")
        for name in names
    ]  # fmt: skip
