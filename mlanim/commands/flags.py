"""The command line's flags of what is made, from the options in `engine/jobs/options.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

import click
from click.core import ParameterSource
from pydantic.fields import FieldInfo

from mlanim.engine.errors import UsageError
from mlanim.engine.jobs.options import Flag, Options

Command = Callable[..., Any]


def flags(model: type[Options], *names: str) -> Callable[[Command], Command]:
    """A decorator that gives a command the flags of these options, or of all."""
    fields = model.model_fields
    found = [_flag(name, fields[name]) for name in names or fields if _about(fields[name])]

    def decorate(command: Command) -> Command:
        for option in reversed(found):
            command = option(command)
        return command

    return decorate


def given(model: type[Options], values: Mapping[str, Any]) -> dict[str, Any]:
    """What was given of a model's options but for `params`, of what Click hands to a command."""
    named = {name: values[name] for name in model.model_fields if name in values}
    named.pop("params", None)
    return {name: value for name, value in named.items() if value not in (None, ())}


def refuse_beside(flag: str, reason: str, names: set[str]) -> None:
    """Refuse each of these options of the current command where it was given with `flag`."""
    context = click.get_current_context()
    for option in context.command.params:
        source = context.get_parameter_source(option.name or "")
        if option.name in names and source is ParameterSource.COMMANDLINE:
            raise UsageError(f"{flag} {reason}; leave {option.opts[-1]} out.")


def _about(field: FieldInfo) -> Flag | None:
    extra = field.json_schema_extra
    found: Any = extra.get("flag") if isinstance(extra, dict) else None
    return found


def _flag(name: str, field: FieldInfo) -> Callable[[Command], Command]:
    about = _about(field)
    assert about is not None
    words = about.names or (f"--{name.replace('_', '-')}",)
    kinds = [kind for kind in get_args(field.annotation) if kind is not type(None)]
    kind = kinds[0] if kinds else field.annotation
    shown: dict[str, Any] = {"metavar": about.metavar, "help": field.description}
    if kind is bool:
        return click.option(*words, name, is_flag=True, default=None, help=field.description)
    if isinstance(field.default, dict):
        return click.option(*words, name, multiple=True, **shown)
    choices = about.choices or get_args(kind)
    chosen = click.Choice(choices) if choices else kind
    return click.option(*words, name, type=chosen, **shown)
