import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from math import cos, hypot, pi, sin
from typing import Any

import numpy as np
import pytest
import torch

from mlanim.core.gates.gating import Gating, gating_lesson
from mlanim.words.numbers import MINUS
from mlanim.words.sentence import Sentence

X1, X2 = (2.0, 0.6), (-0.5, 1.6)
GATES = ("scalar", "vector", "mask", "matrix", "projection", "rotation")


@pytest.fixture(scope="module")
def data() -> Gating:
    return gating_lesson(X1, X2, 0.5, (0.9, 0.3), 60.0, samples=13)


@pytest.mark.parametrize("name", GATES)
def test_every_path_starts_with_nothing_gated(data, name):
    path = data.gates[name].path
    np.testing.assert_array_equal(path.matrices[0], np.eye(2))
    np.testing.assert_array_equal(path.output[0], X1)
    np.testing.assert_allclose(path.share, np.linspace(0, 1, 13))


@pytest.mark.parametrize(
    ("name", "gate", "rank"),
    [
        ("scalar", 0.5 * np.eye(2), 2),
        ("vector", np.diag([0.9, 0.3]), 2),
        ("mask", np.diag([1.0, 0.0]), 1),
        ("projection", np.outer(X2, X2) / np.dot(X2, X2), 1),
        ("rotation", [[0.5, -(3**0.5) / 2], [3**0.5 / 2, 0.5]], 2),
    ],
)
def test_every_path_ends_with_its_gate(data, name, gate, rank):
    path = data.gates[name].path
    np.testing.assert_allclose(path.matrices[-1], gate, atol=1e-15)
    np.testing.assert_allclose(path.output[-1], np.array(gate) @ X1, atol=1e-14)
    assert path.rank[-1] == rank
    assert path.rank[-2] == 2


def test_the_default_matrix_gate_is_the_vector_gate_along_turned_axes(data):
    along, across = np.array([cos(pi / 3), sin(pi / 3)]), np.array([-sin(pi / 3), cos(pi / 3)])
    path = data.gates["matrix"].path
    np.testing.assert_allclose(path.matrices[-1] @ along, 0.9 * along, atol=1e-15)
    np.testing.assert_allclose(path.matrices[-1] @ across, 0.3 * across, atol=1e-15)
    np.testing.assert_allclose(path.singular_values[-1], [0.9, 0.3])
    assert abs(path.matrices[-1][0, 1]) > 0.1


def test_a_given_matrix_gate_is_the_one_applied():
    given_gate = [[0.0, -2.0], [0.5, 0.0]]
    gate = gating_lesson(X1, X2, gate_matrix=given_gate, samples=3).gates["matrix"]
    np.testing.assert_array_equal(gate.path.matrices[-1], given_gate)
    np.testing.assert_allclose(gate.path.output[-1], [-1.2, 1.0])
    assert f"0, {MINUS}2.00; 0.50, 0)" in str(gate.formula)


def test_rotation_keeps_the_norm_and_the_area_on_the_whole_way(data):
    path = data.gates["rotation"].path
    np.testing.assert_allclose(path.norm, hypot(*X1))
    np.testing.assert_allclose(path.area_change, 1)
    np.testing.assert_allclose(np.diff(path.turn), 5)


def test_nothing_on_the_sheet_goes_beyond_its_reach(data):
    at = np.linspace(-1, 1, 7)
    points = data.size * np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2)
    maps = np.concatenate([gate.path.matrices for gate in data.gates.values()])
    images = (points @ maps.transpose(0, 2, 1)).reshape(-1, 2)
    np.testing.assert_allclose(np.abs(images).max(axis=0), data.reach)
    np.testing.assert_allclose(np.abs(maps @ X1).max(axis=0), data.tips)


