"""Facts drawn at random, and a transformer block that learns them, with its feed-forward layer or
without.

Three tokens are read: a person, a thing and a question mark, at which the answer is read off. One
head attends from the question mark, whose query is always the same. Its softmax has one common
divisor, so what attention alone gives each colour is, but for that divisor, a sum of a number for
the person and one for the thing. No such sum fits two people and two things whose colours are
crossed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor
from torch.nn import functional

from mlanim.core.learning.training import train

PEOPLE = ("Ada", "Ben", "Cem", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jana", "Kim", "Leo")
THINGS = ("hat", "coat", "bag", "scarf", "shirt", "mug")
COLOURS = ("red", "blue", "green", "yellow", "black", "white")
WIDTH = 16
STEPS, RATE = 600, 0.01
PRICE = 0.03  # of mean activity, in the loss, beside the cross-entropy


@dataclass(frozen=True)
class FactNet:
    """The block for so many people and things; with `hidden` 0 it has no feed-forward layer."""

    people: int
    things: int
    hidden: int

    @property
    def facts(self) -> int:
        """How many facts there are, a thing of a person each."""
        return self.people * self.things

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Each tensor of the parameters."""
        d, feed = WIDTH, {
            "w1": (self.hidden, WIDTH), "b1": (self.hidden,), "w2": (WIDTH, self.hidden),
        }  # fmt: skip
        shapes = {
            "person": (self.people, d), "thing": (self.things, d), "question": (d,),
            "key": (d, d), "value": (d, d), "colour": (len(COLOURS), d),
        }  # fmt: skip
        return shapes | (feed if self.hidden else {})

    def tensors(self, theta: Tensor) -> dict[str, Tensor]:
        """Views of parameters (..., P) by name, (..., *shape) each."""
        parts = theta.split([prod(shape) for shape in self.shapes.values()], dim=-1)
        return {
            name: part.unflatten(-1, shape)
            for (name, shape), part in zip(self.shapes.items(), parts, strict=True)
        }

    def initial(self, generator: torch.Generator, networks: int) -> Tensor:
        """Normal words of variance 1, weights of variance 1 / fan-in, no biases, (networks, P)."""
        parts = []
        for name, shape in self.shapes.items():
            words = name in ("person", "thing", "question")
            size = 0.0 if name == "b1" else 1.0 if words else shape[-1] ** -0.5
            draw = torch.randn(networks, prod(shape), generator=generator, dtype=torch.float64)
            parts.append(size * draw)
        return torch.cat(parts, dim=-1)

    def read(self, p: Mapping[str, Tensor]) -> Tensor:
        """The stream at the question mark behind attention, (..., F, d), fact by fact."""
        person = p["person"].repeat_interleave(self.things, dim=-2)
        thing = p["thing"].repeat(*[1] * (p["thing"].dim() - 2), self.people, 1)
        question = p["question"].unsqueeze(-2)
        tokens = torch.stack([person, thing, question.expand_as(person)], dim=-2)
        keys, values = (
            torch.einsum("...ed,...ftd->...fte", p[n], tokens) for n in ("key", "value")
        )
        scores = torch.einsum("...d,...ftd->...ft", p["question"], keys) / WIDTH**0.5
        return question + torch.einsum("...ft,...fte->...fe", scores.softmax(-1), values)

    def units(self, p: Mapping[str, Tensor], stream: Tensor) -> Tensor:
        """What each unit answers, (..., F, H): GELU of its key times the stream."""
        z = torch.einsum("...hd,...fd->...fh", p["w1"], stream) + p["b1"].unsqueeze(-2)
        return functional.gelu(z)

    def logits(self, p: Mapping[str, Tensor], stream: Tensor, units: Tensor | None) -> Tensor:
        """A logit for each colour, (..., F, colours)."""
        if units is not None:
            stream = stream + torch.einsum("...dh,...fh->...fd", p["w2"], units)
        return torch.einsum("...od,...fd->...fo", p["colour"], stream)

    def run(self, theta: Tensor) -> tuple[Tensor, Tensor | None, Tensor]:
        """Stream behind attention, units, and logits of all facts."""
        p = self.tensors(theta)
        stream = self.read(p)
        units = self.units(p, stream) if self.hidden else None
        return stream, units, self.logits(p, stream, units)


def drawn(people: int, things: int, networks: int, generator: torch.Generator) -> Tensor:
    """Colours of facts, (networks, F), each as likely as any other."""
    return torch.randint(len(COLOURS), (networks, people * things), generator=generator)


def learned(net: FactNet, answers: Tensor, generator: torch.Generator) -> Tensor:
    """Parameters (N, P) of networks trained side by side, each on its own answers (N, F)."""

    def loss(theta: Tensor, _: object) -> Tensor:
        _, units, logits = net.run(theta)
        wrong = functional.cross_entropy(logits.flatten(0, 1), answers.flatten(), reduction="none")
        cost = wrong.view_as(answers).mean(-1)
        return cost if units is None else cost + PRICE * units.abs().mean((-2, -1))

    return train(loss, net.initial(generator, len(answers)), "adam", RATE, STEPS).end
