"""What a scene's own functions return, looked at before anything is made of it."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from mlanim.stage.panels import Panel
from mlanim.words.kinds import kind_of

COMPUTE_TAKES = (
    "compute takes the parameters alone: write @staticmethod, and below it def compute(params)."
)
COMPUTE_NOTHING = (
    "compute returned nothing: end it with a return of its data, a dataclass or a dict of arrays "
    "and plain values; {} where there is nothing to compute."
)


class WrongAnswer(TypeError):
    """A function that a scene has to have returns something else than it should."""

    def __init__(self, function: Callable[..., Any], said: str):
        super().__init__(said)
        self.function = function


class WrongFunction(WrongAnswer):
    """It cannot be called as it is."""


def computed(function: Callable[..., Any], params: Any) -> Any:
    """What a scene's `compute` returns.

    Raises:
        WrongFunction: if it takes something else than the parameters.
        WrongAnswer: if it returns nothing.
    """
    taken = [one for one in signature(function).parameters.values() if one.default is one.empty]
    if len(taken) != 1 or taken[0].name == "self":
        raise WrongFunction(function, COMPUTE_TAKES)
    if (found := function(params)) is None:
        raise WrongAnswer(function, COMPUTE_NOTHING)
    return found


def panels_from(function: Callable[..., Any], panels: Any) -> list[Panel]:
    """The panels that a scene's `figure` or `live` returned.

    Raises:
        WrongAnswer: for anything but a list of panels, each with a name of its own.
    """
    name = function.__name__
    if not isinstance(panels, list | tuple):
        given = kind_of(panels)
    else:
        strange = [f"one with {kind_of(one)} in it" for one in panels if not isinstance(one, Panel)]
        given = strange[0] if strange else "" if panels else "an empty one"
    if given:
        raise WrongAnswer(function, f"{name} returns a list of Panel(…), not {given}.")
    names = [panel.name for panel in panels]
    if len(set(names)) < len(names):
        named = f"The panels of {name} are named {', '.join(names)}"
        raise WrongAnswer(function, f"{named}; give each its own.")
    return list(panels)
