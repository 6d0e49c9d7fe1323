from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from random_nets import random_layers, run, seeds, torch_net, widths_lists

from mlanim.core.data.datasets import plane_dataset
from mlanim.core.folding.folding import collapse, fold, mirror, paper_folding_lecture, unit_normals
from mlanim.core.folding.training import TrainedNet

random_nets = settings(max_examples=15)
angles = st.floats(0, 6.28)
offsets = st.floats(-2, 2)
MOONS = plane_dataset("moons", 0)


@pytest.fixture(scope="module", autouse=True)
def _one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def lecture():
    return paper_folding_lecture()


def untrained(widths, seed, scale=1.0):
    weights, biases = random_layers([2, *widths, 1], seed)
    weights = [scale * weight for weight in weights]
    none = np.zeros(0)
    return TrainedNet(
        tuple(widths), tuple(weights), tuple(biases), 0, none, 0.0, 0.0, None, 1, 0, none
    )


def in_the_neurons_frame(points, normal, offset):
    """The points' coordinates along the crease and from it, and the frame's axes and origin."""
    along = np.array([-normal[1], normal[0]])
    frame = torch.from_numpy(np.array([along, normal]))
    origin = torch.from_numpy(-offset * normal)
    return (torch.from_numpy(points) - origin) @ frame.T, frame, origin


@given(angles, offsets, seeds)
def test_collapse_is_a_relu_on_one_coordinate_of_a_turned_frame(angle, offset, seed):
    points = np.random.default_rng(seed).uniform(-3, 3, (40, 2))
    normal = np.array([np.cos(angle), np.sin(angle)])
    coordinates, frame, origin = in_the_neurons_frame(points, normal, offset)
    coordinates[:, 1] = torch.relu(coordinates[:, 1])
    theirs = (coordinates @ frame + origin).numpy()
    np.testing.assert_allclose(collapse(points, normal, offset), theirs, atol=1e-12)


@given(angles, offsets, seeds)
def test_a_mirror_fold_is_two_relus_and_keeps_lengths_on_each_side(angle, offset, seed):
    points = np.random.default_rng(seed).uniform(-3, 3, (40, 2))
    normal = np.array([np.cos(angle), np.sin(angle)])
    coordinates, frame, origin = in_the_neurons_frame(points, normal, offset)
    z = coordinates[:, 1].clone()
    coordinates[:, 1] = torch.relu(z) + torch.relu(-z)
    theirs = (coordinates @ frame + origin).numpy()
    mirrored = mirror(points, normal, offset)
    np.testing.assert_allclose(mirrored, theirs, atol=1e-12)
    for side in (z.numpy() > 0, z.numpy() <= 0):
        np.testing.assert_allclose(
            np.linalg.norm(np.diff(mirrored[side], axis=0), axis=1),
            np.linalg.norm(np.diff(points[side], axis=0), axis=1),
            atol=1e-12,
        )


def test_a_collapse_makes_one_of_points_that_a_mirror_keeps_apart():
    normal, two = np.array([0.0, 1.0]), np.array([[0.5, -1.0], [0.5, -2.0]])
    np.testing.assert_array_equal(collapse(two, normal, 0.0), [[0.5, 0.0]] * 2)
    np.testing.assert_array_equal(mirror(two, normal, 0.0), [[0.5, 1.0], [0.5, 2.0]])


@given(widths_lists, seeds, st.sampled_from([1.0, 0.3, 1e-9]))
@random_nets
def test_tidy_neurons_compute_the_same(widths, seed, scale):
    net = untrained(widths, seed, scale)
    tidy = unit_normals(net)
    points = np.random.default_rng(seed).uniform(-2, 2, (50, 2))
    theirs = run(torch_net(net.weights, net.biases), points)
    np.testing.assert_allclose(
        run(torch_net(tidy.weights, tidy.biases), points), theirs, rtol=1e-9, atol=1e-12
    )
    for weight, bias in zip(tidy.weights[:-1], tidy.biases[:-1], strict=True):
        lengths = np.linalg.norm(weight, axis=1)
        assert ((np.abs(lengths - 1) < 1e-9) | (np.abs(np.abs(bias) - 4) < 1e-9)).all()
        assert lengths.max() < 1 + 1e-9
        assert np.abs(bias).max() < 4 + 1e-9
        assert weight.shape != (2, 2) or np.linalg.det(weight) >= 0


def test_the_default_network_is_good_and_says_so(lecture):
    net = lecture.net
    assert net.test_accuracy >= 0.95
    right = lecture.predictions == lecture.labels
    assert right[lecture.is_test].mean() == net.test_accuracy
    assert right[~lecture.is_test].mean() == net.train_accuracy
    theirs = run(torch_net(net.weights, net.biases), lecture.points)[:, 0] > 0
    np.testing.assert_array_equal(lecture.predictions, theirs)
    assert net.widths == (2, 2)
    assert all(stage.kept == 1.0 for stage in lecture.stages)
    assert net.parameter_count == 15


def test_the_counts_are_of_what_was_found(lecture):
    assert lecture.region_counts == tuple(len(r.areas) for r in lecture.regions)
    assert lecture.region_bounds == (4, 16)
    pieces = zip(lecture.region_maps, lecture.region_counts, strict=True)
    assert all(1 < maps <= count for maps, count in pieces)
    for count, bound in zip(lecture.region_counts, lecture.region_bounds, strict=True):
        assert 1 < count <= bound
    assert set(lecture.decision.regions.tolist()) == set(range(lecture.region_counts[-1]))


