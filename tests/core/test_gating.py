from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from math import cos, hypot, pi, sin

import numpy as np
import pytest
import torch

from mlanim.core.gates.gating import GatingData, gating_lecture

X1, X2 = (2.0, 0.6), (-0.5, 1.6)
PATHS = ("shutting", "scalar", "vector", "matrix", "masking", "projection", "rotation")


@pytest.fixture(scope="module")
def data() -> GatingData:
    return gating_lecture(X1, X2, 0.5, (0.9, 0.3), 60.0, samples=13)


@pytest.mark.parametrize("name", PATHS)
def test_every_path_starts_with_nothing_gated(data, name):
    path = getattr(data, name)
    np.testing.assert_array_equal(path.matrices[0], np.eye(2))
    np.testing.assert_array_equal(path.output[0], X1)
    np.testing.assert_allclose(path.share, np.linspace(0, 1, 13))
    assert path.lattice.shape == (13, data.lattice_side**2, 2)
    np.testing.assert_allclose(
        path.circle, np.einsum("sij,cj->sci", path.matrices, path.circle[0]), atol=1e-15
    )


@pytest.mark.parametrize(
    ("name", "gate", "rank"),
    [
        ("shutting", np.zeros((2, 2)), 0),
        ("scalar", 0.5 * np.eye(2), 2),
        ("vector", np.diag([0.9, 0.3]), 2),
        ("masking", np.diag([1.0, 0.0]), 1),
        ("projection", np.outer(X2, X2) / np.dot(X2, X2), 1),
        ("rotation", [[0.5, -(3**0.5) / 2], [3**0.5 / 2, 0.5]], 2),
    ],
)
def test_every_path_ends_with_its_gate(data, name, gate, rank):
    path = getattr(data, name)
    np.testing.assert_allclose(path.matrices[-1], gate, atol=1e-15)
    np.testing.assert_allclose(path.output[-1], np.array(gate) @ X1, atol=1e-14)
    assert path.rank[-1] == rank
    assert path.rank[-2] == 2


def test_shutting_is_the_scalar_gate_going_down(data):
    np.testing.assert_allclose(data.shutting.output, np.linspace(1, 0, 13)[:, None] * X1)


def test_the_default_matrix_gate_is_the_vector_gate_along_turned_axes(data):
    along, across = np.array([cos(pi / 3), sin(pi / 3)]), np.array([-sin(pi / 3), cos(pi / 3)])
    np.testing.assert_allclose(data.gate_matrix @ along, 0.9 * along, atol=1e-15)
    np.testing.assert_allclose(data.gate_matrix @ across, 0.3 * across, atol=1e-15)
    np.testing.assert_allclose(data.matrix.singular_values[-1], [0.9, 0.3])
    assert data.matrix.area_change[-1] == pytest.approx(data.vector.area_change[-1])
    assert abs(data.gate_matrix[0, 1]) > 0.1


def test_a_given_matrix_gate_is_the_one_applied():
    given_gate = [[0.0, -2.0], [0.5, 0.0]]
    found = gating_lecture(X1, X2, gate_matrix=given_gate, samples=3)
    np.testing.assert_array_equal(found.gate_matrix, given_gate)
    np.testing.assert_allclose(found.matrix.output[-1], [-1.2, 1.0])
    np.testing.assert_allclose(found.matrix.singular_values[-1], [2, 0.5])


def test_rotation_keeps_the_norm_and_the_area_on_the_whole_way(data):
    np.testing.assert_allclose(data.rotation.norm, hypot(*X1))
    np.testing.assert_allclose(data.rotation.area_change, 1)
    phases = np.arctan2(data.rotation.output[:, 1], data.rotation.output[:, 0])
    np.testing.assert_allclose(np.diff(phases), pi / 3 / 12)


def test_what_masking_and_projection_keep_is_where_their_paths_end(data):
    np.testing.assert_allclose(data.masking.output[-1], data.masked.kept, atol=1e-15)
    np.testing.assert_allclose(data.projection.output[-1], data.projected.kept, atol=1e-15)
    assert data.masked.energy_share == pytest.approx(4 / 4.36)
    cosine = np.dot(X1, X2) / hypot(*X1) / hypot(*X2)
    assert data.projected.energy_share == pytest.approx(cosine**2)
    flat = data.projection.lattice[-1]
    np.testing.assert_allclose(flat[:, 0] * X2[1], flat[:, 1] * X2[0], atol=1e-14)


def test_the_other_parts_are_computed_from_the_given_vectors_and_gates(data):
    np.testing.assert_allclose(data.interpolation.line[[0, -1]], [X2, X1], atol=1e-14)
    np.testing.assert_allclose(data.interpolation.line_at, [0.75, 1.1])
    np.testing.assert_allclose(data.logic.chosen, [0.9, 0.3, 0.1, 0.27, 0.93])
    np.testing.assert_allclose(np.diag(data.rotary.scores), np.dot(X1, X2))
    assert data.rotary.scores[1, 0] == pytest.approx(
        np.dot([[cos(1), -sin(1)], [sin(1), cos(1)]] @ np.array(X1), X2)
    )
    assert data.smooth.gate[6] == 0.5
    assert data.angle == pytest.approx(pi / 3)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"x1": (0, 0)}, r"^x1 = \[0\. 0\.\] has length 0"),
        ({"x2": (np.nan, 1)}, r"^x2 = "),
        ({"x2": (1, 2, 3)}, r"^x2 has the shape \(3,\)"),
        ({"x2": (-4.0, -1.2)}, "opposite directions"),
        ({"gate_scalar": 1.5}, r"gate_scalar = \[1.5\] is no gate; give 1 from 0 to 1"),
        ({"gate_scalar": np.nan}, "gate_scalar"),
        ({"gate_vector": (0.5, -0.1)}, "gate_vector .* give 2 from 0 to 1"),
        ({"gate_vector": (0.5,)}, "gate_vector"),
        ({"angle_degrees": np.inf}, "angle_degrees = inf"),
        ({"samples": 1}, "samples = 1 gives no motion"),
        ({"gate_matrix": [[1, 2, 3]]}, "two rows of two finite numbers"),
        ({"gate_matrix": [[1, np.nan], [0, 1]]}, "two rows of two finite numbers"),
    ],
)
def test_wrong_input_is_refused_with_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        gating_lecture(**{"x1": X1, "x2": X2, **change})


def leaves(value: object, name: str = "data") -> Iterator[tuple[str, object]]:
    if is_dataclass(value):
        for field in fields(value):
            yield from leaves(getattr(value, field.name), f"{name}.{field.name}")
    else:
        yield name, value


def test_the_data_are_plain_and_the_same_bytes_on_any_number_of_threads():
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = dict(leaves(gating_lecture(X1, X2)))
        torch.set_num_threads(2)
        two = dict(leaves(gating_lecture(X1, X2)))
    finally:
        torch.set_num_threads(threads)
    for name, value in one.items():
        assert isinstance(value, int | float | np.ndarray), name
        assert np.isfinite(value).all(), name
        assert np.asarray(value).tobytes() == np.asarray(two[name]).tobytes(), name
