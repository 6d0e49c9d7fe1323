"""A row of words, and what one of them weighs the others with: arcs over them, or colour behind.

Tokens(words, weights, query=track["query"])
Tokens(words, saliency, show="underlay")
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from manim import CapStyleType, VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.batch import as_3d
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Bar
from mlanim.stage.picture import Valued
from mlanim.stage.table import Table, table
from mlanim.stage.text.fitting import shortened
from mlanim.stage.text.number import NumberGrid
from mlanim.stage.text.texts import Text, advance_of, body_height, polygon_curves
from mlanim.stage.track import follow, now
from mlanim.words.sentence import shown_as

SIZES = ("title", "body", "small")
LEAST_GAP, MOST_GAP = 0.6, 3.0  # ems between words
WRAP_GAP, PITCH = 0.7, 2.1  # ems between words and from line to line, where lines break
PAD = (0.22, 0.34)  # ems around a word's ink
FULL = 0.22  # manim units that the arc of the whole weight is wide
DEEPEST = 0.45  # the opacity of a colour behind a word, which has to stay readable
LOOP = 0.32  # manim units from a word up to the top of its arc to itself
HIGHEST, USUAL = 0.5, 0.3  # the longest arc's height over its length: at most, and asked for
MOST_UPRIGHT = 0.45  # the share of the box that words may take that stand upright


class Tokens(Valued):
    """Words side by side.

    Args:
        words: shown word for word.
        weights: (N,), or (N, N) of which the row `query` is shown; not negative; may be a reading.
        query: which word weighs; a reading moves along the words. Arcs start there.
        show: "arcs" from it to the words, on one line; "underlay" colours behind the words, which
            break into lines where they must.
        role: of the weights. The query's word is marked in `highlight`.
        full: the weight that is drawn widest, or in full colour; 1 for arcs, and the largest of
            all as they are for colours, unless given.
        numbers: whether each word's weight stands under it, where there is room.
        format: how, as in a sentence's places; an exact zero is shown as 0.
        roles: of the words, one for all or one each.

    Raises:
        ValueError: for weights that are not one a word, or below 0; for arcs without a query, and
            for a query that is not one of the words.
    """

    def __init__(
        self, words: Sequence[str], weights: Any = None, *, query: Any = None,
        show: Literal["arcs", "underlay"] = "arcs", role: str = "attention",
        full: float | None = None, numbers: bool = False, format: str = "2",
        roles: str | Sequence[str] = "text", least: float = 3.0,
    ):  # fmt: skip
        self.words, self.query = list(words), query
        if not self.words:
            raise ValueError("A row of words needs at least one.")
        if show not in ("arcs", "underlay"):
            raise ValueError(f'Weights show as "arcs" or "underlay", not {show!r}.')
        has_weights = weights is not None
        super().__init__(weights if has_weights else np.zeros(len(self.words)), least)
        if query is None and (self.shown.ndim == 2 or (has_weights and show == "arcs")):
            raise ValueError("Weights go out from one word: give `query`, its place in the row.")
        self.show_as, self.role, self.format = show, role, format
        self.numbers = self.has_numbers = numbers and has_weights
        self.has_arcs, self.full = has_weights and show == "arcs", full
        self.roles = [roles] * len(self.words) if isinstance(roles, str) else list(roles)
        if len(self.roles) != len(self.words):
            raise ValueError(f"There are {len(self.roles)} roles for {len(self.words)} words.")

    def checked(self, values: np.ndarray) -> np.ndarray:
        """The weights as (N,) or (N, N)."""
        count = len(self.words)
        if values.shape not in ((count,), (count, count)):
            raise ValueError(
                f"{count} words have weights ({count},) or ({count}, {count}), not {values.shape}."
            )
        if values.min() < 0:
            raise ValueError(f"Weights are not negative; one is {values.min():g}.")
        return values

    def lay_out(self, box: Box) -> None:
        """The words, the largest that fit, at the bottom of the box where arcs stand over them."""
        self.upright = False
        self.size, places, self.texts = self._set(box)
        em = body_height(self.size)
        below = self._below() if not self.upright else max(t.advance for t in self.texts) - em
        high = em * (0.75 + 2 * PAD[1]) - places[-1, 1] + below
        top = self._top(box, high, float(np.ptp(places[:, 0]))) - em * (0.75 + PAD[1])
        self.middles = np.column_stack([places + np.array([0, top]), np.zeros(len(places))])
        for text, place in zip(self.texts, self.middles, strict=True):
            self._put(text, place, em)
        self.roof = float(self.middles[0, 1]) + em * (0.75 + PAD[1])  # where arcs start
        self.over = box.top - self.roof - FULL / 2
        self.backs = [Bar(*self._chip(i), self.role, 0.0) for i in range(len(self.words))]
        self.line = Bar(np.zeros(2), np.zeros(2), "highlight", 0.0)
        self.arcs = [_arc(self.role) for _ in self.words] if self.has_arcs else []
        self.ink = NumberGrid([], np.zeros((0, 3)), "muted")
        self.add(*self.backs, self.line, *self.arcs, VGroup(*self.texts), self.ink)
        if self.query is not None:
            follow(self, Tokens.show_query, self.query)

    def draw(self) -> None:
        """Arcs or colours, and numbers, for the weights as they are."""
        weights = self._weights()
        full = self.full or (1.0 if self.has_arcs else float(weights.max()) or 1.0)
        shares = np.minimum(weights / full, 1.0)
        for arc, share, end in zip(self.arcs, shares, self.middles, strict=False):
            self._bend(arc, float(share), float(end[0]))
        if self.show_as == "underlay":
            for back, share in zip(self.backs, shares, strict=True):
                back.set_fill(theme.color(self.role), DEEPEST * float(share))
        if self.has_numbers:
            drop = body_height(self.size) * PAD[1] + 0.75 * body_height("small")
            texts = [shown_as(float(w), self.format) for w in weights]
            self.ink.set_texts(texts, self.middles - [0, drop, 0])

    def show_query(self, query: float) -> None:
        """Have another word weigh; between two whole numbers what stands lies between them.

        Raises:
            ValueError: for a place in which there is no word.
        """
        if not 0 <= query <= len(self.words) - 1:
            raise ValueError(f"There is no word {query:g}; there are {len(self.words)}, from 0 on.")
        before = min(int(query), len(self.words) - 1)
        after, share = min(before + 1, len(self.words) - 1), float(query) - before
        low, high = (
            (1 - share) * a + share * b
            for a, b in zip(self._chip(before), self._chip(after), strict=True)
        )
        at = self.roof - 0.06 if self.upright else low[1]
        self.line.set_corners(np.array([low[0], at]), np.array([high[0], at + 0.05]))
        self.line.set_fill(theme.color("highlight"), 1.0)
        self.draw()

    def place(self, word: int) -> np.ndarray:
        """The middle of a word, (3,)."""
        return self.middles[word] + [0, 0.36 * body_height(self.size), 0]

    def height_at(self, width: float) -> float:
        """Lines of words, and arcs over them."""
        em = body_height("body")
        if self.has_arcs:
            return USUAL * width + em * (0.75 + 2 * PAD[1]) + self._below()
        lines = _broken(self._advances("body"), width - 2 * PAD[0] * em, WRAP_GAP * em)
        return (lines[-1][1] + 1) * (PITCH * em + self._below())

    def tables(self) -> dict[str, Table]:
        """Each word and its weight."""
        return {"tokens": table({"word": self.words, "weight": self._weights()})}

    def _weights(self) -> np.ndarray:
        """The weights (N,) that are seen now."""
        if self.shown.ndim == 1:
            return self.shown
        at = float(now(self.query))
        before = min(int(at), len(self.words) - 1)
        after, share = min(before + 1, len(self.words) - 1), at - before
        return (1 - share) * self.shown[before] + share * self.shown[after]

    def _set(self, room: Box) -> tuple[str, np.ndarray, list[Text]]:
        """The size, places (N, 2) of the words' middles below the first baseline, and texts.

        Raises:
            ValueError: if the words have no room even where they are small.
        """
        on_one_line = self.show_as == "arcs"
        sizes = SIZES if on_one_line else SIZES[1:]
        for numbered in (True, False) if self.numbers else (False,):
            self.has_numbers = numbered
            for size in sizes:
                places = (self._on_one_line if on_one_line else self._on_lines)(room, size)
                if places is not None:
                    return size, places, self._texts(size, room.width - 2 * PAD[0])
        if on_one_line:
            places = self._stood_upright(room)
            return "small", places, self._texts("small", MOST_UPRIGHT * room.height)
        raise ValueError(self._no_room(room))

    def _on_one_line(self, room: Box, size: str) -> np.ndarray | None:
        em, advances = body_height(size), np.array(self._advances(size))
        free = room.width - 2 * PAD[0] * em - advances.sum()
        gap = min(free / max(len(advances) - 1, 1), MOST_GAP * em)
        if gap < LEAST_GAP * em:
            return None
        total = advances.sum() + gap * (len(advances) - 1)
        left = room.left + (room.width - total) / 2
        middles = left + np.cumsum(advances + gap) - gap - advances / 2
        return np.column_stack([middles, np.zeros(len(advances))])

    def _on_lines(self, room: Box, size: str) -> np.ndarray | None:
        em = body_height(size)
        pad, step = PAD[0] * em, PITCH * em + self._below()
        lines = _broken(self._advances(size), room.width - 2 * pad, WRAP_GAP * em)
        if lines[-1][1] * step + em * (0.75 + 2 * PAD[1]) + self._below() > room.height:
            return None
        return np.array([[room.left + pad + x, -row * step] for x, row in lines])

    def _stood_upright(self, room: Box) -> np.ndarray:
        """Places (N, 2) for words that read upwards, side by side.

        Raises:
            ValueError: if even so there are too many.
        """
        self.upright, pitch = True, room.width / len(self.words)
        if pitch < body_height("small"):
            raise ValueError(self._no_room(room))
        at = room.left + (np.arange(len(self.words)) + 0.5) * pitch
        return np.column_stack([at, np.zeros(len(self.words))])

    def _texts(self, size: str, width: float = np.inf) -> list[Text]:
        pairs = zip(self.words, self.roles, strict=True)
        return [Text(shortened(word, width, size), size=size, role=role) for word, role in pairs]

    def _no_room(self, room: Box) -> str:
        size = f"{room.width:.1f} × {room.height:.1f} manim units"
        return f"{len(self.words)} words have no room in {size}; show fewer."

    def _put(self, text: Text, place: np.ndarray, em: float) -> None:
        """A word on its place, or hanging down from it where words stand upright."""
        if not self.upright:
            text.baseline_at(place, "center")
            return
        text.baseline_at([0, 0, 0], "right").rotate(np.pi / 2, about_point=np.zeros(3))
        text.shift(place + np.array([0.34 * em, 0.75 * em, 0]))

    def _below(self) -> float:
        """What numbers take under the words, manim units."""
        return 1.4 * body_height("small") if self.has_numbers else 0.0

    def _advances(self, size: str) -> list[float]:
        least = 2.4 * body_height("small") if self.has_numbers else 0.0
        return [max(advance_of(word, size=size), least) for word in self.words]

    def _top(self, box: Box, high: float, span: float) -> float:
        """Where the words' line begins: at the bottom under arcs, else at the top."""
        if not self.has_arcs:
            return box.top
        wanted = max(LOOP, HIGHEST * span) + high + FULL
        spare = max(box.height - wanted, 0.0) / 2
        return box.bottom + high + spare

    def _chip(self, word: int) -> tuple[np.ndarray, np.ndarray]:
        """Two corners (2,) of the rectangle around a word."""
        em, half = body_height(self.size), self.texts[word].advance / 2
        if self.upright:
            half = 0.2 * em
        x, y = self.middles[word, :2]
        low = np.array([x - half - PAD[0] * em, y - PAD[1] * em])
        return low, np.array([x + half + PAD[0] * em, y + (0.75 + PAD[1]) * em])

    def _bend(self, arc: VMobject, share: float, end: float) -> None:
        """Lead an arc from the query's word to another, as wide as its share of the full weight."""
        at = float(now(self.query))
        start = float(np.interp(at, np.arange(len(self.words)), self.middles[:, 0]))
        span = float(np.ptp(self.middles[:, 0])) or 1.0
        reach = min(self.over, max(LOOP, HIGHEST * span))
        near = abs(end - start) / span
        high = min(LOOP, reach) + (reach - min(LOOP, reach)) * near**0.8
        aside = 0.16 * max(0.0, 1 - near * span / 0.32)  # an arc to the word itself is a loop
        tip = self.roof + 4 / 3 * high
        points = [[start - aside, self.roof], [start - 2 * aside, tip]]
        points += [[end + 2 * aside, tip], [end + aside, self.roof]]
        arc.points = as_3d(polygon_curves(_bezier(np.array(points))))
        width = max(theme.STROKES["hair"], 100 * FULL * share)
        arc.set_stroke(theme.color(self.role), width, 0.45 + 0.55 * share if share > 0 else 0.0)


def _bezier(points: np.ndarray, pieces: int = 24) -> np.ndarray:
    """A cubic curve (4, 2) as a line (pieces + 1, 2), which reaches no further than is seen."""
    t = np.linspace(0, 1, pieces + 1)[:, None]
    a, b, c, d = points
    return (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d


def _arc(role: str) -> VMobject:
    return VMobject(stroke_color=theme.color(role), cap_style=CapStyleType.BUTT, fill_opacity=0)


def _broken(advances: Sequence[float], width: float, gap: float) -> list[tuple[float, int]]:
    """For each word the middle along its line, and its line, lines broken at a width."""
    placed, x, row = [], 0.0, 0
    for advance in advances:
        if x > 0 and x + advance > width:
            x, row = 0.0, row + 1
        placed.append((x + min(advance, width) / 2, row))
        x += advance + gap
    return placed
