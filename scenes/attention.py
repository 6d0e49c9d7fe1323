"""A small transformer, trained in seconds on sentences of a grammar, finds out what “it” means.
One of its heads is laid open on one sentence: words become vectors, queries meet keys in dot
products, the division by the root of their size and a softmax make them shares, and the shares
mix values. At the end all heads stand side by side, with how often each is right."""

from typing import Any

import numpy as np
from manim import FadeIn, FadeOut, VGroup
from pydantic import Field

from mlanim.stage import colormap, layout
from mlanim.stage.heatmap import Cells, Heatmap, Palette, signed_palette, weights_palette
from mlanim.stage.layout import Box
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.shapes import Flow
from mlanim.stage.text import Colored, Math, Text


class Attention(LessonScene):
    """How attention finds what “it” means"""

    category = "transformer"

    class Params(SceneParams):
        sentence: str = Field(
            "the cat chased the mouse because it was hungry",
            description="A sentence of the grammar; another one is refused with the known words.",
        )
        layer: int | None = Field(
            None, ge=1, le=2, description="The layer laid open; by default the best head's."
        )
        head: int | None = Field(
            None, ge=1, le=4, description="The head laid open; by default the best one."
        )
        temperature: float = Field(
            1.0, ge=0.05, le=20, description="Divides that head's scores, beside the root of d_k."
        )

    @staticmethod
    def compute(params: Params) -> Any:
        from mlanim.core.attention_lecture import attention_lecture

        return attention_lecture(
            params.sentence, params.seed, params.layer, params.head, params.temperature
        )

    def construct(self) -> None:
        title = self.show_title("How attention finds what “it” means")
        self._vectors()
        self.clear_stage(title)
        self._scores()
        self.clear_stage(title)
        self._reading()
        self.clear_stage(title)
        self._heads()

    # Words become vectors, vectors become queries, keys and values

    def _vectors(self) -> None:
        data = self.data
        left, *others = layout.STAGE.columns(5.2, 2, 2, 2, gap=0.5)
        palette = signed_palette(float(np.abs(data.x).max()))
        words = self._matrix(left, data.x, palette, (Text("What the layer reads"),), named=True)
        self.play(FadeIn(words))
        self.say(
            f"Each word is a vector of {data.d_model} numbers; the model has {data.parameters:,} "
            f"weights and saw {data.train_sentences:,} sentences"
        )
        self.next_slide(notes="Blue is negative, red is positive; a row is one word in its place.")
        reach = max(float(np.abs(m).max()) for m in (data.q, data.k, data.v))
        names = ("Queries", data.q), ("Keys", data.k), ("Values", data.v)
        parts = [
            self._matrix(box, values, signed_palette(reach), (Text(name),))
            for box, (name, values) in zip(others, names, strict=True)
        ]
        self.play(*(FadeIn(part) for part in parts))
        self.say(
            f"Three learned maps take each word to {data.d_k} numbers: "
            f"layer {data.layer}, head {data.head}"
        )
        self.next_slide(notes="A query asks, a key answers, and a value is what will be passed on.")

    def _matrix(
        self, box: Box, values: np.ndarray, palette: Palette, head: tuple[Text], named: bool = False
    ) -> VGroup:
        """A matrix of one row a word, under its heading."""
        room = box.below_heading().inset(left=1.25 if named else 0, bottom=0.2)
        cell = room.width / values.shape[1], room.height / values.shape[0]
        cells = Cells(values, palette, cell, gap=0.02, centre=room.centre)
        heading = layout.heading(box, head[0].plain)
        labels = self._row_labels(cells, room) if named else VGroup()
        return VGroup(heading, cells, labels)

    def _row_labels(self, cells: Cells, room: Box) -> VGroup:
        labels = VGroup()
        for word, middle in zip(self.data.tokens, cells.middles[:, 0], strict=True):
            label = Text(word, size="small", role="input")
            labels.add(label.baseline_at([room.left - 0.15 - label.advance, middle[1] - 0.075, 0]))
        return labels

    # Dot products, scaling, softmax

    def _scores(self) -> None:
        data = self.data
        left, right = layout.STAGE.columns(8.2, 4.4, gap=0.6)
        limit = float(np.abs(data.products).max())
        heat = self._heatmap(left, data.products, signed_palette(limit))
        side = self._words(right, "Dot products", Math("Q K^top"), "Each query meets each key.")
        self.play(FadeIn(heat), FadeIn(side))
        self.say("Rows ask, columns answer: a large product means that query and key agree")
        self.next_slide(notes="Each number is one dot product of a query and a key.")
        side = self._swap(
            side, right, "Scores", Math("Q K^top \\/ sqrt(d_k)"), self._spread_words()
        )
        self.play(heat.morphing(data.scores), run_time=1.5)
        self.say(f"Divided by the root of {data.d_k}, they spread less")
        self.next_slide(notes="Without the division the softmax would be nearly all or nothing.")
        weights = self._heatmap(left, data.weights, weights_palette)
        name = Math('"softmax"')
        side = self._swap(side, right, "Weights", name, "Each row becomes shares that add to one.")
        self.play(FadeOut(heat), FadeIn(weights))
        self.say(*self._peak_words())
        self.next_slide(
            notes="The softmax works row by row: a row is how one word divides its look."
        )

    def _spread_words(self) -> str:
        data = self.data
        return (
            f"Their spread falls from {data.product_spread:.2f} to {data.score_spread:.2f}, and "
            f"the entropy of the softmax rises from {data.unscaled_entropy:.2f} to "
            f"{data.scaled_entropy:.2f} bits, from “it” over {data.test_sentences:,} sentences."
        )

    def _peak_words(self) -> list[Any]:
        row = self.data.weights[self.data.pronoun]
        most = int(row.argmax())
        return [
            "“it” gives ",
            Colored(f"{row[most]:.2f}", "attention"),
            f" of its attention to “{self.data.tokens[most]}”",
        ]

    def _heatmap(self, box: Box, values: np.ndarray, palette: Palette) -> Heatmap:
        words = list(self.data.tokens)
        heat = Heatmap(values, palette, box.width - 1.5, box.height - 0.9, words, words)
        centre = [box.left + 1.5 + (box.width - 1.5) / 2, box.bottom + (box.height - 0.7) / 2, 0]
        return heat.shift(np.array(centre) - heat.cells.get_center())

    def _words(self, box: Box, head: str, formula: Math, text: str) -> VGroup:
        heading = layout.heading(box, head)
        remark = layout.subheading(heading, formula)
        body = Text(text, role="muted", width=box.width)
        return VGroup(heading, remark, body.baseline_at([box.left, box.top - 1.2, 0]))

    def _swap(self, old: VGroup, box: Box, head: str, formula: Math, text: str) -> VGroup:
        new = self._words(box, head, formula, text)
        self.play(FadeOut(old), FadeIn(new))
        return new

    # The weighted sum of values

    def _reading(self) -> None:
        left, right = layout.STAGE.columns(6, 6, gap=0.8)
        flows = self._flows(left)
        palette = signed_palette(
            max(float(np.abs(m).max()) for m in (self.data.v, self.data.output))
        )
        values = self._matrix(right, self.data.v, palette, (Text("Values, by weight"),), named=True)
        self.play(FadeIn(flows), FadeIn(values))
        self.say("What “it” reads: the values, each in proportion to its weight")
        self.next_slide(notes="The thicker the stream, the more of that word's value arrives.")
        row = self.data.pronoun
        mixed = np.repeat(self.data.output[row][None], len(self.data.tokens), axis=0)
        shares = self.data.weights[row][:, None] * self.data.v
        self.play(values[1].animate.set_values(shares), run_time=1.5)
        self.play(values[1].animate.set_values(mixed), run_time=1.0)
        self.say(*self._answer_words())
        self.next_slide(
            notes="The weighted values add up to one vector: the same in every row here."
        )

    def _flows(self, box: Box, heading: bool = True) -> VGroup:
        """Streams from each word to “it”, as wide as the weights."""
        room = box.below_heading()
        ys = np.linspace(room.top - 0.2, room.bottom + 0.2, len(self.data.tokens))
        target = np.array([room.right - 1.0, ys.mean()])
        group = VGroup(*([layout.heading(box, "What “it” reads")] if heading else []))
        for word, y, share in zip(
            self.data.tokens, ys, self.data.weights[self.data.pronoun], strict=True
        ):
            label = Text(word, role="weight")
            group.add(label.baseline_at([room.left + 1.2 - label.advance, y - 0.09, 0]))
            group.add(Flow(np.array([room.left + 1.4, y]), target, float(share), full=34))
        it = Text(self.data.tokens[self.data.pronoun], role="input")
        return group.add(it.baseline_at([target[0] + 0.25, target[1] - 0.09, 0]))

    def _answer_words(self) -> list[Any]:
        data = self.data
        right = data.answer == data.tokens[data.antecedent]
        return [
            "The model says that “it” is the ",
            Colored(data.answer, "attention"),
            f", with probability {data.answer_probability:.2f}: {'right' if right else 'wrong'}",
        ]

    # All heads

    def _heads(self) -> None:
        grid = self._head_grid(layout.STAGE)
        self.play(FadeIn(grid))
        data = self.data
        self.say(
            "Learned, not drawn: on ",
            f"{data.test_sentences:,} held-out sentences “it” is resolved ",
            Colored(f"{100 * data.accuracy:.1f} %", "highlight"),
            f" of the time; head {data.best_layer}.{data.best_head} points at it ",
            Colored(f"{100 * data.best_peak_rate:.1f} %", "attention"),
        )
        self.next_slide(notes="Under each head: how often “it” looks most at its antecedent.")

    def _head_grid(self, box: Box) -> VGroup:
        grid, (layers, heads) = VGroup(), self.data.peak_rates.shape
        for row, line in zip(range(layers), box.rows(*[1] * layers, gap=0.3), strict=True):
            for head, spot in zip(range(heads), line.columns(*[1] * heads, gap=0.4), strict=True):
                grid.add(self._one_head(spot, row, head))
        return grid

    def _one_head(self, box: Box, layer: int, head: int) -> VGroup:
        values = self.data.all_weights[layer, head]
        side = box.height - 0.5
        cell = side / len(values), side / len(values)
        centre = np.array([box.left + side / 2, box.bottom + side / 2, 0])
        cells = Cells(values, lambda v: colormap.sequential(v), cell, centre=centre)
        shown = (layer + 1, head + 1) == (self.data.best_layer, self.data.best_head)
        label = Text(
            f"{layer + 1}.{head + 1}: {100 * self.data.peak_rates[layer, head]:.0f} %",
            role="attention" if shown else "muted",
        )
        return VGroup(cells, label.baseline_at([box.left, box.bottom + side + 0.15, 0]))

    def figure(self) -> None:
        left, right = layout.SAFE.inset(top=0.8, bottom=0.8).columns(8.2, 4.6, gap=0.5)
        heading = layout.heading(left, "Weights")
        remark = layout.subheading(heading, Math('"softmax"(Q K^top \\/ sqrt(d_k))'))
        heat = self._heatmap(left.below_heading(), self.data.weights, weights_palette)
        self.panel("weights", heading, remark, heat)
        self.panel("reading", self._flows(right.inset(left=-0.2)))
