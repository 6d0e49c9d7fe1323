"""The small transformer of the grammar as a module, to be looked at as any other model is."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mlanim.core.attention.coreference import MODEL, trained
from mlanim.core.attention.grammar import LONGEST, known_words, vocabulary
from mlanim.core.attention.pretrained import Opened
from mlanim.core.attention.tokens import of_callable

NAME = "the small model"


class SmallTransformer(nn.Module):
    """What the last layer sends to each word: ids (1, T) to (1, T, d)."""

    def __init__(self, theta: Tensor):
        super().__init__()
        self.theta = nn.Parameter(theta)
        self.reading = nn.Identity()  # shows the vectors of each layer to those who record

    def forward(self, ids: Tensor) -> Tensor:
        """The answer about a word is read from its row, and from nothing else."""
        mask, first = torch.ones_like(ids, dtype=torch.bool), ids[:, 0] * 0
        passed = MODEL(self.theta, ids, mask, first, reading=self.reading)
        heads = passed.layers[-1].output
        return heads.transpose(1, 2).flatten(2) @ MODEL.tensors(self.theta)[f"o{MODEL.layers - 1}"]


def small_model(seed: int) -> Opened:
    """The model trained with that seed; a few seconds of one core."""
    return Opened(NAME, SmallTransformer(trained(seed).theta), of_callable(ids_of), str, LONGEST)


def ids_of(text: str) -> tuple[list[str], Tensor]:
    """The words of a text, and their numbers (1, T).

    Raises:
        ValueError: for a word that the small model does not know, with those that it knows.
    """
    words, index = text.lower().removesuffix(".").split(), vocabulary()
    for word in words:
        if word not in index:
            raise ValueError(
                f"The sentence has {word[:40]!r}, which the small model does not know; "
                f"{known_words()} Any words go with a model of your own: model=…"
            )
    return words, torch.tensor([[index.index(word) for word in words]])
