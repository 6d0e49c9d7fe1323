"""A live figure's page by hand: four squares of two shapes, one state refused, hostile words."""

from __future__ import annotations

from html import escape

from mlanim.export.live.payload import Control, Payload, State

HOSTILE = """</script><script>alert("x")</script><img src=x onerror=alert(1)> & 'q' {{ 7 * 7 }}"""
SIZES = [10, 20, 30, 40, 50]
ORDERS = [[0, 1], [2, 1, 0], [1, 1, 2]]
"""Marks of the states of the menu: in another order, and one of them twice."""
REFUSED = "A square of 30 is refused."


def piece(size: int, shape: str) -> str:
    """A square or a disc of that size, in the text's colour, with words."""
    half = size / 2
    style = 'style="fill:var(--c1)"'
    drawn = {
        "square": f'<rect x="20" y="20" width="{size}" height="{size}" {style}/>',
        "disc": f'<circle cx="{20 + half}" cy="{20 + half}" r="{half}" {style}/>',
    }[shape]
    return f'{drawn}<text x="100" y="80" font-size="9" fill-opacity="0">{escape(HOSTILE)}</text>'


def control(name: str, texts: list[str], kind: str, start: int = 0) -> Control:
    label = name if name != "shape" else HOSTILE
    return {
        "name": name, "label": label, "help": f"The {name}.", "kind": kind,  # type: ignore[typeddict-item]
        "texts": texts, "start": start,
    }  # fmt: skip


def payload() -> Payload:
    """Two groups: sizes of a shape, of which its corner can be dragged; and a mark in a menu."""
    pool = ['<path style="fill:var(--c0)" d="M0 0h200v100h-200z"/>']
    states: list[State] = []
    points: list[list[float] | None] = []
    for size in SIZES:
        for shape in ("square", "disc"):
            points.append([20.0 + size, 20.0 + size])
            if size == 30 and shape == "square":
                states.append({"refused": REFUSED})
                continue
            pool.append(piece(size, shape))
            says = f"The {shape} is {size} wide. {HOSTILE if size == 50 else ''}"
            table = 0 if size == 20 else None
            states.append({"svg": [0, len(pool) - 1], "says": says, "table": table})
    marks = [f'<path style="fill:#b95a10" d="M{150 + 10 * n} 70h8v8h-8z"/>' for n in range(3)]
    marked: list[State] = [
        {"svg": [len(pool) + n for n in order], "says": f"Mark {number}.", "table": None}
        for number, order in enumerate(ORDERS)
    ]
    return {
        "scene": "shapes", "title": HOSTILE, "description": HOSTILE, "themes": ["dark", "light"],
        "size": [200, 100],
        "groups": [
            {
                "controls": [
                    control("size", [str(size) for size in SIZES], "range", 1),
                    control("shape", ["square", "disc"], "buttons"),
                ],
                "handle": {"controls": ["size"], "points": points},
                "panels": ["shape"], "states": states,
            },
            {
                "controls": [control("mark", ["first", HOSTILE, "third"], "menu")],
                "handle": None, "panels": ["mark"], "states": marked,
            },
        ],
        "pool": [*pool, *marks],
        "colors": {"c0": ["#10141b", "#ffffff"], "c1": ["#e9edf3", "#1b2130"]},
        "numbers": [
            {"name": "sides", "columns": [("width (pt)", [1.5, 2]), ('a "b"', ["x,y", ""])]}
        ],
        "tables": [[0]],
    }  # fmt: skip