def test_query_and_key_walk_along_two_diagonals(data):
    walk = data.walk
    stops = [np.flatnonzero(walk.step == stop)[0] for stop in range(4)]
    assert [(walk.m[i], walk.n[i]) for i in stops] == [(2, 0), (7, 5), (5, 7), (0, 2)]
    down, up = walk.step <= 1, walk.step >= 2
    for part, offset in ((down, 2), (up, -2)):
        np.testing.assert_allclose(walk.m[part] - walk.n[part], offset)
        np.testing.assert_allclose(walk.score[part], walk.score[part][0])
    assert walk.score[0] == pytest.approx(data.rotary.scores[2, 0])
    assert walk.score[-1] == pytest.approx(data.rotary.scores[0, 2])
    np.testing.assert_allclose(np.hypot(*walk.query.T), hypot(*X1))
    np.testing.assert_allclose((walk.query * walk.key).sum(axis=1), walk.score)


def test_the_pair_goes_from_where_it_was_chosen_over_the_corners_to_the_middle(data):
    walk = data.logic_walk
    stops = [np.flatnonzero(walk.step == stop)[0] for stop in range(6)]
    expected = [(0.9, 0.3), (0, 0), (0, 1), (1, 1), (1, 0), (0.5, 0.5)]
    np.testing.assert_allclose([(walk.a[i], walk.b[i]) for i in stops], expected)
    np.testing.assert_allclose(walk.negation, 1 - walk.a)
    np.testing.assert_allclose(walk.conjunction, walk.a * walk.b)
    np.testing.assert_allclose(walk.disjunction, 1 - (1 - walk.a) * (1 - walk.b))
    last = walk.step >= 4
    np.testing.assert_allclose(walk.b[last], 1 - walk.a[last], atol=1e-15)


def test_the_blend_is_sampled_where_it_is_chosen_and_where_it_is_shortest(data):
    blends = data.interpolation.blends
    for gate in (0.5, data.interpolation.nearest):
        i = int(np.abs(blends.gate - gate).argmin())
        assert blends.gate[i] == pytest.approx(gate, abs=1e-15)
        blend = gate * np.array(X1) + (1 - gate) * np.array(X2)
        np.testing.assert_allclose(blends.line[i], blend, atol=1e-15)


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
        ({"angle": np.inf}, "angle = inf"),
        ({"samples": 1}, "samples = 1 gives no motion"),
        ({"gate_matrix": [[1, 2, 3]]}, "two rows of two finite numbers"),
        ({"gate_matrix": [[1, np.nan], [0, 1]]}, "two rows of two finite numbers"),
    ],
)
def test_wrong_input_is_refused_with_a_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        gating_lesson(**{"x1": X1, "x2": X2, **change})


# What is said, against code that did not write it.

SETS = 250


def random_settings(rng: np.random.Generator) -> dict[str, Any]:
    """Parameters within their bounds, special ones as often as common ones."""
    x1 = special(rng, rng.uniform(-3, 3, 2), [(1.0, 0.0), (0.0, -2.0), (1.0, 2.0)])
    turned = [x1, 2 * x1 / 3, np.array([-x1[1], x1[0]]) / 2]
    x2 = special(rng, rng.uniform(-3, 3, 2), turned)
    shares = rng.choice([0.0, 0.25, 1.0, rng.random(), rng.random()], 3)
    entries = rng.choice([0.0, 0.0, 1.0, -2.0, *rng.uniform(-2, 2, 2)], (2, 2))
    return {
        "x1": x1, "x2": x2, "gate_scalar": float(shares[0]), "gate_vector": shares[1:],
        "angle": float(rng.choice([0, 90, -180, rng.uniform(-180, 180)])),
        "gate_matrix": rng.choice([None, 1]) and entries.tolist(),
    }  # fmt: skip


def special(rng: np.random.Generator, common: Any, others: list[Any]) -> np.ndarray:
    chosen = np.asarray(common if rng.random() < 0.5 else others[rng.integers(len(others))])
    return chosen if np.hypot(*chosen) > 0.25 else np.array([1.0, -0.5])


