"""`render` and `figure` through the real command line: what the flags do, and what is printed."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

TINY = ("--resolution", "160x90", "--fps", "5")
Run = Callable[..., Any]


def about(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo scene's video, made once, for tests that look at it."""
    folder = tmp_path_factory.mktemp("made")
    scene = Path(__file__).parents[1] / "demo_scenes" / "demo.py"
    words = [sys.executable, "-m", "mlanim", "render", str(scene), *TINY, "--set", "v=3,4"]
    subprocess.run([*words, "-o", "demo.mp4"], cwd=folder, check=True, capture_output=True)
    return folder / "demo.mp4"


def test_stdout_has_the_paths_and_stderr_the_progress(
    mlanim: Run, demo: Path, tmp_path: Path
) -> None:
    done = mlanim("render", demo, *TINY, "-o", "out/")
    assert done.code == 0
    assert done.paths == [tmp_path / "out" / "demo.mp4"]
    assert "demo (video): drawing" in done.err
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {
        "demo.mp4", "demo.png", "demo.json"
    }  # fmt: skip
    again = mlanim("render", demo, *TINY, "-o", "out/", "--quiet")
    assert (again.out, again.err) == (done.out, "")


def test_flags_shape_the_file(
    mlanim: Run, demo: Path, tmp_path: Path, decoded: Callable[..., Any]
) -> None:
    (tmp_path / "talk.toml").write_text("angle = 60\nwords = 'from the file'\nseed = 2")
    words = ("--params", "talk.toml", "--set", "words=$x$ = y", "--seed", "3", "--theme", "light")
    shape = ("--resolution", "96x54", "--fps", "8", "--format", "webm", "--transparent")
    done = mlanim("render", demo, *words, *shape)
    assert done.paths == [tmp_path / "renders" / "demo.webm"]
    film = decoded(done.paths[0], alpha=True)
    assert (film.size, film.rate, film.codec) == ((96, 54), 8, "vp9")
    assert film.frames[-1][..., 3].min() == 0 < film.frames[-1][..., 3].max()
    told = about(done.paths[0])
    assert told["params"] == {"seed": 3, "angle": 60.0, "words": "$x$ = y", "v": [1.0, 2.0]}
    assert (told["theme"], told["seed"], told["fps"]) == ("light", 3, 8.0)
    np.testing.assert_allclose(told["results"]["tip"], [1, 3**0.5])


def test_a_flag_wins_over_the_environment_and_that_over_the_project(
    mlanim: Run, demo: Path, tmp_path: Path
) -> None:
    (tmp_path / "mlanim.toml").write_text(
        'theme = "light"\nresolution = "32x18"\nseed = 4\noutput = "films"\n'
        "[params.demo]\nangle = 9"
    )
    told = {"MLANIM_RESOLUTION": "64x36", "MLANIM_SEED": "5"}
    done = mlanim("render", demo, "--seed", "6", "--fps", "5", env=told)
    assert done.paths[0].parent == tmp_path / "films"
    told = about(done.paths[0])
    assert (told["theme"], told["resolution"], told["seed"]) == ("light", [64, 36], 6)
    assert told["params"]["angle"] == 9


def test_the_sidecar_makes_the_same_bytes_again(mlanim: Run, demo: Path, made: Path) -> None:
    folder = made.parent / "again"
    fresh = {"MLANIM_CACHE_DIR": str(made.parent / "empty-cache")}
    done = mlanim("render", demo, "--from", made.with_suffix(".json"), "-o", folder, env=fresh)
    assert done.code == 0, done.err
    assert "drawing" in done.err
    names = {path.name for path in folder.iterdir()}
    assert names >= {"demo.mp4", "demo.png", "demo.json"}
    other = {n for n in names if (folder / n).read_bytes() != made.with_name(n).read_bytes()}
    assert other <= {"demo.json"}  # which names the request, worded as a file and not as flags
    first, second = about(made), about(folder / "demo.mp4")
    assert {key for key in first if first[key] != second[key]} <= {"job"}
    refused = mlanim("render", "--from", made.with_suffix(".json"), "--seed", "1")
    assert refused.code == 2
    assert "leave --seed out" in refused.err


@pytest.mark.parametrize("command", ["list", "unchanged"])
def test_imports_neither_manim_nor_torch(mlanim: Run, demo: Path, made: Path, command: str) -> None:
    words: dict[str, tuple[Any, ...]] = {
        "list": ("list",),
        "unchanged": ("render", demo, *TINY, "--set", "v=3,4", "-o", made),
    }
    done = mlanim(*words[command], env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.code == 0, done.err
    imported = {line.split("|")[-1].strip() for line in done.err.splitlines() if "|" in line}
    assert "click" in imported
    heavy = {"manim", "torch", "numpy", "av", *(["pydantic"] if command == "list" else [])}
    assert imported & heavy == set()


@pytest.mark.parametrize(("format", "magic"), [("svg", b"<?xml"), ("pdf", b"%PDF-")])
def test_a_figure_is_what_its_name_says(
    mlanim: Run, demo: Path, tmp_path: Path, format: str, magic: bytes
) -> None:
    done = mlanim("figure", demo, "-o", f"a.{format}", "--width", "6cm")
    assert done.paths == [tmp_path / f"a.{format}"]
    assert done.paths[0].read_bytes().startswith(magic)
    assert "arrow" in about(done.paths[0])["panels"]


def test_json_tells_events_on_stdout(mlanim: Run, demo: Path, made: Path) -> None:
    done = mlanim("render", demo, *TINY, "--set", "v=3,4", "-o", made, "--json")
    events = [json.loads(line) for line in done.out.splitlines()]
    assert events[-1] == {
        "scene": "demo", "kind": "video", "event": "current", "file": str(made),
        "sidecar": str(made.with_suffix(".json")), "poster": str(made.with_suffix(".png")),
    }  # fmt: skip


def test_the_poster_is_a_picture_of_the_videos_size(made: Path) -> None:
    assert Image.open(made.with_suffix(".png")).size == (160, 90)


def terminal(words: list[str], environment: dict[str, str], cwd: Path) -> tuple[int, str]:
    """Run a command on a terminal of its own; its exit code and what the terminal was sent."""
    ours, theirs = pty.openpty()
    sent: list[bytes] = []

    def read() -> None:
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:  # how Linux says that the other end is closed
                return
            if not piece:
                return
            sent.append(piece)

    reader = threading.Thread(target=read)
    reader.start()
    done = subprocess.run(
        words, cwd=cwd, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, check=False
    )
    os.close(theirs)
    reader.join(timeout=20)
    os.close(ours)
    return done.returncode, b"".join(sent).decode()


@pytest.mark.parametrize("colours", [True, False])
def test_no_color_is_honoured(
    demo: Path, made: Path, environment: dict[str, str], tmp_path: Path, colours: bool
) -> None:
    environment |= {"TERM": "xterm-256color"}
    if colours:
        del environment["NO_COLOR"]
    words = ["render", str(demo), *TINY, "--set", "v=3,4", "-o", str(made)]
    code, text = terminal([sys.executable, "-m", "mlanim", *words], environment, tmp_path)
    assert code == 0
    assert "unchanged" in text
    assert bool(re.search(r"\x1b\[(3|4|9)\d", text)) == colours
