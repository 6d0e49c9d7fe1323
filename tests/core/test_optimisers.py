from itertools import islice

import numpy as np
import pytest
import torch

from mlanim.core.landscape.classifier import initial_weights, load_task
from mlanim.core.landscape.optimisers import LEARNING_RATES, UPDATES, batches, descend, train

TORCH_OPTIMISERS = {
    "sgd": lambda theta, rate: torch.optim.SGD([theta], lr=rate),
    "momentum": lambda theta, rate: torch.optim.SGD([theta], lr=rate, momentum=0.9),
    "adam": lambda theta, rate: torch.optim.Adam([theta], lr=rate),
}


@pytest.fixture(scope="module")
def moons():
    return load_task("moons", seed=0)


@pytest.mark.parametrize("name", UPDATES)
def test_each_rule_walks_with_torch_optim(moons, name):
    rate, start = LEARNING_RATES[name], initial_weights(moons.widths, seed=0)
    ours = list(islice(descend(moons, start, name, rate, 32, seed=5), 41))
    theta = start.clone().requires_grad_()
    optimiser = TORCH_OPTIMISERS[name](theta, rate)
    for index in islice(batches(len(moons.train), 32, seed=5), 40):
        optimiser.zero_grad()
        batch = moons.train.subset(index)
        type(moons)("batch", moons.widths, batch, batch).train_loss(theta).backward()
        optimiser.step()
    torch.testing.assert_close(ours[-1], theta.detach(), rtol=1e-10, atol=1e-12)


def test_an_epoch_sees_every_example_once_and_the_next_in_another_order():
    stream = batches(10, 4, seed=0)
    first, second = (torch.cat(list(islice(stream, 3))) for _ in range(2))
    assert sorted(first.tolist()) == sorted(second.tolist()) == list(range(10))
    assert first.tolist() != second.tolist()


def test_a_batch_as_large_as_the_training_set_is_plain_gradient_descent(moons):
    start = initial_weights(moons.widths, seed=0)
    _, after = islice(descend(moons, start, "sgd", 0.1, 10_000, seed=0), 2)
    theta = start.clone().requires_grad_()
    moons.train_loss(theta).backward()
    torch.testing.assert_close(after, start - 0.1 * theta.grad)


def test_a_trajectory_records_even_steps_with_the_losses_at_its_own_weights(moons):
    run = train(moons, "momentum", epochs=2, batch_size=64, seed=0, points=8)
    assert run.steps.tolist() == [0, 2, 4, 6, 8, 10, 12, 14]
    assert run.weights.shape == (8, 82)
    np.testing.assert_array_equal(run.weights[0], initial_weights(moons.widths, 0).numpy())
    walk = descend(
        moons, torch.from_numpy(run.weights[0]), "momentum", run.learning_rate, 64, seed=0
    )
    np.testing.assert_array_equal(run.weights[3], list(islice(walk, 7))[-1].numpy())
    for weights, train_loss, test_loss in zip(
        run.weights, run.train_loss, run.test_loss, strict=True
    ):
        theta = torch.from_numpy(weights)
        assert moons.train_loss(theta).item() == train_loss
        assert moons.test_loss(theta).item() == test_loss


def test_runs_of_one_seed_start_alike_and_runs_repeat_exactly(moons):
    runs = [train(moons, name, epochs=1, batch_size=64, seed=2) for name in UPDATES]
    again = train(moons, "adam", epochs=1, batch_size=64, seed=2)
    assert all(np.array_equal(run.weights[0], runs[0].weights[0]) for run in runs)
    assert runs[2].weights.tobytes() == again.weights.tobytes()
    other = train(moons, "adam", epochs=1, batch_size=64, seed=3)
    assert not np.array_equal(other.weights, again.weights)


@pytest.mark.parametrize("name", UPDATES)
def test_training_learns_the_digits(name):
    run = train(load_task("digits", seed=0), name, epochs=4, batch_size=32, seed=0, points=3)
    assert run.train_loss[-1] < 0.35 < 2 < run.train_loss[0]
    assert run.test_accuracy > 0.9


def test_an_unknown_optimizer_is_refused_with_the_known_ones(moons):
    with pytest.raises(ValueError, match=r"'lion'.*sgd, momentum, adam"):
        train(moons, "lion", epochs=1, batch_size=64, seed=0)
