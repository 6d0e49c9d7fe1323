"""Typst source to outlines: compiled in memory, each glyph's curves kept once.

Fonts come with the package (Source Sans Pro) and with Typst (New Computer Modern Math); those of
the system are never looked at. The document's root is the folder of the fonts, so that markup can
read nothing else, and packages are refused, even if markup came from a user, which it never should:
`literal` is the way for text.
"""

from __future__ import annotations

import functools
import logging
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import svgelements
import typst

from mlanim.stage import theme
from mlanim.stage.colors.palette import Fonts

FONTS = Path(__file__).parents[1] / "fonts"
SANS, MATH = Fonts().text, Fonts().math

EM = 100.0
"""Typst points per em: large, because Typst rounds coordinates to hundredths of a point."""

_PREAMBLE = """\
#set page(width: auto, height: auto, margin: 0pt, fill: none)
#set text(font: %s, size: %gpt, number-width: "tabular", lang: "en", hyphenate: false,
  top-edge: "ascender", bottom-edge: "descender")
#set par(leading: 0.42em, justify: false)
#show math.equation: set text(font: %s)
"""

_COMPILING = threading.Lock()
"""A compiler serves one thread at a time, and captions are set beside the drawing."""

_PACKAGE = re.compile(r'\b(?:import|include)\s+"@')  # not in a text: `literal` escapes its quotes
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_COMMAND = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_TAKES = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "q": 4, "z": 0}
"""How many numbers follow a command of a path."""

_SAME = 1e-12  # points by which the ends of a line may differ that is none
_FORMULA = re.compile(r"\$(?:display\(#\$)?(.*?)(?:\$\))?\$", re.DOTALL)
_IN_NO_FONT = "\U0010fffd"  # of the second private area
_LOGGER = logging.getLogger("mlanim")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Outline:
    """One painted shape: cubic Bézier curves (N, 2) in ems, y upwards, four points a curve."""

    curves: np.ndarray
    fill: str | None
    stroke: str | None
    stroke_width: float


@dataclass(frozen=True)
class Setting:
    """A typeset piece: its outlines in drawing order, and its advance width in ems."""

    outlines: tuple[Outline, ...]
    width: float


def literal(text: str) -> str:
    """`text` as a Typst expression that shows it and nothing else, whatever it contains."""
    whole = _SURROGATE.sub("\ufffd", text)  # half a character has no UTF-8
    lines = whole.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    escaped = lines.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


@functools.lru_cache(maxsize=2)
def _compiler(files: tuple[str, ...]) -> typst.Compiler:
    folders = list(dict.fromkeys([str(FONTS), *(str(Path(file).parent) for file in files)]))
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)
    return typst.Compiler(font_paths=fonts, ignore_system_fonts=True, root=FONTS)


def _compile(source: str, files: tuple[str, ...]) -> bytes:
    """Compile Typst source; a page as SVG.

    Raises:
        RuntimeError: with Typst's words, or if the source asks for packages, which Typst would
            download.
    """
    if _PACKAGE.search(source):
        raise RuntimeError("packages cannot be used: nothing is fetched from a network")
    svg = _compiler(files).compile(source.encode(), format="svg")
    assert isinstance(svg, bytes)
    return svg


def typeset(body: str, definitions: str = "") -> Setting:
    """Compile Typst content, set in the theme's fonts, to outlines.

    Their origin is the first line's baseline at the left.

    Args:
        body: Typst markup; text from outside goes through `literal`.
        definitions: `#let` and `#set` lines that the body uses.

    Raises:
        ValueError: if Typst cannot compile the body.
    """
    try:
        return _typeset(body, definitions, theme.current().fonts)
    except RuntimeError as error:
        formulas = _FORMULA.findall(body)
        shown = " and ".join(f"“{formula}”" for formula in formulas) or repr(body[:120])
        raise ValueError(f"Typst cannot set {shown}: {_explained(str(error))}") from error


def _explained(reason: str) -> str:
    """Typst's words, with what to write where letters side by side were meant as a product."""
    name = re.match(r"unknown variable: ([A-Za-z]{2,})$", reason)
    if name is None:
        return f"{reason}."
    apart = " ".join(name[1])
    return f'{reason}; write {apart} for a product, "{name[1]}" in quotes for a word.'


@functools.lru_cache(maxsize=4096)
def _typeset(body: str, definitions: str, fonts: Fonts) -> Setting:
    # A hairline rule on the baseline marks where it is; `place` keeps it out of the layout.
    mark = '#box(width: 0pt, place(line(length: 1pt, stroke: 1pt + rgb("#fe01fe"))))'
    source = f"{_preamble(fonts)}{definitions}\n{mark}{body}"
    with _COMPILING:
        svg = _compile(source, fonts.files)
        warn_of_boxes(body, fonts)
    return _read(ElementTree.fromstring(svg))


def _preamble(fonts: Fonts) -> str:
    return _PREAMBLE % (literal(fonts.text), EM, literal(fonts.math))


def warn_of_boxes(body: str, fonts: Fonts) -> None:
    """Say which characters no font has, each once."""
    if body.isascii():
        return
    lacking = [c for c in dict.fromkeys(body) if not c.isascii() and not _has(c, fonts)]
    if new := [c for c in lacking if c not in _said]:
        _said.update(new)
        _LOGGER.warning(
            "No font has %s, so a box stands there. Name a font's file that has: "
            "[theme.fonts] in mlanim.toml.",
            ", ".join(f"{c} (U+{ord(c):04X})" for c in new),
        )


