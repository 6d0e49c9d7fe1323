import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mlanim.core.learning.curvature import hessian, hessian_vector_product, largest_eigenvalue
from mlanim.core.learning.task import task_named
from mlanim.core.learning.training import value_and_gradient


def symmetric(eigenvalues, seed):
    generator = torch.Generator().manual_seed(seed)
    size = len(eigenvalues)
    basis = torch.linalg.qr(torch.randn(size, size, generator=generator, dtype=torch.float64)).Q
    return basis @ torch.diag(torch.tensor(eigenvalues, dtype=torch.float64)) @ basis.T


@pytest.fixture(scope="module")
def moons():
    task = task_named("moons", seed=0)
    return task, task.start(0)


@pytest.fixture(scope="module")
def full(moons):
    """The Hessian by torch.autograd.functional, an implementation of its own."""
    task, theta = moons
    return torch.autograd.functional.hessian(task.train_loss, theta)


def test_the_full_hessian_is_autograds(moons, full):
    task, theta = moons
    found = hessian(task.train_loss, theta)
    torch.testing.assert_close(found, full, rtol=1e-9, atol=1e-12)
    assert torch.equal(found, found.T)


def test_a_hessian_vector_product_is_the_gradients_finite_difference(moons, full):
    task, theta = moons
    vector = torch.randn(82, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    product = hessian_vector_product(task.train_loss, theta)
    ahead, behind = (
        value_and_gradient(task.train_loss, theta + step * vector)[1] for step in (1e-5, -1e-5)
    )
    torch.testing.assert_close(product(vector), (ahead - behind) / 2e-5, rtol=1e-6, atol=1e-8)
    torch.testing.assert_close(product(vector), full @ vector)


def test_the_largest_eigenvalue_of_a_network_is_that_of_its_full_hessian(moons, full):
    task, theta = moons
    found = largest_eigenvalue(hessian_vector_product(task.train_loss, theta), 82, seed=0)
    values, vectors = torch.linalg.eigh(full)
    assert found.converged
    assert found.residual <= 1e-4
    assert found.value == pytest.approx(values[-1].item(), rel=1e-7)
    assert abs(vectors[:, -1].numpy() @ found.vector) == pytest.approx(1, abs=1e-6)


@given(
    eigenvalues=st.lists(st.integers(-9, 9), min_size=2, max_size=6, unique=True),
    seed=st.integers(0, 99),
)
@settings(max_examples=25)
def test_the_algebraically_largest_is_found_whatever_the_signs(eigenvalues, seed):
    matrix = symmetric([float(value) for value in eigenvalues], seed)
    found = largest_eigenvalue(lambda v: matrix @ v, len(eigenvalues), seed, most=3000)
    assert found.value == pytest.approx(max(eigenvalues), abs=1e-5)
    assert np.linalg.norm(found.vector) == pytest.approx(1)


def test_the_residual_is_that_of_the_vector_returned():
    matrix = symmetric([3.0, 2.9, 0.5], seed=0)
    found = largest_eigenvalue(lambda v: matrix @ v, 3, seed=0, most=4)
    error = matrix @ torch.from_numpy(found.vector) - found.value * torch.from_numpy(found.vector)
    assert found.residual == pytest.approx(error.norm().item() / found.value)
    assert found.iterations == 9
    assert not found.converged


@pytest.mark.parametrize("seed", range(6))
def test_eigenvalues_that_tie_with_opposite_signs_do_not_mislead(seed):
    matrix = symmetric([2.0, -2.0, 0.5], seed)
    found = largest_eigenvalue(lambda v: matrix @ v, 3, seed)
    assert found.converged
    assert found.value == pytest.approx(2, abs=1e-6)
