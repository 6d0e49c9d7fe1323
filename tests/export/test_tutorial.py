"""What the documentation shows to those who build on mlanim runs as it stands there."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path
from typing import Any

import click.testing
import numpy as np
import pytest
from safetensors.numpy import save_file

from mlanim.engine.jobs.outputs import read

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r'^```(\w+)(?: title="([^",]+)(, at its end)?")?\n(.*?)^```', re.M | re.S)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which films are small."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLANIM_RESOLUTION", "160x90")
    monkeypatch.setenv("MLANIM_FPS", "2")
    return tmp_path


def cli() -> Any:
    """The command line, as `mlanim` starts it."""
    spec = importlib.util.spec_from_file_location("mlanim_command_line", ROOT / "cli.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.cli


def run(line: str, *more: str) -> str:
    """A line of a console, in this process."""
    program, *words = shlex.split(line)
    assert program == "mlanim"
    done = click.testing.CliRunner().invoke(cli(), [*words, *more], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def section(page: str, heading: str) -> str:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return text.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def commands(text: str) -> list[str]:
    return re.findall(r"^\$ (.*)$", text, re.M)


def test_the_tutorial_leads_to_a_deck(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    for kind, title, adds, body in BLOCK.findall(text):
        if title:
            path = folder / title
            path.parent.mkdir(exist_ok=True)
            methods = body.partition("\n")[2]  # without the line that says of which class
            path.write_text(f"{path.read_text()}\n{methods}" if adds else body)
        elif kind == "python":
            exec(compile(body, "tutorial.md", "exec"), {})
            printed = capsys.readouterr().out.splitlines()
            told = [line.partition("  # ")[2] for line in body.splitlines() if "print(" in line]
            assert [p for p, t in zip(printed, told, strict=True) if t and p != t] == []
        else:
            assert kind == "console"
            said += map(run, commands(body))
    assert len(said) == 3
    assert "<svg" in (folder / "overshoot.svg").read_text()
    film = read(folder / "renders" / "overshoot.json")
    assert film["results"]["finding"].startswith("Each step lands on the other side, 70")
    assert len(film["slides"]) == 3
    deck = (folder / "lecture.html").read_text(encoding="utf-8")
    assert "At a rate of 1 it arrives at once." in deck


def test_the_files_of_numbers_in_your_own_are_taken_so(folder: Path) -> None:
    """Up to the drawing: what is checked is that the scenes take the numbers."""
    np.savez("vectors.npz", w=np.array([2.0, 1.0]))
    np.save("x.npy", np.array([[1.0, 1.5]]))
    save_file({"layer.weight": np.array([[1.2, 0.9]], np.float32)}, "model.safetensors")
    rows = [f"{k % 2},{k / 9},{k / 7}" for k in range(12)]
    Path("points.csv").write_text("\n".join(["label,y,x", *rows]))
    lines = commands(section("your-own.md", "Vectors, matrices and tables"))
    assert len(lines) == 2
    for line in lines:
        assert "would be drawn" in run(line, "--dry-run")
