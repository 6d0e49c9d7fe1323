"""What `--dry-run` says is what happens then, and it writes nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

DEMO = Path(__file__).parents[1] / "demo_scenes" / "demo.py"
ASKED = ("render", str(DEMO), "--resolution", "64x36", "--fps", "5", "-o", "x.mp4")


def test_what_is_said_is_what_is_made(mlanim: Callable[..., Any], tmp_path: Path) -> None:
    said = mlanim(*ASKED, "--dry-run")
    assert said.code == 0, said.err
    assert not list(tmp_path.glob("x*"))
    length = re.search(
        r"64x36, 5 frames a second, dark, to be drawn, (\d+) frames, ([\d.]+) s", said.out
    )
    assert length is not None, said.out
    assert mlanim(*ASKED, "--quiet").code == 0
    about = json.loads((tmp_path / "x.json").read_text())
    assert int(length[1]) == round(about["duration"] * 5)
    assert "there already, unchanged" in mlanim(*ASKED, "--dry-run").out
    (tmp_path / "x.mp4").unlink()
    assert "from the cache" in mlanim(*ASKED, "--dry-run").out
    assert not (tmp_path / "x.mp4").exists()
    assert "to be drawn" in mlanim(*ASKED, "--dry-run", "--fresh").out


def test_a_fault_is_said_as_in_a_run(mlanim: Callable[..., Any]) -> None:
    said = mlanim(*ASKED, "--dry-run", "--set", "angel=3")
    assert said.code == 2
    assert "Did you mean angle" in said.err
