"""All heads of a transformer on one sentence, and the one that leads from a word to another, found
by searching them all: its queries, keys, scores and weights, with the mask as it is. Then what a
maximum of many has to be held against: the other heads, the same head with other words and in
other orders, and how far the output moves without it. `model` takes any transformer: a folder in
the layout of Hugging Face, a name, or `file.py:factory`."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from mlanim.stage.colors.colormap import weights_palette
from mlanim.stage.panels import Panel
from mlanim.stage.picture import Picture
from mlanim.stage.pictures.tokens import Tokens
from mlanim.stage.pictures.transformer.model_view import ModelView
from mlanim.stage.plots.bars import Bars
from mlanim.stage.plots.matrix import Matrix
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.table import of_matrix, table
from mlanim.stage.track import Track

if TYPE_CHECKING:
    from mlanim.core.attention.search.lecture import Heads as Data

MOST_ARCHED = 20  # tokens under arcs; more break into lines, with colours behind them
WIDE = 4.8  # manim units, so that a figure has two panels side by side

MODEL = "A Hugging Face folder, a name, or file.py:factory; by default the small model."
OF = "The word that asks (it:2 is the second “it”); by default the first pronoun."
TO = "The word to be found; by default the one that gets most in any head."
OFF = "The head that is switched off, as 2.3; by default the one laid open."
WINDOW = "The word, from 1, around which a sentence of over 64 tokens is cut."


class HeadsParams(SceneParams):
    """The model, the sentence, and the words between which a head is looked for."""

    model: str | None = Field(None, max_length=4096, description=MODEL)
    sentence: str = Field(
        "the cat chased the mouse because it was hungry", max_length=20_000,
        description="What the model reads; the small one knows the words of its grammar.",
    )  # fmt: skip
    of: str | None = Field(None, max_length=100, description=OF)
    to: str | None = Field(None, max_length=100, description=TO)
    layer: int | None = Field(None, ge=1, description="The only layer that is searched.")
    head: int | Literal["auto"] = Field(
        "auto", description="The head's number, or auto: the one with the largest weight."
    )
    off: str | None = Field(None, max_length=20, description=OFF)
    window: int | None = Field(None, ge=1, description=WINDOW)


class AttentionHeads(LessonScene[HeadsParams, "Data"]):
    """What the heads of a transformer look at"""

    order = 2.5
    after = ("attention",)
    explore = (
        "sentence=the cat chased the mouse because it was hungry|"
        "the cat chased the mouse because it was fast"
    )

    @staticmethod
    def compute(params: HeadsParams) -> Data:
        from mlanim.core.attention.search.found import SearchRequest
        from mlanim.core.attention.search.lecture import head_lecture

        return head_lecture(SearchRequest(**params.model_dump(exclude={"seed"})), params.seed)

    @cached_property
    def attended(self) -> Track:
        """From equal shares to the weights of the token that asks."""
        return Track(shares=[self.data.opening.even, self.data.opening.row])

    @cached_property
    def tokens(self) -> Tokens:
        """What the token that asks gives to each."""
        d = self.data
        roles = ["muted" if out else "text" for out in d.special]
        roles[d.of] = "highlight"
        show: Any = "arcs"
        if len(d.tokens) > MOST_ARCHED:  # colours behind words leave room for one of text
            show, roles = "underlay", ["text"] * len(roles)
        return Tokens(d.tokens, self.attended["shares"], query=d.of, show=show, roles=roles,
                      full=1.0, numbers=True, least=WIDE)  # fmt: skip

    @cached_property
    def view(self) -> ModelView:
        """A small matrix for each head, with a rim around the one laid open."""
        view = self.data.view
        picture = ModelView(view.weights, view.layers, view.heads, least=WIDE)
        picture.mark(view.layer, view.head, later=True)
        return picture

    def heads(self) -> Panel:
        d = self.data
        layers, heads = (np.arange(count) + 1 for count in d.given.shape)
        rows = of_matrix(d.given, layers, heads, ("layer", "head", f"from {d.asks} to {d.gets}"))
        return Panel("heads", self.view, "All heads", d.says_squares, says=d.says_found, data=rows)

    def strip(self, values: Any, names: tuple[str, ...], most: float, row: int) -> Matrix:
        """A row of colours for each token, without numbers."""
        matrix = Matrix(values, names, palette="signed", numbers=False, ends=(-most, most))
        matrix.mark(row=row)
        return matrix

    def of_pairs(self, values: np.ndarray, **look: Any) -> Matrix:
        """Every query and every key, with a rim around the row of the token that asks."""
        words = self.data.tokens
        matrix = Matrix(values, words, words, roles=("input", "weight"), least=WIDE, **look)
        matrix.mark(row=self.data.of)
        return matrix

    def others(self) -> Panel:
        """What all other heads do at the token that asks."""
        d = self.data
        bars = Bars(d.shares, d.kinds, "muted", reach=(0, 1), format="%", least=WIDE)
        rows = table({"kind of token": d.kinds, "mean weight": d.shares, "heads": d.counts})
        remark = f"mean weights of {d.asks}"
        return Panel("others", bars, "The other heads", remark, says=d.says_others, data=rows)

    def compared(self) -> Panel:
        """The found weight beside what it is to be held against."""
        d = self.data
        roles = ["attention", *["muted"] * (len(d.means) - 1)]
        bars = Bars(d.means, d.compared, roles, reach=(0, 1), format="%", least=WIDE)
        rows = table({"where": d.compared, "mean": d.means, "deviation": d.spreads})
        head = f"From {d.asks} to {d.gets}", "means, deviations"
        return Panel("compared", bars, *head, says=d.says_compared, data=rows)

    def without(self) -> Panel:
        """How far what the model gives moves without a head."""
        d = self.data
        look: Any = {"role": "gradient", "least": WIDE}
        picture: Picture = (
            Tokens(d.tokens, d.moved, show="underlay", numbers=True, **look)
            if len(d.moved) == len(d.tokens)
            else Bars(d.moved, ["the output"], **look)
        )
        remark = "outputs move by a share" if d.moved_in == "vectors" else "outputs move, bits"
        return Panel("off", picture, f"Without head {d.off}", remark, says=d.says_off)

    def construct(self) -> None:
        d, told, every = self.data, Panel("sentence", self.tokens), self.heads()
        self.enter(told)
        self.ask(d.says_question, notes="Attention gives each token shares of all tokens.")
        self.enter(every, say="")
        self.step(d.says_view, notes="A small matrix for each head, all on this one sentence.")
        self.reveal(*self.view.later(), say="")
        self.step(d.says_found, notes="Found by looking at all of them, not asserted.")
        self.values_to_sum(self.scores_to_weights())
        self.enter(told, say="")
        self.sweep(self.attended.to(1))
        self.step(d.says_reading, notes="What this one head does in this one sentence.")
        self.held_against()

    def scores_to_weights(self) -> Panel:
        """Gives the panel of weights, which stays."""
        d, o = self.data, self.data.opening
        queries = Panel("q", self.strip(o.q, d.tokens, o.reach[0], d.of), "Queries", "$Q$")
        keys = Panel("k", self.strip(o.k, d.tokens, o.reach[0], d.to), "Keys", "$K$")
        self.enter(queries, keys, say="")
        self.step(d.says_vectors, notes="A row is a token, and a colour one of its numbers.")
        scores = Panel("scores", self.of_pairs(o.scores, palette="signed", format="1"), "Scores",
                       d.says_hidden)  # fmt: skip
        self.enter(scores, say="")
        self.step(d.says_scores, notes="Every query is held against every key.")
        weights = self.of_pairs(o.equal, palette=weights_palette)
        shares = Panel("weights", weights, "Weights", "softmax of each row")
        self.enter(scores, shares, say="")
        self.sweep(weights.to(o.weights, by_row=True))
        self.step(d.says_weights, notes="Each row adds up to 1; hidden tokens get nothing.")
        return shares

    def values_to_sum(self, weights: Panel) -> None:
        d, o = self.data, self.data.opening
        mix, names = Track(rows=[o.values, o.mixed]), (*d.tokens, "taken")
        rows = self.strip(mix["rows"], names, o.reach[1], len(d.tokens))
        self.enter(weights, Panel("values", rows, "Values", "$V$"), say="")
        mixed = Panel("values", rows, "Values times weights", "taken: their sum")
        self.enter(weights, mixed, along=[mix.to(1)], seconds=2)
        self.step(d.says_mix, notes="This sum is all that the head hands on to the token.")

    def held_against(self) -> None:
        """The found weight beside others, and the output without the head."""
        d, against = self.data, self.compared()
        self.enter(self.others(), against, say="")
        self.step(d.says_others, notes="Most heads do something else, and that is usual.")
        self.step(d.says_pairs, notes="A maximum of many is a maximum of many.")
        self.step(d.says_swapped, notes="Does the head follow other nouns in the same place?")
        self.enter(self.without(), against, layout="column", say="")
        self.step(d.says_off, notes=d.says_distances)

    def figure(self) -> list[Panel]:
        d = self.data
        self.attended.put(1)
        remark = f"what {d.asks} gives each token"
        reading = Panel("reading", self.tokens, f"Head {d.called}", remark, says=d.says_reading)
        return [reading, self.heads(), self.compared(), self.without()]
