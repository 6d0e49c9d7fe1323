"""All text and mathematics. Every label of a scene is one of these, so the layout check sees it.

Colour by role inside a formula: each role is a Typst function, as in
`Formula("weight(bold(w)) dot input(bold(x))")`. A piece that a scene wants to move or recolour
is marked with `part("name", …)` and found again by `text.part("name")`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from manim import CapStyleType, ManimColor, VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.text.spoken import in_words
from mlanim.stage.text.typesetting import EM, Outline, Setting, literal, typeset
from mlanim.words.latex import refuse_latex
from mlanim.words.nearest import unknown
from mlanim.words.sentence import Sentence

EM_PER_FONT_UNIT = 1 / 96
"""Manim units that an em takes for each font unit: text of 48 units has an em of half a unit."""

Weight = Literal["regular", "semibold"]
Align = Literal["left", "center", "right"]
WEIGHTS = ("regular", "semibold")
ALIGNMENTS = {"left": 0.0, "center": 0.5, "right": 1.0}

ROLES = (
    "text", "muted", "input", "weight", "gradient", "attention", "output", "highlight",
    "negative", "positive", "on_light", "on_dark",
)  # fmt: skip
_PART = re.compile(r'part\("([\w-]+)"')


@dataclass(frozen=True)
class Math:
    """A formula within a line of text, in Typst's mathematics."""

    source: str

    def __post_init__(self) -> None:
        refuse_latex(self.source)

    def __str__(self) -> str:
        return self.source


class Mono(str):
    """Words in the fixed-width font that comes with Typst, as code is set."""


@dataclass(frozen=True)
class Colored:
    """A run of text in a role's colour or another weight; with a name, a part of its own."""

    content: str | Math
    role: str = "text"
    part: str | None = None
    weight: Weight | None = None


Keys = Mapping[str, tuple[str, str | None]]
"""The role, and the name of the part, for which a colour in a setting stands."""

Content = str | Math | Colored | Sentence
"""What a text is made of. A string is shown word for word; a sentence has its runs."""


def body_height(size: str = "body") -> float:
    """An em of a size in the medium in use, manim units."""
    return theme.SIZES[size] * EM_PER_FONT_UNIT


def _as_runs(content: Content, role: str) -> Iterable[Colored]:
    """One piece of content as coloured runs."""
    if isinstance(content, Colored):
        return [content]
    if isinstance(content, str | Math):
        return [Colored(content, role)]
    if not isinstance(content, Sentence):
        raise TypeError(_no_words(content))
    return [
        Colored(Math(run.text) if run.math else run.text, role if run.role == "text" else run.role)
        for run in content.runs
    ]


def _no_words(content: object) -> str:
    """What to say to something that is no text."""
    is_number = isinstance(content, (int, float, np.number)) and not isinstance(content, bool)
    hint = f'; write a number as format_number({content:g}) or f"{content:g}"' if is_number else ""
    return f"A text is made of words, Math, Colored or sentences, not {content!r}{hint}."


def check_look(role: str, size: str, weight: str, align: str = "left") -> None:
    """Let the names of a text's role, size, weight and alignment pass.

    Raises:
        KeyError: for one that there is not, with the nearest and all that there are.
    """
    for kind, name, known in (
        ("role of texts", role, ROLES), ("size", size, tuple(theme.SIZES)),
        ("weight", weight, WEIGHTS), ("alignment", align, tuple(ALIGNMENTS)),
    ):  # fmt: skip
        if name not in known:
            raise KeyError(unknown(kind, name, known))


def share_before(align: str) -> float:
    """The share of a text's width that lies before the place at which it is aligned.

    Raises:
        KeyError: for an alignment that there is not.
    """
    if align not in ALIGNMENTS:
        raise KeyError(unknown("alignment", align, ALIGNMENTS))
    return ALIGNMENTS[align]


