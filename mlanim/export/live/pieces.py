"""An SVG figure taken apart into pieces that other states may share, and its themes made one.

Pieces follow one another as they were drawn. Where two themes differ in colours alone, a piece
has variables for these; where they differ in more, it holds both, and a variable hides one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w:.-]*)(?P<attributes>[^>]*?)(?P<alone>/?)>")
_VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_OWN = re.compile(r'(id="|href="#|url\(#)m[0-9a-f]{6}(-\d+)')
_COLOR = re.compile(r"#[0-9a-f]{6}\b")
_ABOUT = ("title", "desc", "metadata")
_NAMED_ONLY = re.compile(r'\s*id="[^"]*"\s*')


@dataclass(frozen=True)
class Taken:
    """A picture's size in its own units, and its pieces, one after another."""

    size: tuple[float, float]
    pieces: tuple[str, ...]


def apart(svg: str) -> Taken:
    """A figure's SVG in pieces, without what it says of itself.

    Raises:
        ValueError: if it is not as figures are written.
    """
    view = _VIEW.search(svg)
    if view is None:
        raise ValueError("The figure has no viewBox.")
    body = _OWN.sub(r"\1m\2", svg)
    inside = body[body.index("<svg") :]
    inside = inside[inside.index(">") + 1 : inside.rindex("</svg>")]
    return Taken((_two(view[1]), _two(view[2])), tuple(_flat(inside)))


def _two(text: str) -> float:
    return round(float(text), 2)


def _flat(inside: str) -> Iterator[str]:
    """The elements within one; groups that only name, or only style texts, are opened."""
    for name, attributes, content, whole in _children(inside):
        if name in _ABOUT:
            continue
        if name == "g" and _NAMED_ONLY.fullmatch(attributes):
            yield from _flat(content)
        elif (
            name == "g" and content.lstrip().startswith("<text ") and "transform" not in attributes
        ):
            for _, own, words, _ in _children(content):
                yield f"<text{attributes}{own}>{words}</text>"
        else:
            yield whole


def _children(inside: str) -> Iterator[tuple[str, str, str, str]]:
    """Each element at the top: its name, its attributes, what is in it, and all of it."""
    depth, begin, opened = 0, 0, None
    for tag in _TAG.finditer(inside):
        if tag["alone"]:
            if depth == 0:
                yield tag["name"], tag["attributes"], "", tag[0]
        elif tag["end"]:
            depth -= 1
            if depth == 0:
                assert opened is not None
                within = inside[opened.end() : tag.start()]
                yield opened["name"], opened["attributes"], within, inside[begin : tag.end()]
        else:
            if depth == 0:
                begin, opened = tag.start(), tag
            depth += 1


@dataclass
class PiecePool:
    """Pieces, each once, and the colours that they have in each theme.

    Args:
        themes: how many there are.
    """

    themes: int
    pieces: dict[str, int] = field(default_factory=dict)
    _colors: dict[tuple[str, ...], str] = field(default_factory=dict)

    def put(self, variants: Sequence[Sequence[str]]) -> list[int]:
        """The indices of a picture's pieces; `variants` has them for each theme."""
        first = variants[0]
        if any(len(other) != len(first) for other in variants):
            return [self._index(self._either(["".join(variant) for variant in variants]))]
        return [self._index(self._joined(same)) for same in zip(*variants, strict=True)]

    def colors(self) -> dict[str, list[str]]:
        """The variables: a value for each theme, by name."""
        return {name: list(values) for values, name in self._colors.items()}

    def _index(self, piece: str) -> int:
        return self.pieces.setdefault(piece, len(self.pieces))

    def _joined(self, same: Sequence[str]) -> str:
        """One piece for all themes."""
        if len(set(same)) == 1:
            return same[0]
        if len({_COLOR.sub("#", variant) for variant in same}) > 1:
            return self._either(same)
        found = iter(zip(*(_COLOR.findall(variant) for variant in same), strict=True))
        return _COLOR.sub(lambda _: self._color(next(found)), same[0])

    def _color(self, values: tuple[str, ...]) -> str:
        return values[0] if len(set(values)) == 1 else f"var(--{self._variable(values)})"

    def _variable(self, values: tuple[str, ...]) -> str:
        return self._colors.setdefault(values, f"c{len(self._colors)}")

    def _either(self, variants: Sequence[str]) -> str:
        """All variants, of which a variable shows one; their names are kept apart."""
        shown = []
        for number, variant in enumerate(variants):
            values = tuple("inline" if number == n else "none" for n in range(self.themes))
            own = re.sub(r'(id="|href="#|url\(#)m-', rf"\g<1>m{number}-", variant)
            shown.append(f'<g style="display:var(--{self._variable(values)})">{own}</g>')
        return "".join(shown)