@pytest.fixture(scope="module")
def lessons() -> list[tuple[dict[str, Any], Gating]]:
    rng = np.random.default_rng(7)
    settings = [random_settings(rng) for _ in range(SETS)]
    return [(one, gating_lesson(**one, samples=5)) for one in settings]


def numbers_in(said: Sentence) -> list[float]:
    """The numbers that a viewer reads, those of formulas left out."""
    text = "".join(run.text for run in said.runs if not run.math)
    return [float(n.replace(MINUS, "-")) for n in re.findall(rf"[{MINUS}+]?\d+(?:\.\d+)?", text)]


def is_shown(share: float, said: str) -> bool:
    """Whether a share is the one shown in per cent, and never certainty where it is not."""
    shown = re.search(r"(over |under )?(\d+) %", said)
    assert shown, said
    if shown[1]:
        return share > 0.985 if shown[1] == "over " else share < 0.015
    return abs(100 * share - float(shown[2])) <= 0.5001 and (int(shown[2]) in range(1, 100))


def test_what_is_said_of_a_scalar_gate(lessons):
    for given, lesson in lessons:
        said, gate = str(lesson.gates["scalar"].says), given["gate_scalar"]
        assert ("nothing of the vector is left" in said) == (gate == 0)
        assert ("passes as it is" in said) == (gate == 1)
        assert 0 < gate < 1 or "its direction stays" not in said
        if "its direction stays" in said:
            assert is_shown(gate, said)


def test_what_is_said_of_a_vector_gate(lessons):
    for given, lesson in lessons:
        said, gates, x = str(lesson.gates["vector"].says), given["gate_vector"], given["x1"]
        y = gates * x
        kept = np.hypot(*y) / np.hypot(*x)
        if "a scalar gate again" in said:
            np.testing.assert_allclose(y, gates[0] * x)
        elif "nothing is left" in said:
            assert not y.any()
        elif "lies on one axis" in said:
            assert x[0] * x[1] == 0
            assert (kept == 1 and "100 %" in said) or is_shown(kept, said)
        else:
            cosine = x @ y / np.hypot(*x) / np.hypot(*y)
            turn = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
            assert turn > 0
            assert is_shown(kept, said)
            shown = float(re.search(r"turns by ([\d.]+)°", said)[1])
            assert shown == pytest.approx(turn, rel=0.006, abs=1e-5)


def test_what_is_said_of_a_mask(lessons):
    for given, lesson in lessons:
        said, x = str(lesson.gates["mask"].says), given["x1"]
        assert ("nothing to lose" in said) == (x[1] == 0)
        assert ("all of this vector lay" in said) == (x[0] == 0)
        if "energy" in said:
            assert is_shown(x[1] ** 2 / (x @ x), said)


def test_what_is_said_of_a_matrix_gate(lessons):
    at = np.linspace(0, 2 * pi, 721)
    circle = np.stack([np.cos(at), np.sin(at)])
    for _given, lesson in lessons:
        said, gate = str(lesson.gates["matrix"].says), lesson.gates["matrix"].path.matrices[-1]
        radii = np.hypot(*(gate @ circle))
        flat = radii.min() < 0.01 * radii.max()
        if "a point" in said:
            assert radii.max() < 1e-12
        elif "a piece of a line" in said:
            assert radii.max() > 0
            assert abs(np.linalg.det(gate)) < 1e-12
        elif "a circle" in said:
            assert radii.max() - radii.min() < 1e-9
        else:
            assert "an ellipse" in said
            assert radii.max() - radii.min() > 1e-12
            assert not flat or np.linalg.det(gate)
        mixing = sum(bool(np.all(np.abs(row) > 1e-12)) for row in gate)
        assert ("no", "one", "each")[mixing] + " output draws on both features" in said


def test_what_is_said_of_a_projection(lessons):
    for given, lesson in lessons:
        said, (x1, x2) = lesson.gates["projection"].says, (given["x1"], given["x2"])
        lost = abs(x1[0] * x2[1] - x1[1] * x2[0]) / np.hypot(*x2)
        if "all of it stays" in str(said):
            assert lost < 1e-11
        elif "nothing is left" in str(said):
            assert abs(x1 @ x2) < 1e-11
        else:
            assert numbers_in(said)[-1] == pytest.approx(lost, rel=0.006)


