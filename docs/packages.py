"""Draws the rooms of mlanim and what they import into architecture.md: `python docs/packages.py`.

The picture is made from the imports themselves, those inside functions and those for type checkers
included. A room is a package that holds modules, or a module that stands for itself.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from pathlib import Path

import grimp

PAGE = Path(__file__).with_name("architecture.md")
BEGIN, END = "<!-- packages: begin -->", "<!-- packages: end -->"
PARTS = ("mlanim.engine", "mlanim.export")
"""Packages whose parts are rooms of their own."""

Graph = dict[str, set[str]]


def modules() -> Graph:
    """Each module of the package with those that it imports anywhere in it."""
    graph = grimp.build_graph("mlanim", cache_dir=None)
    return {name: set(graph.find_modules_directly_imported_by(name)) for name in graph.modules}


def room_of(module: str) -> str:
    """The room that a module is in: `mlanim.stage`, `mlanim.engine.jobs`, `mlanim.version`."""
    parts = module.split(".")
    return ".".join(parts[: 3 if ".".join(parts[:2]) in PARTS else 2])


def rooms(imports: Graph) -> Graph:
    """Each room with the rooms that it imports."""
    found: Graph = {room_of(module): set() for module in imports}
    for module, imported in imports.items():
        found[room_of(module)] |= {room_of(name) for name in imported} - {room_of(module)}
    return {room: below for room, below in found.items() if room not in ("mlanim", *PARTS)}


def nearest(imports: Graph) -> Graph:
    """The graph without what is reached through another import as well."""
    return {
        room: {name for name in below if not any(name in _under(o, imports) for o in below)}
        for room, below in imports.items()
    }


def _under(room: str, imports: Graph) -> set[str]:
    """All that a room reaches."""
    found: set[str] = set()
    waiting = list(imports.get(room, ()))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports.get(name, ())
    return found


def picture(imports: Graph) -> str:
    """The rooms from the highest to the lowest, each with its files and the rooms right below it.

    Raises:
        graphlib.CycleError: if rooms import each other in a circle.
    """
    found = rooms(imports)
    below = nearest(found)
    levels: dict[str, int] = {}
    for room in TopologicalSorter(found).static_order():
        levels[room] = max((levels[name] + 1 for name in found[room]), default=0)
    order = sorted(found, key=lambda room: (-levels[room], room))
    counts = {room: sum(room_of(module) == room for module in imports) for room in found}
    names = {room: ", ".join(map(_short, sorted(below[room]))) for room in found}
    lines = [f"{_short(room):<17}{counts[room]:>3}  {names[room]}".rstrip() for room in order]
    head = f"{'room':<15}files  imports, beside what those import"
    return "\n".join(["```", head, *lines, "```"])


def _short(room: str) -> str:
    return room.removeprefix("mlanim.")


def page(text: str) -> str:
    """The page with the picture between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{picture(modules())}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
