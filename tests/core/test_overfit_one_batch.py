"""Steps with a bug against a plain loop of torch, and each tell-tale against a closed form."""

import inspect

import numpy as np
import pytest
import torch
from torch import nn

from mlanim.core.learning.overfit_one_batch import (
    NEAR_ZERO,
    STEPS,
    Runs,
    batch,
    floor_axis,
    floor_twice,
    network,
    overfit_lesson,
    says_of,
    train,
)
from mlanim.core.learning.training_steps import BUGS, excerpt, working


@pytest.fixture(scope="module")
def lesson():
    return overfit_lesson(3, 9, 0)


def plain_losses(name):
    """The same training, written as people write it."""
    x, y = batch(3, 9, 0)
    body, head = network(3, 0)
    net = nn.Sequential(*body, head)
    optimizer = torch.optim.SGD(net.parameters(), lr=10 if name == "rate of 10" else 0.5)
    losses = []
    for _ in range(STEPS):
        if name != "never zeroed":
            optimizer.zero_grad()
        out = net(x)
        if name == "softmax twice":
            out = torch.softmax(out, dim=1)
        if name == "wrong axis":
            loss = -torch.softmax(out, dim=0)[torch.arange(9), y].log().mean()
        else:
            loss = nn.CrossEntropyLoss()(out, y)
        loss.backward()
        if name == "detached":
            net[0].weight.grad.zero_()
            net[0].bias.grad.zero_()
        optimizer.step()
        losses.append(float(loss.detach()))
    return losses


@pytest.mark.parametrize("name", ["working", *sorted(set(BUGS) - {"rate of 10"})])
def test_each_step_gives_the_losses_of_a_plain_loop(lesson, name):
    np.testing.assert_allclose(lesson.runs[name].losses[0], plain_losses(name), atol=1e-8)


def test_a_rate_of_ten_starts_as_a_plain_loop_does(lesson):
    ours = lesson.runs["rate of 10"].losses[0][:5]
    np.testing.assert_allclose(ours, plain_losses("rate of 10")[:5], rtol=1e-6)


def test_no_scores_bring_either_loss_below_its_floor():
    rng = torch.Generator().manual_seed(0)
    for classes, examples in ((2, 8), (3, 10), (10, 16), (7, 32)):
        y = torch.arange(examples) % classes
        for scale in (1, 10, 100):
            scores = scale * torch.randn(examples, classes, generator=rng, dtype=torch.float64)
            for best in (scores, scores + 1e3 * nn.functional.one_hot(y, classes)):
                twice = nn.functional.cross_entropy(best.softmax(1), y)
                assert twice >= floor_twice(classes) - 1e-12
                axis = -best.log_softmax(0)[torch.arange(examples), y].mean()
                assert axis >= floor_axis(classes, examples) - 1e-12
        ideal = 1e3 * nn.functional.one_hot(y, classes).double()
        reached = nn.functional.cross_entropy(ideal.softmax(1), y)
        assert float(reached) == pytest.approx(floor_twice(classes), abs=1e-12)
        reached = -ideal.log_softmax(0)[torch.arange(examples), y].mean()
        assert float(reached) == pytest.approx(floor_axis(classes, examples), abs=1e-12)


def test_the_tell_tales_are_what_the_bugs_must_do(lesson):
    runs = lesson.runs
    assert (runs["detached"].moved == 0).all()
    assert all((runs[name].moved > 0).all() for name in runs if name != "detached")
    np.testing.assert_allclose(runs["working"].low, 1, atol=1e-12)
    assert (runs["wrong axis"].low <= 3 / 9 + 1e-9).all()  # 3 columns of 1 over 9 examples
    assert (runs["wrong axis"].high >= 3 / 9 - 1e-9).all()
    for name, floor in lesson.floors.items():
        assert runs[name].losses.min() >= floor


def test_the_lines_that_are_shown_are_lines_that_run_and_have_the_bug():
    for step in BUGS.values():
        found = excerpt(step)
        bug = found.code.splitlines()[found.marked - 1]
        assert found.code.replace("\n", "\n    ") in inspect.getsource(step)
        assert bug not in inspect.getsource(working).replace("    ", "")


def test_a_sentence_counts_the_starts_that_memorised():
    rng = np.random.default_rng(0)
    for _ in range(200):
        losses = rng.uniform(0, 2 * NEAR_ZERO, (5, 3))
        runs = Runs(losses, np.ones((5, 3)), *rng.uniform(0, 1, (4, 5)).round())
        for name in BUGS:
            floors = {"softmax twice": floor_twice(4), "wrong axis": 0.0}
            said = str(says_of(name, runs, 16, floors))
            assert f"{sum(row[-1] < NEAR_ZERO for row in losses)} of 5 get below" in said
            if name == "rate of 10":
                assert ("no hidden unit" in said) == bool(runs.silent.all())
            if name == "detached":
                assert f"in {sum(runs.moved == 0)} of" in said


def test_the_same_again(lesson):
    again = train(working, 3, 9, 0)
    assert again.losses.tobytes() == lesson.runs["working"].losses.tobytes()
