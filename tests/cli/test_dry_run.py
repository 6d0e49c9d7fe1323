"""`--dry-run` foretells what a run does then, and leaves nothing; `-p` needs a display."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

TINY = ("--resolution", "64x36", "--fps", "5")


def test_what_is_foretold_is_what_happens(
    mlanim: Callable[..., Any], demo: Path, tmp_path: Path
) -> None:
    env = {"MLANIM_CACHE_DIR": str(tmp_path / "cache"), "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    words = ("render", demo, *TINY, "-o", "a.mp4")
    first = mlanim(*words, "--dry-run", env=env)
    assert (first.code, list(tmp_path.rglob("*"))) == (0, [])
    assert "would be drawn, once its numbers are computed" in first.out
    made = mlanim(*words, "-p", env=env)
    assert made.code == 0
    assert f"no display here, so {tmp_path / 'a.mp4'} was not opened" in made.err
    assert "is there already" in mlanim(*words, "--dry-run", env=env).out
    (tmp_path / "a.mp4").write_text("of a camera")
    refused = mlanim(*words, "--set", "angle=3", "--dry-run", "--json", env=env)
    assert (refused.code, refused.out) == (2, "")
    assert "is not as mlanim made it" in refused.err
    told = mlanim(*words[:-1], "b.mp4", "--dry-run", "--json", env=env)
    assert json.loads(told.out)["source"] == "cache"
    again = mlanim(*words[:-1], "b.mp4", "--set", "angle=4", "--dry-run", "--json", env=env)
    assert (json.loads(again.out)["source"], json.loads(again.out)["computes"]) == ("drawn", True)
    assert json.loads(again.out)["seconds"] > 0
    assert not (tmp_path / "b.mp4").exists()


def test_a_program_that_would_have_to_speak_first_is_refused(mlanim: Callable[..., Any]) -> None:
    said = mlanim("render", "dot_product", "--dry-run", "--tts", "speak {text} {out}")
    assert (said.code, "leave one of them out" in said.err) == (2, True)
