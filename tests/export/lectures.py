"""A lecture of all kinds of slides, small and short, and the command that makes decks of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[1] / "demo_scenes" / "demo.py"
SMALL = ("--resolution", "320x180", "--fps", "10")
LECTURE = f"""\
title = "Arrows & <b>angles</b>"
author = "Ada Example"
minutes = 3

[[slide]]
heading = "What an arrow says"
text = '''
- its *length* and its direction, $weight(bold(w))$
'''
notes = "Ask first. </script><script>alert(1)</script>"
minutes = 1

[[slide]]
scene = "{DEMO}"
params = {{ angle = 60 }}
notes = ["", "It went to the right & stayed. </script>"]

[[slide]]
scene = "{DEMO}"
name = "again"
params = {{ angle = 60 }}
loop = [1]
auto = [1]

[[slide]]
figure = "{DEMO}"
params = {{ angle = 60 }}
heading = "The arrow alone"
notes = "Done."
"""
LINKS = ["title", "what-an-arrow-says", "demo/1", "demo/2", "again/1", "again/2", "demo-figure"]


def run_deck(folder: Path, *words: str) -> None:
    """Run `mlanim deck lecture.toml` in the folder."""
    command = [
        sys.executable,
        "-m",
        "mlanim",
        "deck",
        "lecture.toml",
        *SMALL,
        "--quiet",
        "--jobs",
        "1",
    ]
    done = subprocess.run(
        [*command, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
