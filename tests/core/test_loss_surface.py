"""The loss around any network: every number beside one from all of its Hessian."""

import re

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from mlanim.core.landscape.loss_function import loss_function
from mlanim.core.landscape.memory import Portions
from mlanim.core.landscape.spectrum import Eigenpairs, Trace
from mlanim.core.learning.curvature import hessian
from mlanim.core.surface.hessian_product import hessian_product
from mlanim.core.surface.loss_landscape import loss_landscape_lesson
from mlanim.core.surface.loss_surface import loss_surface_lesson
from mlanim.core.surface.sentences import (
    says_of_curvature,
    says_of_ends,
    says_of_plane,
    says_of_shares,
    says_of_trace,
)

NETS = """
import torch
from torch import nn

def cnn():
    return nn.Sequential(
        nn.Unflatten(1, (1, 6)), nn.Conv1d(1, 3, 3, padding=1), nn.BatchNorm1d(3), nn.Tanh(),
        nn.Flatten(), nn.Linear(18, 3),
    )

class Mean(nn.Module):
    def forward(self, x):
        return x.mean(1)

def transformer():
    layer = nn.TransformerEncoderLayer(4, 2, 6, dropout=0.0, batch_first=True, activation="gelu")
    return nn.Sequential(nn.Unflatten(1, (3, 2)), nn.Linear(2, 4), layer, Mean(), nn.Linear(4, 3))

def one():
    return nn.Linear(1, 1, bias=False)

def wild():
    return nn.Sequential(nn.Linear(1, 4), nn.Linear(4, 4), nn.Linear(4, 1))

def large():
    return nn.Sequential(nn.Linear(1, 400), nn.Linear(400, 998), nn.Linear(998, 1))

def data():
    x = torch.randn(60, 6, generator=torch.Generator().manual_seed(0))
    return x, x[:, :3].argmax(1)

def line():
    x = torch.linspace(-1, 1, 9)[:, None]
    return x, 2 * x
"""
ASKED = {
    "model": "", "data": "", "loss": "cross_entropy", "checkpoint": "", "checkpoints": "",
    "other": "", "directions": "random", "normalise": "filter", "resolution": 11, "extent": 1.0,
    "device": "cpu", "seed": 0,
}  # fmt: skip


def lesson(**asked):
    return loss_surface_lesson(**{**ASKED, **asked})


def number(text):
    return float(text.replace("−", "-").replace(",", ""))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("own")
    (place / "net.py").write_text(NETS)
    lf = of("cnn", place)
    for step in range(4):  # a path, its batch norm's statistics of its own at each place
        torch.manual_seed(step)
        weights = {name: w.clone() for name, w in lf.made.state_dict().items()}
        for name, w in weights.items():
            if w.is_floating_point():
                weights[name] = w + 0.1 * step * torch.rand_like(w)
        save_file(weights, place / f"{step}.safetensors")
    return place


def of(name, place, dtype=None):
    return loss_function(f"{place}/net.py:{name}", f"{place}/net.py:data", dtype=dtype)


@pytest.fixture(scope="module")
def hessians(folder):
    """The loss functions of both networks in double precision, with all of their Hessians."""
    found = {name: of(name, folder, "float64") for name in ("cnn", "transformer")}
    return {n: (lf, hessian(lf.scalar, lf.theta)) for n, lf in found.items()}


@pytest.mark.parametrize(
    ("name", "directions", "seed"),
    [("cnn", "random", 3), ("transformer", "hessian", 2)],
)
def test_what_is_said_of_a_users_network_is_true_of_its_whole_hessian(
    folder, hessians, name, directions, seed
):
    model, data = f"{folder}/net.py:{name}", f"{folder}/net.py:data"
    found = lesson(model=model, data=data, directions=directions, seed=seed, extent=0.7)
    values = np.linalg.eigvalsh(hessians[name][1].numpy())
    np.testing.assert_allclose(found.eigenvalues, [*values[:-6:-1], values[0]], rtol=2e-3,
                               atol=2e-4 * abs(values).max())  # fmt: skip
    a, b, top = (number(n) for n in re.findall(r"by (\S+) and (\S+), the steepest by ([^,;]+)",
                                               str(found.says_curvature))[0])  # fmt: skip
    assert top == pytest.approx(values[-1], rel=0.01)
    if directions == "hessian":
        assert (a, b) == pytest.approx((values[-1], values[-2]), rel=0.01)
    middle = len(found.distances) // 2
    step = found.distances[1] - found.distances[0]
    for said, cut in zip((a, b), ("first", "second"), strict=True):
        losses = found.cuts[cut][middle - 1 : middle + 2]
        bent = (losses[0] - 2 * losses[1] + losses[2]) / step**2
        assert said == pytest.approx(bent, rel=0.3, abs=0.01)
    total, error = re.findall(r"together are (\S+) ± ([^;]+)", str(found.says_trace))[0]
    assert abs(number(total) - values.sum()) < 5 * number(error)
    assert ("curves down" in str(found.says_ends)) == bool(values[0] < -1e-4 * abs(values).max())
    assert ("below the weights’ own loss" in str(found.says_plane)) == bool(
        found.loss.min() >= found.centre * (1 - 1e-6)
    )
    assert found.loss[5, 5] == pytest.approx(found.centre, rel=1e-6)
    assert (found.says_batch_norm is not None) == (name == "cnn")


