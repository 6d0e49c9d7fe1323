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
from mlanim.core.combination.layer import Bend, Shape
from mlanim.core.combination.layers import layer_of
from mlanim.core.combination.rule import Rule
from mlanim.core.combination.sentences import (
    NONLINEAR,
    remark_of,
    says_bending,
    says_bent,
    says_change,
    says_cost,
    says_reach,
    says_rule,
    title_of,
)
from mlanim.core.combination.stack import DEEP, DEPTH, Stack, reach_of, stack_of, stacked
from mlanim.core.repeatable import one_thread
from mlanim.words.sentence import Sentence

SAMPLES = 20  # in each of the path's three stretches
LENGTHS = (8, 16, 32, 64, 128, 256)  # at which costs are counted
BENDS: dict[str, Bend] = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}


@dataclass(frozen=True)
class CombinationRules:
    """All that the scene shows."""

    path: np.ndarray  # (P,) 0 to 1 the input changes, 1 to 2 it is bent, 2 to 3 it changes back
    inputs: np.ndarray  # (P, N, D)
    rules: tuple[Rule, ...]
    lengths: np.ndarray  # (L,) at which costs are counted
    depths: np.ndarray  # (DEPTH,) numbers of layers
    stack: Stack
    nonlinearity: str
    limit: float  # the largest of all inputs and outputs
    says_change: Sentence
    says_bending: Sentence
    says_bent: Sentence
    says_cost: Sentence
    says_reach: Sentence


@one_thread()
def combination_lesson(
    names: Sequence[str], shape: Shape, bend: str, seed: int
) -> CombinationRules:
    """The rules of these names, all on the same two inputs.

    Raises:
        ValueError: for a rule that is named twice, or has no layer of that length.
    """
    if len(set(names)) < len(names):
        raise ValueError("Each rule can be named once; name others, or fewer.")
    drawn = torch.Generator().manual_seed(seed)
    size = (2, shape.length, shape.features)
    ends = torch.randn(size, generator=drawn, dtype=torch.float64)
    at = torch.linspace(0, 3, 3 * SAMPLES + 1, dtype=torch.float64)
    inputs = torch.lerp(ends[0], ends[1], inputs_at(at)[:, None, None])
    rules = tuple(rule_of(name, shape, BENDS[bend], seed, at, inputs) for name in names)
    slowest = min(range(len(names)), key=lambda i: growth_of(rules[i]))
    return CombinationRules(
        path=at.numpy(), inputs=inputs.numpy(), rules=rules, lengths=np.array(LENGTHS),
        depths=np.arange(1, DEPTH + 1),
        stack=stack_of(slowest, names[slowest], shape, seed), nonlinearity=NONLINEAR[bend],
        limit=max(float(inputs.abs().max()), *(float(np.abs(r.outputs).max()) for r in rules)),
        says_change=says_change(rules), says_bending=says_bending(bend),
        says_bent=says_bent(rules, bend), says_cost=says_cost(rules),
        says_reach=says_reach(rules[slowest], DEEP),
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
    if not back.any():
        raise ValueError(
            f"With this seed no output of the {title_of(name).lower()} rule is let through by its "
            f"nonlinearity, so that no line is left; give another seed, or more features than "
            f"{shape.features}."
        )
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
        remark=remark_of(name, parameters_of(layer), shape.sharpness),
    )  # fmt: skip


def bent(bend: Bend, share: Tensor) -> Bend:
    """From the identity, at 0, to a nonlinearity, at 1: of ReLU, leaky ones on the way."""
    return lambda z: (1 - share) * z + share * bend(z)


def moved(sizes: Tensor, start: Tensor) -> Tensor:
    """How far strengths (…, N, N) lie from others, as a share of these."""
    norm: Tensor = (sizes - start).flatten(-2).norm(dim=-1) / start.norm()
    return norm
