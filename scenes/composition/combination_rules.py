"""An architecture is a choice of which inputs each output hears. Lines drawn from the measured
Jacobian of real torch layers show that choice for dense, convolution, recurrence, graph and
attention, with shared weights in one colour. Then the input changes: lines of affine rules stay as
they are, attention's do not. What each rule costs is counted, and how far a stack of it reaches.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from mlanim.stage.pictures.composition.connections import Connections, kind_colors
from mlanim.stage.vocabulary import (
    Bars,
    Chart,
    LessonScene,
    Lines,
    Matrix,
    Multiples,
    Panel,
    Rows,
    SceneParams,
    Track,
)
from mlanim.words.sentence import Sentence, sentence

if TYPE_CHECKING:
    from mlanim.core.combination.combination_rules import CombinationRules as Data
    from mlanim.core.combination.rule import Rule

Name = Literal[
    "dense", "convolution", "recurrence", "graph", "attention", "state_space", "block_diagonal",
    "low_rank", "butterfly",
]  # fmt: skip
FIVE: tuple[Name, ...] = ("dense", "convolution", "recurrence", "graph", "attention")
ROLES = ("text", "input", "weight", "gradient", "output")
DASHES: tuple[Literal["", "dash", "dot"], ...] = ("", "dash", "dot", "dash", "")


class CombinationRulesParams(SceneParams):
    """Which rules, and of what size."""

    rules: tuple[Name, ...] = Field(FIVE, min_length=2, max_length=5, description="Which, in turn.")
    length: int = Field(8, ge=4, le=10, description="Positions; with butterfly 4 or 8.")
    features: int = Field(4, ge=2, le=8, description="Numbers at each position.")
    kernel: Literal[3, 5] = Field(3, description="Width of the convolution.")
    graph: Literal["random", "ring", "star"] = Field("random", description="Kind of the graph.")
    sharpness: float = Field(4.0, ge=0.5, le=8, description="Factor on attention's scores.")
    nonlinearity: Literal["relu", "tanh", "sigmoid"] = Field("relu", description="After each rule.")

    @model_validator(mode="after")
    def can_be_drawn(self) -> CombinationRulesParams:
        """Refuse a rule twice, and a butterfly over a length that is no power of two."""
        if len(set(self.rules)) < len(self.rules):
            raise ValueError("each rule can be named once; name others, or fewer")
        if "butterfly" in self.rules and self.length not in (4, 8):
            raise ValueError(f"a butterfly needs a length of 4 or 8, not {self.length}")
        return self


class CombinationRules(LessonScene[CombinationRulesParams, "Data"]):
    """Which inputs an output hears"""

    order = 2

    @staticmethod
    def compute(params: CombinationRulesParams) -> Data:
        from mlanim.core.combination.combination_rules import combination_lesson
        from mlanim.core.combination.layers import Shape

        shape = Shape(params.length, params.features, params.kernel, params.graph, params.sharpness)
        return combination_lesson(params.rules, shape, params.nonlinearity, params.seed)

    def setup(self) -> None:
        """Tracks over the rules, along the path of the input, and through the stack."""
        super().setup()
        d = self.data
        series: dict[str, Any] = {
            "shares": [r.shares[0] for r in d.rules], "sizes": [r.strengths[0] for r in d.rules],
            "outputs": [r.outputs[0] for r in d.rules], "weights": [r.weights for r in d.rules],
            "colors": kind_colors(np.array([r.kinds for r in d.rules])),
        }  # fmt: skip
        self.rule = Track(range(len(d.rules)), **series)
        changes = np.array([r.changes for r in d.rules]).transpose(2, 1, 0)
        lines: dict[str, Any] = {r.name: r.shares for r in d.rules} | {
            f"{r.name} y": r.outputs for r in d.rules
        }
        self.path = Track(d.path, inputs=d.inputs, changes=changes, **lines)
        stack = d.stack
        self.deep = Track(range(len(stack.lit)), lit=stack.lit, nodes=stack.nodes)

    @cached_property
    def limit(self) -> float:
        """The number at which cells have their full colour."""
        outputs = max(np.abs(rule.outputs).max() for rule in self.data.rules)
        return float(max(outputs, np.abs(self.data.inputs).max()))

    @cached_property
    def lines(self) -> Connections:
        return Connections(
            self.rule["shares"], self.rule["colors"], inputs=self.data.inputs[0],
            outputs=self.rule["outputs"], limit=self.limit,
        )  # fmt: skip

    def connections(self, rule: Rule) -> Panel:
        remark = "as wide as $∂ y_i slash ∂ x_j$ is large"
        return Panel("lines", self.lines, rule.title, remark, share=2)

    @cached_property
    def jacobian(self) -> Panel:
        words = [str(i + 1) for i in range(self.params.length)]
        matrix = Matrix(self.rule["sizes"], words, words, x_label="input", y_label="output",
                        numbers=False, square=True)  # fmt: skip
        count = Lines("[{n:,}](weight) weights", size="display", n=self.rule["weights"])
        return Panel("jacobian", Rows(matrix, count), "Sizes of the Jacobian's blocks")

    def side_by_side(self, heading: Sentence | None = None) -> Panel:
        """All rules over the path of the input, and how far their lines have moved."""
        d, reach = self.data, (0, 1.05 * max(rule.changes.max() for rule in self.data.rules))
        pictures = [self.small(rule, self.path) for rule in d.rules]
        titles = [rule.title for rule in d.rules]
        series = ("as it is", f"with {d.nonlinearity}")
        bars = Bars(self.path["changes"], titles, ("input", "highlight"), series=series,
                    reach=reach, format="%")  # fmt: skip
        picture = Multiples([*pictures, bars], [*titles, "Lines moved by"], columns=3)
        return Panel("rules", picture, heading, says=d.says_bent)

    def small(self, rule: Rule, path: Track) -> Connections:
        return Connections(
            path[rule.name], kind_colors(rule.kinds), inputs=path["inputs"],
            outputs=path[f"{rule.name} y"], limit=self.limit, numbers=False,
        )  # fmt: skip

    def costs(self, name: Literal["parameters", "operations"]) -> Panel:
        heading = {"parameters": "Weights", "operations": "Multiplications"}[name]
        chart = Chart(x_label="length", log="xy", least=4.5)
        self.curves(chart, self.data.lengths, name)
        return Panel(name, chart, heading, says=self.data.says_cost)

    def curves(self, chart: Chart, xs: np.ndarray, series: str) -> None:
        """A line for each rule."""
        for rule, role, dash in zip(self.data.rules, ROLES, DASHES, strict=False):
            values = getattr(rule, series)
            chart.curve(xs, values, role, name=rule.title.lower(), dash=dash, width="bold")

    def stack(self, at: Track, aspect: float = 1.2) -> Panel:
        rule = self.data.rules[self.data.stack.rule]
        lines = Connections(
            self.data.stack.shares, kind_colors(np.array(1)), lit=at["lit"], nodes=at["nodes"],
            aspect=aspect,
        )  # fmt: skip
        heading = sentence(
            "{depth} layers of {name}", depth=len(rule.reach), name=rule.title.lower()
        )
        remark = "brighter: a larger part in the middle output, of each row's largest"
        return Panel("stack", lines, heading, remark, share=1.7, says=self.data.says_reach)

    def reach(self) -> Panel:
        chart = Chart(y=(0, 17), x_label="layers", ticks=4, least=4.5)
        self.curves(chart, np.arange(1, len(self.data.rules[0].reach) + 1), "reach")
        return Panel("reach", chart, "Inputs heard of 16", says=self.data.says_reach)

    def construct(self) -> None:
        d = self.data
        say = "Each line is as wide as the output's derivative by that input is large"
        self.enter(self.connections(d.rules[0]), self.jacobian, say=say)
        self.step(
            d.rules[0].says, notes="Each position carries several numbers: a line is a block."
        )
        for index, rule in enumerate(d.rules[1:], 1):
            self.enter(self.connections(rule), self.jacobian, along=[self.rule.to(index)], say="")
            self.step(rule.says, notes="The same inputs as before; only the rule is another.")
        everything = self.side_by_side()
        self.enter(everything, say="All of them on the same inputs, one colour for shared weights")
        self.ask("Now all inputs change. Whose lines will move?", notes="Let them vote.")
        self.sweep(self.path.to(1), say="", seconds=5)
        self.step(d.says_change, notes="The Jacobian of an affine map is its matrix, at any input.")
        self.sweep(self.path.to(2), say=f"Now with {d.nonlinearity} after each", seconds=1.5)
        self.sweep(self.path.to(3), seconds=4)
        self.step(d.says_bent, notes="It scales each output's row of the matrix; in a loop, more.")
        self.enter(self.costs("parameters"), self.costs("operations"), say="What a rule costs")
        self.step(d.says_cost, notes="Counted in one pass: multiplications in matrix products.")
        self.enter(self.stack(self.deep), self.reach(), say="One layer after another")
        self.sweep(self.deep.to_end(), seconds=4)
        self.step(d.says_reach, notes="Layers here are affine; each has weights of its own.")

    def figure(self) -> list[Panel]:
        d = self.data
        self.deep.put(len(d.stack.lit) - 1)
        self.path.put(float(d.path[-1]))  # where both changes of the input have been measured
        heading = sentence("Connections with {bend} after each", bend=d.nonlinearity)
        charts = self.costs("parameters"), self.costs("operations"), self.reach()
        titles = [chart.heading or "" for chart in charts]
        measured = Multiples([chart.picture for chart in charts], titles, columns=(1, 3))
        panel = Panel("costs", measured, says=d.says_cost)
        return [self.side_by_side(heading), self.stack(self.deep, aspect=2.8), panel]