_said: set[str] = set()


@functools.lru_cache(maxsize=4096)
def _has(character: str, fonts: Fonts) -> bool:
    """Whether a character is set as something else than what is set for one that no font has."""
    return _paths(character, fonts) != _paths(_IN_NO_FONT, fonts)


def _paths(character: str, fonts: Fonts) -> tuple[str, ...]:
    svg = _compile(f"{_preamble(fonts)}#{literal(character)}", fonts.files)
    return tuple(node.get("d", "") for node in ElementTree.fromstring(svg).iter(f"{_SVG}path"))


def _read(root: ElementTree.Element) -> Setting:
    symbols = {f"#{node.get('id')}": node for node in root.iter(f"{_SVG}symbol")}
    shapes: list[Outline] = []
    _walk(root, np.eye(3), symbols, shapes)
    origin = np.zeros(2)
    kept = []
    for shape in shapes:
        if shape.stroke == "#fe01fe":
            # At the page's left edge, whatever the alignment of the line that the mark is in.
            origin = np.array([0.0, shape.curves[0, 1]])
        else:
            kept.append(shape)
    moved = (_normalised(shape, origin) for shape in kept)
    return Setting(tuple(moved), float(root.get("viewBox", "0 0 0 0").split()[2]) / EM)


def _normalised(shape: Outline, origin: np.ndarray) -> Outline:
    curves = (shape.curves - origin) * np.array([1, -1]) / EM
    return Outline(curves, shape.fill, shape.stroke, shape.stroke_width / EM)


def _walk(
    node: ElementTree.Element,
    matrix: np.ndarray,
    symbols: dict[str, ElementTree.Element],
    shapes: list[Outline],
) -> None:
    """Collect the painted shapes below `node` in the page's coordinates (points, y downwards)."""
    name = node.tag.removeprefix(_SVG)
    if name in ("defs", "symbol"):
        return
    if transform := node.get("transform"):
        matrix = matrix @ _matrix(transform)
    if name == "use":
        x, y = float(node.get("x", 0)), float(node.get("y", 0))
        curves = _symbol_curves(symbols[node.get(_XLINK, "")]) + np.array([x, y])
        if len(curves):
            shapes.append(Outline(_apply(matrix, curves), node.get("fill"), None, 0.0))
    elif name == "path":
        curves = _apply(matrix, path_curves(node.get("d", "")))
        stroke = node.get("stroke")
        fill = node.get("fill")
        width = float(node.get("stroke-width", 0)) if stroke else 0.0
        shapes.append(Outline(curves, None if fill == "none" else fill, stroke, width))
    for child in node:
        _walk(child, matrix, symbols, shapes)


def _symbol_curves(symbol: ElementTree.Element) -> np.ndarray:
    paths = [path_curves(path.get("d", "")) for path in symbol.iter(f"{_SVG}path")]
    return np.concatenate(paths) if paths else np.zeros((0, 2))


def _matrix(transform: str) -> np.ndarray:
    kind, _, numbers = transform.rstrip(")").partition("(")
    if kind == "matrix":
        a, b, c, d, e, f = map(float, numbers.split())
        return np.array([[a, c, e], [b, d, f], [0, 0, 1]])
    m = svgelements.Matrix(transform)
    return np.array([[m.a, m.c, m.e], [m.b, m.d, m.f], [0, 0, 1]], dtype=float)


def _apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    return points @ matrix[:2, :2].T + matrix[:2, 2]


@functools.lru_cache(maxsize=2048)
def path_curves(d: str) -> np.ndarray:
    """An SVG path as cubic Bézier curves, (4 n, 2).

    Raises:
        ValueError: for a command that Typst does not write.
    """
    points: list[tuple[float, float]] = []
    x = y = 0.0
    start = x, y
    for command, given in _COMMAND.findall(d):
        kind, numbers = command.lower(), [float(number) for number in given.split()]
        if len(numbers) != _TAKES.get(kind):
            raise ValueError(f"There is a {command!r} in a path that cannot be read: {d[:60]!r}.")
        by_x, by_y = (x, y) if command.islower() else (0.0, 0.0)
        if kind == "h":
            corners = [(numbers[0] + by_x, y)]
        elif kind == "v":
            corners = [(x, numbers[0] + by_y)]
        elif kind == "z":
            corners = [start]
        else:
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            corners = [(right + by_x, up + by_y) for right, up in pairs]
        if kind == "m":
            start = corners[0]
        elif kind == "c":
            points += [(x, y), *corners]
        elif kind == "q":
            control, end = corners
            points += [(x, y), _between((x, y), control, 2 / 3), _between(end, control, 2 / 3), end]
        elif max(abs(corners[0][0] - x), abs(corners[0][1] - y)) > _SAME:
            end = corners[0]
            points += [(x, y), _between((x, y), end, 1 / 3), _between((x, y), end, 2 / 3), end]
        x, y = corners[-1]
    return np.array(points, dtype=float).reshape(-1, 2)


def _between(
    start: tuple[float, float], end: tuple[float, float], share: float
) -> tuple[float, float]:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
