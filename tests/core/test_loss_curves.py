"""Trainings that go wrong against torch's loop, and what is said of them and of the remedies."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from mlanim.core.data.examples import split_named
from mlanim.core.learning.loss_curves import (
    BATCH,
    CASES,
    STARTS,
    STEPS,
    Trained,
    helps,
    loss_curves_lesson,
    says_of,
    symptom_of,
    trained,
)
from mlanim.core.learning.training import batches
from mlanim.core.models.mlp import MLP


@pytest.fixture(scope="module")
def data():
    return split_named("moons", 2)


def test_a_training_with_decay_is_torchs_own(data):
    setup = replace(CASES["overfit"][4], wrong=0.0)
    found = trained(setup, data, 2)
    net = nn.Sequential(nn.Linear(2, 64), nn.Tanh(), nn.Linear(64, 2)).double()
    start = MLP((2, 64, 2)).initial(torch.Generator().manual_seed(2 + 3000))
    nn.utils.vector_to_parameters(start, net.parameters())
    inputs, labels = data.train.inputs[:, : setup.examples].T, data.train.labels[: setup.examples]
    optimizer = torch.optim.SGD(
        net.parameters(), setup.rate, momentum=0.9, weight_decay=setup.decay
    )
    drawn = batches(len(labels), BATCH, 2)
    for _ in range(STEPS):
        batch = next(drawn)
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(inputs[batch]), labels[batch]).backward()
        optimizer.step()
    end = nn.functional.cross_entropy(net(inputs), labels)
    assert found.train[-1, 3] == pytest.approx(float(end), rel=1e-9)


def test_dead_units_leave_the_frequencies_alone(data):
    found = trained(CASES["flat"][3], data, 2)
    share = data.train.labels[:300].double().mean()
    entropy = float(-(share * share.log() + (1 - share) * (1 - share).log()))
    assert found.train[-1] == pytest.approx(entropy, abs=0.01)


def test_a_run_is_cut_where_it_is_no_number(data):
    setup = CASES["nan"][3]
    found = trained(replace(setup, gain=6.0, rate=1.0), data, 2)
    assert found.lost > 0
    assert np.isfinite(found.train).all()
    assert len(found.steps) == len(found.train) < 60
    assert trained(CASES["ceiling"][4], data, 2).lost == 0


def test_every_case_differs_in_what_it_says_alone():
    for _, _, _, ill, treated in CASES.values():
        assert ill != treated
        assert (ill.examples, ill.wrong, ill.dead) == (
            treated.examples, treated.wrong, treated.dead,
        )  # fmt: skip


def made_up(rng):
    lost = int(rng.choice([0, 0, 0, 3]))
    losses = rng.uniform(0.1, 2, (4, 2, STARTS)) + rng.uniform(0, 2)
    return Trained(np.arange(4), losses[:, 0], losses[:, 1], lost)


def test_what_is_said_of_a_remedy_is_what_it_does():
    rng = np.random.default_rng(0)
    seen = set()
    for number in range(200):
        name = list(CASES)[number % len(CASES)]
        ill, treated = made_up(rng), made_up(rng)
        said = str(says_of(name, "a cause", "a remedy", ill, treated))
        if ill.lost or treated.lost:
            expected = treated.lost < ill.lost
        else:
            ends = [(one.test if name == "overfit" else one.train)[-1] for one in (ill, treated)]
            expected = all(b < a for a, b in zip(*ends, strict=True)) and (
                ends[1].sum() < 0.95 * ends[0].sum()
            )
        assert helps(name, ill, treated) == expected
        assert ("does not help" in said) != expected
        assert (f"NaN in {ill.lost} of {STARTS}" in said) == bool(
            ill.lost or (treated.lost and treated.lost == ill.lost)
        ) or not ill.lost
        seen.add(expected)
    assert seen == {True, False}


def test_the_same_again(data):
    first, again = (trained(CASES["wild"][3], data, 2) for _ in range(2))
    assert first.train.tobytes() == again.train.tobytes()


@pytest.mark.parametrize("seed", [0, 7])
def test_a_cause_that_its_remedy_does_not_show_is_not_told_as_one(seed):
    cases = loss_curves_lesson("moons", seed).cases
    for name, case in cases.items():
        told = str(case.says).startswith(CASES[name][1][1:], 1)
        assert told == (helps(name, case.ill, case.treated) or name in ("flat", "overfit", "nan"))
    wild = cases["wild"]
    assert wild.ill.train[-1].mean() < 1.05 * wild.treated.train[-1].mean()  # no worse
    assert str(wild.says).startswith("A high rate: ")
    turned = cases["overfit"].ill.test.mean(axis=1)
    assert ("turns up" in cases["overfit"].symptom) == (turned[-1] > 1.05 * turned.min())


def test_a_symptom_that_a_training_has_not_is_not_its_heading():
    rng = np.random.default_rng(3)
    for _ in range(50):
        ill = made_up(rng)
        assert (symptom_of("nan", "Ends in NaN", ill) == "Ends in NaN") == (ill.lost > 0)
        ends = ill.test.mean(axis=1)
        told = symptom_of("overfit", "Validation turns up", ill)
        assert ("turns up" in told) == (ends[-1] > 1.05 * ends.min())
        assert symptom_of("wild", "Swings wildly", ill) == "Swings wildly"
