"""A network that was trained on handwritten digits scores one that it has not seen, and a softmax
turns its ten scores into probabilities. Dividing the scores by a temperature first makes the answer
sharper or flatter, and the entropy says how far. Sparsemax takes the nearest point of the simplex
instead: it gives classes exactly nothing, and from some temperature down it is certain.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from mlanim.stage.vocabulary import (
    Bars,
    Chart,
    ImageGrid,
    LessonScene,
    Multiples,
    Panel,
    SceneParams,
    Simplex,
    Track,
)
from mlanim.words.sentence import sentence

if TYPE_CHECKING:
    from mlanim.core.transformer.temperature import Temperature as Data

ROLES = {"softmax": "input", "sparsemax": "weight"}
DASHES: dict[str, Literal["", "dash"]] = {"softmax": "", "sparsemax": "dash"}
CLASSES = range(10)


class TemperatureParams(SceneParams):
    """Which digit, and between which temperatures."""

    index: int = Field(31, ge=0, le=359, description="Which of the 360 unseen digits.")
    coldest: float = Field(0.1, ge=0.01, le=0.5, description="The lowest temperature.")
    hottest: float = Field(100.0, ge=2, le=1000, description="The highest temperature.")


class Temperature(LessonScene[TemperatureParams, "Data"]):
    """What a temperature does to probabilities"""

    explore = "index=21:41:2"

    @staticmethod
    def compute(params: TemperatureParams) -> Data:
        from mlanim.core.transformer.temperature import temperature_lesson

        return temperature_lesson(params.seed, params.index, params.coldest, params.hottest)

    @cached_property
    def heat(self) -> Track:
        """The temperature, with what both functions make of the scores at it."""
        parts = ("shares", "bits", "three")
        answers = self.data.answers.items()
        series = {f"{name}_{part}": getattr(one, part) for name, one in answers for part in parts}
        return Track(self.data.heat, start=1.0, log=True, **series)

    def answer(self, name: str) -> Panel:
        bars = Bars(self.heat[f"{name}_shares"], CLASSES, ROLES[name], reach=(0, 1))
        return Panel(name, bars, f"[{name.capitalize()}]({ROLES[name]}) of $z slash T$")

    def entropy(self, later: bool = False) -> Panel:
        d, span = self.data, (self.params.coldest, self.params.hottest)
        chart = Chart(span, (-0.15, 3.6), "temperature $T$", "entropy, bits", log="x")
        chart.guide(y=d.most_bits, name="ten classes alike")
        for name, role in ROLES.items():
            waits, bits = later and name == "sparsemax", d.answers[name].bits
            line = chart.curve(d.heat, bits, role, name=name, dash=DASHES[name], later=waits)
            place = (self.heat, self.heat[f"{name}_bits"])
            self.last = [line, chart.dot(place, role, later=waits)]
        picture = chart.under(f"$T$ = [{{t:{d.format}}}](highlight)", size="display", t=self.heat)
        return Panel("entropy", picture, "Entropy", share=1.5, says=d.says_certain)

    def triangle(self) -> Panel:
        simplex = Simplex([int(i) for i in self.data.three])
        for name, role in ROLES.items():
            simplex.path(self.data.answers[name].three, role, dash=DASHES[name], width="bold")
            simplex.dot(self.heat[f"{name}_three"], role)
        heading = "[Softmax](input) and [sparsemax](weight) of the three best"
        return Panel("triangle", simplex, heading, share=1.3, says=self.data.says_certain)

    def answers(self) -> Panel:
        d, rows, roles = self.data, (0, len(self.data.heat) // 2, -1), tuple(ROLES.values())
        pairs = [[d.answers[name].shares[i] for name in ROLES] for i in rows]
        bars = [Bars(p, CLASSES, roles, reach=(0, 1), numbers=False, least=1.3) for p in pairs]
        titles = [sentence("$T$ = {t:g}", t=d.heat[i]) for i in rows]
        three = Multiples(bars, titles, columns=3)
        heading = "[Softmax](input) over [sparsemax](weight), drawn faint"
        return Panel("answers", three, heading, share=1.6, says=d.says_hot)

    def construct(self) -> None:
        d, entropy = self.data, self.entropy(later=True)
        soft, sparse = self.answer("softmax"), self.answer("sparsemax")
        digit = Panel("digit", ImageGrid(d.digit), f"A handwritten {d.label}")
        roles = ["highlight" if i == d.best else "muted" for i in CLASSES]
        scores = Panel("scores", Bars(d.scores, CLASSES, roles), "Scores $z$")
        self.enter(digit, scores, say="A network looks at a digit that it has not seen")
        self.step(d.says_network, notes="Scores may be negative, and they need not add up to 1.")
        self.enter(scores, soft, entropy, say="A [softmax](input) of $z slash T$ makes them shares")
        self.sweep(self.heat.to(self.params.coldest))
        self.step(d.says_cold, notes="Divided by little, differences grow, and the best wins.")
        self.sweep(self.heat.to(self.params.hottest))
        self.step(d.says_hot, notes="The order of the classes never changes on the way.")
        self.ask("Can an answer give a class exactly nothing?", notes="No exponential is 0.")
        self.enter(soft, sparse, entropy, say="[Sparsemax](weight): the nearest point that is one")
        self.reveal(*self.last)
        self.sweep(self.heat.to(1.0))
        self.step(d.says_zeros, notes="It subtracts one threshold from all scores, and cuts at 0.")
        self.enter(self.triangle(), entropy, say="Each corner of the triangle is one sure answer")
        self.sweep(self.heat.to(self.params.hottest))
        self.sweep(self.heat.to(d.certain), seconds=5)
        self.step(d.says_certain, notes="It reaches sides and corners; softmax only nears them.")

    def figure(self) -> list[Panel]:
        self.heat.put(self.data.certain)
        return [self.answers(), self.triangle(), self.entropy()]
