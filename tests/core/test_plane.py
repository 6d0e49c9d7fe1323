import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.func import functional_call

from mlanim.core.landscape.plane import (
    axis_through_zero,
    contour_levels,
    distance_kept,
    filter_normalised,
    loss_grid,
    losses_at,
    on_plane,
    pca_directions,
    plane_coordinates,
    random_directions,
    random_walks,
    variance_kept,
)
from mlanim.core.learning.task import task_named
from mlanim.core.models.mlp import MLP

SEEDS = st.integers(0, 10_000)


def normal(seed, *shape):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def one_component_share(points):
    """Share of variance of the first principal component, by numpy."""
    centred = points - points.mean(0)
    spread = np.linalg.eigvalsh(centred @ centred.T)
    return spread[-1] / spread.sum()


@pytest.fixture(scope="module")
def moons():
    return task_named("moons", seed=0)


@given(seed=SEEDS, scale=st.floats(1e-3, 1e3))
@settings(max_examples=30)
def test_a_filter_normalised_row_has_its_neurons_norm_and_its_own_direction(seed, scale):
    net = MLP((3, 5, 2))
    weights, draw = net.initial(torch.Generator().manual_seed(seed)), normal(seed, 32)
    scaled = filter_normalised(scale * draw, weights, net)
    for (row, bias), (trained, _), (drawn, _) in zip(
        *(net.layers(theta) for theta in (scaled, weights, draw)), strict=True
    ):
        torch.testing.assert_close(row.norm(dim=1), trained.norm(dim=1))
        cosines = nn.functional.cosine_similarity(row, drawn)
        torch.testing.assert_close(cosines, torch.ones_like(cosines))
        assert not bias.any()


def test_filter_normalising_leaves_its_arguments_alone():
    weights, draw = normal(2, 12), normal(0, 12)
    before = weights.clone(), draw.clone()
    filter_normalised(draw, weights, MLP((2, 2, 2)))
    assert torch.equal(weights, before[0])
    assert torch.equal(draw, before[1])


@given(seed=SEEDS)
@settings(max_examples=30)
def test_pca_directions_are_numpys_right_singular_vectors_of_the_paths_made_alike(seed):
    paths = normal(seed, 3, 5, 7) * torch.tensor([1.0, 40.0, 0.1]).view(3, 1, 1)
    alike = [
        (path - path.mean(0)) / (path.std(0, ddof=0) ** 2).sum() ** 0.5 for path in paths.numpy()
    ]
    right = np.linalg.svd(np.concatenate(alike))[2][:2]
    ours = pca_directions(paths).numpy()
    np.testing.assert_allclose(np.abs((ours * right).sum(1)), 1, atol=1e-9)
    assert (ours[np.arange(2), np.abs(ours).argmax(1)] > 0).all()


@given(seed=SEEDS)
@settings(max_examples=30)
def test_no_other_plane_keeps_more_of_the_paths_variance_on_average(seed):
    def kept(plane):
        return np.mean([variance_kept(path, plane) for path in paths])

    paths = normal(seed, 3, 6, 5) * torch.tensor([1.0, 40.0, 0.1]).view(3, 1, 1)
    best = pca_directions(paths)
    for other in (normal(seed + 1, 2, 5), best + 0.05 * normal(seed + 2, 2, 5)):
        assert kept(other) <= kept(best) + 1e-12


@given(seed=SEEDS, stretch=st.floats(0.1, 60))
@settings(max_examples=30)
def test_coordinates_are_the_least_squares_solution_in_a_skewed_plane(seed, stretch):
    directions, centre = normal(seed, 2, 6), normal(seed + 1, 6)
    directions[1] = stretch * directions[1] + directions[0]
    points = normal(seed + 2, 9, 6)
    expected, *_ = np.linalg.lstsq(directions.T.numpy(), (points - centre).T.numpy(), rcond=None)
    ours = plane_coordinates(points, centre, directions)
    np.testing.assert_allclose(ours.numpy(), expected.T, rtol=1e-6, atol=1e-9)


def test_coordinates_do_not_depend_on_what_memory_held_before():
    directions, points = normal(0, 2, 82), normal(1, 81, 82)
    found = set()
    for seed in range(300):
        left = [torch.randint(0, 9, (2,), dtype=torch.int32) for _ in range(seed % 40)]
        del left
        found.add(plane_coordinates(points, points[-1], directions).numpy().tobytes())
    assert len(found) == 1


def test_a_coefficient_of_seven_tenths_comes_back_as_seven_tenths():
    # Dividing a dot product by the norm instead of its square gives .7 times the norm.
    directions, centre = 9.6 * normal(0, 2, 90), normal(1, 90)
    made = torch.tensor([[0.7, -0.2]], dtype=torch.float64)
    point = on_plane(made, centre, directions)
    torch.testing.assert_close(plane_coordinates(point, centre, directions), made)


@given(seed=SEEDS)
@settings(max_examples=30)
def test_shares_are_one_on_the_plane_zero_off_it_and_never_outside(seed):
    basis = torch.linalg.qr(normal(seed, 6, 6)).Q.T
    plane, rest, centre = basis[:2], basis[2:], normal(seed + 1, 6)
    inside = on_plane(normal(seed + 2, 5, 2), centre, plane)
    outside = on_plane(normal(seed + 3, 5, 4), centre, rest)
    assert distance_kept(inside, centre, plane) == pytest.approx(1)
    assert variance_kept(inside, plane) == pytest.approx(1)
    assert distance_kept(outside, centre, plane) == pytest.approx(0, abs=1e-12)
    assert 0 <= distance_kept(inside + outside - centre, centre, plane) <= 1


