"""What the scene on linear regions shows and says, of our own network and of a user's."""

import re

import numpy as np
import pytest
import torch
from torch import nn

from mlanim.core.folding import region_sentences as says
from mlanim.core.folding.linear_regions import initialised, linear_regions_lesson
from mlanim.core.folding.paper_folding import paper_folding_lesson
from mlanim.core.relu.own_network import own_examples
from mlanim.words.numbers import MINUS

SETS = 200

NET = """
import torch
from torch import nn
import torch.nn.functional as F

class Residual(nn.Module):
    def __init__(self, inputs=5):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(inputs, 6), nn.Linear(6, 6), nn.Linear(6, 3)
    def forward(self, x):
        x = F.relu(self.a(x))
        return self.c(F.relu(x + self.b(x)))

def flat():
    torch.manual_seed(3)
    return Residual(2)

def deep():
    torch.manual_seed(4)
    return Residual()

def folding():
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 2))

def wide():
    return nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 10))

def affine():
    return nn.Linear(2, 2)

def smooth():
    return nn.Sequential(nn.Linear(2, 3), nn.Sigmoid(), nn.Linear(3, 2))

def examples():
    torch.manual_seed(6)
    return torch.randn(12, 5), torch.arange(12) % 3

def on_a_line():
    return torch.arange(12.0)[:, None] * torch.ones(5), torch.arange(12) % 3

def empty():
    return torch.zeros(0, 5), torch.zeros(0)

def failing():
    raise RuntimeError("no such weights")

number = 3
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "net.py").write_text(NET)
    (folder / "points.csv").write_text("x,y,kind\n0,1,cat\n1,0,dog\n-1,0.5,bird\n2,-1,cat\n")
    points = np.random.default_rng(0).normal(size=(6, 2))
    np.savez(folder / "points.npz", x=points, y=np.arange(6) % 3)
    np.savez(folder / "objects.npz", x=np.array([{}, {}]), y=np.arange(2))
    np.save(folder / "three.npy", np.random.default_rng(1).normal(size=(3, 5)))
    directions = dict(zip(("origin", "first", "second"), np.eye(3, 5), strict=True))
    np.savez(folder / "plane.npz", **directions)
    return folder


@pytest.fixture(scope="module")
def lesson():
    return linear_regions_lesson()


def own(files, model, **more):
    paths = {name: value.replace("FOLDER", str(files)) for name, value in more.items()}
    return linear_regions_lesson(model=f"{files}/net.py:{model}", **paths)


def test_our_own_network_is_good_and_all_numbers_fit(lesson):
    right = float(re.search(r"right on ([\d.]+) %", str(lesson.says_network))[1])
    assert right == pytest.approx(100 * (1 - lesson.wrong.mean()), abs=0.06)
    assert right > 95
    for layer, count in zip(lesson.layers[1:], lesson.counts, strict=True):
        assert len(layer.areas) == count
    left, right, bottom, top = lesson.extent
    whole = (right - left) * (top - bottom)
    for areas in (*(one.areas for one in lesson.layers), lesson.areas):
        assert areas.sum() == pytest.approx(whole, rel=1e-12)
    assert lesson.random.shape == (3, 5)
    assert (lesson.counts <= lesson.bounds).all()


def test_each_part_lies_in_its_regions(lesson):
    middles = lesson.polygons.mean(axis=1)
    for layer, ancestors in zip(lesson.layers, lesson.ancestors, strict=True):
        around = layer.polygons[ancestors]
        ends = np.roll(around, -1, axis=1) - around
        away = middles[:, None] - around
        assert (ends[..., 0] * away[..., 1] - ends[..., 1] * away[..., 0] > -1e-9).all()


def test_neighbours_differ_in_one_neuron(lesson):
    """So dark and light take turns: all that touch along an edge differ in parity."""
    layer = lesson.layers[-1]
    for edge in layer.edges[::7]:
        across = np.array([[0, -1], [1, 0]]) @ (edge[1] - edge[0])
        step = 1e-7 * across / np.linalg.norm(across)
        sides = [_region_at(layer.polygons, edge.mean(axis=0) + sign * step) for sign in (1, -1)]
        if None not in sides:
            assert layer.odd[sides[0]] != layer.odd[sides[1]]


def _region_at(polygons, place):
    ends = np.roll(polygons, -1, axis=1) - polygons
    away = place - polygons
    cross = ends[..., 0] * away[..., 1] - ends[..., 1] * away[..., 0]
    inside = np.flatnonzero((cross >= 0).all(axis=1))
    return int(inside[0]) if len(inside) == 1 else None


def test_a_residual_network_on_a_plane_through_three_examples(files):
    found = own(files, "deep", data="FOLDER/net.py:examples", plane="0,4,8")
    assert found.heading == "5–6–6–3"
    assert found.points.shape == (3, 2)
    assert found.labels.tolist() == [0, 1, 2]
    assert "of the 12 examples given" in str(found.says_network)
    left, right, bottom, top = found.extent
    assert ((found.points > [left, bottom]) & (found.points < [right, top])).all()


@pytest.mark.parametrize("plane", ["FOLDER/three.npy", "FOLDER/plane.npz"])
def test_a_plane_out_of_a_file(files, plane):
    found = own(files, "deep", plane=plane)
    assert len(found.points) == 0
    assert found.extent == (-1.7, 1.7, -1, 1)
    assert found.counts[-1] >= found.counts[0] >= 1


def test_examples_out_of_files(files):
    table = own_examples(f"{files}/points.csv")
    assert table.names == ("bird", "cat", "dog")
    assert table.labels.tolist() == [1, 2, 0, 1]
    assert own(files, "flat", data="FOLDER/points.csv").names == ("bird", "cat", "dog")
    assert own(files, "flat", data="FOLDER/points.npz").labels.tolist() == [0, 1, 2, 0, 1, 2]


def test_weights_come_from_the_checkpoint(files, tmp_path):
    namespace = {}
    exec(NET, namespace)  # our own text above
    module = namespace["flat"]()
    module.a.weight.data *= 0
    torch.save(module.state_dict(), tmp_path / "w.pt")
    plain, loaded = own(files, "flat"), own(files, "flat", checkpoint=str(tmp_path / "w.pt"))
    assert loaded.counts[-1] == 1 < plain.counts[-1]
    assert "one affine map" not in str(loaded.says_pieces)


def test_random_networks_are_initialised_anew_and_leave_the_users_as_it_is():
    module = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
    before = [p.clone() for p in module.parameters()]
    first, again, other = (initialised(module, seed) for seed in (0, 0, 1))
    assert all(torch.equal(a, b) for a, b in zip(before, module.parameters(), strict=True))
    same = zip(first.parameters(), again.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in same)
    assert not torch.equal(first[0].weight, other[0].weight)
    assert not torch.equal(first[0].weight, module[0].weight)


@pytest.mark.parametrize(
    ("model", "more", "said"),
    [
        ("deep", {}, "takes 5 numbers, and a picture has two dimensions"),
        ("deep", {"plane": "0,1,2"}, "but there is no data"),
        ("deep", {"plane": "0,1,12", "data": "FOLDER/net.py:examples"}, "from 0 to 11"),
        ("deep", {"plane": "0,1", "data": "FOLDER/net.py:examples"}, "the numbers of three"),
        ("deep", {"plane": "0,1,2", "data": "FOLDER/net.py:on_a_line"}, "lie on one line"),
        ("deep", {"data": "FOLDER/net.py:empty"}, "no rows"),
        ("deep", {"data": "FOLDER/points.csv"}, "fails on examples of shape"),
        ("flat", {"data": "FOLDER/objects.npz"}, "cannot be read as arrays of numbers"),
        ("flat", {"data": "FOLDER/none.csv"}, "cannot be read"),
        ("flat", {"data": "points.txt"}, "no data file points.txt"),
        ("flat", {"extent": (2.0, 1.0)}, "one number for a square"),
        ("smooth", {}, "Sigmoid, which is not piecewise affine"),
        ("affine", {}, "one affine map"),
        ("failing", {}, "no such weights"),
        ("number", {}, "a int; it must give a torch.nn.Module"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_sentence(files, model, more, said):
    paths = {name: value.replace("FOLDER", str(files)) if isinstance(value, str) else value
             for name, value in more.items()}  # fmt: skip
    with pytest.raises(ValueError, match=said):
        linear_regions_lesson(model=f"{files}/net.py:{model}", **paths)


def test_what_belongs_to_a_model_is_refused_without_one():
    for more in ({"checkpoint": "w.pt"}, {"data": "x.csv"}, {"plane": "0,1,2"}):
        with pytest.raises(ValueError, match="but there is no model"):
            linear_regions_lesson(**more)
    with pytest.raises(ValueError, match="but there is no model"):
        paper_folding_lesson("moons", (2,), 0, checkpoint="w.pt")


def test_paper_is_folded_by_a_network_that_fits(files):
    found = paper_folding_lesson("moons", (2, 2), 0, f"{files}/net.py:folding")
    assert found.folding.net.widths == (3, 2)
    namespace = {}
    exec(NET, namespace)  # our own text above
    scores = namespace["folding"]().double()(torch.from_numpy(found.folding.points))
    np.testing.assert_array_equal(found.folding.predictions, scores.argmax(dim=1).numpy())
    right = float((found.folding.predictions == found.folding.labels).mean())
    share = float(re.search(r"right on ([\d.]+) % of 400 points", str(found.says_network))[1])
    assert share == pytest.approx(100 * right, abs=0.06)


@pytest.mark.parametrize("model", ["wide", "flat", "deep"])
def test_paper_is_not_folded_by_others_and_the_right_scene_is_named(files, model):
    with pytest.raises(ValueError, match="The scene linear_regions shows any ReLU network"):
        paper_folding_lesson("moons", (2, 2), 0, f"{files}/net.py:{model}")


def number(text):
    return float(text.replace(",", "").replace(MINUS, "-"))


def test_sentences_say_what_is_so_of_200_random_networks():
    rng = np.random.default_rng(1)
    for _ in range(SETS):
        counts = np.cumsum(rng.integers(0, 4, rng.integers(1, 5))) + 1
        bounds = counts + rng.integers(0, 3, len(counts)) * rng.integers(1, 9) * 1.0
        random = rng.integers(1, counts[-1] + 4, (len(counts), 5))
        sizes = rng.integers(1, 4, len(counts))
        maps = int(rng.integers(1, counts[-1] + 1))
        _check_layers(says.of_layers([False] * len(counts), sizes, counts), counts)
        _check_pieces(str(says.of_pieces(int(counts[-1]), maps)), int(counts[-1]), maps)
        _check_counts(str(says.of_counts(counts, bounds)), counts[-1], bounds[-1])
        _check_random(str(says.of_random(counts, random)), counts[-1], random[-1])
        areas = rng.exponential(size=counts[-1])
        _check_areas(str(says.of_areas(areas)), areas)


def _check_layers(said, counts):
    before = 1
    for sentence, after in zip(said[1:], counts, strict=True):
        numbers = [number(n) for n in re.findall(r"[\d,]+(?= regions?)", str(sentence))]
        assert numbers == [before]
        assert ("nothing is cut" in str(sentence)) == (after == before)
        assert after == before or str(sentence).endswith(f"cut into {after}")
        assert not re.search(r"\b1 (regions|neurons)", str(sentence))
        before = after


def _check_pieces(said, regions, maps):
    assert number(re.match(r"[\d,]+", said)[0]) == regions
    only = re.search(r"only ([\d,]+) different", said)
    assert (only is None) == (maps in (1, regions))
    assert ("all with the same affine map" in said) == (maps == 1 < regions)
    assert only is None or number(only[1]) == maps < regions


def _check_counts(said, count, bound):
    assert ("as many as" in said) == (count == bound)
    if count != bound:
        assert number(re.search(r"more than ([\d,]+)", said)[1]) == bound > count


def _check_random(said, count, random):
    mean, spread = re.search(r"have ([\d,]+) ± ([\d,]+)", said).groups()
    assert float(mean) == pytest.approx(np.mean(random), abs=0.51)
    assert float(spread) == pytest.approx(np.std(random, ddof=1), abs=0.51)
    assert ("more than each" in said) == all(count > one for one in random)
    assert ("fewer than each" in said) == all(count < one for one in random)


def _check_areas(said, areas):
    if len(areas) == 1:
        assert said == "One region is all of the picture"
        return
    half, ordered = len(areas) // 2, np.sort(areas) / np.sum(areas)
    shown = r"(?:under |over )?([\d.]+) %"
    which = "the smallest" if half == 1 else f"the {half} smallest together"
    largest, small = re.search(rf"takes {shown} of the picture, {which} {shown}$", said).groups()
    assert float(largest) == pytest.approx(100 * ordered[-1], abs=0.051)
    assert float(small) == pytest.approx(100 * ordered[:half].sum(), abs=0.1)


def test_one_class_all_over_is_said_so():
    said = says.of_boundary(np.array([1, 1]), np.zeros((0, 2, 2)), 0, 2, ("cat", "dog"))
    assert str(said) == "All of the picture is of one class: dog"
