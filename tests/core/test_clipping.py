"""Clipping against torch's own, the cliff against torch.nn.RNN, and what is said of both."""

import re

import numpy as np
import pytest
import torch

from mlanim.core.gradients.clipping import (
    LATE,
    clipping_lesson,
    counted,
    grown,
    says_of_after,
    says_of_cliff,
    says_of_clipped,
    says_of_point,
    says_of_raw,
    says_of_share,
    says_of_trained,
    says_of_turn,
    says_of_turns,
)
from mlanim.core.gradients.gradient_clipping import (
    Clipped,
    by_norm,
    by_value,
    degrees_between,
    value_limit,
)
from mlanim.core.gradients.recall import recall, turned
from mlanim.core.landscape.cliff import cliff, unit_loss
from mlanim.core.learning.optimizers import SGD
from mlanim.core.learning.training import train
from mlanim.core.models.recurrent import Recurrent


@pytest.fixture(scope="module")
def lesson():
    return clipping_lesson(12, 0.1, 1.0, 0)


def numbers(said):
    return [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", str(said))]


def drawn(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("limit", [0.1, 2.0, 50.0])
def test_both_ways_are_torchs_own(limit):
    for gradient in drawn(20, 9) * torch.logspace(-2, 2, 20)[:, None]:
        theirs = torch.nn.Parameter(torch.zeros(9, dtype=torch.float64))
        theirs.grad = gradient.clone()
        torch.nn.utils.clip_grad_norm_([theirs], limit)  # divides by the length plus 1e-6
        torch.testing.assert_close(by_norm(gradient, limit), theirs.grad, rtol=2e-4, atol=0)
        theirs.grad = gradient.clone()
        torch.nn.utils.clip_grad_value_([theirs], limit)
        assert torch.equal(by_value(gradient, limit), theirs.grad)


def test_by_norm_no_gradient_is_turned_and_none_within_the_limit_is_changed():
    gradients = drawn(200, 7)
    kept = by_norm(gradients, 2.0)
    assert degrees_between(gradients, kept).max() < 1e-12
    norms = gradients.norm(dim=-1)
    torch.testing.assert_close(kept.norm(dim=-1), norms.clamp(max=2.0))
    assert torch.equal(kept[norms <= 2], gradients[norms <= 2])
    assert torch.equal(by_norm(gradients, torch.inf), gradients)
    assert torch.equal(by_norm(torch.zeros(3), 1.0), torch.zeros(3))


def test_the_angle_is_that_of_the_closed_form_in_the_plane():
    angles = np.radians([0, 1e-6, 10, 63.4, 90, 179])
    first = torch.tensor([[3.0, 0.0]], dtype=torch.float64).expand(6, 2)
    second = torch.from_numpy(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    np.testing.assert_allclose(degrees_between(first, second), np.degrees(angles), rtol=1e-9)
    for gradient in drawn(50, 2).numpy() * 3:
        cut = np.clip(gradient, -1, 1)
        turn = abs(np.degrees(np.arctan2(*cut[::-1]) - np.arctan2(*gradient[::-1])))
        found, words = grown(gradient, 1.0), str(says_of_turn(gradient, 1.0))
        assert found.turn[-1] == pytest.approx(turn, abs=1e-9)
        np.testing.assert_allclose(found.full[-1], gradient)
        np.testing.assert_allclose(found.by_value, np.clip(found.full, -1, 1))
        assert ("no part of it is over" in words) == bool(np.abs(gradient).max() <= 1)
        if "by value this one turns" in words:
            assert numbers(words)[-1] == pytest.approx(turn, abs=0.051)


def test_a_limit_by_value_leaves_the_length_that_is_asked_for():
    gradients = drawn(40, 30) * torch.logspace(-1, 3, 40)[:, None]
    limits = value_limit(gradients, 2.0)
    cut = by_value(gradients, limits).norm(dim=-1)
    np.testing.assert_allclose(cut, gradients.norm(dim=-1).clamp(max=2.0), rtol=1e-12)
    cosine = torch.nn.functional.cosine_similarity(gradients, by_value(gradients, limits))
    np.testing.assert_allclose(
        turned(gradients, 2.0), np.degrees(np.arccos(cosine.clamp(max=1).numpy())), atol=1e-5
    )


@pytest.mark.parametrize("length", [1, 7, 20])
def test_the_units_loss_is_that_of_torchs_rnn(length):
    # σ(z) = (1 + tanh(z / 2)) / 2, so that a tanh unit has a quarter of the weight
    rnn = torch.nn.RNN(1, 1).double()
    for weight, bias in ((5.9, -2.9), (2.0, 1.0), (-3.0, 0.5)):
        with torch.no_grad():
            for parameter in rnn.parameters():
                parameter.zero_()
            rnn.weight_hh_l0.fill_(weight / 4)
            rnn.bias_hh_l0.fill_(weight / 4 + bias / 2)
            _, state = rnn(torch.zeros(length, 1, 1, dtype=torch.float64))
            expected = ((1 + state.item()) / 2 - 0.7) ** 2
        point = torch.tensor([weight, bias], dtype=torch.float64, requires_grad=True)
        found = unit_loss(point, length)
        assert found.item() == pytest.approx(expected, rel=1e-9)
        assert torch.autograd.gradcheck(lambda p: unit_loss(p, length), point, rtol=1e-3)


def test_the_network_trains_as_torchs_rnn_with_its_own_clipping():
    net, theta, inputs = Recurrent(5), 2 * drawn(41, seed=3), drawn(9, 4, seed=4)
    rnn, out = torch.nn.RNN(1, 5).double(), torch.nn.Linear(5, 1).double()
    with torch.no_grad():
        enter, again, bias, leave, shift = net.parts(theta)
        for theirs, ours in zip(
            (*rnn.parameters(), *out.parameters()),
            (enter, again, bias[:, 0], torch.zeros(5), leave, shift),
            strict=True,
        ):
            theirs.copy_(ours)
    together = [p for name, p in rnn.named_parameters() if name != "bias_hh_l0"]
    together += list(out.parameters())
    rule = torch.optim.SGD(together, 0.2)
    for _ in range(6):
        rule.zero_grad()
        state = rnn(inputs[..., None])[1][0]
        (out(state)[:, 0] - 1).square().mean().backward()
        torch.nn.utils.clip_grad_norm_(together, 0.5)
        rule.step()
    ours = train(
        lambda p, _: (net(p, inputs) - 1).square().mean(-1), theta,
        Clipped(SGD(), torch.tensor(0.5)), 0.2, 6,
    ).end  # fmt: skip
    theirs = torch.cat([parameter.detach().flatten() for parameter in together])
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("length", "rate", "threshold"),
    [(20, 0.1, 1.0), (10, 0.05, 5.0), (40, 0.02, 5.0), (33, 0.3, 0.2), (40, 0.3, 5.0)],
)
def test_what_is_said_of_the_cliff_is_what_two_plain_descents_do(length, rate, threshold):
    found = cliff(length, rate, threshold)
    paths = {}
    for way, limit in (("raw", np.inf), ("clipped", threshold)):
        point, seen = torch.tensor([6.0, -2.85], dtype=torch.float64), []
        for _ in range(301):
            point.requires_grad_()
            loss = unit_loss(point, length)
            (gradient,) = torch.autograd.grad(loss, point)
            seen.append((loss.item(), float(gradient.norm()), point.detach()))
            too_long = float(gradient.norm()) > limit
            kept = gradient * limit / gradient.norm() if too_long else gradient
            point = point.detach() - rate * kept
        paths[way] = seen
    norms = np.array([norm for _, norm, _ in paths["clipped"][:-1]])
    long = np.flatnonzero(norms > threshold)
    at = long[0] if len(long) else int(norms.argmax())
    assert (found.at, found.acts) == (at, len(long) > 0)
    assert numbers(says_of_point(found, threshold))[-2] == pytest.approx(norms[at], rel=6e-3)
    assert ("under the threshold" in str(says_of_point(found, threshold))) == (not len(long))
    before = paths["clipped"][at][0]
    for way, said in (("raw", says_of_raw(found)), ("clipped", says_of_clipped(found, threshold))):
        loss, _, place = paths[way][at + 1]
        step = float((place - paths[way][at][2]).norm())
        np.testing.assert_allclose(found.landings[way].place, place, rtol=1e-6)
        assert numbers(said)[-2:] == pytest.approx([before, loss], rel=6e-3)
        assert f"the loss {'rises' if loss > before else 'falls'}" in str(said)
        if len(long):
            assert numbers(said)[-3] == pytest.approx(step, rel=6e-3)
            whole = rate * norms[at]
            assert step == pytest.approx(whole if way == "raw" else rate * threshold, rel=1e-6)
        on_cut = np.interp(step, found.distances, found.along)
        assert on_cut == pytest.approx(loss, rel=1e-6)
    late = [np.mean([one[0] for one in paths[way][-LATE:]]) for way in ("clipped", "raw")]
    after = numbers(says_of_after(found))
    assert after[2 : 2 + len(set(late))] == pytest.approx(late[: len(set(late))], rel=0.01)
    stuck = max(one[1] for one in paths["raw"][-LATE:]) < 0.01
    assert ("plateau" in str(says_of_after(found))) == (stuck and len(long) > 0)
    assert ("cliff" in str(says_of_cliff(found))) == (found.steepest > 100 * found.typical)
    assert found.x[0] < found.point[0] < found.x[-1]
    for axis, lands in zip((found.wide_x, found.wide_y), found.landings["raw"].place, strict=True):
        assert axis[0] <= np.clip(lands, -190, 190) <= axis[-1]  # the map is never endless


def test_the_trainings_with_clipping_clip_what_is_too_long():
    found, loose = recall(10, 0.1, 0.7, 5), recall(10, 0.1, 1e9, 5)
    for name in ("raw", "clipped"):  # without a limit both are the same training
        np.testing.assert_array_equal(loose.ends[name], found.ends["raw"])
    assert not len(loose.turns)
    assert len(found.turns) == (found.norms > 0.7).sum() > 0
    assert found.norms[0].tolist() == loose.norms[0].tolist()
    counts = counted(found.norms).counts[-1]
    assert counts.sum() == found.norms.size
    assert (found.ends["clipped"] < 0.5).all()  # who answers 0 has 1


def test_what_is_said_of_trainings_holds_for_any():
    rng = np.random.default_rng(0)
    for _ in range(200):
        norms = 10 ** rng.normal(rng.uniform(-2, 1), 0.6, (25, 4))
        said, share = str(says_of_share(norms, 1.0)), (norms > 1).mean()
        if share == 0:
            assert said.startswith("No gradient")
            continue
        assert f"({'100' if share == 1 else ''}" in said
        assert numbers(said)[:2] == [(norms > 1).sum(), 100]
        assert ("(100 %" in said) == (share == 1)
        assert numbers(said)[-1] == pytest.approx(norms.max(), rel=6e-3)
        ends = {way: 10 ** rng.normal(rng.uniform(-3, 2), 0.8, 4) for way in ("raw", "clipped")}
        parts = str(says_of_trained(ends)).split("; with it ")
        for part, losses in zip(parts, ends.values(), strict=True):
            rest, blown = losses[losses <= 10], (losses > 10).sum()
            assert ("blow" in part) == (blown > 0)
            assert ("all 4 blow up" in part) == (blown == 4)
            if 0 < blown < 4:
                assert re.search(rf"{blown} of 4 {'blows' if blown == 1 else 'blow'} up", part)
            if len(rest) > 1:
                mean, spread = numbers(part)[-2:]
                assert mean == pytest.approx(rest.mean(), rel=0.06)
                assert spread == pytest.approx(rest.std(ddof=1), abs=0.06 * rest.mean())


def test_the_lesson_says_what_its_arrays_hold(lesson):
    assert lesson.histogram.counts[-1].sum() == 8 * 250
    assert lesson.losses["raw"].shape == (len(lesson.steps), 8)
    median = numbers(lesson.says_turns)[-1]
    edges, share = lesson.degrees, np.cumsum(lesson.turns) / lesson.turns.sum()
    assert (
        edges[share.searchsorted(0.5)] - 0.5 <= median <= edges[share.searchsorted(0.5) + 1] + 0.5
    )
    assert str(says_of_turns(np.zeros(0))).endswith("nothing turns")
    np.testing.assert_array_equal(lesson.medians["raw"], np.median(lesson.losses["raw"], axis=1))


def test_the_same_again(lesson):
    again = clipping_lesson(12, 0.1, 1.0, 0)
    assert again.losses["clipped"].tobytes() == lesson.losses["clipped"].tobytes()
    assert again.cliff.along.tobytes() == lesson.cliff.along.tobytes()
