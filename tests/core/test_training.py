import itertools
from itertools import islice, pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from mlanim.core.learning.optimizers import OPTIMIZERS, SGD, Adam, Momentum
from mlanim.core.learning.training import batches, descend, train, value_and_gradient
from mlanim.core.models.mlp import MLP, cross_entropy

TORCH = {
    "sgd": lambda theta, rate: torch.optim.SGD([theta], lr=rate),
    "momentum": lambda theta, rate: torch.optim.SGD([theta], lr=rate, momentum=0.9),
    "adam": lambda theta, rate: torch.optim.Adam([theta], lr=rate),
}
WIDTHS = st.lists(st.integers(1, 5), min_size=2, max_size=4).map(tuple)


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


POINTS = normal(40, 5)


def squares(theta, index):
    """Least squares on a part of forty equations: curved, and another for each batch."""
    points = POINTS if index is None else POINTS[index]
    return (theta @ points.T - points.sum(1).sin()).square().mean(-1)


def walked_by_torch(name, rates, start, seed):
    theta = start.clone().requires_grad_()
    optimizer = TORCH[name](theta, rates[0])
    for rate, index in zip(rates, batches(40, 16, seed), strict=False):
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        squares(theta, index).backward()
        optimizer.step()
    return theta.detach()


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("seed", range(3))
def test_each_rule_walks_with_torch_optim_at_a_rate_that_falls(name, seed):
    rates = [0.05 * 0.97**step for step in range(40)]
    start = normal(5, seed=seed)
    run = train(squares, start, name, lambda step: 0.05 * 0.97**step, 40, batches(40, 16, seed))
    torch.testing.assert_close(run.end, walked_by_torch(name, rates, start, seed))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Momentum(0.5), lambda theta: torch.optim.SGD([theta], lr=0.1, momentum=0.5)),
        (Adam(0.8, 0.98, 1e-6), lambda theta: torch.optim.Adam([theta], 0.1, (0.8, 0.98), 1e-6)),
        (SGD(), lambda theta: torch.optim.SGD([theta], lr=0.1)),
    ],
)
def test_a_rule_with_other_settings_is_torchs_with_these(ours, theirs):
    theta = normal(5).requires_grad_()
    optimizer = theirs(theta)
    for _ in range(12):
        optimizer.zero_grad()
        squares(theta, None).backward()
        optimizer.step()
    torch.testing.assert_close(train(squares, normal(5), ours, 0.1, 12).end, theta.detach())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_networks_side_by_side_are_networks_alone(name):
    starts = normal(2, 3, 5)
    together = train(squares, starts, name, 0.05, 15, batches(40, 16, 1), points=4)
    assert together.path.shape == (4, 2, 3, 5)
    for i, j in itertools.product(range(2), range(3)):
        alone = train(squares, starts[i, j], name, 0.05, 15, batches(40, 16, 1), points=4)
        torch.testing.assert_close(together.path[:, i, j], alone.path)
        torch.testing.assert_close(together.losses[:, i, j], alone.losses)


def test_a_run_records_even_steps_and_the_loss_of_each_batch_before_its_step():
    run = train(squares, normal(5), "momentum", 0.05, 14, batches(40, 16, 3), points=8)
    assert run.steps.tolist() == [0, 2, 4, 6, 8, 10, 12, 14]
    assert torch.equal(run.path[0], normal(5))
    every = list(islice(descend(squares, normal(5), "momentum", 0.05, batches(40, 16, 3)), 15))
    for step, theta in zip(run.steps, run.path, strict=True):
        assert torch.equal(every[step].theta, theta)
    for state, index, loss in zip(every, batches(40, 16, 3), run.losses, strict=False):
        assert squares(state.theta, index) == loss == state.loss
    assert [state.step for state in every] == list(range(15))


def test_without_batches_every_step_sees_all_of_the_data():
    first, second = islice(descend(squares, normal(5), "sgd", 0.1), 2)
    theta = normal(5).requires_grad_()
    squares(theta, None).backward()
    torch.testing.assert_close(first.gradient, theta.grad)
    torch.testing.assert_close(second.theta, normal(5) - 0.1 * theta.grad)


