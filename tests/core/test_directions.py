import numpy as np
import pytest
import torch
from own_nets import make_data, make_mlp, net_and_data
from safetensors.torch import save_file
from torch import nn

from mlanim.core.landscape.directions import between, pca_of_checkpoints, random_direction
from mlanim.core.landscape.loss_function import loss_function

ALL = nn.ModuleDict(
    {
        "linear": nn.Linear(4, 3), "convolution": nn.Conv2d(2, 3, 3), "batch": nn.BatchNorm1d(3),
        "layer": nn.LayerNorm((2, 3)), "group": nn.GroupNorm(1, 3), "table": nn.Embedding(5, 3),
        "attention": nn.MultiheadAttention(4, 2), "added": nn.MultiheadAttention(
            4, 2, add_bias_kv=True),
    }
)  # fmt: skip
FILTERS = {
    "linear.weight": 3, "convolution.weight": 3, "table.weight": 5,
    "attention.in_proj_weight": 12, "attention.out_proj.weight": 4,
    "added.in_proj_weight": 12, "added.out_proj.weight": 4,
}  # fmt: skip


class Everything(nn.Module):
    """Parameters of all kinds; only one is used, which is all that a loss needs."""

    def __init__(self):
        super().__init__()
        self.parts = ALL

    def forward(self, x):
        return self.parts["linear"](x)


@pytest.fixture(scope="module")
def everything():
    return loss_function(Everything(), make_data(4), device="cpu", dtype="float64")


def drawn(lf, by, seed=0):
    return random_direction(lf, torch.Generator().manual_seed(seed), by)


def parts(lf, vector):
    return {
        layer.name.removeprefix("parts."): vector[layer.start : layer.stop].view(layer.shape)
        for layer in lf.layers
    }


def test_a_filter_has_the_norm_of_its_weights_and_biases_and_norm_layers_stand_still(everything):
    found, raw, weights = (
        parts(everything, vector)
        for vector in (drawn(everything, "filter"), drawn(everything, "none"), everything.theta)
    )
    assert {name for name, part in found.items() if part.any()} == set(FILTERS)
    for name, count in FILTERS.items():
        assert len(found[name]) == count
        for row, draw, trained in zip(found[name], raw[name], weights[name], strict=True):
            torch.testing.assert_close(row.norm(), trained.norm())
            torch.testing.assert_close(row / row.norm(), draw / draw.norm())


def test_a_layer_has_the_norm_of_its_weights(everything):
    found, weights = (parts(everything, v) for v in (drawn(everything, "layer"), everything.theta))
    assert {name for name, part in found.items() if part.any()} == set(FILTERS)
    for name in FILTERS:
        torch.testing.assert_close(found[name].norm(), weights[name].norm())


def test_no_normalisation_leaves_the_draw_as_it_is(everything):
    draw = drawn(everything, "none")
    expected = torch.randn(len(draw), generator=torch.Generator().manual_seed(0)).std()
    assert float(draw.std()) == pytest.approx(float(expected), abs=0.2)
    assert all(part.any() for part in parts(everything, draw).values())


def test_one_seed_is_one_direction_in_both_precisions():
    net, data = net_and_data("mlp")
    single, double = (
        loss_function(net, data, dtype=dtype, device="cpu") for dtype in ("float32", "float64")
    )
    torch.testing.assert_close(drawn(single, "filter").double(), drawn(double, "filter"))
    assert not torch.equal(drawn(double, "filter"), drawn(double, "filter", seed=1))


def test_another_normalisation_is_refused(everything):
    with pytest.raises(ValueError, match="must be one of filter, layer, none"):
        drawn(everything, "weight")


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory):
    """Ten of an MLP, which go round a corner in the plane of two known directions."""
    folder = tmp_path_factory.mktemp("run")
    net = make_mlp().double()
    start = nn.utils.parameters_to_vector(net.parameters()).detach()
    axes = torch.linalg.qr(torch.randn(len(start), 2, dtype=torch.float64)).Q.T
    for epoch in range(1, 11):
        at = torch.tensor([epoch, max(0, epoch - 5.0)], dtype=torch.float64)
        nn.utils.vector_to_parameters(start + at @ axes, net.parameters())
        torch.save(net.state_dict(), folder / f"epoch_{epoch}.pt")
    (folder / "notes.txt").write_text("not a checkpoint")
    return folder, axes


