from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from mlanim.core.landscape.classifier import (
    Examples,
    accuracy,
    class_frequencies,
    cross_entropy,
    gradient,
    initial_weights,
    layers,
    load_task,
    logits,
    parameter_count,
)

WIDTHS = st.lists(st.integers(1, 5), min_size=2, max_size=4).map(tuple)


def module_of(theta, widths):
    """The same network as a torch module, filled from the flat vector."""
    parts = []
    for fan_in, fan_out in pairwise(widths):
        parts += [nn.Linear(fan_in, fan_out), nn.Tanh()]
    module = nn.Sequential(*parts[:-1]).double()
    nn.utils.vector_to_parameters(theta, module.parameters())
    return module


def random_examples(widths, count, seed):
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(widths[0], count, generator=generator, dtype=torch.float64)
    return Examples(inputs, torch.randint(widths[-1], (count,), generator=generator))


@settings(max_examples=30)
@given(widths=WIDTHS, count=st.integers(1, 7), seed=st.integers(0, 999))
def test_scores_loss_accuracy_and_gradient_are_those_of_a_torch_module(widths, count, seed):
    theta = torch.randn(parameter_count(widths), generator=torch.Generator().manual_seed(seed))
    theta, examples = theta.double(), random_examples(widths, count, seed)
    module = module_of(theta, widths)
    scores = module(examples.inputs.T)
    loss = nn.functional.cross_entropy(scores, examples.labels)
    loss.backward()
    expected = nn.utils.parameters_to_vector([p.grad for p in module.parameters()])
    torch.testing.assert_close(logits(theta, widths, examples.inputs), scores.T)
    torch.testing.assert_close(cross_entropy(theta, widths, examples), loss)
    torch.testing.assert_close(gradient(theta, widths, examples), expected)
    hits = (scores.argmax(1) == examples.labels).double().mean().item()
    assert accuracy(theta, widths, examples) == hits


def test_a_batch_of_parameter_vectors_gives_one_loss_each():
    widths = (3, 4, 2)
    thetas = torch.stack([initial_weights(widths, seed) for seed in range(6)])
    examples = random_examples(widths, 5, seed=0)
    together = cross_entropy(thetas.view(2, 3, -1), widths, examples)
    alone = torch.stack([cross_entropy(theta, widths, examples) for theta in thetas])
    assert together.shape == (2, 3)
    torch.testing.assert_close(together.flatten(), alone, rtol=1e-12, atol=0)


def test_layers_are_views_of_the_vector():
    theta = torch.zeros(parameter_count((2, 3, 2)), dtype=torch.float64)
    for weight, bias in layers(theta, (2, 3, 2)):
        weight.fill_(1.0)
        bias.fill_(2.0)
    assert (theta == 1).sum() == 12
    assert (theta == 2).sum() == 5


def test_initial_weights_have_variance_one_over_fan_in_and_no_bias():
    widths = (400, 300, 10)
    for weight, bias in layers(initial_weights(widths, seed=3), widths):
        expected = 1 / weight.shape[1]
        assert weight.var().item() == pytest.approx(expected, rel=0.05)
        assert not bias.any()
    assert torch.equal(initial_weights(widths, 3), initial_weights(widths, 3))
    assert not torch.equal(initial_weights(widths, 3), initial_weights(widths, 4))


@pytest.mark.parametrize(("name", "train", "test"), [("digits", 1437, 360), ("moons", 400, 1000)])
def test_a_task_is_split_once_without_overlap(name, train, test):
    task = load_task(name, seed=1)
    assert (len(task.train), len(task.test)) == (train, test)
    assert task.widths[0] == task.train.inputs.shape[0]
    assert task.widths[-1] == int(task.train.labels.max()) + 1
    again, other = load_task(name, seed=1), load_task(name, seed=2)
    assert torch.equal(task.train.inputs, again.train.inputs)
    assert not torch.equal(task.train.inputs, other.train.inputs)


def test_the_digits_task_is_scikit_learns_digits():
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    task = load_task("digits", seed=0)
    ours = torch.cat([task.train.inputs, task.test.inputs], dim=1).T.numpy() * 16
    named = np.column_stack([ours, torch.cat([task.train.labels, task.test.labels]).numpy()])
    theirs = np.column_stack([images, labels])
    assert sorted(map(tuple, named)) == sorted(map(tuple, theirs))


def test_class_frequencies_count_the_labels():
    labels = torch.tensor([0, 2, 2, 1])
    assert class_frequencies(labels, 4).tolist() == [0.25, 0.25, 0.5, 0.0]


def test_an_unknown_data_set_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'mnist'.*'digits' or 'moons'"):
        load_task("mnist", seed=0)
