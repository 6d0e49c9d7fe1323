"""A small transformer, trained in seconds on sentences of a grammar, finds out what “it” means.
One of its heads is laid open on one sentence: words become vectors, queries meet keys in dot
products, the division by the root of their size and a softmax make them shares, and the shares
mix values. At the end all heads stand side by side, with how often each is right."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from manim import (
    AnimationGroup,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    ReplacementTransform,
    Transform,
    VGroup,
    linear,
)
from pydantic import Field

from mlanim.stage import layout, theme
from mlanim.stage.bars import RowBars
from mlanim.stage.fitted_heatmap import fitted_heatmap
from mlanim.stage.heatmap import (
    Cells,
    ColorBar,
    Heatmap,
    Palette,
    signed_palette,
    weights_palette,
)
from mlanim.stage.layout import STAGE, Box
from mlanim.stage.number import format_number
from mlanim.stage.scene import LessonScene, SceneParams, exchange
from mlanim.stage.shapes import Flow, Polyline
from mlanim.stage.table import Table, of_matrix, stacked, table
from mlanim.stage.text import Colored, Content, Math, Text, Weight

NAMES = 1.2  # manim units that the words beside a matrix take
HEAT_WIDTH = 7.65  # of the matrix of all pairs of words
ROLE_OF_IT: tuple[str, Weight] = ("highlight", "semibold")
AIR = np.array([0.1, 0, 0])  # between a stream and the cells that it joins
HIGHEST_ARC = 1.9  # below the title
QUERY = 0.7  # how far the query stands over the keys


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
        self.title = self.show_title("How attention finds what “it” means")
        self.it = slice(self.data.pronoun, self.data.pronoun + 1)
        self.parts: dict[str, Heatmap] = {}
        self._sentence()
        self._projections()
        self._dot_products()
        self._scores()
        self._weighted_sum()
        self._heads()

    # Words become vectors, vectors become queries, keys and values

    def _sentence(self) -> None:
        data = self.data
        line = self._line_of_words()
        looks = self._looks(line)
        self.play(FadeIn(line))
        self.play(LaggedStart(*(Create(look) for look in looks), lag_ratio=0.1))
        self.say("What does “it” stand for? Only the other words can tell")
        self.next_slide(
            "We see at once what “it” stands for. A transformer lets every word look at the others."
        )
        box = STAGE.inset(bottom=0.65)
        self.read = self._matrix(box, data.embeddings, data.tokens)
        self.head = self._head(box, "Embeddings", "word + place")
        names = zip(line, self.read.row_labels, strict=True)
        self.play(
            *(ReplacementTransform(word, name) for word, name in names),
            *(FadeOut(look, run_time=theme.BEAT) for look in looks),
            *self.saying(),
        )
        self.play(FadeIn(self.read.cells), FadeIn(self.head), FadeIn(self._color_bar()))
        self.add(self.read)
        self.say(
            f"Each word becomes {data.d_model} numbers, in a model of {data.parameters:,} weights "
            f"that learned from {data.train_sentences:,} sentences"
        )
        self.next_slide(
            "A row is a word: one vector for its meaning plus one for its place, all of it learned."
        )

    def _line_of_words(self) -> VGroup:
        """The sentence across the middle of the stage."""
        words, x, space = VGroup(), 0.0, 0.24
        for index, word in enumerate(self.data.tokens):
            role, weight = ROLE_OF_IT if index == self.data.pronoun else ("text", "regular")
            words.add(Text(word, size="title", role=role, weight=weight).baseline_at([x, 0, 0]))
            x += words[-1].advance + space
        return words.shift([(space - x) / 2, STAGE.centre[1], 0])

    def _looks(self, line: VGroup) -> list[Polyline]:
        """An arc from “it” to every other word of the line."""
        tops = [word.get_center()[:2] + np.array([0, 0.45]) for word in line]
        it = tops.pop(self.data.pronoun)
        at = np.linspace(0, np.pi, 49)[:, None]
        rise = lambda to: np.array([0, min(0.36 * abs(to - it)[0], HIGHEST_ARC)])  # noqa: E731
        return [
            Polyline(
                (it + to) / 2 + np.cos(at) * (it - to) / 2 + np.sin(at) * rise(to),
                "highlight", "thin", 0.7,
            )
            for to in sorted(tops, key=lambda to: abs(to - it)[0])
        ]  # fmt: skip

    def _color_bar(self) -> ColorBar:
        ends = format_number(-self._reach(), 1), format_number(self._reach(), 1)
        bar = ColorBar(signed_palette(1), -1, 1, 3.0, ends=ends)
        return bar.shift([STAGE.right - 1.75, STAGE.bottom + 0.3, 0] - bar.strip.get_center())

    def _projections(self) -> None:
        data = self.data
        first, *others = self._columns()
        narrow = self._matrix(first, data.x, data.tokens).cells.points
        self.play(self.read.moving(narrow), *self.saying())
        if data.layer > 1:
            head = self._head(first, f"What layer {data.layer} reads")
            mixing = self.read.morphing(data.x), *exchange(self.head, head)
            self.play(*mixing, *self.saying("Layer 1 has mixed the words once already"))
        names = ("Queries", "Q"), ("Keys", "K"), ("Values", "V")
        parts = zip(others, names, (data.q, data.k, data.v), strict=True)
        moves = [self._projected(box, *name, values) for box, name, values in parts]
        self.play(LaggedStart(*moves, lag_ratio=0.4), *self.saying(), run_time=theme.SLOW)
        self.add(*self.parts.values())  # out of the group that the animation made
        self.say(
            f"Three learned maps take each word to {data.d_k} numbers; every head has its own, "
            f"and this is head {data.head} of layer {data.layer}"
        )
        self.next_slide("A query asks, a key answers, and a value is what will be passed on.")

    def _columns(self) -> list[Box]:
        return STAGE.inset(bottom=0.65).columns(6.05, 1.95, 1.95, 1.95, gap=0.4)

    def _projected(self, box: Box, name: str, letter: str, values: np.ndarray) -> AnimationGroup:
        """Cells that come out of the right edge of what the layer reads."""
        part = self._matrix(box, values)
        place = part.cells.points.copy()
        part.cells.points[:, 0] = self.read.cells.rim()[1, 0]
        self.parts[letter] = part
        return AnimationGroup(
            FadeIn(self._head(box, name, Math(f"X W_{letter}"))), part.moving(place)
        )

    def _reach(self) -> float:
        """The largest number of any vector shown: one colour scale serves all of them."""
        data = self.data
        shown = data.embeddings, data.x, data.q, data.k, data.v, data.output
        return max(float(np.abs(values).max()) for values in shown)

    def _matrix(
        self, box: Box, values: np.ndarray, words: tuple[str, ...] = (), role: str = "input",
        places: int | None = None,
    ) -> Heatmap:  # fmt: skip
        """A row of cells for each word, below the heading; words stand at the left of the box."""
        room = box.below_heading().inset(left=NAMES if words else 0)
        palette = signed_palette(self._reach())
        heat = Heatmap(values, palette, room.width, room.height, list(words), row_role=role,
                       places=places, gap=0.02)  # fmt: skip
        return heat.shift(room.centre)

    def _head(self, box: Box, name: str, remark: Content | None = None) -> VGroup:
        heading = layout.heading(box, name)
        return VGroup(heading, *([layout.subheading(heading, remark)] if remark else []))

    # One query meets all keys, number by number

    def _dot_products(self) -> None:
        data, it = self.data, self.it
        left, middle, right = STAGE.columns(5.5, 4.3, HEAT_WIDTH / len(data.tokens), gap=0.7)
        keys = self._matrix(left.inset(top=QUERY), data.k, data.tokens, "weight", places=1)
        above = left.inset(bottom=left.height - QUERY - 0.35)
        query = self._matrix(above, data.q[it], data.tokens[it], places=1)
        asking = self._matrix(above, data.q[it])
        place = asking.cells.points.copy()
        asking.cells.set_vertices(self.parts["Q"].cells.block(it))
        leaving = self.leaving(self.title, self.parts["K"])
        moves = asking.moving(place), self.parts["K"].moving(keys.cells.points)
        self.play(*leaving, *moves, run_time=1.5)
        self.play(FadeIn(keys), FadeIn(query), FadeIn(self._head(left, "One query, all keys")))
        self.remove(asking, self.parts["K"])
        repeated = np.repeat(data.q[it], len(data.tokens), axis=0)
        parts = self._matrix(middle.inset(top=QUERY), repeated, places=1)
        place = parts.cells.points.copy()
        parts.cells.set_vertices(np.tile(query.cells.points, (len(data.tokens), 1)))
        head = self._head(middle, "The query, for each word")
        self.play(parts.moving(place), FadeIn(head), run_time=1.5)
        self.say("“it” asks with its query, every word answers with its key: do the two agree?")
        self.next_slide("Take the query of “it” and hold it against the key of every word.")
        self.play(*exchange(head, self._head(middle, "Multiplied")), *self.saying())
        self.play(parts.morphing(data.q[it] * data.k, by_row=True, rate_func=linear), run_time=1.5)
        self._add_up(parts, right)
        self.say("Multiplied number by number and added up: one dot product for each word")
        self.next_slide(
            "Query times key, number by number, then added up: a large sum means that they agree."
        )

    def _add_up(self, parts: Heatmap, box: Box) -> None:
        """The products of each row run together into their sum."""
        room = box.below_heading().inset(top=QUERY)
        values = self.data.products[self.it].T
        self.sums = Heatmap(values, self._product_palette(), room.width, room.height)
        self.sums.shift(room.centre)
        running = parts.cells.copy()
        self.play(Transform(running, running.copy().gather(self.sums.cells)), run_time=1.2)
        self.play(FadeIn(self.sums), FadeIn(self._head(box, "Sum")), run_time=theme.BEAT)
        self.remove(running)

    # All queries meet all keys: products, scores, weights

    def _scores(self) -> None:
        data = self.data
        left, right = STAGE.columns(NAMES + HEAT_WIDTH, 3.7, gap=0.55)
        heat = self._pairs(left, data.products, self._product_palette())
        row = Polyline(heat.cells.rim(self.it), "highlight", "line", closed=True)
        self.play(*self.leaving(self.title, self.sums),
                  self.sums.moving(heat.cells.block(self.it)), run_time=1.5)  # fmt: skip
        side = self._head(right, "Dot products", Math("Q K^top"))
        bars = self._bars(right, heat)
        self.play(FadeIn(heat), FadeIn(row), FadeIn(side), FadeIn(bars))
        self.remove(self.sums)
        self.say("Every query meets every key: rows ask, columns answer")
        self.next_slide(
            "All words at once: one product of two matrices. On the right stands the row of “it”."
        )
        self._divide(right, side, heat, bars)
        self._softmax(right, heat, bars)
        self.heat = heat

    def _divide(self, box: Box, side: VGroup, heat: Heatmap, bars: RowBars) -> None:
        data = self.data
        self.side = self._head(box, "Scores", Math("Q K^top \\/ sqrt(d_k)"))
        palette = heat.cells.palette
        row = data.scores[self.it][0]
        shrink = bars.morphing(row, palette(row), *_span(data.products[self.it]))
        self.play(*exchange(side, self.side), *self.saying())
        self.play(heat.morphing(data.scores), shrink, run_time=1.5)
        self.say(
            f"Divided by the root of {data.d_k}: over {data.test_sentences:,} sentences, “it” then "
            f"spreads its attention by {data.scaled_entropy:.2f} bits instead of "
            f"{data.unscaled_entropy:.2f}"
        )
        self.next_slide(
            f"A sum of {data.d_k} products is large by its mere size; the division takes that back."
        )

    def _softmax(self, box: Box, heat: Heatmap, bars: RowBars) -> None:
        data, row = self.data, self.data.weights[self.it][0]
        most = int(row.argmax())
        warm = "" if data.temperature == 1 else f" at temperature {data.temperature:g}"
        side = self._head(box, "Weights", "softmax of each row")
        self.play(*exchange(self.side, side), *self.saying())
        grow = bars.morphing(row, weights_palette(row), 0, 1)
        shares = heat.morphing(data.weights, weights_palette, by_row=True, rate_func=linear)
        self.play(shares, grow, run_time=theme.SLOW)
        self.say(
            f"The softmax{warm} turns each row into shares that add up to 1: “it” gives ",
            Colored(f"{row[most]:.2f}", "attention"),
            f" to “{data.tokens[most]}”",
        )
        self.next_slide(
            "Each score is made positive and divided by the sum of its row: these are shares."
        )

    def _pairs(self, box: Box, values: np.ndarray, palette: Palette) -> Heatmap:
        """The matrix of all pairs of words, queries beside the rows and keys over the columns."""
        words = list(self.data.tokens)
        room = box.inset(left=NAMES, top=layout.HEADING_DROP + 0.15)
        heat = Heatmap(values, palette, room.width, room.height, words, words)
        return heat.shift(room.centre)

    def _bars(self, box: Box, heat: Heatmap) -> RowBars:
        row = self.data.products[self.it][0]
        room = box.inset(top=layout.HEADING_DROP + 0.15)
        colors = heat.cells.palette(row)
        return RowBars(row, colors, self.data.tokens, room, *_span(row))

    def _product_palette(self) -> Palette:
        return signed_palette(float(np.abs(self.data.products).max()))

    # The weighted sum of values, and what it is good for

    def _weighted_sum(self) -> None:
        data, it = self.data, self.it
        left, middle, right = STAGE.columns(2.1, 4.2, 5.4, gap=0.6)
        room = left.below_heading().inset(left=NAMES)
        shares = Heatmap(data.weights[it].T, weights_palette, room.width, room.height)
        shares.shift(room.centre)
        place = shares.cells.points.copy()
        shares.cells.set_vertices(self.heat.cells.block(it))
        self.add(shares.set_values(data.weights[it].T))
        self.play(*self.leaving(self.title, shares), shares.moving(place), run_time=1.5)
        named = Heatmap(data.weights[it].T, weights_palette, room.width, room.height,
                        list(data.tokens), row_role="weight").shift(room.centre)  # fmt: skip
        values = self._matrix(middle, data.v, places=1)
        heads = self._head(left, "Weights"), self._head(middle, "Values", Math("V"))
        self.play(FadeIn(named), FadeIn(values), *(FadeIn(head) for head in heads))
        self.remove(shares)
        self._mix(values, right)

    def _mix(self, values: Heatmap, box: Box) -> None:
        data, it = self.data, self.it
        room = box.inset(left=1.4, top=box.height / 2 - 0.6, bottom=box.height / 2 - 0.6)
        output = self._matrix(room, data.output[it], places=1)
        streams = self._streams(values, output)
        place = Polyline(output.cells.rim(), "rule", "thin", closed=True)
        head = self._head(room, "What “it” reads")
        self.play(FadeIn(streams), FadeIn(place), FadeIn(head))
        self.say("Each word has a value to pass on, and “it” takes each by its weight")
        self.next_slide("Beside the weights stand the values: what each word has to pass on.")
        self.play(values.morphing(data.weights[it].T * data.v), *self.saying())
        running = values.cells.copy()
        self.play(Transform(running, running.copy().gather(output.cells)), run_time=1.5)
        self.play(FadeIn(output), FadeIn(layout.subheading(head[0], "the weighted sum")),
                  run_time=theme.BEAT)  # fmt: skip
        self.remove(running, place)
        answer = self._answer(room)
        self.play(FadeIn(answer))
        self.say(*self._verdict())
        self.next_slide(
            f"The weighted values add up to one vector, which helps to decide for “{data.answer}”."
        )

    def _streams(self, values: Heatmap, output: Heatmap) -> VGroup:
        """From each value to the output, as wide as its weight."""
        target = output.cells.rim()[[0, 3]].mean(axis=0)
        weights = self.data.weights[self.it][0]
        streams = VGroup()
        for index, weight in enumerate(weights):
            corners = values.cells.rim(slice(index, index + 1))
            start = corners[[1, 2]].mean(axis=0)
            streams.add(Flow(start + AIR, target - AIR, float(weight), full=34))
        return streams

    def _answer(self, box: Box) -> VGroup:
        data = self.data
        name = Text(data.answer, size="title", role="attention", weight="semibold")
        y = box.bottom - 0.85
        chance = Text(f"probability {data.answer_probability:.2f}", role="muted")
        name.baseline_at([box.left, y, 0])
        return VGroup(name, chance.baseline_at([box.left + name.advance + 0.25, y, 0]))

    def _verdict(self) -> list[Content]:
        data = self.data
        truth = data.tokens[data.antecedent]
        right = "which is right" if data.answer == truth else f"but it is the {truth}"
        return ["With all heads together, the model takes “it” for the ",
                Colored(data.answer, "attention"), f", {right}"]  # fmt: skip

    # All heads

    def _heads(self) -> None:
        data = self.data
        self.clear_stage(self.title)
        grid = [self._one_head(box, layer, head) for box, layer, head in self._places()]
        self.play(LaggedStart(*(FadeIn(one) for one in grid), lag_ratio=0.15), run_time=1.5)
        self.say(
            f"On {data.test_sentences:,} held-out sentences the model is right in ",
            Colored(f"{100 * data.accuracy:.1f} %", "highlight"),
            f"; head {data.best_head} of layer {data.best_layer} looks most at the right noun in ",
            Colored(f"{100 * data.best_peak_rate:.1f} %", "attention"),
        )
        self.next_slide(
            "Per cent: how often the row of “it”, framed, peaks on the right noun. "
            "The head in colour was chosen on other sentences."
        )

    def _places(self) -> Iterator[tuple[Box, int, int]]:
        layers, heads = self.data.peak_rates.shape
        for layer, line in enumerate(STAGE.rows(*[1] * layers, gap=0.35)):
            for head, box in enumerate(line.columns(*[1] * heads, gap=0.45)):
                yield box, layer, head

    def _one_head(self, box: Box, layer: int, head: int) -> VGroup:
        data, values = self.data, self.data.all_weights[layer, head]
        room = box.inset(top=0.45)
        cell = room.width / len(values), room.height / len(values)
        cells = Cells(values, weights_palette, cell, centre=room.centre)
        best = (layer + 1, head + 1) == (data.best_layer, data.best_head)
        role = "attention" if best else "muted"
        name = Text(f"Layer {layer + 1}, head {head + 1}", role=role)
        rate = Text(f"{100 * data.peak_rates[layer, head]:.0f} %", role=role)
        name.baseline_at([box.left, box.top - 0.28, 0])
        rate.baseline_at([box.right - rate.advance, box.top - 0.28, 0])
        row = Polyline(cells.rim(self.it), "highlight" if best else "muted", "thin", closed=True)
        return VGroup(cells, name, rate, row)

    # The still

    def figure(self) -> None:
        data, count = self.data, len(self.data.tokens)
        height = 0.42 * count + 0.4
        row = data.weights[data.pronoun]
        most = data.tokens[int(row.argmax())]
        self.panel(
            "weights",
            self._figure_weights,
            heading="Weights",
            remark=(Math('"softmax"(Q K^top \\/ sqrt(d_k))'), f" of head {data.layer}.{data.head}"),
            height=height,
            least=5.0,
            share=7.0,
            data=of_matrix(data.weights, data.tokens, data.tokens, ("query", "key", "weight")),
            says=f"Of its attention, “it” gives {row.max():.2f} to “{most}”.",
        )
        self.panel(
            "reading",
            self._figure_flows,
            heading=f"What “{data.tokens[data.pronoun]}” reads",
            height=height,
            least=2.7,
            share=3.2,
            data=table({"position": np.arange(count), "word": data.tokens, "weight": row}),
            says=f"The model says that “it” is the {data.answer}, with probability "
            f"{data.answer_probability:.2f}.",
        )
        self.panel(
            "heads",
            self._figure_heads,
            heading="All heads",
            remark=("“it” finds its antecedent",),
            height=lambda width: min(height, 0.55 * width),
            least=3.6,
            share=4.3,
            data={"heads": self._rates_table(), "heads-weights": self._heads_table()},
            says=f"Head {data.best_layer}.{data.best_head} points at the antecedent in "
            f"{100 * data.best_peak_rate:.0f} % of {data.test_sentences} held-out sentences.",
        )

    def _figure_weights(self, box: Box) -> VGroup:
        words = self.data.tokens
        return fitted_heatmap(self.data.weights, weights_palette, box, words, words, (0, 1))

    def _figure_flows(self, box: Box) -> VGroup:
        """Streams from each word to “it”, as wide as the weights."""
        row, words = self.data.weights[self.data.pronoun], self.data.tokens
        labels = [Text(word, size="small", role="weight") for word in words]
        shares = [Text(format_number(share), size="small", role="muted") for share in row]
        it = Text(words[self.data.pronoun], role="input", weight="semibold")
        left = box.left + max(label.advance for label in labels)
        start = left + 0.12 + max(share.advance for share in shares) + 0.1
        ys = np.linspace(box.top - 0.3, box.bottom + 0.2, len(words))
        target = np.array([box.right - it.advance - 0.15, ys.mean()])
        group = VGroup(it.baseline_at([target[0] + 0.12, target[1] - 0.08, 0]))
        for label, value, y, share in zip(labels, shares, ys, row, strict=True):
            group.add(label.baseline_at([left - label.advance, y - 0.075, 0]))
            group.add(value.baseline_at([start - 0.1 - value.advance, y - 0.075, 0]))
            group.add(Flow(np.array([start, y]), target, float(share), full=34))
        return group

    def _figure_heads(self, box: Box) -> VGroup:
        """A small matrix for each head, a row for each layer."""
        layers, heads = self.data.peak_rates.shape
        pitch = (box.width + 0.25) / heads + 0.34
        top = box.inset(bottom=max(0.0, box.height - layers * pitch))
        group = VGroup()
        for layer, line in enumerate(top.rows(*[1] * layers, gap=0.2)):
            for head, spot in enumerate(line.columns(*[1] * heads, gap=0.25)):
                group.add(self._figure_head(spot, layer, head))
        return group

    def _figure_head(self, box: Box, layer: int, head: int) -> VGroup:
        values = self.data.all_weights[layer, head]
        side = min(box.height - 0.34, box.width)
        centre = np.array([box.left + side / 2, box.top - 0.34 - side / 2, 0])
        cells = Cells(values, weights_palette, (side / len(values),) * 2, centre=centre)
        best = (layer + 1, head + 1) == (self.data.best_layer, self.data.best_head)
        rate = format_number(100 * self.data.peak_rates[layer, head], 0, suffix=" %")
        label = Text(
            f"{layer + 1}.{head + 1}: {rate}",
            size="small",
            role="attention" if best else "muted",
            weight="semibold" if best else "regular",
        )
        return VGroup(cells, label.baseline_at([box.left, box.top - 0.24, 0]))

    def _rates_table(self) -> Table:
        layers, heads = self.data.peak_rates.shape
        return of_matrix(
            100 * self.data.peak_rates, np.arange(layers) + 1, np.arange(heads) + 1,
            ("layer", "head", "rate"), "%",
        )  # fmt: skip

    def _heads_table(self) -> Table:
        words = self.data.tokens
        layers, heads = self.data.peak_rates.shape
        tables = []
        for layer in range(layers):
            for head in range(heads):
                one = of_matrix(
                    self.data.all_weights[layer, head], words, words, ("query", "key", "weight")
                )
                tables.append(table({"layer": layer + 1, "head": head + 1, **one.columns}))
        return stacked(*tables)


def _span(values: np.ndarray) -> tuple[float, float]:
    """The range of some values, 0 included."""
    return min(0.0, float(values.min())), max(0.0, float(values.max()))
