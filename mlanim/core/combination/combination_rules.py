"""Rules of combination side by side: their Jacobians while the input changes, costs and reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from mlanim.core.combination.connections import (
    kinds_of,
    operations_of,
    parameters_of,
    strengths,
)
from mlanim.core.combination.layers import Bend, Layer, Shape, layer_of
from mlanim.core.combination.rule import Rule
from mlanim.core.combination.sentences import (
    NONLINEAR,
    says_bent,
    says_change,
    says_cost,
    says_reach,
    says_rule,
    title_of,
)
from mlanim.core.repeatable import one_thread
from mlanim.words.sentence import Sentence

SAMPLES = 20  # in each of the path's three stretches
LENGTHS = (8, 16, 32, 64, 128, 256)  # at which costs are counted
DEEP, DEPTH = 16, 5  # positions and layers of a stack
BENDS: dict[str, Bend] = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


@dataclass(frozen=True)
class Stack:
    """DEPTH layers of one rule over DEEP positions, and what the middle output depends on."""

    rule: int  # its place among the rules
    shares: np.ndarray  # (DEPTH, DEEP, DEEP) of each layer's largest strength, the first below
    seen: np.ndarray  # (DEPTH + 1, DEEP) of each row's largest strength towards that output
    lit: np.ndarray  # (DEPTH + 1, DEPTH, DEEP, DEEP) which connections the last 0, 1, … layers use
    nodes: np.ndarray  # (DEPTH + 1, DEPTH + 1, DEEP) `seen`, as far as so many layers lead


@dataclass(frozen=True)
class CombinationRules:
    """All that the scene shows."""

    path: np.ndarray  # (P,) 0 to 1 the input changes, 1 to 2 it is bent, 2 to 3 it changes back
    inputs: np.ndarray  # (P, N, D)
    rules: tuple[Rule, ...]
    lengths: np.ndarray  # (L,)
    stack: Stack
    nonlinearity: str
    says_change: Sentence
    says_bent: Sentence
    says_cost: Sentence
    says_reach: Sentence


@one_thread()
def combination_lesson(
    names: Sequence[str], shape: Shape, bend: str, seed: int
) -> CombinationRules:
    """The rules of these names, all on the same two inputs."""
    drawn = torch.Generator().manual_seed(seed)
    size = (2, shape.length, shape.features)
    ends = torch.randn(size, generator=drawn, dtype=torch.float64)
    at = torch.linspace(0, 3, 3 * SAMPLES + 1, dtype=torch.float64)
    inputs = torch.lerp(ends[0], ends[1], inputs_at(at)[:, None, None])
    rules = tuple(rule_of(name, shape, BENDS[bend], seed, at, inputs) for name in names)
    slowest = min(range(len(names)), key=lambda i: growth_of(rules[i]))
    return CombinationRules(
        path=at.numpy(), inputs=inputs.numpy(), rules=rules, lengths=np.array(LENGTHS),
        stack=stack_of(slowest, names[slowest], shape, seed), nonlinearity=NONLINEAR[bend],
        says_change=says_change(rules), says_bent=says_bent(rules, bend),
        says_cost=says_cost(rules), says_reach=says_reach(rules[slowest], DEEP),
    )  # fmt: skip


def growth_of(rule: Rule) -> tuple[bool, int]:
    """What orders rules by how far they reach: those whose reach grows come first."""
    return bool(rule.reach[0] == rule.reach[-1]), int(rule.reach.sum())


def inputs_at(at: Tensor) -> Tensor:
    """How far the input is from the first to the second, at places of the path (P,)."""
    return torch.minimum(at, 3 - at).clamp(0, 1)


def rule_of(
    name: str, shape: Shape, bend: Bend, seed: int, at: Tensor, inputs: Tensor
) -> Rule:  # fmt: skip
    """One rule along the path: Jacobians, sharing, costs and reach."""
    layer = layer_of(name, shape, seed)
    parts = [partial(layer.combine, bend=bent(bend, share)) for share in (at - 1).clamp(0, 1)]
    found = [strengths(part, x[None])[0] for part, x in zip(parts, inputs, strict=True)]
    sizes, first, back = torch.stack(found), found[0], found[2 * SAMPLES]
    changes = torch.stack([
        moved(sizes, first).where(at <= 1, moved(found[SAMPLES], first)),
        moved(sizes, back).where(at >= 2, torch.zeros(())),
    ])  # fmt: skip
    with torch.no_grad():
        outputs = torch.cat([part(x[None]) for part, x in zip(parts, inputs, strict=True)])
    layers = [(n, layer_of(name, replace(shape, length=n), seed)) for n in LENGTHS]
    kinds, reach = kinds_of(layer, inputs[0]), reach_of(stacked(name, shape, seed), shape)
    return Rule(
        name=name, title=title_of(name), strengths=sizes.numpy(),
        shares=(sizes / sizes.max()).numpy(), outputs=outputs.numpy(), kinds=kinds.numpy(),
        changes=changes.numpy(), weights=parameters_of(layer),
        parameters=np.array([parameters_of(one) for _, one in layers]),
        operations=np.array([operations_of(one, n, shape.features) for n, one in layers]),
        reach=reach, says=says_rule(name, first.numpy(), kinds.numpy()),
    )  # fmt: skip


def bent(bend: Bend, share: Tensor) -> Bend:
    """From the identity, at 0, to a nonlinearity, at 1: of ReLU, leaky ones on the way."""
    return lambda z: (1 - share) * z + share * bend(z)


def moved(sizes: Tensor, start: Tensor) -> Tensor:
    """How far strengths (…, N, N) lie from others, as a share of these."""
    norm: Tensor = (sizes - start).flatten(-2).norm(dim=-1) / start.norm()
    return norm


def stacked(name: str, shape: Shape, seed: int) -> list[Layer]:
    """DEPTH layers over DEEP positions, each with weights of its own, without nonlinearity."""
    return [layer_of(name, replace(shape, length=DEEP), seed + k) for k in range(DEPTH)]


def towards_middle(layers: Sequence[Layer], shape: Shape) -> Tensor:
    """Strengths (DEPTH + 1, DEEP) from each row of a stack, the inputs first, to its middle."""
    x = torch.randn(DEEP, shape.features, dtype=torch.float64, generator=torch.Generator())
    rows = [x[None]]
    for layer in layers:
        rows.append(layer(rows[-1]).detach())
    tops = [torch.nn.Sequential(*layers[k:]) for k in range(len(layers) + 1)]
    found = [strengths(top, row)[0, DEEP // 2] for top, row in zip(tops, rows, strict=True)]
    return torch.stack(found)


def reach_of(layers: Sequence[Layer], shape: Shape) -> np.ndarray:
    """How many positions the middle output depends on through the last 1, 2, … layers (DEPTH,)."""
    counts: np.ndarray = (towards_middle(layers, shape) > 0).sum(dim=1).numpy()
    return counts[-2::-1]


def stack_of(index: int, name: str, shape: Shape, seed: int) -> Stack:
    """The picture of one rule's stack."""
    layers = stacked(name, shape, seed)
    towards = towards_middle(layers, shape)
    x = torch.zeros(1, DEEP, shape.features, dtype=torch.float64)
    sizes = torch.cat([strengths(layer, x) for layer in layers])
    seen = (towards / towards.amax(dim=1, keepdim=True)).numpy()
    used = (sizes.numpy() > 0) & (seen[1:, :, None] > 0)  # to what the middle depends on
    deep = np.arange(DEPTH + 1)
    return Stack(
        rule=index, shares=(sizes / sizes.amax(dim=(1, 2), keepdim=True)).numpy(), seen=seen,
        lit=(used & (deep[:-1] >= DEPTH - deep[:, None])[..., None, None]).astype(float),
        nodes=seen * (deep >= DEPTH - deep[:, None])[..., None],
    )  # fmt: skip
