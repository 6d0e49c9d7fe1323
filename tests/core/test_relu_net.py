"""Any piecewise affine network: read from torch, cut into regions, compared with torch again."""

import itertools

import numpy as np
import pytest
import regioncam
import torch
import torch.nn.functional as F
from random_nets import random_layers
from torch import nn

from mlanim.core.relu.bounds import bounds_of, upper_bounds, widths_of
from mlanim.core.relu.edges import class_edges, new_edges
from mlanim.core.relu.modules import relu_net
from mlanim.core.relu.planes import plane_of, plane_through
from mlanim.core.relu.polygons import box, square
from mlanim.core.relu.regions import class_cells, cut, distinct_maps, linear_regions
from mlanim.core.relu.relu_net import perceptron

L = 1.5


class Block(nn.Module):
    """x plus two layers, with a leaky kink between them."""

    def __init__(self, width):
        super().__init__()
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x):
        return F.relu(x + self.second(F.leaky_relu(self.first(x), 0.1)))


class Pooled(nn.Module):
    """A convolution, its normalisation, a maximum over windows, and a linear layer."""

    def __init__(self):
        super().__init__()
        self.filters, self.norm = nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2)
        self.last = nn.Linear(2 * 2 * 2, 3)

    def forward(self, x):
        x = F.max_pool2d(torch.relu(self.norm(self.filters(x))), 2)
        return self.last(x.view(x.size(0), -1))


def leaky():
    return nn.Sequential(nn.Linear(2, 7), nn.LeakyReLU(0.2), nn.Dropout(), nn.Linear(7, 5),
                         nn.PReLU(), nn.Linear(5, 4))  # fmt: skip


def residual():
    return nn.Sequential(nn.Linear(2, 5), nn.ReLU(), Block(5), Block(5), nn.Linear(5, 3))


def maxout():
    return nn.Sequential(nn.Linear(2, 12), nn.Unflatten(1, (2, 6)), nn.MaxPool1d(3, 2, 1),
                         nn.Flatten(), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 1))  # fmt: skip


def convolution():
    made = Pooled()
    with torch.no_grad():
        made.norm.running_mean += 0.1
        made.norm.running_var *= 2
    return made


KINDS = {"leaky": leaky, "residual": residual, "maxout": maxout, "convolution": convolution}


class Case:
    """A random network of a kind, its regions, and the module as a function of the plane."""

    def __init__(self, kind, seed=0):
        torch.manual_seed(seed)
        self.module = KINDS[kind]().double().eval()
        self.shape = (1, 4, 4) if kind == "convolution" else (2,)
        inputs = int(np.prod(self.shape))
        self.plane = plane_through(np.random.default_rng(seed).normal(size=(3, inputs)))
        if inputs == 2:
            self.plane = plane_of([0, 0], [1, 0], [0, 1])
        last = [layer for layer in self.module.modules() if isinstance(layer, nn.Linear)][-1]
        last.bias.data -= self.outputs(torch.zeros(1, 2, dtype=torch.float64)).detach()[0]
        self.net = relu_net(self.module, self.shape).on_plane(self.plane.origin, self.plane.axes)
        self.cut = cut(self.net, square(L))
        self.parts, self.classes = class_cells(self.cut.output)

    def outputs(self, places):
        origin, axes = torch.from_numpy(self.plane.origin), torch.from_numpy(self.plane.axes)
        inputs = origin + places @ axes
        return self.module(inputs.reshape(-1, *self.shape))


@pytest.fixture(scope="module", params=sorted(KINDS))
def case(request):
    return Case(request.param)


def within(regions, seed=0):
    """A random place in each region."""
    weights = np.random.default_rng(seed).dirichlet(
        np.ones(regions.polygons.shape[1]), len(regions)
    )
    return np.einsum("ck,cki->ci", weights, regions.polygons)


def test_the_regions_tile_the_plane_and_no_more_than_the_bound(case):
    for layer, bound in zip(case.cut.layers[1:], bounds_of(case.net), strict=True):
        assert layer.areas.sum() == pytest.approx((2 * L) ** 2, rel=1e-12)
        assert layer.areas.min() > 0
        assert len(layer) <= bound
        assert len(np.unique(layer.patterns, axis=0)) == len(layer)
    assert case.parts.areas.sum() == pytest.approx((2 * L) ** 2, rel=1e-12)
    assert case.cut.layers[-1].areas.sum() == pytest.approx((2 * L) ** 2, rel=1e-12)


