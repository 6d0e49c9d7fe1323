import numpy as np
import pytest
import torch

from mlanim.core.data.examples import SPLITS, digits, split_named
from mlanim.core.learning.task import task_named


@pytest.mark.parametrize(("name", "train", "test"), [("digits", 1437, 360), ("moons", 400, 1000)])
def test_a_data_set_is_split_once_from_the_seed(name, train, test):
    split = split_named(name, seed=1)
    assert (len(split.train), len(split.test)) == (train, test)
    assert split.features == split.train.inputs.shape[0]
    assert split.classes == int(split.train.labels.max()) + 1
    again, other = split_named(name, seed=1), split_named(name, seed=2)
    assert torch.equal(split.train.inputs, again.train.inputs)
    assert not torch.equal(split.train.inputs, other.train.inputs)


def test_the_digits_are_scikit_learns_each_in_one_of_the_parts():
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    split = digits(0)
    ours = torch.cat([split.train.inputs, split.test.inputs], dim=1).T.numpy() * 16
    named = np.column_stack([ours, torch.cat([split.train.labels, split.test.labels]).numpy()])
    assert sorted(map(tuple, named)) == sorted(map(tuple, np.column_stack([images, labels])))


@pytest.mark.parametrize("name", SPLITS)
def test_frequencies_count_the_training_labels(name):
    split = split_named(name, seed=0)
    counts = np.bincount(split.train.labels.numpy())
    np.testing.assert_allclose(split.frequencies.numpy(), counts / counts.sum(), rtol=1e-15)


def test_losses_and_hits_of_a_task_are_torchs_own():
    task = task_named("digits", 0)
    theta, batch = task.start(3), torch.tensor([5, 9, 1400])
    logits = task.net(theta, task.data.train.inputs).T
    labels = task.data.train.labels
    expected = torch.nn.functional.cross_entropy(logits[batch], labels[batch])
    torch.testing.assert_close(task.train_loss(theta, batch), expected)
    torch.testing.assert_close(
        task.train_loss(theta), torch.nn.functional.cross_entropy(logits, labels)
    )
    hits = (logits.argmax(1) == labels).sum().item()
    assert task.right(theta, task.data.train) == hits


def test_an_unknown_data_set_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'mnist'.*'digits' or 'moons'"):
        split_named("mnist", seed=0)