class Typeset(VGroup):
    """Outlines gathered by colour and part, so that a label costs one or two drawn paths.

    It starts with its first baseline at the origin. Two curves without extent in the first piece
    mark the baseline's left end and a point above it; they follow every move, turn and scaling.
    """

    _ABOVE = 0.2  # ems from the first mark up to the second: within the ink of any glyph

    def __init__(self, setting: Setting, keys: Keys, size: float):
        super().__init__()
        self.plain = ""
        self.nominal_size = size
        em = size * EM_PER_FONT_UNIT
        self.advance = setting.width * em
        self._parts: dict[str, int] = {}
        for fill, outlines in _by_fill(setting.outlines).items():
            role, name = keys.get(fill, ("text", None))
            if name is not None:
                self._parts[name] = len(self.submobjects)
            self.add(_piece(outlines, em, theme.color(role)))
        marks = np.repeat([[0, 0, 0], [0, self._ABOVE * em, 0]], 4, axis=0)
        if not self.submobjects:
            self.add(_piece([], em, theme.color("text")))
        self[0].points = np.concatenate([marks, self[0].points])

    @property
    def spoken(self) -> str:
        """What it says, formulas in plain words."""
        return getattr(self, "in_words", self.plain)

    @property
    def origin(self) -> np.ndarray:
        """Where the first baseline starts, (3,)."""
        return np.array(self[0].points[0])

    @property
    def size(self) -> float:
        """The text's size now, in font units, after any scaling."""
        points = self.submobjects[0].points
        up = np.linalg.norm(points[4] - points[0])
        return float(up / self._ABOVE / EM_PER_FONT_UNIT)

    def part(self, name: str) -> VMobject:
        """The piece that was marked with `part("name", …)` or `Colored(part=…)`.

        Raises:
            KeyError: if no piece has that name; the message lists those that exist.
        """
        if name not in self._parts:
            raise KeyError(unknown("part of this text", name, sorted(self._parts)))
        return self[self._parts[name]]

    def baseline_at(self, place: Iterable[float], align: Align = "left") -> Self:
        """Put the left end, the middle or the right end of the first baseline at `place` (3,)."""
        along = share_before(align) * self.advance
        return self.shift(np.asarray(place) - self.origin - np.array([along, 0.0, 0.0]))


class Text(Typeset):
    """Words, with formulas and coloured runs between them; any string is safe to show.

    Args:
        content: strings, `Math` and `Colored` runs, set one after another.
        size: one of the theme's sizes.
        role: the colour of what has no colour of its own.
        width: where lines break, in manim units; without it there is one line.
        align: of the lines of a text that breaks.
    """

    def __init__(
        self,
        *content: Content,
        size: str = "body",
        role: str = "text",
        weight: Weight = "regular",
        width: float | None = None,
        align: Align = "left",
    ):
        runs = [run for piece in content for run in _as_runs(piece, role)]
        setting, keys = _line(runs, size, role, weight, width, align)
        super().__init__(setting, keys, theme.SIZES[size])
        self.plain = "".join(_plain(run) for run in runs)
        self.in_words = "".join(_in_words(run) for run in runs)


def advance_of(*content: Content, size: str = "body", weight: Weight = "regular") -> float:
    """How far a text of one line reaches, manim units, as its `advance` says once it is made."""
    runs = [run for piece in content for run in _as_runs(piece, "text")]
    return _line(runs, size, "text", weight)[0].width * body_height(size)


def _line(
    runs: Sequence[Colored], size: str, role: str, weight: Weight, width: float | None = None,
    align: Align = "left",
) -> tuple[Setting, Keys]:  # fmt: skip
    """Runs set one after another, and what the colours in the setting stand for."""
    check_look(role, size, weight, align)
    for run in runs:
        check_look(run.role, size, run.weight or weight)
    names = [run.part for run in runs if run.part is not None]
    body = "".join(_run(run, role, weight, names) for run in runs)
    definitions = _definitions(names, body)
    if width is not None:
        points = width / theme.SIZES[size] / EM_PER_FONT_UNIT * EM
        definitions += f"\n#set page(width: {points:.2f}pt)\n#set align({align})"
    return typeset(body, definitions), _keys(tuple(names))


class Formula(Typeset):
    """Display mathematics in Typst's syntax, with the roles and `part` as functions."""

    def __init__(self, source: str, size: str = "display", role: str = "text"):
        refuse_latex(source)
        check_look(role, size, "regular")
        names = list(dict.fromkeys(_PART.findall(source)))
        # An equation within the one that is displayed: a comma in it parts no arguments.
        body = _colored(role, f"$display(#${source}$)$")
        setting = typeset(body, _definitions(names, body))
        super().__init__(setting, _keys(tuple(names)), theme.SIZES[size])
        self.plain, self.in_words = source, in_words(source)


