"""A feed-forward layer is a lookup. Facts are drawn at random, whose what is which colour; one head
of attention adds up what each word says of the answer, and no such sum gives them all. The layer
opens a space of many units: each row of its first matrix is a key, GELU lets those answer whose
keys point the way of the question, and their columns of the second matrix are blended into the
answer. Units that speak for a fact can be taken away, and the fact is lost with few others. All of
it is measured on networks trained for it; each of them learned facts of its own.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from mlanim.stage.vocabulary import (
    Bars,
    Chart,
    GrowingTable,
    LessonScene,
    Matrix,
    Panel,
    SceneParams,
    Track,
    combined,
    weights_palette,
)

if TYPE_CHECKING:
    from mlanim.core.transformer.feedforward import Feedforward as Data

AHEAD = "The lead of the right colour"
ALONE, WITHOUT = "Attention alone: the lead", "Without its units"


class FeedforwardParams(SceneParams):
    """How many facts and units there are, and which fact is followed."""

    people: int = Field(8, ge=2, le=9, description="People that have things.")
    things: int = Field(4, ge=2, le=6, description="Things that each of them has.")
    hidden: int = Field(128, ge=16, le=256, description="Units of the feed-forward layer.")
    fact: tuple[int, int] | None = Field(
        None, description="Person and thing that are followed, from 1; default: a telling one."
    )
    seed: int = Field(0, ge=0, description="Of the facts, and of the networks.")


class Feedforward(LessonScene[FeedforwardParams, "Data"]):
    """A feed-forward layer looks facts up"""

    order = 3
    explore = "hidden=16,64,128"

    @staticmethod
    def compute(params: FeedforwardParams) -> Data:
        from mlanim.core.transformer.feedforward import feedforward_lesson

        return feedforward_lesson(
            params.people, params.things, params.hidden, params.fact, params.seed
        )

    @cached_property
    def units(self) -> Track:
        """How many units have spoken, the strongest first."""
        count = len(self.data.strongest)
        return Track(np.arange(count + 1.0), logits=self.data.blended)

    @cached_property
    def gone(self) -> Track:
        """How many of the units that speak for the fact are taken away."""
        return Track(np.arange(len(self.data.without) + 0.0), margins=self.data.without)

    def facts(self) -> Panel:
        d = self.data
        picture = GrowingTable(d.rows, ("", *d.things), ("input", *["text"] * len(d.things)))
        return Panel("facts", picture, "Whose what is which colour", share=len(d.things) / 3)

    def colours(self) -> Panel:
        bars = Bars(self.data.counts, self.data.colours, "muted", format="0")
        return Panel("colours", bars, "Facts of each colour")

    def margins(self, name: str, values: Any, heading: str, **words: Any) -> Panel:
        d = self.data
        self.grid = Matrix(values, d.people, d.things, palette="signed", format="1",
                           ends=(-d.lead, d.lead))  # fmt: skip
        self.grid.mark(row=d.person, column=d.thing)
        return Panel(name, self.grid, heading, **words)

    def plane(self) -> Panel:
        d = self.data
        chart = Chart(equal=True, grid=False, ticks=0, aspect=1.2)
        chart.scatter(d.keys, "muted")
        chart.scatter(combined(self.lit, self.units), "highlight", radius=0.1)
        chart.arrow(
            np.zeros(2),
            d.towards,
            "input",
            name=f"{d.people[d.person]}, {d.things[d.thing]}",
            bold=True,
        )
        return Panel(
            "keys", chart, "Keys, and those that [answer](highlight)", share=1.5, says=d.says_plane
        )

    def lit(self, spoken: float) -> np.ndarray:
        """Keys (N, 2) of the units that have spoken, as far as they are on."""
        return self.data.keys[self.data.strongest[: min(int(spoken), self.data.on)]]

    def serving(self) -> Panel:
        d = self.data
        names = [f"{person} {thing}" for person in d.people for thing in d.things]
        picture = Matrix(d.serves, names, palette=weights_palette, numbers=False, bar=False)
        heading = "A row is a fact, a column a unit: strong where it answers"
        return Panel("units", picture, heading, says=d.says_serves)

    def answer(self) -> Panel:
        d = self.data
        right = d.answers[d.person, d.thing]
        roles = ["highlight" if i == right else "muted" for i in range(len(d.colours))]
        bars = Bars(self.units["logits"], d.colours, roles, format="1")
        return Panel("answer", bars, "Logits of the colours", says=d.says_blend)

    def construct(self) -> None:
        d = self.data
        self.enter(self.facts(), self.colours())
        self.step(d.says_facts, notes="No rule gives them: whoever answers must have them stored.")
        self.enter(self.margins("alone", d.alone, AHEAD))
        self.step(d.says_alone, notes="Below 0 another colour is ahead of the right one.")
        self.ask("What could a layer add to a sum of words?", notes="Let them think of XOR.")
        self.play(self.grid.to(d.full, run_time=2))
        self.enter(self.plane(), self.answer(), say="Each unit has a key, and a say in the answer")
        self.sweep(self.units.to(d.on), seconds=4)
        self.step(d.says_on, notes="On: over a tenth of the strongest unit's answer.")
        self.step(d.says_plane, notes="GELU is near 0 for keys that point elsewhere.")
        self.sweep(self.units.to_end(), seconds=2)
        self.step(d.says_blend, notes="Each adds its column of the second matrix.")
        self.enter(self.serving())
        self.step(d.says_serves, notes="Columns stand in the order of the facts they answer most.")
        self.enter(self.margins("without", self.gone["margins"], AHEAD))
        self.sweep(self.gone.to_end(), seconds=4)
        self.step(d.says_removed, notes="Taken away in the order in which they speak for it.")
        self.step(d.says_all, notes="Models are edited this way: ROME, MEMIT.")

    def figure(self) -> list[Panel]:
        d = self.data
        self.units.put(d.on)
        self.gone.put(len(d.without) - 1)
        alone = self.margins("alone", d.alone, ALONE, says=d.says_alone)
        plane, answer = self.plane(), self.answer()
        left = self.margins("without", d.without[-1], WITHOUT, says=d.says_removed)
        return [alone, plane, answer, left, self.serving()]

    def live(self) -> list[Panel]:
        """All but the units: thousands of cells, once a state, would make a page of megabytes."""
        return [panel for panel in self.figure() if panel.name != "units"]
