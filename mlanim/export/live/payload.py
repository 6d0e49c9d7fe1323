"""What a live page holds: every state of its figure, as lists of shared pieces.

A picture is put together from `pool`: one piece after another, within an <svg> of the state's size,
group after group. Nothing is made up in between: what is shown was drawn.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Literal, NotRequired, TypedDict


class Control(TypedDict):
    """A slider (`range`), a few `buttons`, or a `menu`; `start` is an index into `texts`."""

    name: str
    label: str
    help: str
    kind: Literal["range", "buttons", "menu"]
    texts: list[str]
    start: int


class Handle(TypedDict):
    """What may be dragged: a place in the picture for each state, in the SVG's units."""

    controls: list[str]
    points: list[list[float] | None]


class DrawnState(TypedDict):
    """One state: its pieces, what it says, and which of the payload's `tables` are its numbers.

    `size` stands where the picture is not of the payload's size.
    """

    svg: list[int]
    says: str
    table: int | None
    size: NotRequired[list[float]]


class Refused(TypedDict):
    """A combination that the scene refuses, with its sentence."""

    refused: str


State = DrawnState | Refused


class Group(TypedDict):
    """Controls that change the same panels; states row by row, the last control running fastest."""

    controls: list[Control]
    handle: Handle | None
    panels: list[str]
    states: list[State]


class DataTable(TypedDict):
    """A table: its name, and its columns, each a heading with as many values as the others."""

    name: str
    columns: list[tuple[str, list[float | int | str | bool]]]


class Payload(TypedDict):
    """All of a live page.

    `colors` are CSS variables, by name without the dashes, with a value for each of `themes`.
    `tables` are lists of indices into `numbers`. `size` is the picture's width and height.
    """

    scene: str
    title: str
    description: str
    themes: list[str]
    size: list[float]
    groups: list[Group]
    pool: list[str]
    colors: dict[str, list[str]]
    numbers: list[DataTable]
    tables: list[list[int]]


def as_json(payload: Payload) -> str:
    """The payload as JSON, the same for the same payload."""
    return json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def compressed(payload: Payload) -> str:
    """The payload as JSON, deflated without a header (`deflate-raw`), in base64."""
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packing.compress(as_json(payload).encode()) + packing.flush()
    return base64.b64encode(packed).decode()


def read(text: str) -> Payload:
    """The payload that `compressed` was given."""
    found: Payload = json.loads(zlib.decompress(base64.b64decode(text), -15))
    return found


def picture(payload: Payload, indices: Sequence[int] | None = None) -> str:
    """The <svg> of a combination of states, one of each group; by default where controls start.

    Raises:
        ValueError: if the scene refuses one of them.
    """
    chosen = [start(group) for group in payload["groups"]] if indices is None else indices
    pieces: list[int] = []
    size = payload["size"]
    for group, index in zip(payload["groups"], chosen, strict=True):
        state = group["states"][index]
        if "refused" in state:
            raise ValueError(state.get("refused"))
        pieces += state["svg"]
        size = state.get("size", size)
    width, height = size
    inside = "\n".join(payload["pool"][piece] for piece in pieces)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width:g} {height:g}" width="{width:g}pt" height="{height:g}pt">'
        f"\n{inside}\n</svg>"
    )


def start(group: Group) -> int:
    """The index of the state at which a group's controls start."""
    index = 0
    for control in group["controls"]:
        index = index * len(control["texts"]) + control["start"]
    return index