def _run(run: Colored, role: str, weight: Weight, names: Sequence[str]) -> str:
    if isinstance(run.content, Math):
        inner = f"${run.content.source}$"
    else:
        chosen = run.weight or weight
        inner = f'#text(weight: "{chosen}", {literal(run.content)})'
    if isinstance(run.content, Mono):  # whose spaces are as wide as its letters
        words = literal(run.content.replace(" ", "\N{NO-BREAK SPACE}"))
        inner = f'#text(font: "DejaVu Sans Mono", {words})'
    chosen_role = role if run.role == "text" else run.role
    return _colored(chosen_role, inner, 0 if run.part is None else names.index(run.part) + 1)


def _colored(role: str, inner: str, part: int = 0) -> str:
    return f'#text(fill: rgb("{_fill(role, part)}"))[{inner}]'


def _fill(role: str, part: int) -> str:
    """The colour that stands for a role and a part's number, from 1 on; 0 for no part."""
    return f"#01{part:02x}{ROLES.index(role):02x}"


def _plain(run: Colored) -> str:
    return run.content.source if isinstance(run.content, Math) else run.content


def _in_words(run: Colored) -> str:
    return in_words(run.content.source) if isinstance(run.content, Math) else run.content


def _definitions(names: Sequence[str], body: str) -> str:
    """Typst functions that paint the roles and parts of a body in a colour standing for each."""
    lines = [
        f'#let {role}(body) = text(fill: rgb("{_fill(role, 0)}"), body)'
        for role in ROLES[1:]
        if role in body
    ]
    if "part(" in body:
        roles = ", ".join(f'"{role}": {i}' for i, role in enumerate(ROLES))
        parts = ", ".join(f'"{name}": {i + 1}' for i, name in enumerate(names))
        lines += [
            f"#let roles = ({roles})",
            f"#let parts = ({parts or ':'})",
            "#let key(index, role) = rgb(1, index, roles.at(role))",
            '#let part(name, role: "text", body) = text(fill: key(parts.at(name), role), body)',
        ]
    return "\n".join(lines)


@functools.lru_cache(maxsize=256)
def _keys(names: tuple[str, ...]) -> Keys:
    """The roles and parts that colours stand for."""
    named = enumerate([None, *names])
    return {_fill(role, i): (role, name) for i, name in named for role in ROLES}


def _by_fill(outlines: Iterable[Outline]) -> dict[str, list[Outline]]:
    groups: dict[str, list[Outline]] = {}
    for outline in outlines:
        groups.setdefault(outline.fill or outline.stroke or "", []).append(outline)
    return groups


def _piece(outlines: list[Outline], em: float, color: ManimColor) -> VMobject:
    """One filled mobject of all outlines; fraction bars and roots come as thin rectangles."""
    piece = VMobject(stroke_width=0, fill_color=color, fill_opacity=1, stroke_color=color)
    curves = [_as_area(outline) for outline in outlines]
    flat = np.concatenate(curves) if curves else np.zeros((0, 2))
    piece.points = np.column_stack([flat * em, np.zeros(len(flat))])
    piece.cap_style = CapStyleType.BUTT
    return piece


def _as_area(outline: Outline) -> np.ndarray:
    """The curves of a fill, or a straight stroke's outline as a rectangle."""
    if outline.stroke is None or outline.fill is not None:
        return outline.curves
    start, end = outline.curves[0], outline.curves[-1]
    along = (end - start) / (np.linalg.norm(end - start) or 1.0)
    half = np.array([-along[1], along[0]]) * outline.stroke_width / 2
    corners = np.array([start + half, end + half, end - half, start - half, start + half])
    return polygon_curves(corners)


def polygon_curves(corners: np.ndarray) -> np.ndarray:
    """A closed polyline (n + 1, d) as straight cubic curves (4 n, d)."""
    return straight_curves(corners[:-1], corners[1:])


def straight_curves(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Straight lines from `starts` (n, d) to `ends` as cubic curves (4 n, d)."""
    count, dim = starts.shape
    curves = np.empty((count, 4, dim))
    curves[:, 0], curves[:, 3] = starts, ends
    step = ends - starts
    curves[:, 1] = starts + step / 3
    curves[:, 2] = starts + step * 2 / 3
    return curves.reshape(-1, dim)