def test_the_variance_share_ignores_where_the_path_lies():
    points, plane = normal(0, 8, 5), normal(1, 2, 5)
    moved = variance_kept(points + 100 * normal(2, 5), plane)
    assert moved == pytest.approx(variance_kept(points, plane), rel=1e-9)
    assert distance_kept(points, points.mean(0), plane) == pytest.approx(moved, rel=1e-9)


def test_a_random_walk_puts_six_over_pi_squared_in_its_first_component():
    walks = random_walks(3, 200, 2000, torch.Generator().manual_seed(0))
    shares = [one_component_share(walk.numpy()) for walk in walks]
    assert not walks[:, 0].any()
    assert np.mean(shares) == pytest.approx(6 / np.pi**2, abs=0.01)


@given(low=st.floats(-50, 0), span=st.floats(0.1, 80), resolution=st.integers(3, 80), share=SEEDS)
@settings(max_examples=100)
def test_an_axis_holds_zero_exactly_is_even_and_covers_the_interval(low, span, resolution, share):
    high = low + max(span, -low)
    axis = axis_through_zero(low, high, resolution)
    spacing = (high - low) / (resolution - 1)
    assert len(axis) == resolution
    assert (axis == 0).sum() == 1
    torch.testing.assert_close(axis.diff(), torch.full((resolution - 1,), spacing).double())
    assert abs(axis[0].item() - low) <= spacing / 2 * (1 + 1e-9)
    assert abs(axis[-1].item() - high) <= spacing / 2 * (1 + 1e-9)


@pytest.mark.parametrize("arguments", [(1.0, 2.0, 5), (-2.0, -1.0, 5), (-1.0, 1.0, 2), (0, 0, 5)])
def test_an_axis_without_zero_or_with_two_points_is_refused(arguments):
    with pytest.raises(ValueError, match="must contain zero and have at least 3 points"):
        axis_through_zero(*arguments)


def test_the_grid_is_a_plain_loop_over_a_torch_module(moons):
    centre = moons.start(1)
    directions = random_directions(centre, moons.net, 2, torch.Generator().manual_seed(0))
    x, y = axis_through_zero(-1, 2, 7), axis_through_zero(-1, 1, 5)
    grid = loss_grid(moons.train_loss, centre, directions, x, y)
    module = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2)).double()
    names = [name for name, _ in module.named_parameters()]
    assert grid.shape == (5, 7)
    for i, j in np.ndindex(5, 7):
        theta = centre + x[j] * directions[0] + y[i] * directions[1]
        nn.utils.vector_to_parameters(theta, module.parameters())
        tensors = dict(zip(names, module.parameters(), strict=True))
        scores = functional_call(module, tensors, moons.data.train.inputs.T)
        expected = nn.functional.cross_entropy(scores, moons.data.train.labels).item()
        assert grid[i, j].item() == pytest.approx(expected, rel=1e-12)


def test_the_grids_origin_is_the_centres_own_loss(moons):
    centre = moons.start(1)
    directions = random_directions(centre, moons.net, 2, torch.Generator().manual_seed(0))
    axis = axis_through_zero(-1, 1, 9)
    grid = loss_grid(moons.train_loss, centre, directions, axis, axis)
    assert axis[4] == 0
    assert grid[4, 4].item() == pytest.approx(moons.train_loss(centre).item(), abs=1e-12)


def test_losses_along_one_direction(moons):
    centre, direction = moons.start(1), normal(0, 82)
    at = torch.linspace(-1, 1, 11, dtype=torch.float64)
    found = losses_at(moons.train_loss, at[:, None], centre, direction[None])
    expected = [moons.train_loss(centre + step * direction).item() for step in at]
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12)


def test_random_directions_follow_the_seed_and_differ(moons):
    centre = moons.start(1)
    first, again = (
        random_directions(centre, moons.net, 2, torch.Generator().manual_seed(4)) for _ in range(2)
    )
    assert torch.equal(first, again)
    assert abs(nn.functional.cosine_similarity(first[0], first[1], dim=0)) < 0.5


@given(low=st.floats(1e-4, 10), ratio=st.floats(1.01, 1e4))
def test_contour_levels_are_all_the_preferred_numbers_in_between(low, ratio):
    levels = contour_levels(low, low * ratio)
    assert ((levels > low) & (levels < low * ratio)).all()
    digits = levels / 10.0 ** np.floor(np.log10(levels) + 1e-9)
    assert set(np.round(digits, 6)) <= {1.0, 1.5, 2.0, 3.0, 5.0, 7.0}
    steps = levels[1:] / levels[:-1]
    assert ((steps > 1.3) & (steps < 1.7)).all()
    assert len(levels) == 0 or (levels[0] <= low * 1.7 and levels[-1] >= low * ratio / 1.7)


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (2.0, 1.0), (-1.0, 1.0)])
def test_contour_levels_of_an_impossible_range_are_refused(bounds):
    with pytest.raises(ValueError, match="need 0 < low < high"):
        contour_levels(*bounds)
