"""A small transformer encoder that says which noun "it" means (Vaswani et al. 2017).

Each layer is attention and a two-layer network, each added to its input and layer-normalised. The
answer is read from what the last attention sends to "it", and from nothing else: so what the
model knows of the antecedent has to come through those weights.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

SHARPNESS = 10.0  # of the answer's softmax over cosines with the nouns' embeddings


@dataclass(frozen=True)
class Layer:
    """Attention of one layer. inputs: (B, T, d); q, k, v, output: (B, H, T, d_k); weights."""

    inputs: Tensor
    q: Tensor
    k: Tensor
    v: Tensor
    weights: Tensor  # (B, H, T, T)
    output: Tensor


@dataclass(frozen=True)
class Pass:
    """One run through the model: its layers, and logits of the nouns (B, nouns)."""

    layers: list[Layer]
    answer: Tensor


@dataclass(frozen=True)
class Transformer:
    """A function of one flat vector of parameters, of T tokens at most out of V words."""

    vocabulary: int
    longest: int
    nouns: int  # the answers: the first so many words
    d_model: int = 32
    d_k: int = 8
    heads: int = 4
    layers: int = 2
    d_ff: int = 64

    def _parts(self) -> Iterator[tuple[str, tuple[int, ...], float]]:
        """Name, shape, and the deviation of initial values; 0 for shifts, inf for scales of 1."""
        d, wide = self.d_model, self.heads * self.d_k
        yield "embedding", (self.vocabulary, d), 1.0
        yield "position", (self.longest, d), 1.0
        for layer in range(self.layers):
            for name in "qkv":
                yield f"{name}{layer}", (d, wide), d**-0.5
            yield f"o{layer}", (wide, d), wide**-0.5
            if layer + 1 == self.layers:
                break  # the last layer ends with its attention: nothing after it is read
            yield f"scale{layer}", (2, d), math.inf
            yield f"shift{layer}", (2, d), 0.0
            yield f"up{layer}", (d, self.d_ff), (2 / d) ** 0.5
            yield f"up_bias{layer}", (self.d_ff,), 0.0
            yield f"down{layer}", (self.d_ff, d), self.d_ff**-0.5
            yield f"down_bias{layer}", (d,), 0.0

    @property
    def parameters(self) -> int:
        """How many weights and biases there are."""
        return sum(math.prod(shape) for _, shape, _ in self._parts())

    def tensors(self, theta: Tensor) -> dict[str, Tensor]:
        """Views of theta (P,) by name."""
        shapes = {name: shape for name, shape, _ in self._parts()}
        flat = theta.split([math.prod(shape) for shape in shapes.values()])
        return {name: part.view(shapes[name]) for name, part in zip(shapes, flat, strict=True)}

    def initial(self, generator: torch.Generator) -> Tensor:
        """Random parameters (P,), scaled so that activations keep their size."""
        theta = torch.randn(self.parameters, generator=generator, dtype=torch.float64)
        parts = self.tensors(theta)
        for name, _, deviation in self._parts():
            if math.isinf(deviation):
                parts[name].fill_(1.0)
            else:
                parts[name].mul_(deviation)
        return theta

    def __call__(
        self, theta: Tensor, tokens: Tensor, mask: Tensor, pronoun: Tensor,
        temperature: Tensor | None = None, keep: Tensor | None = None,
        reading: Callable[[Tensor], object] | None = None,
    ) -> Pass:  # fmt: skip
        """Run the model; the answer is about the token at `pronoun` (B,).

        Args:
            tokens, mask: (B, T), word numbers, and where there is a word.
            temperature: (L, H, 1, 1), one unless given.
            keep: (B, T, 1), 0 where a word misses what the layers before the last send it.
            reading: called with what each layer reads, (B, T, d).
        """
        p = self.tensors(theta)
        x = p["embedding"][tokens] + p["position"][: tokens.shape[1]]
        layers, message = [], x
        for i in range(self.layers):
            if reading is not None:
                reading(x)
            q, k, v = (self._split(x @ p[f"{name}{i}"]) for name in "qkv")
            heat = 1.0 if temperature is None else temperature[i]
            output, weights = attention(q, k, v, mask, heat)
            layers.append(Layer(x, q, k, v, weights, output))
            message = output.transpose(1, 2).flatten(2) @ p[f"o{i}"]
            if i + 1 < self.layers:
                x = self._normal(x + (message if keep is None else message * keep), p, i, 0)
                inner = F.relu(x @ p[f"up{i}"] + p[f"up_bias{i}"]) @ p[f"down{i}"]
                x = self._normal(x + inner + p[f"down_bias{i}"], p, i, 1)
        read = F.normalize(message[torch.arange(len(tokens)), pronoun], dim=-1)
        return Pass(layers, SHARPNESS * read @ F.normalize(p["embedding"][: self.nouns]).T)

    def _split(self, x: Tensor) -> Tensor:
        """(B, T, H d_k) into heads, (B, H, T, d_k)."""
        return x.unflatten(-1, (self.heads, self.d_k)).transpose(1, 2)

    def _normal(self, x: Tensor, p: dict[str, Tensor], layer: int, which: int) -> Tensor:
        scale, shift = p[f"scale{layer}"][which], p[f"shift{layer}"][which]
        return F.layer_norm(x, (self.d_model,), scale, shift)


def attention(
    q: Tensor, k: Tensor, v: Tensor, mask: Tensor, temperature: Tensor | float = 1.0
) -> tuple[Tensor, Tensor]:
    """softmax(q kᵀ / (√d_k · temperature)) v, and the weights.

    q, k, v: (B, H, T, d_k); mask: (B, T), true where there is a token; temperature: a number, or
    (H, 1, 1). Returns (B, H, T, d_k) and (B, H, T, T).
    """
    scores = q @ k.transpose(-1, -2) / (math.sqrt(q.shape[-1]) * temperature)
    weights = scores.masked_fill(~mask[:, None, None, :], -math.inf).softmax(-1)
    return weights @ v, weights
