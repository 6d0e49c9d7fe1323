"""Which sweeps multiply: those that change a panel together, as a few states show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from mlanim.export.live.states import StateDrawing, StateIndex, States


def samples(states: States) -> list[StateIndex]:
    """A few states: where the page starts, the ends of each sweep, and the ends of two together."""
    start = states.start
    ends = [_at(start, {axis: end}) for axis in _axes(states) for end in _ends(states, axis)]
    both = [
        _at(start, {one: _far(states, one), other: _far(states, other)})
        for one, other in combinations(_axes(states), 2)
    ]
    return list(dict.fromkeys([start, *ends, *both]))


def grouped(states: States) -> list[States]:
    """The states of sweeps that share no panel, each with its own panels; or all as one.

    The pictures of the first have the ground, and all panels that no sweep changes.
    """
    base = states.drawings[states.start]
    assert isinstance(base, StateDrawing)
    names = tuple(base.alone)
    if (
        len(states.sweeps) < 2
        or not names
        or any(set(s.alone) != set(names) for s in _drawn(states))
    ):
        return [states]
    parts = _parts(states, names)
    if len(parts) < 2:
        return [states]
    rest = [name for name in names if not any(name in panels for _, panels in parts)]
    first = (parts[0][0], (*parts[0][1], *rest))
    return [replace(_part(states, *part), is_ground=part is first) for part in (first, *parts[1:])]


def _parts(states: States, names: Sequence[str]) -> list[tuple[list[int], tuple[str, ...]]]:
    """Sweeps that belong together, and the panels that they change."""
    changed = {axis: _changed(states, axis, names) or set(names) for axis in _axes(states)}
    parts: list[tuple[list[int], set[str]]] = []
    for axis in _axes(states):
        together = [
            part for part in parts if part[1] & changed[axis] or _meet(states, part[0], axis)
        ]
        axes = sorted([axis, *(one for part in together for one in part[0])])
        panels = changed[axis].union(*(part[1] for part in together))
        parts = [*(part for part in parts if part not in together), (axes, panels)]
    return [(axes, tuple(n for n in names if n in panels)) for axes, panels in sorted(parts)]


def _part(states: States, axes: Sequence[int], panels: tuple[str, ...]) -> States:
    """The states of some of the sweeps, while the others stand where they start."""
    sweeps = states.sweeps
    others = {s.name: s.values[s.control["start"]] for n, s in enumerate(sweeps) if n not in axes}
    return replace(
        states,
        sweeps=[sweeps[axis] for axis in axes],
        fixed={**states.fixed, **others},
        panels=panels,
        drawings={},
    )


def _changed(states: States, axis: int, names: Sequence[str]) -> set[str]:
    """The panels that differ between the sampled states along one sweep."""
    places = [states.start, *(_at(states.start, {axis: end}) for end in _ends(states, axis))]
    drawings = [
        drawing for place in places if isinstance(drawing := states.drawings[place], StateDrawing)
    ]
    return {name for name in names if len({_of(drawing, name) for drawing in drawings}) > 1}


def _meet(states: States, axes: Sequence[int], other: int) -> bool:
    """Whether a panel looks otherwise where one of two sweeps has run, once both have."""
    return any(_interact(states, one, other) for one in axes)


def _interact(states: States, one: int, other: int) -> bool:
    start, far = states.start, {axis: _far(states, axis) for axis in (one, other)}
    base, first, second, both = (
        states.drawings[_at(start, {axis: far[axis] for axis in axes})]
        for axes in ((), (one,), (other,), (one, other))
    )
    drawings = [
        drawing for drawing in (base, first, second, both) if isinstance(drawing, StateDrawing)
    ]
    if len(drawings) < 4:
        return True  # a refusal of one of them depends on the other
    base, first, second, both = drawings
    return any(
        _of(both, name)
        != (_of(first, name) if _of(first, name) != _of(base, name) else _of(second, name))
        for name in base.alone
    )


def _of(drawing: StateDrawing, name: str) -> tuple[object, ...]:
    """All that a panel shows and says."""
    numbers = json.dumps(drawing.numbers.get(name))
    return drawing.alone[name], drawing.says.get(name), numbers


def _axes(states: States) -> range:
    return range(len(states.sweeps))


def _drawn(states: States) -> Iterator[StateDrawing]:
    return (drawing for drawing in states.drawings.values() if isinstance(drawing, StateDrawing))


def _ends(states: States, axis: int) -> tuple[int, int]:
    return 0, len(states.sweeps[axis].values) - 1


def _far(states: States, axis: int) -> int:
    """The end of a sweep that is not where it starts."""
    last = len(states.sweeps[axis].values) - 1
    return 0 if states.start[axis] == last else last


def _at(place: StateIndex, moved: dict[int, int]) -> StateIndex:
    return tuple(moved.get(axis, at) for axis, at in enumerate(place))
