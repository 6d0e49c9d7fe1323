import numpy as np
import pytest
import torch
from random_nets import run, torch_net

from mlanim.core.data.datasets import plane_dataset
from mlanim.core.folding.training import (
    random_parameters,
    relu_mlp,
    starts_for,
    train_classifier,
)

MOONS = plane_dataset("moons", 0)


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def train(widths=(2, 2), seed=0, data=MOONS, **options):
    test = (data.test_points, data.test_labels)
    return train_classifier(
        data.train_points, data.train_labels, widths, seed, test=test, **options
    )


def plain_run(parameters, rates, decay):
    """One network trained alone: nn.Sequential, torch's own loss and optimiser, in a plain loop."""
    arrays = [p.numpy() for p in parameters]
    net = torch_net(arrays[::2], arrays[1::2])
    points = torch.from_numpy(MOONS.train_points)
    targets = torch.from_numpy(MOONS.train_labels.astype(float))
    measure, losses = torch.nn.BCEWithLogitsLoss(), []
    optimiser = torch.optim.Adam(net.parameters())
    for rate in rates:
        optimiser.param_groups[0]["lr"] = rate
        loss = measure(net(points)[:, 0], targets)
        losses.append(loss.item())
        weights = [p for p in net.parameters() if p.ndim == 2]
        optimiser.zero_grad()
        (loss + decay * sum((w * w).sum() for w in weights)).backward()
        optimiser.step()
    end = measure(net(points)[:, 0], targets).item()
    return [p.detach().clone() for p in net.parameters()], losses, end


def test_training_side_by_side_is_training_one_at_a_time():
    net = train((3, 2), seed=5, starts=12, steps=40, rate=0.05, decay=1e-3)
    generator = torch.Generator().manual_seed(5)
    every = relu_mlp(2, (3, 2)).layers(random_parameters(relu_mlp(2, (3, 2)), 12, generator))
    alone = [
        plain_run([part[k] for pair in every for part in pair], [0.05] * 10, 1e-3)
        for k in range(12)
    ]
    screening = np.array([end for _, _, end in alone])
    np.testing.assert_allclose(net.screening_losses, screening, atol=1e-9)
    fall = [0.05 * (1 + np.cos(np.pi * k / 30)) / 2 for k in range(30)]
    finals = {k: plain_run(alone[k][0], fall, 1e-3) for k in np.argsort(screening)[:8]}
    best = min(finals, key=lambda k: finals[k][2])
    parameters, losses, end = finals[best]
    assert net.chosen == best
    assert net.loss == pytest.approx(end, abs=1e-9)
    np.testing.assert_allclose(net.losses, alone[best][1] + losses, atol=1e-9)
    for mine, theirs in zip(net.weights, parameters[::2], strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), atol=1e-7)


def test_the_record_is_true_of_the_parameters():
    net = train((4, 3), seed=1, steps=80)
    module = torch_net(net.weights, net.biases)
    for points, labels, accuracy in (
        (MOONS.train_points, MOONS.train_labels, net.train_accuracy),
        (MOONS.test_points, MOONS.test_labels, net.test_accuracy),
    ):
        assert ((run(module, points)[:, 0] > 0) == labels).mean() == accuracy
    signed = (2 * MOONS.train_labels - 1) * run(module, MOONS.train_points)[:, 0]
    assert net.loss == pytest.approx(np.logaddexp(0, -signed).mean(), abs=1e-12)
    assert net.parameter_count == sum(p.numel() for p in module.parameters()) == 31
    assert net.losses.shape == (80,)
    assert net.starts == starts_for((4, 3)) == len(net.screening_losses)


@pytest.mark.parametrize("seed", [0, 1])
def test_two_and_two_neurons_separate_the_moons(seed):
    net = train((2, 2), seed, plane_dataset("moons", seed))
    assert net.test_accuracy >= 0.95
    assert net.losses[-1] < 0.05 < net.losses[0]


def test_circles_need_a_third_neuron():
    data = plane_dataset("circles", 0)
    assert train((3, 2), 0, data).test_accuracy >= 0.98
    assert train((2,), 0, data).test_accuracy < 0.9


def test_the_test_set_takes_no_part():
    with_test = train(steps=40)
    without = train_classifier(MOONS.train_points, MOONS.train_labels, (2, 2), 0, steps=40)
    assert without.test_accuracy is None
    assert without.weights[0].tobytes() == with_test.weights[0].tobytes()


def test_same_seed_same_bytes_on_any_number_of_threads():
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    try:
        runs = []
        for count in (1, 2):
            torch.set_num_threads(count)
            runs.append(train((8, 8), seed=3, steps=24))
    finally:
        torch.set_num_threads(threads)
    for one, two in zip(runs[0].weights, runs[1].weights, strict=True):
        assert one.tobytes() == two.tobytes()
    assert torch.equal(torch.get_rng_state(), state)
    assert train((8, 8), seed=4, steps=24).weights[0].tobytes() != runs[0].weights[0].tobytes()


@pytest.mark.parametrize("widths", [(), (0,), (17,), (2, 2, 2, 2, 2), (2.5,), (float("nan"),)])
def test_widths_out_of_bounds_are_refused(widths):
    with pytest.raises(ValueError, match="1 to 4 hidden layers of 1 to 16 neurons"):
        train(widths)


def test_points_and_labels_that_do_not_fit_are_refused():
    points = MOONS.train_points
    with pytest.raises(ValueError, match="both classes"):
        train_classifier(points, np.zeros(len(points), int), (2,), 0)
    with pytest.raises(ValueError, match="with labels"):
        train_classifier(points, MOONS.train_labels[:-1], (2,), 0)
    with pytest.raises(ValueError, match="finite"):
        train_classifier(np.where(points > 1, np.nan, points), MOONS.train_labels, (2,), 0)