def test_autograd_gives_the_affine_map_of_each_region(case):
    output = case.cut.output
    places = torch.from_numpy(within(output)).requires_grad_()
    values = case.outputs(places)
    mapped = np.einsum("cmi,ci->cm", output.linear, places.detach()) + output.shift
    np.testing.assert_allclose(mapped, values.detach(), atol=1e-9)
    slopes = [torch.autograd.grad(values[:, k].sum(), places, retain_graph=True)[0]
              for k in range(values.shape[1])]  # fmt: skip
    np.testing.assert_allclose(output.linear, torch.stack(slopes, dim=1), atol=1e-9)


def test_each_part_has_the_class_that_the_network_gives(case):
    values = case.outputs(torch.from_numpy(within(case.parts, 1))).detach().numpy()
    found = values.argmax(axis=1) if values.shape[1] > 1 else values[:, 0] > 0
    np.testing.assert_array_equal(case.classes, found)


def test_sampled_patterns_are_those_of_the_regions(case):
    """Between places of one region nothing bends: the module is affine on a mixture of them."""
    output = case.cut.output
    ends = [torch.from_numpy(within(output, seed)) for seed in (2, 3)]
    middle = case.outputs((ends[0] + ends[1]) / 2)
    mean = (case.outputs(ends[0]) + case.outputs(ends[1])) / 2
    np.testing.assert_allclose(middle.detach(), mean.detach(), atol=1e-9)


def test_the_class_changes_along_the_boundary_and_nowhere_else(case):
    edges = class_edges(case.parts, case.classes)
    assert len(edges)
    middles = torch.from_numpy(edges.mean(axis=1))
    values = case.outputs(middles).detach().numpy()
    values = np.column_stack([0 * values, values]) if values.shape[1] == 1 else values
    first, second = np.sort(values, axis=1)[:, :-3:-1].T
    np.testing.assert_allclose(first, second, atol=1e-9)
    away = np.random.default_rng(5).uniform(-L, L, (4000, 2, 1, 2))
    line = away[:, 0] + np.linspace(0, 1, 2)[:, None] * (away[:, 1] - away[:, 0])
    crossings = _crossings(line, edges)
    sure = case.outputs(torch.from_numpy(line.reshape(-1, 2))).detach().numpy()
    sure = np.column_stack([0 * sure, sure]) if sure.shape[1] == 1 else sure
    changed = np.ptp(sure.argmax(axis=1).reshape(-1, 2), axis=1) > 0
    assert (crossings[changed] > 0).all()


def _crossings(lines, edges):
    """How many edges each line from one place to another crosses."""

    def side(ends, places):
        step, away = ends[..., 1, :] - ends[..., 0, :], places - ends[..., 0, :]
        return step[..., 0] * away[..., 1] - step[..., 1] * away[..., 0] > 0

    a, b = lines[:, None], edges[None]
    apart = side(b, a[..., 0, :]) != side(b, a[..., 1, :])
    return (apart & (side(a, b[..., 0, :]) != side(a, b[..., 1, :]))).sum(axis=1)


def test_new_edges_are_as_long_as_what_the_perimeters_gain(case):
    def perimeter(regions):
        ends = np.diff(regions.polygons, axis=1, append=regions.polygons[:, :1])
        return np.linalg.norm(ends, axis=2).sum()

    for before, after in itertools.pairwise(case.cut.layers):
        edges = new_edges(after, before)
        length = np.linalg.norm(edges[:, 0] - edges[:, 1], axis=1).sum()
        assert perimeter(after) - perimeter(before) == pytest.approx(2 * length, abs=1e-6)


@pytest.mark.parametrize("widths", [(12, 12), (24, 24)])
def test_a_module_has_the_regions_that_regioncam_finds(widths):
    torch.manual_seed(len(widths) + widths[0])
    sizes = list(itertools.pairwise([2, *widths]))
    module = nn.Sequential(*(m for i, o in sizes for m in (nn.Linear(i, o), nn.ReLU())))
    camera = regioncam.Regioncam(L)
    for layer in module[::2]:
        camera.linear(layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy())
        camera.relu()
    found = cut(relu_net(module), square(L)).layers[-1]
    assert len(found) == camera.num_faces
    assert widths_of(relu_net(nn.Sequential(*module, nn.Linear(widths[-1], 2)))) == widths


def test_pieces_that_a_maximum_hides_share_their_map():
    found = Case("convolution").cut
    assert distinct_maps(found.output) < len(found.output)
    assert Case("leaky").cut.output.shift.shape[1] == 4


