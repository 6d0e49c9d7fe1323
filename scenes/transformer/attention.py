"""A small transformer, trained in seconds on sentences of a grammar, finds out what “it” means.
One of its heads is laid open on one sentence: words become vectors, queries meet keys in dot
products, the division by the root of their size and a softmax make them shares, and the shares
mix values. At the end all heads stand side by side, with how often each is right."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from mlanim.stage.colors.colormap import signed_palette, weights_palette
from mlanim.stage.panels import Panel
from mlanim.stage.pictures.multiples import Multiples
from mlanim.stage.pictures.tokens import Tokens
from mlanim.stage.plots.bars import Bars
from mlanim.stage.plots.matrix import Matrix
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.track import Track

if TYPE_CHECKING:
    from mlanim.core.attention.attention_lecture import Attention as Data


class AttentionParams(SceneParams):
    """The sentence, and the head that is laid open."""

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


class Attention(LessonScene[AttentionParams, "Data"]):
    """How attention finds what “it” means"""

    order = 2
    after = ("dot_product",)
    instead: ClassVar = {"model": "attention_heads"}
    explore = "temperature=0.1,0.25,0.5,1,2,5,20"

    @staticmethod
    def compute(params: AttentionParams) -> Data:
        from mlanim.core.attention.attention_lecture import attention_lecture

        return attention_lecture(params.sentence, **params.model_dump(exclude={"sentence"}))

    @cached_property
    def attended(self) -> Track:
        """From equal shares for all words to the weights."""
        weights = self.data.opened.weights
        return Track(shares=[np.full_like(weights, 1 / len(weights)), weights])

    @cached_property
    def tokens(self) -> Tokens:
        """What “it” gives to each word."""
        words, it = self.data.trace.tokens, self.data.pronoun
        roles = ["highlight" if i == it else "text" for i in range(len(words))]
        shares = self.attended["shares"]
        return Tokens(words, shares, query=it, numbers=True, roles=roles, least=5.0)

    def vectors(self, values: np.ndarray, bar: bool = False) -> Matrix:
        """A row for each word; one colour scale serves all of them."""
        most = self.data.reach[0]
        return Matrix(values, self.data.trace.tokens, palette="signed", ends=(-most, most),
                      format="1", roles=("input", "muted"), bar=bar)  # fmt: skip

    def of_pairs(self, values: np.ndarray, **look: Any) -> Matrix:
        """Every query and every key, with a rim around the row of “it”."""
        words = self.data.trace.tokens
        matrix = Matrix(values, words, words, roles=("input", "weight"), least=5.0,
                        x_label="columns answer: keys", y_label="rows ask: queries",
                        **look)  # fmt: skip
        matrix.mark(row=self.data.pronoun)
        return matrix

    def heads(self) -> Panel:
        """A small matrix for each head, with how often it is right."""
        d = self.data
        small = [Matrix(weights, palette=weights_palette, numbers=False, bar=False, least=1.0,
                        aspect=1.0) for weights in np.concatenate(d.trace.weights)]  # fmt: skip
        for matrix, name in zip(small, d.heads, strict=True):
            matrix.mark(row=d.pronoun, role=name.runs[0].role)
        grid = Multiples(small, d.heads, columns=d.peaks.shape[1])
        how = "How often “it” points at the right noun"
        return Panel("heads", grid, how, d.says_chosen, says=d.says_heads)

    def construct(self) -> None:
        sums = self.queries_meet_keys(self.words_to_vectors())
        self.values_to_answer(self.scores_to_weights(sums))
        self.enter(self.heads())
        self.step(self.data.says_heads, notes="Chosen in training, counted on all others.")

    def words_to_vectors(self) -> Panel:
        """Gives the panel of keys, which stays."""
        d, x = self.data, self.vectors(self.data.trace.inputs[0], bar=True)
        self.enter(told := Panel("sentence", self.tokens))
        self.ask(
            "What does “it” stand for? Equal shares for all words do not say",
            notes="We see at once what “it” stands for. A model has to find out whom to look at.",
        )
        self.enter(told, Panel("x", x, "Embeddings", "word + place"), layout="column", say="")
        self.step(d.says_embedding, notes=d.says_training)
        reads = Panel("x", x, f"What layer {d.layer} reads", "$X$")
        names = {"Queries": d.opened.q, "Keys": d.opened.k, "Values": d.opened.v}
        q, k, v = (
            Panel(letter, self.vectors(names[name]), name, f"$X W_{letter}$")
            for name, letter in zip(names, "QKV", strict=True)
        )
        self.enter(reads, q, k, v, layout="grid", say="")
        if d.layer > 1:
            self.morph(x, d.opened.inputs, say="Layer 1 has mixed the words once already")
        self.step(d.says_maps, notes="A query asks, a key answers, a value is what is passed on.")
        return k

    def queries_meet_keys(self, keys: Panel) -> Bars:
        """Gives the products of “it”, which stay."""
        d, it = self.data, self.data.pronoun
        query, products = d.opened.q[it], d.products[it]
        asked = Matrix(np.tile(query, (len(products), 1)), palette="signed", format="1", bar=False)
        self.enter(keys, Panel("asked", asked, "The query of “it”", "once for each word"))
        said = "“it” asks with its query, every word answers with its key: do the two agree?"
        self.step(said, notes="Take the query of “it” and hold it against the key of every word.")
        self.sweep(asked.to(query * d.opened.k, by_row=True), say="")
        both = [*products, *d.opened.scores[d.pronoun], 0.0]
        sums = Bars(products, self.data.trace.tokens, "highlight", reach=(min(both), max(both)))
        added = Panel("sums", sums, "Added up", share=0.75)
        times = Panel("asked", asked, "Multiplied", share=1.05)
        self.enter(replace(keys, share=1.35), times, added)
        self.step(d.says_sum, notes="A large sum means that query and key agree.")
        return sums

    def scores_to_weights(self, sums: Bars) -> Panel:
        """Gives the panel of weights, which stays."""
        d, most = self.data, self.data.reach[1]
        pairs = self.of_pairs(d.products, palette=signed_palette(most), format="1")
        row = Panel("sums", sums, "The row of “it”")
        self.enter(Panel("pairs", pairs, "Dot products", "$Q K^top$", share=2.2), row)
        said = "Every query meets every key: rows ask, columns answer"
        self.step(said, notes="All words at once: one product of two matrices.")
        scores = Panel("pairs", pairs, "Scores", f"$Q K^top \\/ {d.divisor}$", share=2.2)
        divided = pairs.to(d.opened.scores), sums.to(d.opened.scores[d.pronoun])
        self.enter(scores, row, along=divided, say="", seconds=1.5)
        self.step(d.says_scale, notes="A sum of many products is large by its mere size.")
        weights = self.of_pairs(self.attended.series["shares"][0], palette=weights_palette)
        shares = Panel("weights", weights, "Weights", "softmax of each row", share=2.2)
        self.enter(scores, shares)
        self.sweep(weights.to(d.opened.weights, by_row=True), say="")
        self.step(d.says_weights, notes="Each score is made positive and divided by its row's sum.")
        return shares

    def values_to_answer(self, weights: Panel) -> None:
        d, shares = self.data, self.data.opened.weights[self.data.pronoun]
        names, whole = [*d.trace.tokens, "sum"], round(shares.sum(), 9)
        bars = Bars([*d.given, whole], names, "attention", reach=(0, 1), format="%1")
        both = d.opened.v, shares[:, None] * d.opened.v
        mix = Track(rows=[np.vstack([values, values.sum(0)]) for values in both])
        rows = Matrix(mix["rows"], palette="signed", format="1", bar=False)
        rows.mark(row=len(shares), role="attention")
        given = Panel("weights", bars, "Weights of “it”")
        self.enter(weights, given, say="")
        self.enter(given, Panel("values", rows, "Values", "$V$", share=1.8))
        self.step(
            "Each word has a value to pass on, and “it” takes each by its weight",
            notes="Beside the weights stand the values: what each word has to pass on.",
        )
        mixed = Panel("values", rows, "Values times weights", "below: what “it” reads", share=1.8)
        self.enter(given, mixed, along=[mix.to(1)], say="", seconds=2)
        self.step("Weighted values add up to one vector", notes="It helps to decide for a noun.")
        answer = Bars(d.probabilities, d.nouns, "output", reach=(0, 1), format="%1")
        told = Panel("answer", answer, "The model's answer")
        self.enter(Panel("sentence", self.tokens, share=2.2), told)
        self.sweep(self.attended.to(1), say="")
        self.step(d.says_answer, notes="All heads of both layers had a part in this.")

    def figure(self) -> list[Panel]:
        d = self.data
        self.attended.put(1)
        scores = self.of_pairs(d.opened.scores, palette="signed", format="1")
        weights = self.of_pairs(d.opened.weights, palette=weights_palette)
        remark = f"$Q K^top \\/ {d.divisor}$ of head {d.layer}.{d.head}"
        return [
            Panel("scores", scores, "Scores", remark, says=d.says_scale),
            Panel("weights", weights, "Weights", "softmax of each row", says=d.says_weights),
            Panel("reading", self.tokens, "What “it” reads", says=d.says_answer),
            self.heads(),
        ]
