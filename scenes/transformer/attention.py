"""A small transformer, trained in seconds on sentences of a grammar, finds out what “it” means.
One of its heads is laid open on one sentence: words become vectors, queries meet keys in dot
products, the division by the root of their size and a softmax make them shares, and the shares
mix values. At the end all heads stand side by side, with how often each is right."""

from functools import partial
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
from mlanim.stage.layout import STAGE, Box
from mlanim.stage.marks.bars import RowBars
from mlanim.stage.marks.shapes import Polyline
from mlanim.stage.pictures.attention.head_grid import HeadGrid
from mlanim.stage.pictures.attention.reading import reading, streams
from mlanim.stage.pictures.attention.sentence import line_of_words, looks
from mlanim.stage.plots.fitted_heatmap import fitted_heatmap
from mlanim.stage.plots.heatmap import (
    ColorBar,
    Heatmap,
    Palette,
    signed_palette,
    weights_palette,
)
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.steps import exchange
from mlanim.stage.table import of_matrix, table
from mlanim.stage.text.texts import Colored, Content, Math, Text
from mlanim.words.numbers import format_number

NAMES = 1.2  # manim units that the words beside a matrix take
HEAT_WIDTH = 7.65  # of the matrix of all pairs of words
QUERY = 0.7  # how far the query stands over the keys


class Attention(LessonScene):
    """How attention finds what “it” means"""

    order = 2
    after = ("dot_product",)

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
        from mlanim.core.attention.attention_lecture import attention_lecture

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
        line = line_of_words(data.tokens, data.pronoun, STAGE.centre)
        arcs = looks(line, data.pronoun)
        self.play(FadeIn(line))
        self.play(LaggedStart(*(Create(arc) for arc in arcs), lag_ratio=0.1))
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
            *(FadeOut(arc, run_time=theme.BEAT) for arc in arcs),
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
        flows = streams(values.cells, output.cells, data.weights[it][0])
        place = Polyline(output.cells.rim(), "rule", "thin", closed=True)
        head = self._head(room, "What “it” reads")
        self.play(FadeIn(flows), FadeIn(place), FadeIn(head))
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
        grid = HeadGrid(data).on_stage(STAGE)
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

    # The still

    def figure(self) -> None:
        data, count, grid = self.data, len(self.data.tokens), HeadGrid(self.data)
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
            partial(reading, data.tokens, row, data.pronoun),
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
            grid.on_page,
            heading="All heads",
            remark=("“it” finds its antecedent",),
            height=lambda width: min(height, 0.55 * width),
            least=3.6,
            share=4.3,
            data={"heads": grid.rates(), "heads-weights": grid.weights()},
            says=f"Head {data.best_layer}.{data.best_head} points at the antecedent in "
            f"{100 * data.best_peak_rate:.0f} % of {data.test_sentences} held-out sentences.",
        )

    def _figure_weights(self, box: Box) -> VGroup:
        words = self.data.tokens
        return fitted_heatmap(self.data.weights, weights_palette, box, words, words, (0, 1))


def _span(values: np.ndarray) -> tuple[float, float]:
    """The range of some values, 0 included."""
    return min(0.0, float(values.min())), max(0.0, float(values.max()))
