import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from mlanim.core.landscape.spectrum import (
    Lanczos,
    extreme_eigenpairs,
    hutchinson_trace,
    lanczos_quadrature,
)
from mlanim.core.learning.curvature import hessian_vector_product
from mlanim.core.learning.task import task_named
from mlanim.long_run import listened


def symmetric(eigenvalues, seed, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    size = len(eigenvalues)
    basis = torch.linalg.qr(torch.randn(size, size, generator=generator, dtype=torch.float64)).Q
    matrix = basis @ torch.diag(torch.tensor(eigenvalues, dtype=torch.float64)) @ basis.T
    return ((matrix + matrix.T) / 2).to(dtype)


def products_of(matrix):
    """What the functions take: a product, and a vector like those that it takes."""
    return (lambda v: matrix @ v), matrix.new_zeros(len(matrix))


@pytest.fixture(scope="module")
def network():
    """A product with a network's Hessian, its size, and numpy's eigenvalues of all of it."""
    task = task_named("moons", seed=0)
    theta = task.start(0)
    full = torch.autograd.functional.hessian(task.train_loss, theta)
    product = hessian_vector_product(task.train_loss, theta)
    return product, theta, np.linalg.eigvalsh(full.numpy()), full


def test_the_ends_of_a_networks_spectrum_are_those_of_its_full_hessian(network):
    product, theta, values, full = network
    found = extreme_eigenpairs(product, theta, top=4, lowest=3, seed=0)
    np.testing.assert_allclose(found.values, [*values[:-5:-1], *values[2::-1]], atol=1e-6)
    off = full.numpy() @ found.vectors.T - found.vectors.T * found.values
    np.testing.assert_allclose(
        found.residuals, np.linalg.norm(off, axis=0) / abs(values).max(), atol=1e-6
    )
    assert found.are_found
    np.testing.assert_allclose(found.vectors @ found.vectors.T, np.eye(7), atol=1e-6)


@given(
    eigenvalues=st.lists(st.integers(-4, 4), min_size=2, max_size=9),
    top=st.integers(1, 4), lowest=st.integers(0, 4), seed=st.integers(0, 99),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_an_eigenvalue_that_occurs_often_is_found_as_often(eigenvalues, top, lowest, seed):
    product, like = products_of(symmetric([float(value) for value in eigenvalues], seed))
    found = extreme_eigenpairs(product, like, top, lowest, seed)
    ranked = sorted(eigenvalues, reverse=True)
    few = top + lowest < len(ranked)
    wanted = ranked[:top] + ranked[len(ranked) - lowest :] if few else ranked
    np.testing.assert_allclose(found.values, wanted, atol=1e-3)
    assert found.are_found


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_single_precision_finds_the_same_to_its_own_digits(dtype):
    matrix = symmetric([30.0, 7.0, 7.0, *np.linspace(-1, 1, 60), -5.0], 3, dtype)
    product, like = products_of(matrix)
    found = extreme_eigenpairs(product, like, 3, 1, seed=1)
    np.testing.assert_allclose(found.values, [30, 7, 7, -5], rtol=1e-4)
    assert found.are_found
    quadrature = lanczos_quadrature(product, like, 20, 30, seed=0)
    assert quadrature.density(np.linspace(-8, 33, 4001), 0.2).sum() * 41 / 4000 == pytest.approx(
        1, abs=1e-3
    )


def test_a_quadratic_has_the_spectrum_that_was_put_into_it():
    matrix = symmetric([9.0, 4.0, 1.0, 0.0, -2.0], seed=5)
    shift = torch.arange(5.0, dtype=torch.float64)
    product = hessian_vector_product(lambda theta: 0.5 * theta @ matrix @ theta + shift @ theta,
                                     torch.ones(5, dtype=torch.float64))  # fmt: skip
    found = extreme_eigenpairs(product, shift, 3, 2, seed=0)
    np.testing.assert_allclose(found.values, [9, 4, 1, 0, -2], atol=1e-9)


@pytest.mark.parametrize(
    "loss",
    [
        lambda theta: 0 * theta.square().sum(),
        lambda theta: theta.sum(),
        lambda theta: theta[0].square() * 0 + theta[1],
    ],
)
def test_a_loss_without_curvature_has_a_spectrum_of_zeros(loss):
    like = torch.ones(6, dtype=torch.float64)
    product = hessian_vector_product(loss, like)
    found = extreme_eigenpairs(product, like, 3, 1, seed=0)
    assert (found.values == 0).all()
    assert (found.residuals == 0).all()
    trace = hutchinson_trace(product, like, 4, seed=0)
    assert (trace.mean, trace.error) == (0, 0)
    quadrature = lanczos_quadrature(product, like, 2, 5, seed=0)
    assert quadrature.share_below(-1e-9) == (0, 0)
    assert quadrature.share_below(1e-9) == (1, 0)


def test_the_trace_is_exact_for_a_diagonal_and_within_its_error_elsewhere(network):
    diagonal = torch.diag(torch.tensor([3.0, -1.0, 0.5, 8.0], dtype=torch.float64))
    trace = hutchinson_trace(*products_of(diagonal), 5, seed=0)
    assert (trace.mean, trace.error) == (10.5, 0)
    product, theta, values, _ = network
    off = [
        (found.mean - values.sum()) / found.error
        for found in (hutchinson_trace(product, theta, 30, seed) for seed in range(20))
    ]
    assert 0.5 < np.std(off) < 1.6  # the errors are as large as they say
    assert abs(np.mean(off)) < 3 / 20**0.5
    with pytest.raises(ValueError, match="take two or more"):
        hutchinson_trace(product, theta, 1, seed=0)


def test_quadrature_gives_the_moments_of_its_vectors_exactly(network):
    product, theta, _, full = network
    steps = 5
    found = lanczos_quadrature(product, theta, 3, steps, seed=2)
    np.testing.assert_allclose(found.weights.sum(1), 1)
    for probe in range(3):
        starts: list[torch.Tensor] = []
        lanczos_quadrature(
            lambda v, starts=starts: (starts.append(v), product(v))[1], theta, 3, steps, seed=2
        )
        v = starts[probe * steps]
        for power in range(2 * steps):
            exact = float(v @ torch.linalg.matrix_power(full, power) @ v)
            ours = float((found.weights[probe] * found.nodes[probe] ** power).sum())
            assert ours == pytest.approx(exact, rel=1e-7)


def test_the_density_is_that_of_all_eigenvalues_smoothed(network):
    product, theta, values, _ = network
    at, width = np.linspace(values[0] - 0.1, values[-1] + 0.1, 300), 0.05
    away = (at[:, None] - values) / width
    exact = np.exp(-0.5 * away**2).mean(1) / (width * (2 * np.pi) ** 0.5)
    found = lanczos_quadrature(product, theta, 60, 25, seed=0)
    step = at[1] - at[0]
    assert np.abs(found.density(at, width) - exact).sum() * step < 0.15
    share, error = found.share_below(-0.01)
    assert abs(share - (values < -0.01).mean()) < 4 * error + 0.01


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.mix = nn.TransformerEncoderLayer(8, 2, 8, dropout=0.0, batch_first=True)

    def forward(self, x):
        return self.mix(x).mean(1)


def test_a_transformers_hessian_is_multiplied_too():
    torch.manual_seed(0)
    net, x = Attention().double(), torch.randn(5, 4, 8, dtype=torch.float64)
    named = dict(net.named_parameters())
    theta = torch.cat([p.detach().flatten() for p in named.values()])

    def loss(theta):
        parts = theta.split([p.numel() for p in named.values()])
        shaped = {n: t.view_as(p) for (n, p), t in zip(named.items(), parts, strict=True)}
        return torch.func.functional_call(net, shaped, (x,)).square()[:, 0].exp().mean()

    product = hessian_vector_product(loss, theta)
    vector = torch.randn(len(theta), dtype=torch.float64, generator=torch.manual_seed(1))

    def gradient(at):
        return torch.func.grad(loss)(at)

    ahead, behind = (gradient(theta + h * vector) for h in (1e-5, -1e-5))
    torch.testing.assert_close(product(vector), (ahead - behind) / 2e-5, rtol=1e-5, atol=1e-6)


def test_second_derivatives_that_are_not_finite_are_refused():
    like = torch.ones(3, dtype=torch.float64)
    with pytest.raises(ValueError, match="second derivatives of the loss are not finite"):
        extreme_eigenpairs(lambda v: v * float("nan"), like, 1, 0, seed=0)


def test_lanczos_vectors_stay_orthogonal_where_plain_lanczos_loses_them():
    product, like = products_of(symmetric(list(np.geomspace(1e-6, 1, 80)), seed=0))
    start = torch.ones_like(like)
    space = Lanczos(product, start, 60, like.new_empty(0, len(like)))
    while space.grow():
        pass
    basis = space.basis[: len(space.diagonal)]
    torch.testing.assert_close(
        basis @ basis.T, torch.eye(len(basis), dtype=torch.float64), rtol=0, atol=1e-12
    )


class Shelf:
    """A place for what a computation has so far, in memory."""

    def __init__(self):
        self.held = {}

    def load(self, name):
        return self.held.get(name)

    def save(self, name, arrays):
        self.held[name] = {key: value.copy() for key, value in arrays.items()}


def broken_after(product, count):
    """The product, which fails when it has been taken so often."""
    taken = []

    def failing(v):
        taken.append(v)
        if len(taken) > count:
            raise KeyboardInterrupt
        return product(v)

    return failing


def test_what_was_interrupted_goes_on_where_it_stopped(network):
    product, theta, _, _ = network
    for function, sizes, least in (
        (hutchinson_trace, (24,), 20), (lanczos_quadrature, (4, 12), 24),
    ):  # fmt: skip
        shelf, whole, spent = Shelf(), function(product, theta, *sizes, seed=1), []
        with listened(lambda done, total: None, shelf), pytest.raises(KeyboardInterrupt):
            function(broken_after(product, least + 3), theta, *sizes, seed=1)

        def counted(v, spent=spent):
            spent.append(v)
            return product(v)

        with listened(lambda done, total: None, shelf):
            again = function(counted, theta, *sizes, seed=1)
        assert len(spent) == np.prod(sizes) - least
        for field in vars(whole):
            np.testing.assert_array_equal(getattr(again, field), getattr(whole, field))


def test_the_ends_found_before_an_interruption_are_not_sought_again(network):
    product, theta, _, _ = network
    shelf, whole, spent = Shelf(), extreme_eigenpairs(product, theta, 3, 1, seed=0), []
    with listened(lambda done, total: None, shelf), pytest.raises(KeyboardInterrupt):
        extreme_eigenpairs(broken_after(product, whole.products - 9), theta, 3, 1, seed=0)

    def counted(v):
        spent.append(v)
        return product(v)

    with listened(lambda done, total: None, shelf):
        again = extreme_eigenpairs(counted, theta, 3, 1, seed=0)
    assert len(spent) < whole.products / 2 + 9
    for field in vars(whole):
        np.testing.assert_array_equal(getattr(again, field), getattr(whole, field))
