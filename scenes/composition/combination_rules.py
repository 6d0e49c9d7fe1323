"""An architecture is a choice of which inputs each output hears. Lines drawn from the measured
Jacobian of real torch layers show that choice for dense, convolution, recurrence, graph and
attention, with shared weights in one colour. Then the input changes: lines of affine rules stay as
they are, attention's do not. What each rule costs is counted, and how far a stack of it reaches.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.pictures.composition.connections import Connections, kind_colors
from mlanim.stage.vocabulary import (
    Bars,
    Chart,
    LessonScene,
    Matrix,
    Multiples,
    Panel,
    SceneParams,
    Track,
)
from mlanim.words.sentence import sentence

if TYPE_CHECKING:
    from mlanim.core.combination.combination_rules import CombinationRules as Data
    from mlanim.core.combination.rule import Rule

Name = Literal[
    "dense", "convolution", "recurrence", "graph", "attention", "state_space", "block_diagonal",
    "low_rank", "butterfly",
]  # fmt: skip
FIVE: tuple[Name, ...] = ("dense", "convolution", "recurrence", "graph", "attention")
COUNTS = {"parameters": "Weights", "operations": "Multiplications", "reach": "Inputs heard of 16"}
ROLES = ("text", "input", "weight", "gradient", "output")


class CombinationRulesParams(SceneParams):
    """Which rules, and of what size."""

    rules: tuple[Name, ...] = Field(FIVE, min_length=2, max_length=5, description="Which, in turn.")
    length: int = Field(8, ge=4, le=10, description="Positions; a power of two for a butterfly.")
    features: int = Field(4, ge=2, le=8, description="Numbers at each position.")
    kernel: Literal[3, 5] = Field(3, description="Width of the convolution.")
    graph: Literal["random", "ring", "star"] = Field("random", description="Kind of the graph.")
    sharpness: float = Field(4.0, ge=0.5, le=8, description="Factor on attention's scores.")
    nonlinearity: Literal["relu", "tanh", "sigmoid"] = Field("relu", description="After each rule.")


class CombinationRules(LessonScene[CombinationRulesParams, "Data"]):
    """Which inputs an output hears"""

    order = 2
    explore = "nonlinearity"

    @staticmethod
    def compute(params: CombinationRulesParams) -> Data:
        from mlanim.core.combination.combination_rules import combination_lesson
        from mlanim.core.combination.layer import Shape

        shape = Shape(params.length, params.features, params.kernel, params.graph, params.sharpness)
        return combination_lesson(params.rules, shape, params.nonlinearity, params.seed)

    @cached_property
    def path(self) -> Track:
        """Along the path of the input: lines and outputs of each rule, and how far lines moved."""
        d = self.data
        changes = np.array([rule.changes for rule in d.rules]).transpose(2, 1, 0)
        series: dict[str, Any] = {rule.name: rule.shares for rule in d.rules}
        series |= {f"{rule.name} y": rule.outputs for rule in d.rules}
        return Track(d.path, inputs=d.inputs, changes=changes, **series)

    @cached_property
    def deep(self) -> Track:
        """Through how many layers of the stack, from its top, the middle output is followed."""
        lit, nodes = self.data.stack.lit, self.data.stack.nodes
        return Track(range(len(lit)), lit=lit, nodes=nodes)

    def rule(self, rule: Rule) -> Panel:
        """A line for each pair that it joins, as wide as the derivative is large."""
        lines = Connections(
            self.path[rule.name], kind_colors(rule.kinds), inputs=self.path["inputs"],
            outputs=self.path[f"{rule.name} y"], limit=self.data.limit, numbers=False,
        )  # fmt: skip
        return Panel(rule.name, lines, rule.title, rule.remark, says=rule.says)

    def jacobian(self, rule: Rule) -> Panel:
        words = [str(i + 1) for i in range(self.params.length)]
        matrix = Matrix(rule.strengths[0], words, words, x_label="input", y_label="output",
                        numbers=False, square=True)  # fmt: skip
        heading = "Sizes of $∂ y_i slash ∂ x_j$, the Jacobian's blocks"
        return Panel("jacobian", matrix, heading, share=0.8, says=rule.says)

    def moved(self) -> Panel:
        d, reach = self.data, (0, 1.05 * max(rule.changes.max() for rule in self.data.rules))
        titles, series = [rule.title for rule in d.rules], ("as it is", f"with {d.nonlinearity}")
        bars = Bars(self.path["changes"], titles, ("input", "highlight"), series=series,
                    reach=reach, format="%")  # fmt: skip
        return Panel("moved", bars, "Lines moved by", says=d.says_bent)

    def measured(self, name: str) -> Panel:
        """A line for each rule, over the length or over how many layers there are."""
        d, chart = self.data, Chart(x_label="length", log="xy", least=4.5)
        xs, says = d.lengths, d.says_cost
        if name == "reach":
            chart = Chart(y=(0, 17), x_label="layers", ticks=4, least=4.5)
            xs, says = d.depths, d.says_reach
        chart.curves(xs, {rule.title.lower(): getattr(rule, name) for rule in d.rules}, ROLES)
        return Panel(name, chart, COUNTS[name], says=says)

    def stack(self, aspect: float = 1.2) -> Panel:
        rule = self.data.rules[self.data.stack.rule]
        lines = Connections(
            self.data.stack.shares, kind_colors(np.array(1)), lit=self.deep["lit"],
            nodes=self.deep["nodes"], aspect=aspect,
        )  # fmt: skip
        heading = sentence("{n} layers of {name}", n=len(rule.reach), name=rule.title.lower())
        remark = "stronger: a larger part in the middle output, of each row's largest"
        return Panel("stack", lines, heading, remark, share=1.7, says=self.data.says_reach)

    def construct(self) -> None:
        d, rules = self.data, [self.rule(rule) for rule in self.data.rules]
        say = "Each line is as wide as the output's derivative by that input is large"
        self.enter(rules[0], self.jacobian(d.rules[0]), say=say)
        self.step(d.rules[0].says, notes="A position has several numbers: a line is a block.")
        for count, rule in enumerate(d.rules[1:], 2):
            self.enter(*rules[:count], layout="row" if count < 4 else "grid", say="")
            self.step(rule.says, notes="The same inputs as before; only the rule is another.")
        self.enter(*rules, self.moved(), layout="grid", say="Now all inputs change")
        self.ask("Whose lines will move?", notes="Let them vote.")
        self.step(d.says_change, self.path.to(1), notes="An affine map's Jacobian is its matrix.")
        self.sweep(self.path.to(2), say=d.says_bending, seconds=3)
        self.step(d.says_bent, self.path.to(3), notes="It scales rows; in a loop, more.", seconds=4)
        self.enter(self.measured("parameters"), self.measured("operations"), say="What rules cost")
        self.step(d.says_cost, notes="Counted in one pass: multiplications in matrix products.")
        self.enter(self.stack(), self.measured("reach"), say="One layer after another")
        self.sweep(self.deep.to_end(), seconds=4)
        self.step(d.says_reach, notes="Layers here are affine; each has weights of its own.")

    def figure(self) -> list[Panel]:
        d = self.data
        self.deep.put(len(d.stack.lit) - 1)
        self.path.put(float(d.path[-1]))  # where both changes of the input have been measured
        heading = sentence("Connections with {bend} after each", bend=d.nonlinearity)
        rules = Multiples.of([*map(self.rule, d.rules), self.moved()], 3)
        charts = Multiples.of([*map(self.measured, COUNTS)], (1, 3))
        costs = Panel("costs", charts, says=d.says_cost)
        return [Panel("rules", rules, heading, says=d.says_bent), self.stack(aspect=2.8), costs]