def test_components_of_checkpoints_are_the_plane_that_they_lie_in(checkpoints):
    folder, axes = checkpoints
    lf = loss_function(make_mlp(), make_data(2), checkpoint=folder / "epoch_10.pt", dtype="float64")
    found = pca_of_checkpoints(lf, folder)
    assert found.names == tuple(f"epoch_{epoch}" for epoch in range(1, 11))
    np.testing.assert_allclose((found.directions @ axes.T).square().sum(1), 1, atol=1e-9)
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(2), atol=1e-9)
    np.testing.assert_allclose(found.coordinates[-1], 0, atol=1e-9)
    steps = np.linalg.norm(np.diff(found.coordinates, axis=0), axis=1)
    np.testing.assert_allclose(steps, [1] * 4 + [2**0.5] * 5, rtol=1e-6)
    assert found.kept == pytest.approx(1)
    assert found.shares.sum() == pytest.approx(1)
    assert found.shares[0] > found.shares[1]


def test_checkpoints_that_make_no_plane_are_refused(checkpoints, tmp_path):
    folder, _ = checkpoints
    lf = loss_function(make_mlp(), make_data(2), device="cpu")
    with pytest.raises(ValueError, match="which is no folder"):
        pca_of_checkpoints(lf, tmp_path / "absent")
    with pytest.raises(ValueError, match="holds 0 checkpoints; give at least 3"):
        pca_of_checkpoints(lf, tmp_path)
    for name in "abc":
        (tmp_path / f"{name}.pt").write_bytes((folder / "epoch_1.pt").read_bytes())
    with pytest.raises(ValueError, match="lie on a line or at one place"):
        pca_of_checkpoints(lf, tmp_path)
    save_file({"0.weight": torch.ones(2, 2)}, tmp_path / "d.safetensors")
    with pytest.raises(ValueError, match="does not fit the model"):
        pca_of_checkpoints(lf, tmp_path)


def test_between_gives_the_weights_of_both_ends(checkpoints):
    folder, _ = checkpoints
    lf = loss_function(make_mlp(), make_data(2), device="cpu", dtype="float64")
    ends = between(lf, folder / "epoch_1.pt", folder / "epoch_9.pt")
    for end, epoch in zip(ends, (1, 9), strict=True):
        net = make_mlp().double()
        net.load_state_dict(torch.load(folder / f"epoch_{epoch}.pt"))
        assert torch.equal(end, nn.utils.parameters_to_vector(net.parameters()))
    with pytest.raises(ValueError, match="hold the same weights"):
        between(lf, folder / "epoch_1.pt", folder / "epoch_1.pt")


def test_between_refuses_running_statistics_that_fit_one_end_only(tmp_path):
    net, data = net_and_data("cnn")
    torch.save(net.state_dict(), tmp_path / "a.pt")
    with torch.no_grad():
        net[0].weight *= 2
    net.train()(data[0])
    torch.save(net.state_dict(), tmp_path / "b.pt")
    ends = tmp_path / "a.pt", tmp_path / "b.pt"
    with pytest.raises(ValueError, match='batch_norm="data"'):
        between(loss_function(net, data, device="cpu"), *ends)
    lf = loss_function(net, data, device="cpu", batch_norm="data")
    a, b = between(lf, *ends)
    assert float(lf(a)) == pytest.approx(float(lf(b)), rel=1e-3)  # a norm takes the factor out
    net[0].weight.requires_grad_(False)
    with pytest.raises(ValueError, match=r"differ in 0.weight, which does not move"):
        between(loss_function(net, data, device="cpu", batch_norm="data"), *ends)
