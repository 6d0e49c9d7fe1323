"""What the documentation shows of lines, curves and trainings runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from torch import nn

from mlanim.core.landscape.loss_function import loss_function
from mlanim.core.learning.training import train

PAGE = Path(__file__).parents[2] / "docs" / "your-own.md"


def test_the_examples_of_lines_and_curves_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    net = next(block for block in blocks if block.startswith("# net.py\n"))
    example = next(block for block in blocks if "connecting_curve(" in block)
    Path("net.py").write_text(net, encoding="utf-8")
    Path("run").mkdir()
    lf = loss_function("net.py:make_model", "net.py:make_data", device="cpu")
    path = train(lf.scalar, lf.theta, "adam", 0.05, steps=20, points=4).path
    for name, theta in zip(("run/epoch_0", "run/epoch_1", "run/epoch_2", "a"), path, strict=True):
        nn.utils.vector_to_parameters(theta, lf.made.parameters())
        torch.save(lf.made.state_dict(), f"{name}.pt")
    nn.utils.vector_to_parameters(-lf.theta, lf.made.parameters())
    torch.save(lf.made.state_dict(), "b.pt")
    found: dict[str, object] = {}
    exec(compile(example, PAGE.name, "exec"), found)
    line, curve, run = found["line"], found["curve"], found["run"]
    assert line[0] == curve.line[0]  # type: ignore[index, attr-defined]
    assert run.names == ("epoch_0", "epoch_1", "epoch_2")  # type: ignore[attr-defined]
