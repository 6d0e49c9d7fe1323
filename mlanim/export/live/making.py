"""From drawn states to the payload of a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from mlanim.engine.errors import UsageError
from mlanim.export.live.payload import (
    DataTable,
    DrawnState,
    Group,
    Handle,
    Payload,
    Refused,
    State,
    start,
)
from mlanim.export.live.pieces import PiecePool
from mlanim.export.live.states import Refusal, StateDrawing, StateIndex, States


def payload_of(groups: Sequence[States], places: Sequence[StateIndex] | None = None) -> Payload:
    """The page's payload; `places` are the only states that are there, to foretell its size."""
    entry, themes = groups[0].entry, list(groups[0].themes)
    shared = _Shared(PiecePool(len(themes)))
    made = [_group(states, places or states.places(), shared) for states in groups]
    size = list(shared.sizes[0])
    for group in made:
        state = group["states"][start(group)] if places is None else group["states"][0]
        size = state.get("size", size)  # type: ignore[assignment]
    for group in made:
        for state in group["states"]:
            if state.get("size") == size:
                del state["size"]  # type: ignore[typeddict-item]
    return {
        "scene": entry.name,
        "title": entry.title,
        "description": " ".join(entry.description.split()),
        "themes": themes,
        "size": size,
        "groups": made,
        "pool": list(shared.pool.pieces),
        "colors": shared.pool.colors(),
        "numbers": list(shared.numbers.values()),
        "tables": [list(table) for table in shared.tables],
    }


@dataclass
class _Shared:
    """What states share: pieces, tables, and lists of tables."""

    pool: PiecePool
    numbers: dict[str, DataTable] = field(default_factory=dict)
    tables: dict[tuple[int, ...], int] = field(default_factory=dict)
    sizes: list[tuple[float, float]] = field(default_factory=list)

    def table(self, numbers: Sequence[DataTable]) -> int | None:
        """The index of a state's list of tables; None of none."""
        if not numbers:
            return None
        keys = [json.dumps(one, sort_keys=True) for one in numbers]
        for key, one in zip(keys, numbers, strict=True):
            self.numbers.setdefault(key, one)
        known = list(self.numbers)
        found = tuple(known.index(key) for key in keys)
        return self.tables.setdefault(found, len(self.tables))


def _group(states: States, places: Sequence[StateIndex], shared: _Shared) -> Group:
    drawings = [
        drawing for place in places if isinstance(drawing := states.drawings[place], StateDrawing)
    ]
    names = list(
        dict.fromkeys(name for drawing in drawings for name in (*drawing.says, *drawing.numbers))
    )
    names = [name for name in names if name in states.panels or not states.panels]
    telling = [name for name in names if len({drawing.says.get(name) for drawing in drawings}) > 1]
    return {
        "controls": [sweep.control for sweep in states.sweeps],
        "handle": _handle(states, places),
        "panels": [name for name in names if name],
        "states": [
            _state(states.drawings[place], telling or names, names, shared) for place in places
        ],
    }


def _state(
    drawing: StateDrawing | Refusal, telling: Sequence[str], names: Sequence[str], shared: _Shared
) -> State:
    if isinstance(drawing, Refusal):
        return Refused(refused=drawing.sentence)
    size = drawing.pictures[0].size
    shared.sizes.append(size)
    return DrawnState(
        svg=shared.pool.put([picture.pieces for picture in drawing.pictures]),
        says=" ".join(filter(None, (drawing.says.get(name, "") for name in telling))),
        table=shared.table([one for name in names for one in drawing.numbers.get(name, ())]),
        size=list(size),
    )


def _handle(states: States, places: Sequence[StateIndex]) -> Handle | None:
    """The handle of the first control that has one, with all controls that move the same place."""
    drawings = [states.drawings[place] for place in places]
    found = {
        sweep.name: [
            s.handles.get(sweep.name) if isinstance(s, StateDrawing) else None for s in drawings
        ]
        for sweep in states.sweeps
    }
    points = next((points for points in found.values() if any(points)), None)
    if points is None:
        return None
    return {"controls": [name for name, own in found.items() if own == points], "points": points}


def refuse_idle(groups: Sequence[States]) -> None:
    """Refuse a sweep at whose values the figure is the same.

    Raises:
        UsageError: naming the parameter.
    """
    for states in groups:
        for axis, sweep in enumerate(states.sweeps):
            if not any(_differ(states, axis, place) for place in states.places()):
                raise UsageError(
                    f"{states.entry.name} looks the same at every {sweep.name} that was asked for; "
                    "sweep another parameter, or other values."
                )


def _differ(states: States, axis: int, place: StateIndex) -> bool:
    """Whether a state is unlike that at the sweep's first value."""
    first = tuple(0 if n == axis else at for n, at in enumerate(place))
    return states.drawings[place] != states.drawings[first]
