"""A disk that is full, or that nobody may write to: real ones, mounted for one command alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

TESTS = Path(__file__).parents[1]
LONG = f"{TESTS / 'manim_scenes' / 'long.py'}:Long"
NAMES = ("long.mp4", "long.png", "long.json")
PROGRAM = (
    "import mlanim.export.making as making; making.WORKER = 'short_worker'\n"
    "from mlanim.__main__ import main; main()"
)
MOUNTED = """
disk=$1 options=$2 before=$3 after=$4; shift 4
mount -t tmpfs -o size="${options%,*}" tmpfs "$disk" && cp "$before"/* "$disk" || exit 99
case $options in *,ro) mount -o remount,ro "$disk" || exit 99;; esac
"$@"; code=$?
cp -r "$disk" "$after"
exit $code
"""  # in a namespace of its own, so that nobody else sees the mount and it ends with the command


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what was on the disk then."""

    code: int
    err: str
    left: dict[str, bytes]


@pytest.fixture(scope="module")
def namespace() -> list[str]:
    """The command that runs another where it may mount."""
    reasons = []
    for flags in ("-m", "-rm"):
        command = ["unshare", flags]
        try:
            tried = subprocess.run(
                [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, text=True
            )
        except FileNotFoundError:
            pytest.skip("nothing can be mounted here: there is no unshare")
        if tried.returncode == 0:
            return command
        reasons.append(tried.stderr.strip())
    pytest.skip(f"nothing can be mounted here: {'; '.join(reasons)}")


@pytest.fixture
def render_on(
    namespace: list[str], environment: dict[str, str], tmp_path: Path
) -> Callable[..., Ran]:
    """Renders a film of many segments, with a disk of that size as its folder or its cache."""

    def run(options: str, disk: Path, output: Path, cache: Path) -> Ran:
        before = tmp_path / "before"
        before.mkdir()
        for name in NAMES:
            (before / name).write_text("from before")
        disk.mkdir(exist_ok=True)
        words = [LONG, "--resolution", "64x36", "--fps", "10", "--jobs", "2", "--quiet", "--force"]
        done = subprocess.run(
            [*namespace, "sh", "-c", MOUNTED, "sh", disk, options, before, tmp_path / "after",
             sys.executable, "-c", PROGRAM, "render", *words, "-o", output / "long.mp4"],
            env={**environment, "MLANIM_CACHE_DIR": str(cache),
                 "PYTHONPATH": f"{TESTS / 'engine'}{os.pathsep}{TESTS.parent}"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        after = tmp_path / "after"
        left = {str(p.relative_to(after)): p.read_bytes() for p in after.rglob("*") if p.is_file()}
        return Ran(done.returncode, done.stderr, left)

    return run


@pytest.mark.parametrize("size", ["16k", "48k", "60k"])
def test_a_full_disk_is_said_once_and_what_stood_there_stands(
    render_on: Callable[..., Ran], tmp_path: Path, size: str
) -> None:
    disk = tmp_path / "disk"
    ran = render_on(size, disk, output=disk, cache=tmp_path / "cache")
    assert ran.err == (
        f"Error: The disk is full: {disk / 'long.mp4'} could not be written. "
        "Free some space or use -o.\n"
    )
    assert ran.code == 1
    assert ran.left == dict.fromkeys(NAMES, b"from before")


@pytest.mark.parametrize(
    ("options", "reason"),
    [("16k", "No space left on device"), ("1m,ro", "Read-only file system")],
)
def test_a_cache_that_takes_nothing_costs_one_warning(
    render_on: Callable[..., Ran], tmp_path: Path, options: str, reason: str
) -> None:
    disk, output = tmp_path / "disk", tmp_path / "out"
    ran = render_on(options, disk, output=output, cache=disk)
    assert (ran.code, ran.err) == (
        0,
        f"Warning: the cache in {disk} cannot be used ({reason}), so nothing is kept; "
        "--cache-dir or MLANIM_CACHE_DIR takes another folder.\n",
    )
    assert sorted(path.name for path in output.iterdir()) == sorted(NAMES)
    assert not [name for name in ran.left if Path(name).name.startswith(".")]


LECTURE = 'title = "T"\n[[slide]]\nheading = "H"\n[[slide]]\nfigure = "noise.png"\n'


@pytest.mark.parametrize("name", ["x.html", "x.pptx", "x.pdf"])
def test_a_deck_on_a_full_disk_leaves_nothing_of_itself(
    namespace: list[str], environment: dict[str, str], tmp_path: Path, name: str
) -> None:
    before, disk = tmp_path / "before", tmp_path / "disk"
    before.mkdir()
    disk.mkdir()
    (before / "mine.txt").write_text("from before")
    rows, columns = 200, 300
    payload = os.urandom(3 * rows * columns)  # which no format makes smaller
    Image.frombytes("RGB", (columns, rows), payload).save(tmp_path / "noise.png")
    (tmp_path / "l.toml").write_text(LECTURE)
    output = disk / "new" / "deep" / name
    done = subprocess.run(
        [*namespace, "sh", "-c", MOUNTED, "sh", disk, "64k", before, tmp_path / "after",
         sys.executable, "-m", "mlanim", "deck", tmp_path / "l.toml", "--quiet", "-o", output],
        env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = f"Error: The disk is full: {output} could not be written. Free some space or use -o.\n"
    assert (done.returncode, done.stderr) == (1, said)
    assert [path.name for path in (tmp_path / "after").iterdir()] == ["mine.txt"]
