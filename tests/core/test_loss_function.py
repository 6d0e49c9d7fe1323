import copy

import loss_landscapes
import numpy as np
import pytest
import torch
from loss_landscapes.metrics import Loss as TheirLoss
from own_nets import make_data, make_mlp, net_and_data, plain_loss
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from mlanim.core.landscape.directions import random_direction
from mlanim.core.landscape.loss_function import loss_function, weights_from
from mlanim.core.landscape.scan import scan_plane, scan_points

KINDS = ["mlp", "cnn", "reader"]
FILE = """
import torch
from torch import nn
def make_model():
    return nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 3))
def make_data():
    return torch.ones(4, 2), torch.tensor([0, 1, 2, 0])
def half_squared(outputs, targets):
    return ((outputs.sum(1) - targets) ** 2).mean() / 2
def a_number():
    return 3
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("own")
    (place / "nets.py").write_text(FILE)
    return place


def some_directions(lf, normalise="filter"):
    generator = torch.Generator().manual_seed(1)
    return torch.stack([random_direction(lf, generator, normalise) for _ in range(2)])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_scanned_plane_is_a_plain_loop_over_its_points(kind, dtype):
    net, data = net_and_data(kind)
    lf = loss_function(net, data, dtype=dtype, device="cpu")
    axes, x, y = some_directions(lf), [-1.0, -0.25, 0.0, 1.5], [-0.5, 0.0, 1.0]
    found = scan_plane(lf, axes, x, y)
    assert found.shape == (3, 4)
    assert lf.theta.dtype == getattr(torch, dtype)
    for i, j in np.ndindex(3, 4):
        theta = lf.theta + x[j] * axes[0] + y[i] * axes[1]
        expected = plain_loss(copy.deepcopy(net), data, theta, getattr(torch, dtype))
        assert found[i, j] == pytest.approx(expected, rel=1e-5 if dtype == "float32" else 1e-11)


@pytest.mark.parametrize("kind", KINDS)
def test_sets_of_weights_together_or_one_by_one_and_rows_in_parts_give_the_same(kind):
    net, data = net_and_data(kind)
    lf = loss_function(net, data, dtype="float64", device="cpu")
    assert lf.portions.sets > 1
    thetas = lf.theta + torch.tensor([[0.1], [0.0], [-0.2]], dtype=torch.float64)
    together = lf(thetas)
    lf.portions.sets, lf.portions.rows = 1, 7
    torch.testing.assert_close(lf(thetas.view(3, 1, -1)), together[:, None], rtol=1e-12, atol=0)
    torch.testing.assert_close(lf.scalar(thetas[0]), together[0], rtol=1e-12, atol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_loss_has_the_gradient_and_the_curvature_of_its_differences(kind):
    net, data = net_and_data(kind)
    lf = loss_function(net, data, dtype="float64", device="cpu")
    direction, step = some_directions(lf)[0], 1e-4
    theta = lf.theta.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(lf.scalar(theta), theta, create_graph=True)
    (product,) = torch.autograd.grad(gradient @ direction, theta)
    low, middle, high = lf(lf.theta + step * torch.tensor([[-1.0], [0.0], [1.0]]) * direction)
    slope = (high - low) / (2 * step)
    assert float(slope) == pytest.approx(float((gradient @ direction).detach()), rel=1e-4)
    curvature = (high - 2 * middle + low) / step**2
    assert float(curvature) == pytest.approx(float(product @ direction), rel=1e-2, abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_values_are_those_of_the_loss_landscapes_package_at_its_own_points(kind):
    net, data = net_and_data(kind)
    lf, steps = loss_function(net, data, device="cpu"), 4
    axes, ends = some_directions(lf), []
    for direction in (torch.zeros_like(axes[0]), *axes):
        ends.append(copy.deepcopy(net))
        nn.utils.vector_to_parameters(lf.theta + direction, ends[-1].parameters())
    with torch.no_grad():
        theirs = loss_landscapes.planar_interpolation(*ends, TheirLoss(F.cross_entropy, *data), 4)
    # Its even rows are shifted by one step of the second direction.
    at = [(i / steps, (j + (i % 2 == 0)) / steps) for i in range(steps) for j in range(steps)]
    ours = scan_points(lf, lf.theta, axes, torch.tensor(at, dtype=torch.float64))
    np.testing.assert_allclose(ours.reshape(steps, steps), theirs, rtol=1e-5)


def test_the_users_module_stays_as_it_is():
    net, data = net_and_data("cnn")
    before = copy.deepcopy(net.train().state_dict())
    lf = loss_function(net, data, dtype="float64", device="cpu", batch_norm="data")
    lf(lf.theta * 2)
    assert net.training
    assert all(p.requires_grad for p in net.parameters())
    assert all(torch.equal(value, net.state_dict()[name]) for name, value in before.items())


def test_frozen_parameters_do_not_move_and_tied_ones_move_once():
    net = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Linear(3, 3))
    net[2].weight = net[0].weight
    net[2].bias.requires_grad_(False)
    lf = loss_function(net, make_data(3), device="cpu", dtype="float64")
    assert [layer.name for layer in lf.layers] == ["0.weight", "0.bias"]
    theta = lf.theta + 0.1
    doubled = copy.deepcopy(net).double()
    with torch.no_grad():
        doubled[0].weight += 0.1
        doubled[0].bias += 0.1
        inputs, targets = make_data(3)
        expected = F.cross_entropy(doubled(inputs.double()), targets)
    assert float(lf(theta)) == pytest.approx(float(expected), rel=1e-12)


def test_batch_norm_keeps_the_checkpoints_statistics_or_takes_the_datas():
    net, data = net_and_data("cnn")
    kept, anew = (
        loss_function(net, data, dtype="float64", device="cpu", batch_norm=kind)
        for kind in ("checkpoint", "data")
    )
    theta = kept.theta + 0.05
    assert float(kept(theta)) == pytest.approx(plain_loss(net, data, theta), rel=1e-12)
    training = plain_loss(net.train(), data, theta)
    assert float(anew(theta)) == pytest.approx(training, rel=1e-12)
    assert abs(training - float(kept(theta))) > 1e-3
    assert "Li et al." in str(kept.says_batch_norm)
    assert "from the data" in str(anew.says_batch_norm)
    assert loss_function(make_mlp(), make_data(2), device="cpu").says_batch_norm is None


def test_batches_that_batch_norm_averages_over_are_never_split():
    net, data = net_and_data("cnn")
    lf = loss_function(net, data, dtype="float64", device="cpu", batch_norm="data")
    expected = float(lf(lf.theta))
    lf.portions.rows = 3
    assert float(lf(lf.theta)) == expected


def test_a_pair_a_dataset_a_loader_and_batches_are_the_same_data():
    net, (inputs, targets) = net_and_data("mlp")
    dataset = TensorDataset(inputs, targets)
    forms = [
        (inputs, targets), (inputs.numpy(), targets.numpy()), dataset,
        DataLoader(dataset, batch_size=7, shuffle=True),
        ((inputs[i : i + 6], targets[i : i + 6]) for i in range(0, 20, 6)),
    ]  # fmt: skip
    state = torch.get_rng_state()
    losses = [float(loss_function(net, data, dtype="float64", device="cpu")(
        nn.utils.parameters_to_vector(net.parameters()))) for data in forms]  # fmt: skip
    assert losses == pytest.approx([losses[0]] * 5, rel=1e-12)
    assert torch.equal(torch.get_rng_state(), state)


def test_sequences_of_many_lengths_count_by_their_places_without_ignored_ones():
    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(7, 3)

        def forward(self, tokens):
            return self.table(tokens).transpose(1, 2)

    torch.manual_seed(0)
    net = Tagger()
    long, short = torch.randint(7, (2, 6)), torch.randint(7, (4, 3))
    tags = (long % 3, short % 3)
    tags[0][:, 4:] = -100
    lf = loss_function(net, [(long, tags[0]), (short, tags[1])], device="cpu")
    kept = torch.cat([long[:, :4].flatten(), short.flatten()])
    expected = F.cross_entropy(net.table(kept), kept % 3)
    assert float(lf(lf.theta)) == pytest.approx(float(expected.detach()), rel=1e-6)


def test_files_hold_inputs_and_targets_too(folder):
    inputs, targets = torch.tensor([[0.5, 1.0], [2.0, -1.0]]), torch.tensor([2, 0])
    np.savez(folder / "d.npz", inputs=inputs, targets=targets)
    save_file({"inputs": inputs, "targets": targets}, folder / "d.safetensors")
    (folder / "d.csv").write_text("a,label,b\n0.5,2,1\n2,0,-1\n")
    (folder / "last.csv").write_text("a;b;c\n0.5;1;2\n2;-1;0\n")
    net = make_mlp()
    expected = loss_function(net, (inputs, targets), device="cpu")
    for name in ("d.npz", "d.safetensors", "d.csv", "last.csv"):
        lf = loss_function(net, str(folder / name), device="cpu")
        assert float(lf(lf.theta)) == pytest.approx(float(expected(lf.theta)), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "targets", "by_hand"),
    [
        ("mse", torch.ones(4, 3), lambda out, to: ((out - to) ** 2).mean()),
        ("l1", torch.ones(4, 3), lambda out, to: (out - to).abs().mean()),
        ("nll", torch.tensor([0, 2, 1, 1]), lambda out, to: -out[range(4), to].mean()),
        (
            "cross_entropy",
            torch.full((4, 3), 0.5),
            lambda out, to: -1.5 * out.log_softmax(1).mean(),
        ),
        ("binary_cross_entropy", torch.ones(4, 3), lambda out, to: F.softplus(-out).mean()),
        (
            lambda out, to: (out.sum(1) - to).pow(2).mean(),
            torch.ones(4),
            lambda out, to: ((out.sum(1) - 1) ** 2).mean(),
        ),
    ],
)
def test_each_loss_is_the_mean_over_all_rows_however_they_are_split(name, targets, by_hand):
    net, inputs = make_mlp().double().eval(), make_data(2, rows=4)[0].double()
    lf = loss_function(net, (inputs, targets), name, device="cpu")
    lf.portions.rows, lf.portions.sets = 3, 1
    targets = targets.double() if targets.is_floating_point() else targets
    expected = by_hand(net(inputs).detach(), targets)
    assert float(lf(lf.theta)) == pytest.approx(float(expected), rel=1e-12)


def test_one_output_a_row_fits_one_target_a_row():
    net = nn.Linear(2, 1).double()
    inputs = make_data(2)[0].double()
    lf = loss_function(net, (inputs, inputs[:, 0]), "mse", device="cpu")
    expected = ((net(inputs)[:, 0] - inputs[:, 0]) ** 2).mean().detach()
    assert float(lf(lf.theta)) == pytest.approx(float(expected), rel=1e-12)


def test_everything_can_be_named_in_a_file(folder):
    file, weights = folder / "nets.py", folder / "weights.safetensors"
    state = {f"{n}.{part}": torch.full(shape, 0.1) for n, part, shape in (
        ("0", "weight", (6, 2)), ("0", "bias", (6,)), ("2", "weight", (3, 6)), ("2", "bias", (3,))
    )}  # fmt: skip
    save_file(state, weights)
    lf = loss_function(
        f"{file}:make_model", f"{file}:make_data", f"{file}:half_squared", checkpoint=weights,
        device="cpu",
    )  # fmt: skip
    outputs = 3 * (6 * 0.1 * np.tanh(0.3) + 0.1)
    expected = np.mean([(outputs - target) ** 2 / 2 for target in (0, 1, 2, 0)])
    assert float(lf(lf.theta)) == pytest.approx(expected, rel=1e-6)
    assert torch.equal(weights_from(lf, weights)[0], lf.theta)


def test_what_draws_random_numbers_draws_the_same_each_time(folder):
    data, found = TensorDataset(*make_data(2)), []
    for seed in range(2):
        torch.manual_seed(seed)
        loader = DataLoader(data, batch_size=6, shuffle=True)
        found.append(loss_function(f"{folder / 'nets.py'}:make_model", loader, device="cpu"))
    assert torch.equal(found[0].theta, found[1].theta)
    assert torch.equal(found[0].batches[0][0], found[1].batches[0][0])


def test_memory_that_runs_out_makes_smaller_portions_first():
    net, data = net_and_data("mlp")
    asked = []

    def narrow(outputs, targets):
        asked.append(len(outputs))
        if len(outputs) > 6:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried …")
        return F.cross_entropy(outputs, targets)

    whole, narrowed = (loss_function(net, data, loss, device="cpu", dtype="float64")
                       for loss in ("cross_entropy", narrow))  # fmt: skip
    thetas = whole.theta + torch.tensor([[0.1], [0.2]])
    torch.testing.assert_close(narrowed(thetas), whole(thetas))
    assert max(asked) == 20
    assert set(asked[-8:]) == {5}


def test_one_row_that_does_not_fit_is_said():
    def greedy(outputs, targets):
        if len(outputs) != 2:  # the two rows on which the loss is tried
            raise RuntimeError("CUDA out of memory. Tried to allocate 20 GiB")
        return F.cross_entropy(outputs, targets)

    with pytest.raises(ValueError, match="does not hold even one row"):
        loss_function(make_mlp(), make_data(2, rows=3), greedy, device="cpu")


def test_an_error_that_is_not_about_memory_is_not_swallowed():
    def failing(outputs, targets):
        if len(outputs) != 2:
            raise RuntimeError("the disk is on fire")
        return F.cross_entropy(outputs, targets)

    with pytest.raises(RuntimeError, match="on fire"):
        loss_function(make_mlp(), make_data(2), failing, device="cpu")


@pytest.mark.parametrize("length", [1, 3])
def test_weights_of_another_length_are_refused(length):
    lf = loss_function(make_mlp(), make_data(2), device="cpu")
    with pytest.raises(ValueError, match="must be 39, the model's number of parameters"):
        lf(torch.zeros(4, length))


def test_a_model_that_cannot_be_batched_is_looped_over():
    class Choosing(nn.Module):
        def __init__(self):
            super().__init__()
            self.line = nn.Linear(2, 3)

        def forward(self, x):
            outputs = self.line(x)
            return outputs if outputs.sum().item() > 0 else 2 * outputs

    lf = loss_function(Choosing(), make_data(2), device="cpu")
    assert lf.portions.sets == 1
    assert lf(torch.stack([lf.theta, -lf.theta])).shape == (2,)


class Pair(nn.Linear):
    def forward(self, x):
        return x, super().forward(x)


def refusals(folder):
    """What is given, and what is said about it."""
    inputs, targets = make_data(2)
    good, file = make_mlp(), folder / "nets.py"
    nothing = nn.Sequential(nn.Flatten())
    noisy = nn.Sequential(nn.Linear(2, 3), _Noise())
    broken = make_mlp()
    nn.init.constant_(broken[0].weight, float("nan"))
    (folder / "bad.csv").write_text("a,b\nx,1\n")
    (folder / "empty.csv").write_text("a,b\n")
    np.savez(folder / "other.npz", weights=np.ones(3))
    np.savez(folder / "objects.npz", inputs=np.array([{}]), targets=np.ones(1))
    return [
        ((f"{file}:a_number", (inputs, targets)), "must give a torch.nn.Module"),
        ((f"{file}:absent", (inputs, targets)), "has no absent"),
        ((good, f"{file}:a_number"), "give a pair"),
        ((good, (inputs, targets), "hinge"), "no loss 'hinge'"),
        ((good, (inputs[:0], targets[:0])), "no rows"),
        ((good, TensorDataset(inputs[:0], targets[:0])), "no rows"),
        ((good, (inputs, targets[:5])), "one row for each example"),
        ((good, [(inputs, targets, targets)]), "must be a pair"),
        ((good, (inputs, ["a"] * 20)), "no tensor of numbers"),
        ((good, (inputs, targets + 1)), r"classes from 1 to 3, and the model has 3 outputs"),
        ((good, (inputs, targets[:, None])), r"outputs \(rows, classes, …\)"),
        ((good, (inputs, targets + 0.5)), "class numbers"),
        ((good, (inputs, targets), "mse"), "needs one shape for both"),
        ((good, (inputs, torch.full((20, 3), 2.0)), "binary_cross_entropy"), "outside of 0 to 1"),
        ((good, (inputs, targets), lambda out, to: out), "must return one number"),
        ((good, (inputs, targets), lambda out, to: out[:, 9]), "fails on outputs of shape"),
        ((good, (torch.ones(20, 5), targets)), "fails on inputs of shape"),
        ((good, (targets, targets)), "fails on inputs of shape"),
        ((Pair(2, 3), (inputs, targets)), "must give one tensor"),
        ((nothing, (inputs, targets)), "nothing can move"),
        ((noisy, (inputs, targets)), "draws random numbers"),
        ((broken, (inputs, targets)), "loss at the model's own weights is nan"),
        ((good, str(folder / "absent.npz")), "no data file"),
        ((good, str(folder / "nets.py")), "no .npz, .safetensors, .csv file"),
        ((good, str(folder / "bad.csv")), "as many numbers as"),
        ((good, str(folder / "empty.csv")), "no rows"),
        ((good, str(folder / "other.npz")), "holds weights; it must hold"),
        ((good, str(folder / "objects.npz")), "cannot be read as arrays of numbers"),
    ]


class _Noise(nn.Module):
    def forward(self, x):
        return x + torch.randn_like(x)


def test_what_does_not_fit_together_is_said_in_a_sentence(folder):
    for given, said in refusals(folder):
        with pytest.raises(ValueError, match=said):
            loss_function(*given, device="cpu")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"dtype": "float16"}, "give one of float32, float64"),
        ({"device": "abacus"}, "device is 'abacus'"),
        ({"batch_norm": "running"}, "give one of checkpoint, data"),
    ],
)
def test_settings_that_there_are_not_are_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        loss_function(make_mlp(), make_data(2), **settings)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_a_device_that_is_not_there_is_said():
    with pytest.raises(ValueError, match="device is cuda, but there is none"):
        loss_function(make_mlp(), make_data(2), device="cuda")