def test_the_one_neuron_stage_is_the_networks_own(lecture):
    one = lecture.one_neuron
    np.testing.assert_allclose(one.normal, lecture.net.weights[0][one.neuron], rtol=1e-12)
    z = lecture.sheet.vertices @ one.normal + one.offset
    assert np.linalg.norm(one.normal) == pytest.approx(1)
    np.testing.assert_allclose(one.collapsed @ one.normal + one.offset, np.maximum(z, 0), atol=1e-9)
    np.testing.assert_allclose(one.mirrored @ one.normal + one.offset, np.abs(z), atol=1e-9)
    assert (np.abs(z) < 1e-9).sum() > 10  # the mesh has vertices on the crease
    of_points = lecture.points @ one.normal + one.offset
    for image, expected in (
        (one.collapsed_points, np.maximum(of_points, 0)),
        (one.mirrored_points, np.abs(of_points)),
    ):
        np.testing.assert_allclose(image @ one.normal + one.offset, expected, atol=1e-12)
    assert one.dead_points == (lecture.points @ one.normal + one.offset <= 0).sum()
    dead = lecture.sheet.centroids @ one.normal + one.offset < 0
    share = lecture.sheet.areas[dead].sum() / lecture.sheet.areas.sum()
    assert one.dead_share == pytest.approx(share, abs=1e-9)
    np.testing.assert_allclose(one.crease @ one.normal + one.offset, 0, atol=1e-12)
    assert np.abs(one.crease).max(axis=1) == pytest.approx(lecture.half_width)


@pytest.mark.parametrize("seed", range(3))
def test_the_neuron_shown_alone_splits_the_sheet_most_evenly(seed):
    data = fold(untrained((6,), seed), MOONS, grid=6)
    z = data.sheet.centroids @ data.net.weights[0].T + data.net.biases[0]
    dead = data.sheet.areas @ (z <= 0) / data.sheet.areas.sum()
    assert np.ptp(np.abs(dead - 0.5)) > 0.01
    assert data.one_neuron.neuron == np.abs(dead - 0.5).argmin()


def test_the_cut_crosses_the_whole_drawing_and_holds_the_boundarys_image(lecture):
    cut, last = lecture.cut, lecture.stages[-1]
    np.testing.assert_allclose(cut.segment @ cut.normal + cut.offset, 0, atol=1e-9)
    np.testing.assert_allclose(last.boundary @ cut.normal + cut.offset, 0, atol=1e-9)
    says_one = last.points @ cut.normal + cut.offset > 0
    np.testing.assert_array_equal(says_one, lecture.predictions == 1)
    along = cut.segment[1] - cut.segment[0]
    places = (last.boundary - cut.segment[0]) @ along / (along @ along)
    assert ((places > 0) & (places < 1)).all()


def test_the_unfolded_cut_bends_only_where_a_neuron_changes_its_mind(lecture):
    found = lecture.boundary
    inner = found.crease_layer >= 0
    assert inner.sum() >= 2
    assert (np.abs(found.turns[inner]) > 0.1).any()
    for stage in lecture.stages:
        assert stage.boundary.shape == found.points.shape


def test_each_face_is_of_one_class(lecture):
    net = torch_net(lecture.net.weights, lecture.net.biases)
    says = run(net, lecture.sheet.centroids)[:, 0] > 0
    np.testing.assert_array_equal(says, lecture.decision.positive[lecture.sheet.cells])


@given(widths_lists, seeds)
@random_nets
def test_any_network_folds(widths, seed):
    data = fold(untrained(widths, seed), MOONS, grid=6)
    whole = (2 * data.half_width) ** 2
    assert data.sheet.areas.sum() == pytest.approx(whole, abs=1e-6)
    assert data.decision.areas.sum() == pytest.approx(whole, abs=1e-10)
    assert len(data.stages) == 1 + 2 * len(widths)
    assert np.abs(data.points).max() < data.half_width
    assert (np.array(data.region_counts) <= np.array(data.region_bounds)).all()
    for array in arrays_in(data):
        assert np.isfinite(array).all()


def test_a_network_of_one_opinion_folds_without_a_cut():
    net = untrained((2, 2), 0)
    constant = replace(net, weights=(*net.weights[:-1], np.zeros((1, 2))), biases=net.biases)
    data = fold(constant, MOONS, grid=6)
    assert data.cut.segment is None
    assert len(data.boundary.points) == 0
    assert len(set(data.predictions.tolist())) == 1


def arrays_in(value):
    """Every array of a result, checking that it holds nothing but what can be stored."""
    if is_dataclass(value):
        value = [getattr(value, field.name) for field in fields(value)]
    if isinstance(value, list | tuple):
        return [array for item in value for array in arrays_in(item)]
    if isinstance(value, np.ndarray):
        assert value.dtype.kind in "fib"
        return [value]
    assert value is None or type(value) in (str, int, float, bool), type(value)
    return []


def test_same_inputs_same_bytes(lecture):
    again = paper_folding_lecture("moons", (2, 2), 0)
    for one, two in zip(arrays_in(lecture), arrays_in(again), strict=True):
        assert one.tobytes() == two.tobytes()


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match="'moon' is unknown"):
        paper_folding_lecture("moon")
    with pytest.raises(ValueError, match="widths are"):
        paper_folding_lecture(widths=(2, 40))
    with pytest.raises(ValueError, match="seed is -3"):
        paper_folding_lecture(seed=-3)
