"""A small transformer encoder that says which noun "it" means (Vaswani et al. 2017).

Each layer is attention and a two-layer network, each added to its input and layer-normalised. The
answer is read from what the last attention sends to "it", and from nothing else: so what the
model knows of the antecedent has to come through those weights.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

D_MODEL, D_K, HEADS, LAYERS, D_FF = 32, 8, 4, 2, 64
SHARPNESS = 10.0  # of the answer's softmax over cosines with the nouns' embeddings


@dataclass
class Transformer:
    """Parameters by name. embedding: (V, d); position: (T, d); layers: one dict a layer."""

    embedding: Tensor
    position: Tensor
    layers: list[dict[str, Tensor]]

    def parameters(self) -> list[Tensor]:
        """All that is trained."""
        return [
            self.embedding,
            self.position,
            *(p for layer in self.layers for p in layer.values()),
        ]


@dataclass
class Trace:
    """What happened on the way. For B sentences of T tokens and layer l:

    inputs[l]: (B, T, d); weights[l]: (B, H, T, T); answer: (B, nouns) logits.
    """

    inputs: list[Tensor]
    weights: list[Tensor]
    answer: Tensor


def initial(vocabulary: int, longest: int, generator: torch.Generator) -> Transformer:
    """Random parameters, scaled so that activations keep their size."""

    def normal(*shape: int, std: float) -> Tensor:
        return (
            torch.randn(*shape, generator=generator, dtype=torch.float64) * std
        ).requires_grad_()

    def constant(value: float, *shape: int) -> Tensor:
        return torch.full(shape, value, dtype=torch.float64, requires_grad=True)

    width = HEADS * D_K
    layers = [
        {
            "q": normal(D_MODEL, width, std=D_MODEL**-0.5),
            "k": normal(D_MODEL, width, std=D_MODEL**-0.5),
            "v": normal(D_MODEL, width, std=D_MODEL**-0.5),
            "o": normal(width, D_MODEL, std=width**-0.5),
            "w1": normal(D_MODEL, D_FF, std=(2 / D_MODEL) ** 0.5),
            "b1": constant(0, D_FF),
            "w2": normal(D_FF, D_MODEL, std=D_FF**-0.5),
            "b2": constant(0, D_MODEL),
            "scale1": constant(1, D_MODEL),
            "shift1": constant(0, D_MODEL),
            "scale2": constant(1, D_MODEL),
            "shift2": constant(0, D_MODEL),
        }
        for _ in range(LAYERS)
    ]
    embedding, position = normal(vocabulary, D_MODEL, std=1), normal(longest, D_MODEL, std=1)
    # The last layer ends with its attention: nothing after it is read.
    layers[-1] = {name: layers[-1][name] for name in ("q", "k", "v", "o")}
    return Transformer(embedding, position, layers)


def heads_of(x: Tensor, weight: Tensor) -> Tensor:
    """Project (B, T, d) by (d, H d_k) and split into heads, (B, H, T, d_k)."""
    return (x @ weight).unflatten(-1, (HEADS, D_K)).transpose(1, 2)


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


def forward(
    model: Transformer,
    tokens: Tensor,
    mask: Tensor,
    pronoun: Tensor,
    nouns: int,
    temperature: Tensor | None = None,
    heard: Tensor | None = None,
) -> Trace:
    """Run the model; the answer is about the token at `pronoun` (B,), over the first `nouns` words.

    temperature: (L, H, 1, 1), one by default. heard: (B, T, 1), one where a word takes in what the
    layers before the last sent it, zero where it misses that; every word hears by default.
    """
    x = model.embedding[tokens] + model.position[: tokens.shape[1]]
    inputs, weights, message = [], [], x
    for index, layer in enumerate(model.layers):
        inputs.append(x)
        q, k, v = (heads_of(x, layer[name]) for name in "qkv")
        mixed, weight = attention(q, k, v, mask, 1.0 if temperature is None else temperature[index])
        weights.append(weight)
        message = mixed.transpose(1, 2).flatten(2) @ layer["o"]
        if "w1" in layer:
            added = x + (message if heard is None else message * heard)
            x = _feed_forward(
                F.layer_norm(added, (D_MODEL,), layer["scale1"], layer["shift1"]), layer
            )
    read = message[torch.arange(len(tokens)), pronoun]
    answer = F.normalize(read, dim=-1) @ F.normalize(model.embedding[:nouns], dim=-1).T
    return Trace(inputs, weights, SHARPNESS * answer)


def _feed_forward(x: Tensor, layer: dict[str, Tensor]) -> Tensor:
    inner = F.relu(x @ layer["w1"] + layer["b1"]) @ layer["w2"] + layer["b2"]
    return F.layer_norm(x + inner, (D_MODEL,), layer["scale2"], layer["shift2"])