def test_maps_that_differ_by_rounding_are_one():
    regions = linear_regions(*random_layers([2, 6, 4], 3), L)[-1]
    shaken = regions.shift * (1 + 1e-15 * np.random.default_rng(0).normal(size=regions.shift.shape))
    twice = type(regions)(**{
        name: np.concatenate([value, shaken if name == "shift" else value])
        for name, value in vars(regions).items()
    })  # fmt: skip
    assert distinct_maps(twice) == distinct_maps(regions)


def test_a_plane_in_many_dimensions_shows_the_networks_values_there():
    torch.manual_seed(1)
    module = nn.Sequential(nn.Flatten(), nn.Linear(784, 8), nn.ReLU(), nn.Linear(8, 10)).double()
    examples = np.random.default_rng(2).uniform(size=(3, 784))
    plane = plane_through(examples)
    np.testing.assert_allclose(plane.inputs(plane.marks), examples, atol=1e-12)
    steps = np.linalg.norm(np.diff(plane.marks, axis=0), axis=1)
    np.testing.assert_allclose(steps, np.linalg.norm(np.diff(examples, axis=0), axis=1))
    net = relu_net(module, (28, 28)).on_plane(plane.origin, plane.axes)
    output = cut(net, box(-9, 9, -6, 6)).output
    places = within(output)
    inputs = torch.from_numpy(plane.origin + places @ plane.axes).reshape(-1, 28, 28)
    mapped = np.einsum("cmi,ci->cm", output.linear, places) + output.shift
    np.testing.assert_allclose(mapped, module(inputs).detach(), atol=1e-9)


def test_a_bottleneck_lowers_the_bound_and_a_skip_lifts_it_again():
    weights = [np.zeros((3, 2)), np.zeros((1, 3)), np.zeros((4, 1))]
    narrow = perceptron(weights, [np.zeros(3), np.zeros(1), np.zeros(4)])
    assert bounds_of(narrow) == upper_bounds([3, 1, 4]) == (7, 14, 70)

    class Around(nn.Module):
        def __init__(self):
            super().__init__()
            self.narrow, self.wide = nn.Linear(2, 1), nn.Linear(1, 2)

        def forward(self, x):
            return F.relu(self.wide(F.relu(self.narrow(x))) + x)

    assert bounds_of(relu_net(Around(), (2,))) == (2, 2 * 4)


class Branching(nn.Module):
    def forward(self, x):
        return x if x.sum() > 0 else -x


class Product(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x):
        return self.layer(x) * x


class Clipped(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x):
        return torch.clamp(self.layer(x), -1, 1)


def broken():
    module = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    module[0].weight.data[0, 1] = float("nan")
    return module


@pytest.mark.parametrize(
    ("module", "shape", "said"),
    [
        (nn.Sequential(nn.Linear(2, 3), nn.Sigmoid()), None, "layer 1 is Sigmoid, which is not"),
        (nn.Sequential(nn.Linear(2, 3), nn.Softmax(1)), None, "Leave it out if it comes last"),
        (nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3)), None, "layer 1 is LayerNorm"),
        (nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3, track_running_stats=False)), None,
         "layer 1 is BatchNorm1d"),
        (Product(), None, "is mul, which is not piecewise affine"),
        (Clipped(), None, "is clamp"),
        (Branching(), (2,), "cannot be traced"),
        (broken(), None, "0.weight holds NaN"),
        (nn.Sequential(nn.Conv2d(1, 1, 3), nn.ReLU()), None, "begins with Conv2d"),
        (nn.Sequential(nn.Linear(2, 6000), nn.ReLU(), nn.Flatten()), None, "a matrix it has over"),
    ],
)  # fmt: skip
def test_what_is_not_piecewise_affine_is_refused_by_name(module, shape, said):
    with pytest.raises(ValueError, match=said):
        relu_net(module, shape)


def test_what_makes_no_plane_is_refused():
    with pytest.raises(ValueError, match="lie on one line"):
        plane_through(np.array([[0.0, 0, 0], [1, 1, 1], [3, 3, 3]]))
    with pytest.raises(ValueError, match="lie on one line"):
        plane_through(np.ones((3, 4)))
    with pytest.raises(ValueError, match="parallel"):
        plane_of(np.zeros(3), np.ones(3), -2 * np.ones(3))
    with pytest.raises(ValueError, match="3, 3 and 2 numbers"):
        plane_of(np.zeros(3), np.ones(3), np.ones(2))


def test_more_regions_than_can_be_held_are_refused():
    net = perceptron(*random_layers([2, 30, 30], 0))
    with pytest.raises(ValueError, match="more than 300 regions after layer 1"):
        cut(net, square(L), most=300)
    with pytest.raises(ValueError, match="takes 3 inputs"):
        cut(perceptron(*random_layers([3, 4], 0)), square(L))