def test_the_mean_curvature_of_random_directions_is_the_trace_over_the_parameters(hessians):
    lf, full = hessians["cnn"]
    product = hessian_product(lf)
    units = torch.randn(400, len(lf.theta), dtype=torch.float64,
                        generator=torch.Generator().manual_seed(0))  # fmt: skip
    units = torch.nn.functional.normalize(units, dim=1)
    along = torch.stack([unit @ product(unit) for unit in units])
    error = float(along.std() / 20)
    assert float(along.mean()) == pytest.approx(float(full.trace()) / len(full), abs=4 * error)


def test_products_taken_in_parts_of_the_data_are_the_same(folder):
    lf = of("cnn", folder, "float64")
    vector = torch.randn(len(lf.theta), dtype=torch.float64,
                         generator=torch.Generator().manual_seed(0))  # fmt: skip
    whole = hessian_product(lf)(vector)
    lf.portions = Portions(sets=1, rows=7, splits=True)
    torch.testing.assert_close(hessian_product(lf)(vector), whole)


def test_a_product_that_runs_out_of_memory_goes_on_in_smaller_parts(folder):
    lf = of("cnn", folder, "float64")
    vector = torch.ones_like(lf.theta)
    whole, scalar, rows = hessian_product(lf)(vector), lf.scalar, []

    def short(theta, batch=None):
        rows.append(60 if batch is None else len(batch[0]))
        if rows[-1] > 20:
            raise MemoryError
        return scalar(theta, batch)

    lf.scalar = short
    torch.testing.assert_close(hessian_product(lf)(vector), whole)
    assert max(rows[-3:]) <= 20


