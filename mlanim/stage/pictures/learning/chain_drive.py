"""Wheels joined by chains: each link passes a turn on, times the ratio of its two wheels.

drive = ChainDrive(["w", "z", "a", "L"], rates, turn, names=["dif z slash dif w", …])
self.sweep(turn.to(1))
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import VGroup, VMobject

from mlanim.stage import theme
from mlanim.stage.arrays.batch import as_3d
from mlanim.stage.layout import Box
from mlanim.stage.marks.shapes import Dot, Polyline, disc
from mlanim.stage.picture import Picture
from mlanim.stage.pictures.learning.loops import chain_loop
from mlanim.stage.plots.marks.lines import dashed
from mlanim.stage.table import Table, table
from mlanim.stage.text.live import LiveText
from mlanim.stage.text.texts import body_height
from mlanim.stage.track import combined, follow, now
from mlanim.words.numbers import significant
from mlanim.words.sentence import shown_as

LINK, BETWEEN = 0.13, 0.07  # manim units along a chain: a link, and the room to the next
ROOM = 0.42  # of the way between two shafts that a wheel's radius may take
BASES = (1.0, 0.8)  # shares of that in turn, so that the two chains of one shaft lie apart
LINES = 2.2  # ems over the wheels, and under them


class ChainDrive(Picture):
    """Shafts from left to right, each driving the next by a chain over two wheels.

    A link of rate r turns the next shaft r times as far: the radius of its driving wheel is r
    times that of the driven one, the larger of which always has the same size. A chain that
    crosses itself turns the next shaft the other way. With a rate of 0 there is no chain.

    Args:
        shafts: what turns, Typst mathematics, N + 1.
        rates: of the links, (N,); may be a reading.
        turn: how many times the first shaft has turned, clockwise; may be a reading or a track.
        roles: of the shafts, one for all or one each.
        names: of the links' rates, Typst mathematics, N; none shows the numbers alone.

    Raises:
        ValueError: for other numbers of rates, roles or names, and for rates that are not finite.
    """

    def __init__(
        self, shafts: Sequence[str], rates: Any, turn: Any, *,
        roles: str | Sequence[str] = "text", names: Sequence[str] = (), least: float = 4.0,
        aspect: float = 2.6,
    ):  # fmt: skip
        super().__init__(least, aspect)
        self.shafts, self.rates, self.turn, self.names = list(shafts), rates, turn, list(names)
        count = len(self.shafts)
        self.roles = [roles] * count if isinstance(roles, str) else list(roles)
        if len(self.roles) != count or len(self.names) not in (0, count - 1):
            raise ValueError(
                f"{count} shafts have {count} roles and {count - 1} links; got {len(self.roles)} "
                f"roles and {len(self.names)} names of links."
            )
        self._checked(now(rates))

    def compose(self, box: Box) -> None:
        """Shafts at equal distances, rates over the chains, turns under the shafts."""
        count, em = len(self.shafts), body_height()
        self.apart = box.width / (count - 1 + 2 * ROOM)
        self.radius = min(ROOM * self.apart, box.height / 2 - LINES * em)
        span = (count - 1) * self.apart
        lefts = box.centre[0] - span / 2 + self.apart * np.arange(count)
        self.centres = np.column_stack([lefts, np.full(count, box.centre[1])])
        self.wheels = VGroup(*(_wheel(role) for role in self.roles))
        self.chains = VGroup(*(Polyline(np.zeros((0, 2)), "gradient") for _ in self.centres[1:]))
        self.hands = VGroup(*(Polyline(np.zeros((0, 2)), role, "bold") for role in self.roles))
        hubs = (
            Dot(centre, role, 0.09, rim=True)
            for centre, role in zip(self.centres, self.roles, strict=True)
        )
        self.add(self.wheels, self.chains, self.hands, *hubs)
        reach = self.radius + 0.7 * em
        self.add(*self._rates(box.centre[1] + reach), *self._turns(box.centre[1] - reach - em))
        follow(self, ChainDrive._show, self.rates, self.turn)

    def tables(self) -> dict[str, Table]:
        """Each link's rate, and how often its second shaft turns for one turn of the first."""
        rates = self._checked(now(self.rates))
        ends = {"from": self.shafts[:-1], "to": self.shafts[1:]}
        return {"links": table({**ends, "rate": rates, "turns": np.cumprod(rates)})}

    def _checked(self, rates: Any) -> np.ndarray:
        rates, links = np.asarray(rates, dtype=float), len(self.shafts) - 1
        if rates.shape != (links,) or not np.isfinite(rates).all():
            raise ValueError(f"{links} links have {links} finite rates; got {rates.shape}.")
        return rates

    def _rates(self, baseline: float) -> list[LiveText]:
        made = []
        for i, left in enumerate(self.centres[:-1, 0]):
            named = f"${self.names[i]}$ = " if self.names else ""
            rate = combined(lambda rates, i=i: _shown(rates[i]), self.rates)
            text = LiveText(named + "[{rate}](gradient)", rate=rate)
            made.append(text.baseline_at([left + self.apart / 2, baseline, 0], "center"))
        return made

    def _turns(self, baseline: float) -> list[LiveText]:
        made = []
        for i, (name, role) in enumerate(zip(self.shafts, self.roles, strict=True)):
            turns = combined(
                lambda rates, turn, i=i: turn * np.prod(rates[:i]), self.rates, self.turn
            )
            text = LiveText(f"[${name}$]({role}): {{turns:2}}", turns=turns)
            made.append(text.baseline_at([self.centres[i, 0], baseline, 0], "center"))
        return made

    def _show(self, rates: Any, turn: float) -> None:
        rates = self._checked(rates)
        turns = turn * np.cumprod([1.0, *rates])
        bases = self.radius * np.resize(BASES, len(rates))
        driving = bases * np.minimum(np.abs(rates), 1)
        driven = bases / np.maximum(np.abs(rates), 1)
        largest = np.maximum([*driving, 0], [0, *driven])
        for i, centre in enumerate(self.centres):
            radii = [*driven[max(i - 1, 0) : i], *driving[i : i + 1]]
            self.wheels[i].points = np.concatenate([disc(centre, radius) for radius in radii])
            angle = np.pi / 2 - 2 * np.pi * turns[i]
            tip = centre + largest[i] * np.array([np.cos(angle), np.sin(angle)])
            self.hands[i].set_path(np.array([centre, tip]))
        for i, rate in enumerate(rates):
            moved = 2 * np.pi * turns[i] * driving[i]
            pair = self.centres[i : i + 2], (driving[i], driven[i])
            self.chains[i].points = _links(*pair, rate < 0, moved) if rate else np.zeros((0, 3))


def _shown(rate: float) -> str:
    """A rate with two places, or with a digit that counts where these would all be 0."""
    return shown_as(rate, "2") if rate == 0 or abs(rate) >= 0.005 else significant(rate, 1)


def _wheel(role: str) -> VMobject:
    """A rim over a faint disc; its points are set later."""
    wheel = VMobject(fill_color=theme.color(role), fill_opacity=0.12)
    return wheel.set_stroke(theme.color(role), theme.STROKES["thin"], 0.7)


def _links(
    centres: np.ndarray, radii: tuple[float, float], crossed: bool, moved: float
) -> np.ndarray:
    """The links of a chain that has moved clockwise around its first wheel, as curves (4 n, 3)."""
    loop = chain_loop(centres, radii, crossed)
    length = float(np.linalg.norm(np.diff(loop, axis=0), axis=1).sum())
    period = length / max(round(length / (LINK + BETWEEN)), 1)  # a whole number of links
    return dashed(as_3d(loop), period - BETWEEN, BETWEEN, start=-moved)
