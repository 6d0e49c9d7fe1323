"""The table of side-by-side times: the `manim` command, and `mlanim`, on the same work.

Each program is started anew with empty caches and folders of its own, at 1080p60, so that a time
is what somebody waits. Both sides of a row run by turns within one run of this file; a row gives
the medians, their ratio, and the most memory that any one process of either side took.

    python benchmarks/table.py                 all rows, three runs each
    python benchmarks/table.py --row dots      one row; --list names them
    python benchmarks/table.py --quick         small pictures, one run: to see that it works
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
PLAIN, OURS = HERE / "scenes" / "plain.py", HERE / "scenes" / "ours.py"
SHORT = HERE / "scenes" / "short.py"
FILMS = (
    "SquareToCircle", "Words", "Shift", "Curve", "Plane", "Following", "Counting", "Grid",
    "Tracing", "Bars", "Network", "Arrows", "Closer", "Solid", "Still",
)  # fmt: skip
"""Those of the short ones that are alike in nothing but their length."""

UNCOMPILED = "PYTHONDONTWRITEBYTECODE"
"""Where it is set, a checkout is compiled anew by each process, and manim, being installed, not."""


@dataclass(frozen=True)
class Size:
    """How large pictures are, and how many a second."""

    width: int
    height: int
    fps: int


FULL, FOUR_K, QUICK = Size(1920, 1080, 60), Size(3840, 2160, 60), Size(320, 180, 10)
LOW = Size(854, 480, 15)  # what people look at again and again


@dataclass(frozen=True)
class Run:
    """One run of a command: seconds by the wall clock, and the largest process in MB."""

    seconds: float
    memory: float

    def __add__(self, other: Run) -> Run:
        return Run(self.seconds + other.seconds, max(self.memory, other.memory))


@dataclass(frozen=True)
class Row:
    """A line of the table: how one side is measured, how the other, and what is wanted of both."""

    text: str
    ours: Callable[[Size], Run]
    theirs: Callable[[Size], Run] | None
    wanted: str


def timed(*words: str | Path, folder: str, environment: dict[str, str] | None = None) -> Run:
    """Run a command in a folder of its own; end with its words if it fails."""
    log = Path(folder) / "log"
    kept = {name: value for name, value in os.environ.items() if name != UNCOMPILED}
    began = time.monotonic()
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *map(str, words)],
            cwd=folder,
            env={**kept, "PYTHONPATH": str(ROOT), **(environment or {})},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)  # its own children's count as well
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, words))} failed:\n{log.read_text()[-2000:]}")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return Run(time.monotonic() - began, usage.ru_maxrss / unit)


def manim(file: Path, scene: str, size: Size, *options: str) -> Run:
    """The `manim` command on a scene, with nothing cached."""
    with tempfile.TemporaryDirectory() as folder:
        words = ("-r", f"{size.width},{size.height}", "--fps", size.fps, "--media_dir", folder)
        quiet = ("--progress_bar", "none", "-v", "ERROR")
        return timed(
            "manim", "render", *map(str, words), *quiet, *options, file, scene, folder=folder
        )


def mlanim(command: str, scene: str, size: Size, *options: str, folder: str | None = None) -> Run:
    """The `mlanim` command on a scene; with nothing cached unless the folder has been used."""
    if folder is None:
        with tempfile.TemporaryDirectory() as fresh:
            return mlanim(command, scene, size, *options, folder=fresh)
    words = ["-o", "out/", "--quiet", *options]
    if command == "render":
        words += ["--resolution", f"{size.width}x{size.height}", "--fps", str(size.fps)]
    cached = {"MLANIM_CACHE_DIR": str(Path(folder) / "cache")}
    return timed("mlanim", command, scene, *words, folder=folder, environment=cached)


def against_manim(ours: str, theirs: str, text: str, wanted: str) -> Row:
    """A row in which both sides draw a scene; each is FILE:CLASS."""
    file, _, name = theirs.partition(":")
    return Row(
        text,
        lambda size: mlanim("render", ours, size),
        lambda size: manim(Path(file), name, size),
        wanted,
    )


def short(name: str, text: str, wanted: str) -> Row:
    """A row about a short film at low quality, for both sides."""
    return Row(
        text,
        lambda size: mlanim("render", f"{SHORT}:{name}", min(size, LOW, key=pixels)),
        lambda size: manim(SHORT, name, min(size, LOW, key=pixels)),
        wanted,
    )


def pixels(size: Size) -> int:
    """How many a picture has."""
    return size.width * size.height


def own_scenes() -> list[tuple[Path, str, str]]:
    """File, class and name of each of our scenes."""
    from mlanim.engine.jobs.catalog import find

    return [(Path(entry.path), entry.class_name, entry.name) for entry in find()]


def all_by_manim(size: Size) -> Run:
    """Video and last picture of each of our scenes, one after another."""
    runs = [
        manim(file, scene, size, *still)
        for file, scene, _ in own_scenes()
        for still in ((), ("-s",))
    ]
    return sum(runs, Run(0, 0))


def all_by_mlanim(size: Size) -> Run:
    """Video and figure of each of our scenes, as one command each."""
    with tempfile.TemporaryDirectory() as folder:
        return mlanim("render", "--all", size, folder=folder) + mlanim(
            "figure", "--all", size, folder=folder
        )


def second_run(size: Size) -> Run:
    """The second of two runs of a scene."""
    with tempfile.TemporaryDirectory() as folder:
        mlanim("render", "dot_product", size, folder=folder)
        return mlanim("render", "dot_product", size, folder=folder)


def restored(size: Size) -> Run:
    """The second of two runs, the file of the first having been deleted."""
    with tempfile.TemporaryDirectory() as folder:
        mlanim("render", "dot_product", size, folder=folder)
        (Path(folder) / "out" / "dot_product.mp4").unlink()
        return mlanim("render", "dot_product", size, folder=folder)


def encoder_alone(name: str) -> Callable[[Size], Run]:
    """The encoder on the frames of one of our scenes, which are drawn in a process of its own."""

    def run(size: Size) -> Run:
        with tempfile.TemporaryDirectory() as folder:
            words = (name, str(size.width), str(size.height), str(size.fps), folder)
            script = HERE / "encoder_alone.py"
            ran = subprocess.run(
                [sys.executable, script, *words],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True, text=True, check=True,
            )  # fmt: skip
        seconds, memory = map(float, ran.stdout.split())
        return Run(seconds, memory)

    return run


def scene_and_encoder(name: str) -> Row:
    """A row of a scene of ours beside the encoder alone."""
    return Row(
        f"{name}, beside the encoder alone",
        lambda size: mlanim("render", name, size),
        encoder_alone(name),
        "at most 1.5x",
    )


def at_four_k(name: str) -> Row:
    """A row about memory: a scene of ours at 4K, its first five seconds."""
    return Row(
        f"{name} at 4K, five seconds: memory",
        lambda size: mlanim("render", name, FOUR_K if size == FULL else size, "--to", "5"),
        None,
        "under 1000 MB",
    )


def rows() -> dict[str, Row]:
    """All rows by name."""
    plain, ours = f"{PLAIN}:", f"{OURS}:"
    names = [name for _, _, name in own_scenes()]
    return {
        "shapes": against_manim(
            f"{plain}ShapesAndText", f"{plain}ShapesAndText", "shapes and text, same file", "2.5x"
        ),
        "dots": against_manim(f"{plain}Dots", f"{plain}Dots", "600 Dots, same file", "3x"),
        "cells": against_manim(
            f"{plain}Cells", f"{plain}Cells", "64 cells with labels, same file", "3x"
        ),
        "hill": against_manim(
            f"{plain}SmallHill", f"{plain}SmallHill", "32x32 Surface, same file", "10x"
        ),
        "cloud": against_manim(f"{ours}Cloud", f"{plain}Dots", "point cloud / 600 Dots", "6x"),
        "heatmap": against_manim(
            f"{ours}Cells", f"{plain}Squares", "32x32 heatmap / Squares", "6x"
        ),
        "surface": against_manim(f"{ours}Hill", f"{plain}Hill", "64x64 surface / Surface", "60x"),
        "all": Row("five scenes, video and figure", all_by_mlanim, all_by_manim, "4x"),
        "again": Row("unchanged, second run", second_run, None, "under 0.5 s"),
        "restored": Row("unchanged, its file deleted", restored, None, "under 0.5 s"),
        **{f"encoder-{name}": scene_and_encoder(name) for name in names},
        **{f"short-{name}": short(name, f"{name}, -q l", "1.4x") for name in FILMS},
        "python": short("OwnPython", "the scene's own Python, -q l", "1.7x"),
        "zoomed": short("Magnified", "images under a zoom, -q l", "2x"),
        "low": Row(
            "dot_product at -q l",
            lambda size: mlanim("render", "dot_product", min(size, LOW, key=pixels)),
            None,
            "5 s",
        ),
        "jobs": Row(
            "one long scene, two processes / one",
            lambda size: mlanim("render", f"{plain}Long", size, "--jobs", "2"),
            lambda size: mlanim("render", f"{plain}Long", size, "--jobs", "1"),
            "1.7x",
        ),
        **{f"4k-{name}": at_four_k(name) for name in names},
    }


def median(runs: Sequence[Run]) -> Run:
    """Median of the times, largest of the memories."""
    return Run(statistics.median(r.seconds for r in runs), max(r.memory for r in runs))


def measured(row: Row, size: Size, count: int) -> tuple[Run, Run | None]:
    """Both sides of a row, by turns."""
    pairs = [(row.ours(size), row.theirs(size) if row.theirs else None) for _ in range(count)]
    theirs = [run for _, run in pairs if run is not None]
    return median([run for run, _ in pairs]), median(theirs) if theirs else None


def line(row: Row, ours: Run, theirs: Run | None) -> str:
    """A row of the table in Markdown."""
    other = f"{theirs.seconds:.2f} s | {theirs.memory:.0f} MB" if theirs else " | "
    ratio = f"{theirs.seconds / ours.seconds:.2f}x" if theirs else ""
    if theirs and row.wanted.startswith("at most"):
        ratio = f"{ours.seconds / theirs.seconds:.2f}x"
    return (
        f"| {row.text} | {ours.seconds:.2f} s | {ours.memory:.0f} MB | {other} "
        f"| {ratio} | {row.wanted} |"
    )


def versions() -> Iterator[str]:
    """What was measured, on what."""
    from mlanim.engine.versions import versions_line

    yield versions_line()
    yield f"{os.cpu_count()} processors, {sys.platform}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--row", action="append", choices=list(rows()), metavar="NAME")
    parser.add_argument("--list", action="store_true", help="the names of the rows")
    parser.add_argument("--quick", action="store_true", help="small pictures, one run")
    parser.add_argument("--runs", type=int, help="how many of each; default: 3")
    asked = parser.parse_args()
    if asked.list:
        print("\n".join(f"{name:<24} {row.text}" for name, row in rows().items()))
        return
    size, count = (QUICK, asked.runs or 1) if asked.quick else (FULL, asked.runs or 3)
    print("\n".join(versions()))
    print(f"{size.width}x{size.height}, {size.fps} frames a second; medians of {count}\n")
    print("| work | mlanim | memory | against | memory | ratio | wanted |")
    print("|---|---|---|---|---|---|---|", flush=True)
    gains = []
    for name in asked.row or rows():
        row = rows()[name]
        ours, theirs = measured(row, size, count)
        print(line(row, ours, theirs), flush=True)
        if name.startswith("short-") and theirs is not None:
            gains.append(theirs.seconds / ours.seconds)
    if gains:
        print(f"\nshort films: median {statistics.median(gains):.2f}x, lowest {min(gains):.2f}x")


if __name__ == "__main__":
    main()
