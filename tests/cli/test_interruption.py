"""However a run ends, nothing half-made is left, nothing runs on, what stood there stands."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

SLOW = Path(__file__).parents[1] / "demo_scenes" / "slow.py"
MARK = "MLANIM_TEST_MARK"
PATIENCE = 300.0  # seconds; never the measure of anything

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")


def marked(mark: str) -> list[int]:
    """The processes that have this mark in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
            ended = "State:\tZ" in (folder / "status").read_text()
        except OSError:
            continue
        if f"{MARK}={mark}".encode() in environment.split(b"\0") and not ended:
            found.append(int(folder.name))
    return found


def computes(mark: str) -> bool:
    """Whether one of them is there to compute: the one that has loaded torch."""
    files = []
    for process in marked(mark):
        with contextlib.suppress(OSError):
            files.append(Path(f"/proc/{process}/maps").read_bytes())
    return any(b"libtorch" in file for file in files)


def until(reached: object, what: str) -> None:
    """Wait for something to become true, since no process keeps to a timetable."""
    assert callable(reached)
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("sent", "phase"),
    [
        (signal.SIGINT, "drawing"),
        (signal.SIGTERM, "computing"),
        (signal.SIGKILL, "drawing"),
        (signal.SIGKILL, "computing"),
    ],
    ids=str,
)
def test_a_signal_ends_all_and_leaves_what_was_there(
    environment: dict[str, str], tmp_path: Path, sent: signal.Signals, phase: str
) -> None:
    names = ("slow.mp4", "slow.png", "slow.json")
    for name in names:
        (tmp_path / name).write_text("from before")
    environment[MARK] = mark = f"{tmp_path.name}-{os.getpid()}"
    thinking = ("--set", "thinking=900") if phase == "computing" else ()
    words = ["render", str(SLOW), "--resolution", "32x18", "--fps", "5", *thinking]
    process = subprocess.Popen(
        [sys.executable, "-m", "mlanim", *words, "-o", "slow.mp4", "--force"],
        cwd=tmp_path, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stdout is not None
    for line in process.stderr:
        if f": {phase}" in line:
            break
    if phase == "computing":
        until(lambda: computes(mark), "the process that computes did not start")
    assert len(marked(mark)) > 1
    process.send_signal(sent)
    said = process.stderr.read()
    code = process.wait(PATIENCE)
    if sent == signal.SIGKILL:
        assert code == -signal.SIGKILL
    else:
        assert code == 130
        assert said.splitlines()[-1] == "Error: Interrupted; nothing half-made was left."
    assert "Traceback" not in said
    assert process.stdout.read() == ""
    until(lambda: not marked(mark), "a process runs on")
    left = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert left == dict.fromkeys(names, "from before")


def works_for_a_cluster(mark: str) -> bool:
    """Whether one of them is there that Dask has started, and that has imported some of it."""
    found = []
    for process in marked(mark):
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{process}/cmdline").read_bytes()
            found.append(b"spawn_main" in line and Path(f"/proc/{process}/maps").read_bytes())
    return any(maps and b"_ssl" in maps for maps in found)


@pytest.mark.parametrize(
    ("words", "is_reached"),
    [
        (("lint", "--set", "thinking=900"), computes),
        (("render", "--resolution", "32x18", "--cluster", "local:1"), works_for_a_cluster),
    ],
    ids=["lint", "cluster"],
)
def test_a_terminal_that_interrupts_all_at_once_gets_one_sentence(
    environment: dict[str, str],
    tmp_path: Path,
    words: tuple[str, ...],
    is_reached: Callable[[str], bool],
) -> None:
    if "--cluster" in words:
        pytest.importorskip("distributed")
    environment[MARK] = mark = f"{tmp_path.name}-{os.getpid()}"
    command, *options = words
    process = subprocess.Popen(
        [sys.executable, "-m", "mlanim", command, str(SLOW), *options],
        cwd=tmp_path, env=environment, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    until(lambda: is_reached(mark), "what is to be interrupted did not start")
    os.killpg(process.pid, signal.SIGINT)
    said = process.stdout.read()
    assert process.wait(PATIENCE) == 130
    assert said.splitlines()[-1] == "Error: Interrupted; nothing half-made was left."
    assert "Traceback" not in said
    until(lambda: not marked(mark), "a process runs on")


def test_whoever_listened_may_be_gone(environment: dict[str, str], tmp_path: Path) -> None:
    """As in `mlanim render … --json | head -1`."""
    environment[MARK] = mark = f"{tmp_path.name}-{os.getpid()}"
    words = ["render", str(SLOW), "--resolution", "32x18", "--fps", "5", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "mlanim", *words, "-o", "slow.mp4"],
        cwd=tmp_path, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert process.stdout is not None
    assert process.stdout.readline().startswith('{"scene": "slow"')
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(PATIENCE) == 1  # as click ends whatever nobody reads
    until(lambda: not marked(mark), "a process runs on")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("module", ["mlanim.engine.workers.compute", "mlanim.export.worker"])
@pytest.mark.parametrize("said", ["", '{"scene": {"na'], ids=["nothing", "half a line"])
def test_a_process_whose_parent_is_killed_before_it_said_all_ends_in_silence(
    environment: dict[str, str], tmp_path: Path, module: str, said: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-P", "-m", module], cwd=tmp_path, env=environment, input=said,
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "", "")
