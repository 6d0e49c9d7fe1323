"""The residual networks against torch's modules and Jacobians, and what is said of them."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from mlanim.core.data.examples import digits
from mlanim.core.models.activations import ACTIVATIONS
from mlanim.core.models.mlp import MLP, cross_entropy
from mlanim.core.models.residual_net import delta, initial, scores, streams
from mlanim.core.transformer.gradient_flow import (
    MEASURED,
    SKIPS,
    Flow,
    gradients,
    says_gain,
    says_of_flows,
)
from mlanim.core.transformer.residual import residual_lesson
from mlanim.core.transformer.running_sum import RunningSum, running_sum, says_of_sum, sum_plane

LESSONS = [
    (8, "relu", 1 / 3, 0, 0), (9, "tanh", 1.0, 7, 1), (8, "relu", 2.0, 3, 2),
    (8, "tanh", 0.1, 359, 3), (10, "relu", 0.5, 100, 4),
]  # fmt: skip


def small(activation: str = "tanh") -> tuple[MLP, torch.Tensor]:
    net = MLP((64, *5 * [6], 10), ACTIVATIONS[activation])
    return net, initial(net, torch.Generator().manual_seed(5), 2, 1.0).expand(2, -1, -1)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_streams_are_those_of_modules(activation: str) -> None:
    net, theta = small(activation)
    theta = theta + 0.1 * torch.randn(theta.shape, generator=torch.Generator().manual_seed(1))
    inputs = torch.rand(64, 3, dtype=torch.float64)
    read, *layers, _ = net.layers(theta[0, 1])
    phi = {"relu": torch.nn.ReLU(), "tanh": torch.nn.Tanh()}[activation]
    for row, skip in enumerate((1.0, 0.0)):
        stream = torch.nn.functional.linear(inputs.T, *read)
        for weight, bias in layers:
            stream = skip * stream + torch.nn.functional.linear(phi(stream), weight, bias)
        both = theta[:1].expand(2, -1, -1)
        found = streams(net, both, SKIPS, inputs)[-1][row, 1].T
        assert torch.allclose(found, stream)


def test_the_gradient_is_the_last_one_times_the_product_of_one_plus_each_jacobian() -> None:
    net, theta = small()
    data = digits(0)
    shares, _ = gradients(net, theta, data)
    some = data.train.subset(torch.arange(MEASURED))
    for row, skip in enumerate((1.0, 0.0)):
        one = theta[row, 0]
        stream = streams(net, one, torch.full((1, 1), skip, dtype=one.dtype), some.inputs)
        last = stream[-1].detach().requires_grad_()
        loss = cross_entropy(scores(net, one, last), some.labels).sum()
        (end,) = torch.autograd.grad(loss, last)
        lengths = []
        for example in range(MEASURED):
            back = end[:, example]
            for at, layer in reversed(list(zip(stream, net.layers(one)[1:-1], strict=False))):
                jacobian = torch.func.jacrev(
                    lambda h, layer=layer: delta(net, layer, h[:, None])[:, 0]
                )(at[:, example])
                back = (skip * torch.eye(6, dtype=one.dtype) + jacobian).T @ back
            lengths.append(float(back.norm()))
        assert shares[row, 0, 0] == pytest.approx(np.mean(lengths) / float(end.norm(dim=0).mean()))


def test_the_input_and_all_deltas_add_up_to_the_sum_that_lies_to_the_right() -> None:
    net, theta = small("relu")
    data = digits(0)
    found = running_sum(net, theta[0, 0], data, 4)
    stream = streams(net, theta[0, 0], torch.ones(1, 1, dtype=theta.dtype), data.test.inputs)
    layers = zip(net.layers(theta[0, 0])[1:-1], stream, strict=False)
    added = [delta(net, layer, before)[:, 4] for layer, before in layers]
    whole = stream[0][:, 4] + torch.stack(added).sum(0)
    assert found.places[-1] == pytest.approx([float(whole.norm()), 0.0], abs=1e-12)
    assert found.lengths == pytest.approx(np.array([float(one.norm()) for one in added]))
    assert found.recovered < 1e-13
    random = torch.randn(9, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    places, share = sum_plane(random)
    assert share == pytest.approx(
        float(places.diff(dim=0).square().sum() / random.diff(dim=0).square().sum())
    )
    assert sum_plane(random[:, :2])[1] == pytest.approx(1.0)  # a plane holds all of a plane


def random_flows(rng) -> tuple[Flow, Flow]:
    """Of 3 moments, 5 starts and 7 layers, over many orders of magnitude; some gradients are 0."""
    flows = []
    for size in rng.choice([0.003, 0.3, 5.0], 2):
        shares = np.exp(rng.normal(0, size, (3, 5, 7)))
        shares[..., -1] = 1.0
        if rng.random() < 0.2:
            shares[rng.integers(3), rng.integers(5), rng.integers(6)] = 0.0
        right = rng.integers(0, 361, 5)
        flows.append(Flow(shares, rng.exponential(size=3), int(np.median(right))))
    return flows[0], flows[1]


def numbers(said: object) -> list[float]:
    """All numbers of a sentence; one with a power of ten is a Typst one, `3.0 · 10⁻¹²`."""
    powers = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    found = re.findall(r"([−+-]?[\d.,]*\d)(?:\s·\s10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", str(said))
    plain = [(a.replace("−", "-").replace(",", ""), b.translate(powers)) for a, b in found]
    return [float(a) * 10.0 ** int(b or 0) for a, b in plain]


def bound(told: list[float], factors: list[float]) -> bool:
    """Whether factors to two digits are those, or the next that holds them."""
    pairs = zip(told, factors, strict=True)
    return all(factor * (1 - 1e-9) <= one < 1.11 * factor for one, factor in pairs)


@pytest.mark.parametrize("seed", range(200))
def test_what_is_said_of_gradients_holds_for_random_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    skip, plain = random_flows(rng)
    middles = [sorted(flow.starts[0, :, 0])[2] for flow in (skip, plain)]
    says = {name: str(one) for name, one in says_of_flows([skip, plain], 120, 360).items()}
    assert numbers(says["start"])[:2] == pytest.approx(middles, rel=0.06)
    with np.errstate(divide="ignore"):
        away = [np.exp(np.abs(np.log(flow.starts)).max(axis=(1, 2))) for flow in (skip, plain)]
    said = says["factor"]
    told = numbers(said)
    assert told[0] == 5
    assert said.startswith("Nearly") == (away[0][0] < 1.05)
    assert said.count("any size") == sum(np.isinf(one[0]) for one in away)
    finite = [one[0] for one in away if np.isfinite(one[0])]
    assert bound(told[1:], finite)
    during = says["during"]
    assert ("dies" in during) == bool((skip.starts == 0).any())
    if "dies" not in during:
        assert bound(numbers(during), [away[0].max()])
    percents = re.findall(r"(\d+) %", says["trained"])
    for told_share, flow in zip(percents, (skip, plain), strict=False):
        assert abs(float(told_share) - 100 * flow.right / 360) < 1


@pytest.mark.parametrize("seed", range(200))
def test_the_best_variance_is_the_one_whose_median_gradient_is_nearest_to_1(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gains = np.geomspace(0.1, 4, 6)
    passed = np.exp(rng.normal(0, 3, (2, 6, 5)) + np.linspace(-6, 6, 6)[None, :, None])
    said = str(says_gain(gains, passed))
    middle = [np.median(one, axis=1) for one in passed]
    best = [int(np.argmin(np.maximum(one, 1 / one))) for one in middle]
    assert numbers(said) == pytest.approx([gains[best[1]], gains[best[0]]], abs=0.06)
    for end, words in ((0, "the smallest tried"), (5, "the largest tried")):
        assert said.count(words) == best.count(end)


@pytest.mark.parametrize("seed", range(200))
def test_what_is_said_of_a_running_sum_holds_for_random_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)
    depth, label, read = (int(n) for n in rng.integers((1, 0, 0), (40, 10, 10)))
    lengths, cosines = np.exp(rng.normal(0, 3, depth)).round(1), rng.uniform(-1, 1, depth)
    ends, none = np.exp(rng.normal(0, 3, 2)).round(1), np.zeros(0)
    error = float(10.0 ** rng.uniform(-17, -12)) * (seed % 5 > 0)
    share = float(rng.choice([rng.random(), 0.999, 1.0]))
    found = RunningSum(none, share, ends, lengths, cosines, none, none, error, label, read)
    says = says_of_sum(found, 24)
    assert numbers(says["sum"]) == [depth, label, read]
    assert numbers(says["lengths"]) == pytest.approx([lengths.sum(), *ends])
    told = numbers(says["cosines"])
    assert told == pytest.approx([cosines.min(), cosines.max()], abs=0.006)
    assert ("exactly" in str(says["recovered"])) == (error == 0)
    assert ("100 %" in str(says["plane"]).replace("over 99 %", "")) == (share == 1)


@pytest.mark.parametrize("asked", LESSONS)
def test_the_lesson_says_what_its_arrays_hold(asked: tuple[int, str, float, int, int]) -> None:
    lesson = residual_lesson(*asked)
    skip, plain = (flow.starts for flow in lesson.flows)
    assert np.all(skip[..., -1] == 1)
    assert np.all(plain[..., -1] == 1)
    said = [float(n) for n in re.findall(r"of (\d[\d.]*) with", str(lesson.says["factor"]))]
    for number, one in zip(said, [skip[0], plain[0]], strict=False):
        assert bound([number], [np.exp(np.abs(np.log(one)).max())])
    whole = np.exp(np.abs(np.log(skip)).max())
    assert bound([float(str(lesson.says["during"]).split()[-1])], [whole])
    middle = np.abs(np.log(np.median(lesson.passed, axis=2)))
    near = re.search(r"near ([\d.]+) / width;", str(lesson.says["gain"]))
    assert near is not None
    assert float(near[1]) == pytest.approx(lesson.gains[middle[1].argmin()], abs=0.06)


def test_without_the_skip_the_gradient_goes_with_a_power_of_the_weights() -> None:
    lesson = residual_lesson(*LESSONS[0])
    power, _ = np.polyfit(np.log(lesson.gains), np.log(np.median(lesson.passed[1], axis=1)), 1)
    assert power == pytest.approx(8 / 2, rel=0.05)  # the variance is the square of the size