def test_what_is_said_of_a_rotation(lessons):
    for given, lesson in lessons:
        said, end = lesson.gates["rotation"].says, lesson.gates["rotation"].path.matrices[-1]
        np.testing.assert_allclose(end.T @ end, np.eye(2), atol=1e-12)
        assert ("leaves everything" in str(said)) == np.array_equal(end, np.eye(2))
        assert numbers_in(said)[0] == pytest.approx(given["angle"], rel=0.006, abs=1e-5)


def test_what_is_said_of_rotary_scores(lessons):
    def score(given: dict[str, Any], offset: float) -> float:
        query, key = (complex(*given[name]) for name in ("x1", "x2"))
        return float((query * np.exp(1j * offset) * key.conjugate()).real)

    for given, lesson in lessons:
        ahead, behind = score(given, 2), score(given, -2)
        assert numbers_in(lesson.says_offset)[-1] == pytest.approx(ahead, abs=0.00501)
        said = numbers_in(lesson.says_sign)
        if "both give" in str(lesson.says_sign):
            assert abs(ahead - behind) < 0.01
            assert said[-1] == pytest.approx(ahead, abs=0.00501)
        else:
            assert said == pytest.approx([-2, behind, 2, ahead], abs=0.00501)
            assert said[1] != said[3]


def test_what_is_said_of_lengths_on_the_way(lessons):
    gates = np.linspace(0, 1, 20_001)[:, None]
    kinds = set()
    for given, lesson in lessons:
        x1, x2 = given["x1"], given["x2"]
        line = np.hypot(*(gates * x1 + (1 - gates) * x2).T).min()
        shorter = min(np.hypot(*x1), np.hypot(*x2))
        said, text = numbers_in(lesson.says_lengths), str(lesson.says_lengths)
        if "On both ways" in text:
            assert line == pytest.approx(shorter, abs=1e-6)
            assert said == pytest.approx([shorter], rel=0.006)
        elif "less than 0.01" in text:
            assert 0 <= shorter - line < 0.01
        else:
            assert said == pytest.approx([line, shorter], abs=0.00502)
            assert said[0] < said[1]
        kinds.add(text[:12])
        length = numbers_in(lesson.says_addition)
        assert length == pytest.approx([np.hypot(*(x1 + x2))], abs=0.00501)
    assert len(kinds) >= 2


def test_what_is_said_of_soft_logic(lessons):
    for given, lesson in lessons:
        a, b = given["gate_vector"]
        said = numbers_in(lesson.says_chosen)
        assert said == pytest.approx([a, b, 1 - a, a * b, a + b - a * b], rel=0.006, abs=1e-8)
        assert numbers_in(lesson.says_middle) == [1, 0.75, 0.5]
    values = np.linspace(0, 1, 4001)
    assert (values + (1 - values) - values * (1 - values)).min() == 0.75


def leaves(value: object, name: str = "data") -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, f"{name}.{key}")
    elif is_dataclass(value) and not isinstance(value, Sentence):
        for field in fields(value):
            yield from leaves(getattr(value, field.name), f"{name}.{field.name}")
    else:
        yield name, value


def test_the_data_are_plain_and_the_same_bytes_on_any_number_of_threads():
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = dict(leaves(gating_lesson(X1, X2)))
        torch.set_num_threads(2)
        two = dict(leaves(gating_lesson(X1, X2)))
    finally:
        torch.set_num_threads(threads)
    for name, value in one.items():
        if isinstance(value, str | Sentence):
            assert value == two[name], name
            continue
        assert isinstance(value, int | float | np.ndarray), name
        assert np.isfinite(value).all(), name
        assert np.asarray(value).tobytes() == np.asarray(two[name]).tobytes(), name
