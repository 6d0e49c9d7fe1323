"""Normalisation against torch's own layers, closed forms and finite differences."""

import re

import numpy as np
import pytest
import torch
from torch import nn

from mlanim.core.data.examples import split_named
from mlanim.core.gradients.norm_sentences import (
    says_of_batch_norm,
    says_of_layer_norm,
    says_of_pair,
    says_of_rms_norm,
    says_of_scale,
    says_of_smoothness,
)
from mlanim.core.gradients.normalisation import (
    normalisation_lesson,
    scaled_layer,
    spread_of,
)
from mlanim.core.gradients.smoothness import PROBED, TRIED, changes
from mlanim.core.learning.task import Task
from mlanim.core.models.mlp import MLP, cross_entropy
from mlanim.core.models.norms import EPSILON, batch_norm, layer_norm, normed_tanh, rms_norm
from mlanim.words.numbers import MINUS

SMALLEST = {"batch": 3, "features": 6, "layers": 1, "rate": 0.02}


@pytest.fixture(scope="module")
def lessons():
    return [normalisation_lesson(**SMALLEST, seed=0), normalisation_lesson(5, 8, 2, 0.3, 4)]


def numbers(said):
    return [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", str(said).replace(MINUS, "-"))]


@pytest.mark.parametrize("scale", [1e-3, 1.0, 50.0])
def test_the_norms_are_torchs_own(scale):
    z = scale * torch.randn(7, 12, generator=torch.Generator().manual_seed(0)).double()
    theirs = {
        batch_norm: nn.BatchNorm1d(7, affine=False, track_running_stats=False),
        layer_norm: nn.LayerNorm(7, eps=EPSILON, elementwise_affine=False),
        rms_norm: nn.RMSNorm(7, eps=EPSILON, elementwise_affine=False),
    }
    for norm, layer in theirs.items():
        torch.testing.assert_close(norm(z), layer(z.T).T, rtol=1e-12, atol=1e-12)


def test_a_batchs_mean_strays_by_the_closed_form():
    z = np.random.default_rng(1).gumbel(size=(40, 500)) * np.linspace(0.1, 9, 40)[:, None]
    found = spread_of(z, seed=3)
    promised = np.sqrt((500 - found.sizes) / 499 / found.sizes)  # drawn without replacement
    np.testing.assert_allclose(found.mean.mean(1), promised, rtol=0.03)
    assert np.all(np.abs(found.mean / promised[:, None] - 1) < 0.2)
    pairs = np.abs(np.diff(z[:, np.random.default_rng(2).integers(0, 500, (9000, 2))])[..., 0]) / 2
    expected = pairs.std(1) / z.std(1)
    assert found.deviation[0].mean() == pytest.approx(expected.mean(), rel=0.03)


def test_what_changes_along_a_step_is_that_of_a_quadratic():
    rng, rate = np.random.default_rng(0), 0.03
    root = rng.standard_normal((6, 6))
    hessian, theta = torch.from_numpy(root @ root.T), torch.from_numpy(rng.standard_normal((2, 6)))
    _, loss, gradient = changes(lambda x, _: 0.5 * (x @ hessian * x).sum(-1), theta, rate)
    for at, one, other in zip(theta.numpy(), loss.tolist(), gradient.tolist(), strict=True):
        g = root @ root.T @ at
        length, bent = np.linalg.norm(g), g @ root @ root.T @ g
        slopes = [abs(length - rate * eta * bent / length / 2) for eta in TRIED]
        assert one == pytest.approx(max(slopes), rel=1e-9)
        assert other == pytest.approx(np.linalg.norm(root @ root.T @ g) / length, rel=1e-9)
        assert other <= np.linalg.eigvalsh(root @ root.T)[-1]


def test_autograd_through_batch_norm_agrees_with_finite_differences():
    net, draw = MLP((5, 4, 4, 3), normed_tanh), torch.Generator().manual_seed(2)
    inputs, labels = torch.randn(5, 9, generator=draw).double(), torch.arange(9) % 3
    theta = net.initial(draw).requires_grad_()

    def loss(at):
        return cross_entropy(net(at, inputs), labels).mean()

    (found,) = torch.autograd.grad(loss(theta), theta)
    aside = 1e-6 * torch.eye(len(theta)).double()
    slopes = [(loss(theta + step) - loss(theta - step)).item() / 2e-6 for step in aside]
    np.testing.assert_allclose(found.numpy(), slopes, atol=1e-8)


@pytest.mark.parametrize("norms", [True, False])
def test_a_multiplied_layer_is_that_of_torchs_own_network(norms):
    draw, data = torch.Generator().manual_seed(1), split_named("digits", 0)
    normed, plain = (Task(MLP((64, 6, 10), act), data) for act in (normed_tanh, torch.tanh))
    theta = normed.net.initial(draw, bias=0.5)
    found, torchs = scaled_layer(normed, theta, plain, theta), []
    between = nn.BatchNorm1d(6, affine=False) if norms else nn.Identity()
    net = nn.Sequential(nn.Linear(64, 6), between, nn.Tanh(), nn.Linear(6, 10)).double()
    for factor in (1.0, *found.factors):
        nn.utils.vector_to_parameters(theta.clone(), net.parameters())
        with torch.no_grad():
            net[0].weight *= factor
            net[0].bias *= factor
        net.zero_grad()
        loss = cross_entropy(net(data.train.inputs.T[:PROBED]).T, data.train.labels[:PROBED]).mean()
        loss.backward()
        torchs.append((loss.item(), net[0].weight.grad.square().sum().item()))
    (whole, steepness), *others = torchs
    losses = np.array([loss / whole for loss, _ in others])
    np.testing.assert_allclose(found.loss if norms else found.plain, losses, rtol=1e-10)
    if norms:  # behind batch norm the gradient of the bias is 0
        lengths = np.sqrt([square / steepness for _, square in others])
        np.testing.assert_allclose(found.gradient, lengths, rtol=1e-10)


def test_the_lesson_measures_the_same_of_its_own_network(lessons):
    for lesson in lessons:
        found = lesson.scaled
        np.testing.assert_allclose(found.loss, 1, atol=0.01)  # ε keeps it from 1
        np.testing.assert_allclose(found.gradient * found.factors, 1, atol=0.01)
        low, high, loss, plain, most, least = numbers(says_of_scale(*vars(found).values()))[:6]
        assert (low, high) == (0.1, 10)
        assert 100 * np.abs(found.loss - 1).max() <= loss + 0.05
        assert 100 * np.abs(found.plain - 1).max() == pytest.approx(plain, abs=0.51)
        assert (most, least) == pytest.approx((found.gradient[0], found.gradient[-1]), rel=6e-3)


def test_the_walk_ends_with_each_norms_result(lessons):
    for lesson in lessons:
        walk, (rows, columns) = lesson.walk, lesson.before.shape
        ends = np.cumsum([columns, rows, rows]) - 1
        for end, name in zip(ends, ("batch", "layer", "RMS"), strict=True):
            np.testing.assert_array_equal(walk.shown[end], lesson.after[name])
            assert walk.norm[end] == name
        np.testing.assert_allclose(walk.mean[:columns], lesson.before.mean(0))
        np.testing.assert_allclose(walk.variance[-rows:], lesson.before.var(1))
        np.testing.assert_allclose(walk.square_after[-rows:], 1, atol=1e-3)
        np.testing.assert_array_equal(walk.shown[0][:, 1:], lesson.before[:, 1:])


def test_the_sentences_of_the_norms_hold_for_any_tensor():
    rng = np.random.default_rng(0)
    for _ in range(200):
        rows, columns = rng.integers(3, 13), rng.integers(6, 15)
        z = torch.from_numpy(rng.normal(size=(columns, rows)) * 10.0 ** rng.uniform(-3, 1))
        batch, layer, rms = (norm(z).T.numpy() for norm in (batch_norm, layer_norm, rms_norm))
        for after, own, said in (
            (batch, 0, says_of_batch_norm(batch)), (layer, 1, says_of_layer_norm(layer))
        ):  # fmt: skip
            is_one = np.allclose(after.var(own), 1, atol=0.005)
            assert ("gets mean 0, variance 1;" in str(said)) == is_one
            ends = after.mean(1 - own).min(), after.mean(1 - own).max()
            assert numbers(said)[-2:] == pytest.approx(ends, abs=0.006)
        square = (rms**2).mean(1)
        said = says_of_rms_norm(rms)
        assert ("mean square is 1," in str(said)) == np.allclose(square, 1, atol=0.005)
        assert numbers(said)[-2:] == pytest.approx(
            (rms.mean(1).min(), rms.mean(1).max()), abs=0.006
        )
        pair = batch_norm(z[:, :2]).T.numpy()
        count = sum(0.99 <= abs(cell) <= 1.01 for cell in pair.ravel())
        said = str(says_of_pair(pair))
        assert f"{count} of {pair.size}" in said or ("every cell" in said and count == pair.size)


def test_batch_norm_is_said_to_be_smoother_only_beyond_the_spread():
    rng = np.random.default_rng(0)
    for _ in range(200):
        pairs, words = [], []
        for _ in range(2):
            without = rng.uniform(1, 2) + rng.normal(0, 0.1, 5)
            gaps = rng.choice([-0.5, 0, 0.5]) + rng.normal(0, 0.3, 5)
            pairs.append((without, without + gaps))
            alike = abs(np.mean(gaps)) < np.sqrt(((gaps - gaps.mean()) ** 2).sum() / 4)
            words.append("as much" if alike else "less" if gaps.mean() < 0 else "more")
        said = str(says_of_smoothness(*pairs))
        found = re.findall("as much|less|more", said)
        assert found == (words[:1] if words[0] == words[1] else words)
        assert ("both" in said or "loss and gradient" in said) == (words[0] == words[1])


def test_what_is_said_of_training_is_what_was_measured(lessons):
    for lesson in lessons:
        for said, name in ((lesson.says_loss, "loss"), (lesson.says_gradient, "gradient")):
            runs = [getattr(one, name).mean(0) for one in (lesson.with_norm, lesson.without)]
            wanted = [part for run in runs for part in (run.mean(), run.std(ddof=1))]
            assert numbers(said) == pytest.approx(wanted, abs=0.0051)
        few, stray, many, less, line, end = (
            numbers(lesson.says_spread)[i] for i in (0, 1, 2, 3, -2, -1)
        )
        assert (few, many) == (2, 64)
        assert (stray, less) == pytest.approx(lesson.spread.mean.mean(1)[[0, -1]], abs=0.0051)
        assert (line, end) == pytest.approx((2**-0.5, 0.125), abs=0.0051)


def test_the_same_again(lessons):
    again = normalisation_lesson(**SMALLEST, seed=0)
    for name in ("loss", "gradient"):
        assert getattr(again.without, name).tobytes() == getattr(lessons[0].without, name).tobytes()
    assert again.walk.shown.tobytes() == lessons[0].walk.shown.tobytes()
