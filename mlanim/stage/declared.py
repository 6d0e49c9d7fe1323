"""What a scene's class says of its parameters, looked at as the class is read."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from mlanim.words.nearest import nearest


def check_defaults(model: type[BaseModel]) -> None:
    """Refuse parameters whose own defaults they do not take: nobody could give them again.

    Raises:
        TypeError: with the parameter, its default, and what is wrong with it.
    """
    known = model.model_fields.items()
    given = {name: field.default for name, field in known if field.default_factory is None}
    given = {name: default for name, default in given.items() if default is not PydanticUndefined}
    for name, fault in _faults(model, given).items():
        raise TypeError(
            f"{model.__name__}.{name} is {given[name]!r} unless it is set, which it does not take "
            f"itself: {fault}; give it another default."
        )


def check_explored(scene: Any) -> None:
    """Refuse a declaration of sliders that names no parameter, or a range that it does not take.

    Raises:
        TypeError: with the nearest names, or what a range is.
    """
    declared, model = scene.explore, scene.Params
    wanted = (declared,) if isinstance(declared, str) else declared
    if not (isinstance(wanted, tuple) and all(isinstance(one, str) for one in wanted)):
        raise TypeError(
            f"{scene.__name__}.explore is {declared!r}; it is a text such as "
            '"angle=0:180:5", or several of them in a tuple.'
        )
    for one in wanted:
        name, _, said = (part.strip() for part in one.partition("="))
        known = list(model.model_fields)
        if name not in known:
            raise TypeError(
                f"{scene.__name__}.explore names {name!r}, which is no parameter."
                f"{nearest(name, known)} It has {', '.join(known)}."
            )
        if ":" in said and model.model_fields[name].annotation in (int, float):
            _check_range(scene.__name__, model, name, said)


def _check_range(scene: str, model: type[BaseModel], name: str, said: str) -> None:
    """Raise a TypeError for a range that is none, or reaches out of a parameter's bounds."""
    try:
        low, high, step = [*map(Decimal, said.split(":")), Decimal(1)][:3]
        is_range = low < high and step > 0 and said.count(":") < 3
    except (InvalidOperation, ValueError):
        is_range = False
    if not is_range:
        raise TypeError(
            f"{scene}.explore is {name}={said}; a range is LOW:HIGH or LOW:HIGH:STEP, with numbers "
            "of which the second is above the first and the third above 0."
        )
    for end in (low, high):
        if fault := _faults(model, {name: float(end)}):
            raise TypeError(
                f"{scene}.explore is {name}={said}, and {name} does not take {end}: {fault[name]}."
            )


def _faults(model: type[BaseModel], given: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with values of parameters, by their names."""
    try:
        model(**given)
    except ValidationError as error:
        found = {str(one["loc"][0]): one["msg"] for one in error.errors() if one["loc"]}
        return {
            name: said.replace("Input should be", "it is to be").removeprefix("Value error, ")
            for name, said in found.items()
            if name in given
        }
    return {}
