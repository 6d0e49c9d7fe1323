"""How fast does a loss change with a weight that lies several steps before it? Each step has a rate
of its own, and the rates multiply, like the ratios of wheels joined by chains. Where one rate is 0
nothing behind it turns; where many rates follow each other, their product vanishes or explodes.
Every rate is autograd's, and a nudge measures it once more.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.pictures.learning.chain_drive import ChainDrive
from mlanim.stage.vocabulary import (
    Chart,
    ComputationGraph,
    GrowingTable,
    LessonScene,
    Math,
    Panel,
    SceneParams,
    Track,
)
from mlanim.words.sentence import Sentence, sentence

if TYPE_CHECKING:
    from mlanim.core.learning.chain_rule import ChainRule as Data

EDGES = [(0, 2), (1, 2), (2, 4), (3, 4), (4, 5), (5, 7), (6, 7)]
ROLES = ["weight", "input", "text", "weight", "text", "output", "text", "highlight"]
RATES = ["dif z slash dif w", "dif a slash dif z", "dif L slash dif a"]
READ = 1e-3  # smaller rates have too few digits with four places
FORMULAS = ["x", "f'(z)", "2 (a - y)"]


class ChainRuleParams(SceneParams):
    """A neuron, its target, and a deep chain."""

    w: float = Field(0.8, ge=-3, le=3, description="The weight.")
    b: float = Field(-0.4, ge=-3, le=3, description="The bias.")
    x: float = Field(2.0, ge=0.25, le=4, description="The input.")
    y: float = Field(2.0, ge=-5, le=5, description="The target, what a should be.")
    activation: Literal[
        "relu", "leaky_relu", "sigmoid", "tanh", "gelu", "silu", "softplus"
    ] = Field("relu", description="The activation function.")  # fmt: skip
    depth: int = Field(20, ge=6, le=40, description="Links of the deep chain.")
    low: float = Field(0.5, ge=0.1, le=0.9, description="The least weight of its links.")
    high: float = Field(1.5, ge=1.1, le=3, description="The largest weight of its links.")


class ChainRule(LessonScene[ChainRuleParams, "Data"]):
    """The chain rule: rates multiply"""

    after = ("derivative",)
    explore = "w=-3:3:0.5"

    @staticmethod
    def compute(params: ChainRuleParams) -> Data:
        from mlanim.core.learning.chain_rule import chain_lesson

        p = params
        return chain_lesson(p.w, p.b, p.x, p.y, p.activation, p.depth, p.low, p.high)

    @cached_property
    def w(self) -> Track:
        """How far w has gone to where the neuron stops."""
        return Track(np.linspace(0, 1, len(self.data.ws)), z=self.data.zs, links=self.data.links)

    @cached_property
    def weight(self) -> Track:
        """The weight of all links of the deep chain."""
        d = self.data.deep
        rates, products = d.rates[:, : d.wheels], np.abs(d.products)
        return Track(d.weights, start=1.0, log=True, rates=rates, products=products)

    @cached_property
    def turn(self) -> Track:  # turns of the first wheel
        return Track()

    def graph(self, shown: Literal["", "both"] = "both") -> Panel:
        d = self.data
        names = [*"wx×b+", Math("f"), "y", Math("L")]
        self.steps = ComputationGraph(
            names, EDGES, forward=d.values, backward=d.backward, roles=ROLES, shown=shown
        )
        heading = "[Values](input) flow right, [rates of the loss](gradient) flow left"
        remark = sentence("$z = w x + b$, $a = f(z)$ with {f}, $L = (a - y)^2$", f=d.title)
        return Panel("graph", self.steps, heading, remark, share=2.0, says=d.says_backward)

    def rates(self) -> Panel:
        d = self.data
        names = [*map("{} = {}".format, RATES, FORMULAS), "dif L slash dif w"]
        rows = list(zip(map(Math, names), d.rates, d.nudged, strict=True))
        heads, roles = ("rate", "autograd", "by a nudge"), ("gradient", "gradient", "text")
        shown = "4" if np.abs(d.rates[d.rates != 0]).min(initial=1.0) >= READ else "g"
        table = GrowingTable(rows, heads, roles, formats=("", shown, shown), least=4.1)
        return Panel("rates", table, "Local rates", says=d.says_nudge)

    def drive(self) -> Panel:
        roles = ("weight", "text", "output", "highlight")
        picture = ChainDrive([*"wzaL"], self.w["links"], self.turn, names=RATES, roles=roles)
        heading = "Ratios of wheels are the [local rates](gradient)"
        remark = "one turn stands for a small nudge"
        return Panel("drive", picture, heading, remark, says=self.data.says_product)

    def deep(self) -> Panel:
        d = self.data.deep
        names = [f"a_{i}" for i in range(d.wheels + 1)]
        picture = ChainDrive(names, self.weight["rates"], self.turn, aspect=4.4)
        heading = sentence("The first {n} of {all} links", n=d.wheels, all=d.depth)
        return Panel("deep", picture, heading)

    def product(self) -> Panel:
        d, links = self.data.deep, np.arange(self.data.deep.depth + 1)
        chart = Chart((0, d.depth), None, "links", log="y", aspect=4)
        ends = dict(zip(d.names, np.abs(d.products[[0, -1]]), strict=True))
        chart.curves(links, ends, ("input", "weight"), width="line")
        chart.curve(links, self.weight["products"], "gradient", width="bold", tip=True)
        heading = "Product of the [rates](gradient), link by link"
        return Panel("product", chart, heading, says=d.says_high)

    def construct(self) -> None:
        d = self.data
        graph, drive, product = self.graph(shown=""), self.drive(), self.product()
        self.enter(graph, say="A neuron and its loss, one step after another")
        self.sweep(self.steps.forward())
        self.step(d.says_forward, notes="Each node needs only what comes into it.")
        self.sweep(self.steps.backward(), say="Rates go back: each edge multiplies by its own")
        self.step(d.says_backward, notes="A minus sign says: more weight, less loss.")
        self.enter(drive, say="Turn [w](weight) a little: each chain turns the next wheel")
        self.sweep(self.turn.to(d.turns[0]), seconds=4)
        self.step(d.says_product, notes="A crossed chain turns the next wheel the other way.")
        self.ask("What if one of the rates is 0, or nearly so?", notes="Which of them can be flat?")
        self.sweep(self.w.to(1), self.turn.to(0), say=d.says_goes)
        self.step(d.says_stopped, self.turn.to(d.turns[1]), notes="The update of w has it too.")
        self.sweep(self.w.to(0), self.turn.to(0), say="And with many links in a row?")
        self.enter(drive, product, layout="column")
        self.enter(self.deep(), product, layout="column", say="What becomes of their product?")
        self.end(0, d.deep.says_low)
        self.end(-1, d.deep.says_high)

    def end(self, which: int, said: Sentence) -> None:
        """Give all links the least or the largest weight, and turn the first wheel."""
        d = self.data.deep
        self.sweep(self.weight.to(d.weights[which]), self.turn.to(0), say="")
        self.step(said, self.turn.to(d.turns[which]), notes=d.notes[which], seconds=3)

    def figure(self) -> list[Panel]:
        self.turn.put(self.data.turns[0])
        self.weight.put(self.params.high)
        return [self.graph(), self.rates(), self.drive(), self.product()]