def test_an_epoch_sees_every_example_once_and_the_next_in_another_order():
    stream = batches(10, 4, seed=0)
    first, second = (torch.cat(list(islice(stream, 3))) for _ in range(2))
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(10))
    assert first.tolist() != second.tolist()


def test_the_same_seed_repeats_exactly_and_leaves_torchs_own_random_numbers_alone():
    state = torch.get_rng_state()
    runs = [train(squares, normal(5), "adam", 0.1, 20, batches(40, 8, seed)) for seed in (2, 2, 3)]
    assert torch.equal(runs[0].end, runs[1].end)
    assert not torch.equal(runs[0].end, runs[2].end)
    assert torch.equal(torch.get_rng_state(), state)


def test_an_unknown_optimizer_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'lion'.*sgd, momentum, adam"):
        train(squares, normal(5), "lion", 0.1, 3)


def test_batches_that_end_too_soon_are_refused():
    with pytest.raises(ValueError, match="There are 3 batches; 9 steps need 10"):
        train(squares, normal(5), "sgd", 0.1, 9, [None] * 3)


# The network.


def module_of(net, theta, activation):
    """The same network as a torch module, filled from the flat vector."""
    parts = []
    for fan_in, fan_out in pairwise(net.widths):
        parts += [nn.Linear(fan_in, fan_out), activation()]
    module = nn.Sequential(*parts[:-1]).double()
    nn.utils.vector_to_parameters(theta, module.parameters())
    return module


@settings(max_examples=30)
@given(widths=WIDTHS, count=st.integers(1, 7), seed=st.integers(0, 999), relu=st.booleans())
def test_outputs_loss_and_gradient_are_those_of_a_torch_module(widths, count, seed, relu):
    net = MLP(widths, torch.relu if relu else torch.tanh)
    theta, inputs = normal(net.parameters, seed=seed), normal(widths[0], count, seed=seed + 1)
    labels = torch.arange(count) % widths[-1]
    module = module_of(net, theta, nn.ReLU if relu else nn.Tanh)
    scores = module(inputs.T)
    loss = nn.functional.cross_entropy(scores, labels)
    loss.backward()
    expected = nn.utils.parameters_to_vector([p.grad for p in module.parameters()])
    torch.testing.assert_close(net(theta, inputs), scores.T)
    value, gradient = value_and_gradient(
        lambda theta, _: cross_entropy(net(theta, inputs), labels).mean(), theta
    )
    torch.testing.assert_close(value, loss.detach())
    torch.testing.assert_close(gradient, expected)


def test_a_batch_of_parameter_vectors_gives_one_output_each():
    net, inputs = MLP((3, 4, 2)), normal(3, 5)
    thetas = net.initial(torch.Generator().manual_seed(0), (2, 3))
    together = net(thetas, inputs)
    assert together.shape == (2, 3, 2, 5)
    for i, j in itertools.product(range(2), range(3)):
        torch.testing.assert_close(together[i, j], net(thetas[i, j], inputs))


def test_layers_are_views_of_the_vector():
    net = MLP((2, 3, 2))
    theta = torch.zeros(net.parameters, dtype=torch.float64)
    for weight, bias in net.layers(theta):
        weight.fill_(1.0)
        bias.fill_(2.0)
    assert (theta == 1).sum() == 12
    assert (theta == 2).sum() == 5


@pytest.mark.parametrize(("gain", "bias"), [(1.0, 0.0), (2.0, 0.3)])
def test_initial_weights_have_the_gain_over_fan_in_as_variance(gain, bias):
    net = MLP((400, 300, 300))
    theta = net.initial(torch.Generator().manual_seed(3), gain=gain, bias=bias)
    for weight, shift in net.layers(theta):
        assert weight.var().item() == pytest.approx(gain / weight.shape[1], rel=0.05)
        assert shift.std().item() == pytest.approx(bias, rel=0.15)
    again = net.initial(torch.Generator().manual_seed(3), gain=gain, bias=bias)
    assert np.array_equal(theta.numpy(), again.numpy())