def test_components_of_checkpoints_and_the_way_to_another_one(folder):
    asked = {"model": f"{folder}/net.py:cnn", "data": f"{folder}/net.py:data"}
    found = lesson(**asked, checkpoint=f"{folder}/3.safetensors", checkpoints=str(folder),
                   directions="pca", other=f"{folder}/0.safetensors")  # fmt: skip
    assert found.path.shape == (4, 2)
    np.testing.assert_allclose(found.path[-1], 0, atol=1e-4)
    assert found.x[0] < found.path[:, 0].min() < found.path[:, 0].max() < found.x[-1]
    assert str(found.says_path).endswith("keep 76 %")
    assert len(found.line) == len(found.curve) == len(found.shares)
    np.testing.assert_allclose(found.line[[0, -1]], found.curve[[0, -1]], rtol=1e-4)
    assert "from the data" in str(found.says_way_norm)
    assert "checkpoint’s" in str(found.says_batch_norm)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"model": "{}/net.py:cnn"}, "There is a model but no data"),
        ({"data": "{}/net.py:data"}, "There is data but no model"),
        ({"model": "{}/net.py:cnn", "data": "{}/net.py:data", "directions": "pca"},
         "needs a training to look at"),
        ({"model": "{}/net.py:one", "data": "{}/net.py:line", "loss": "mse"},
         "1 parameter; a plane needs 2"),
        ({"model": "{}/net.py:transformer", "data": "{}/net.py:data", "extent": 1e30},
         "no finite number at .* give a smaller extent"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused_in_a_sentence(folder, asked, message):
    filled = {k: v.format(folder) if isinstance(v, str) else v for k, v in asked.items()}
    with pytest.raises(ValueError, match=message):
        lesson(**filled)


def pairs_of(values, residual=0.0):
    values = np.array(values, dtype=float)
    return Eigenpairs(values, np.eye(len(values)), np.full(len(values), residual), 9)


def test_the_ends_are_called_what_they_are():
    assert "curves down" in str(says_of_ends(pairs_of([3, 1, -0.5])))
    assert "a condition of 6" in str(says_of_ends(pairs_of([3, 1, 0.5])))
    assert "none is below 0 by more" in str(says_of_ends(pairs_of([3, 1, -1e-5])))
    assert "no curvature" in str(says_of_ends(pairs_of([0, 0])))
    assert "be off by 0.3" in str(says_of_ends(pairs_of([3, 1, -0.5], residual=0.1)))


def test_nothing_is_divided_by_a_mean_that_may_be_zero():
    rng = np.random.default_rng(0)
    for _ in range(200):
        draws = rng.normal(rng.normal(0, 2), 1, 9)
        trace, top = Trace(draws), abs(rng.normal())
        known = draws.mean() > 3 * draws.std(ddof=1) / 3
        said = str(says_of_curvature(top, (0.1, 0.2), trace, 100))
        assert (" times the mean" in said) == known
        if known:
            times = number(re.findall(r", (\S+) times", said)[0])
            assert times == pytest.approx(100 * top / draws.mean(), rel=0.051)
        pairs = pairs_of(np.sort(rng.normal(1, 2, 6))[::-1])
        held = pairs.values[:5].sum()
        said = str(says_of_trace(trace, pairs, 5, 100))
        assert ("largest are" in said) == bool(known and 0 < held <= draws.mean())


def test_shares_and_planes_are_never_said_to_be_more_than_was_seen():
    assert "none was seen below" in str(says_of_shares((0.0, 0.0), 0.5))
    assert "0.13 % ± 0.044 % below" in str(says_of_shares((0.0013, 0.00044), 0.996))
    assert "over 99 %" in str(says_of_shares((0.0013, 0.00044), 0.996))
    grid = np.array([[2.0, 1.0], [3.0, 0.5]])
    assert "comes down to 0.5, below" in str(says_of_plane(10, grid, 1.0))
    assert "no point seen lies below" in str(says_of_plane(10, grid, 0.5))
    said = str(says_of_plane(10, grid, 0.50012))  # both would be read as 0.500
    assert said.endswith("the loss comes down by 0.00012 below the weights’ own 0.500")
    assert str(says_of_plane(2, grid, 0.5)).startswith("Both of 2")


@pytest.mark.parametrize("directions", ["pca", "random"])
def test_three_optimisers_train_a_users_network_from_its_own_weights(folder, directions):
    found = loss_landscape_lesson(
        "digits", directions, "adam", 2, 5, model=f"{folder}/net.py:cnn",
        data=f"{folder}/net.py:data", checkpoint=f"{folder}/3.safetensors", epochs=3, rates=0.5,
    )  # fmt: skip
    lf = loss_function(f"{folder}/net.py:cnn", f"{folder}/net.py:data",
                       checkpoint=f"{folder}/3.safetensors", batch_norm="data")  # fmt: skip
    assert "A network of 75 weights learns 60 rows" in str(found.says_network)
    assert "from the data" in str(found.says_batch_norm)
    assert [row[0] for row in found.table] == ["SGD", "Momentum", "Adam"]
    for path, row in zip(found.paths.values(), found.table, strict=True):
        assert path.steps[-1] == 6
        assert path.loss[0] == pytest.approx(float(lf(lf.theta)), rel=1e-5)
        assert number(row[-1]) == pytest.approx(path.loss[-1], rel=6e-3)
    assert found.paths["adam"].rate == 0.01
    np.testing.assert_allclose(found.paths["adam"].places[-1], 0, atol=1e-6)


def test_a_training_that_diverges_and_a_network_that_is_too_large_are_refused(folder):
    asked = {"model": f"{folder}/net.py:wild", "data": f"{folder}/net.py:line", "loss": "mse"}
    with pytest.raises(ValueError, match=r"by SGD at a rate of 30 diverges; give smaller rates"):
        loss_landscape_lesson("moons", "pca", "sgd", 0, 5, **asked, rates=100)
    with pytest.raises(ValueError, match="has 401,997 parameters"):
        loss_landscape_lesson("moons", "pca", "sgd", 0, 5, **asked | {
            "model": f"{folder}/net.py:large"})  # fmt: skip
