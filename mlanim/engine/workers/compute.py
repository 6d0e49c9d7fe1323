"""The process in which torch runs: a job on stdin, the stored form of its data on stdout.

Before the data it tells on stdout how far it is, in lines of JSON that an empty line ends.
"""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import IO, Any

import numpy as np

from mlanim.engine.cache import keys, reads, store
from mlanim.engine.cache.unfinished import Unfinished
from mlanim.engine.errors import RenderError, UsageError, shortened
from mlanim.engine.events import Computing
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.params import validated
from mlanim.engine.lines import as_line, from_line
from mlanim.engine.playback import scratch
from mlanim.engine.playback.loading import faults_of, is_refusal, load, params_of, unheard
from mlanim.engine.workers.fork_client import FORKS, REPEATABLE
from mlanim.engine.workers.fork_server import ended, importing
from mlanim.engine.workers.parent_watch import end_with_parent
from mlanim.engine.workers.processes import is_alone
from mlanim.long_run import listened
from mlanim.stage.answers import WrongAnswer, computed
from mlanim.stage.scene import LessonScene, SceneParams

EVERY = 0.2  # seconds between two lines that tell how far a computation is

Tell = Callable[[Computing], None]


def compute(scene_class: type[LessonScene], params: SceneParams) -> Any:
    """Run a scene's `compute` so that the same parameters give the same bytes.

    Torch is settled once it is there: a scene that computes without it does not wait for it.
    """
    if "torch" in sys.modules:
        _settle_torch(params.seed)
    else:
        sys.meta_path.insert(0, _TorchFinder(params.seed))
    random.seed(params.seed)
    np.random.seed(params.seed)
    return computed(scene_class.compute, params)


def _settle_torch(seed: int) -> None:
    """Have torch compute in one thread, since sums depend on how they are split, and from a seed.

    Deterministic algorithms, because torch then also fills memory that it would leave as it was,
    and some drivers of LAPACK read it; asked for so, since `use_deterministic_algorithms` loads the
    compiler, too, which takes 1.5 s.
    """
    import torch

    torch.set_num_threads(1)
    torch.set_deterministic_debug_mode("warn")
    torch.manual_seed(seed)


class _TorchFinder(MetaPathFinder):
    """Finds torch as it is found without this, and has it settled as soon as it is imported."""

    def __init__(self, seed: int):
        self.seed = seed

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Torch's; of all other modules nothing is known here."""
        if name != "torch":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        loader: Any = spec and spec.loader
        if loader is not None:
            loader.exec_module = self._settling(loader.exec_module)
        return spec

    def _settling(self, run: Callable[[ModuleType], None]) -> Callable[[ModuleType], None]:
        def imported(module: ModuleType) -> None:
            with importing():
                run(module)
            _settle_torch(self.seed)

        return imported


def in_own_process(job: Job, tell: Tell) -> tuple[bytes, int]:
    """What `main` answers to a job, and its exit code, in a process that dies when this one does.

    A fork of this one has manim already; where it would lack threads, one is started. `tell` hears
    how far it is. It is in a session of its own: an interrupt of the terminal is this one's to
    answer.
    """
    line = as_line(job).encode() + b"\n"
    return _forked(line, tell) if FORKS and is_alone() else _started(line, tell)


def _answer(stdout: IO[bytes], tell: Tell) -> bytes:
    """What follows the empty line; nothing if the process is killed before."""
    for line in iter(stdout.readline, b""):
        if line == b"\n":
            return stdout.read()
        if line.endswith(b"\n"):
            tell(from_line(Computing, line.decode()))
    return b""


def _forked(line: bytes, tell: Tell) -> tuple[bytes, int]:
    (theirs, stdin), (stdout, says) = os.pipe(), os.pipe()
    process = os.fork()
    if process == 0:
        os.setsid()
        os.close(stdin)
        os.close(stdout)
        os.dup2(theirs, 0)
        os.dup2(says, 1)
        os.environ.update(REPEATABLE)
        os._exit(ended(main))
    os.close(theirs)
    os.close(says)
    try:
        with contextlib.suppress(BrokenPipeError):
            os.write(stdin, line)
        with os.fdopen(stdout, "rb") as answer:
            payload = _answer(answer, tell)
        _, status = os.waitpid(process, 0)  # with its stdin still open: losing that would end it
    finally:
        os.close(stdin)
        scratch.remove(process)
    return payload, os.waitstatus_to_exitcode(status)


def _started(line: bytes, tell: Tell) -> tuple[bytes, int]:
    command = [sys.executable, "-P", "-m", "mlanim.engine.workers.compute"]
    settings, pipe = {**os.environ, **REPEATABLE}, subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, env=settings, start_new_session=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(line)
            child.stdin.flush()
        payload = _answer(child.stdout, tell)
        return payload, child.wait()  # likewise


def main() -> int:
    """Read the job, compute, write; an error's text goes to stdout with exit code 1 or 2."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    line = sys.stdin.readline()
    if not line.endswith("\n"):  # whoever wanted something was killed before it was said
        return 3
    job = from_line(Job, line)
    process = os.getpid()
    end_with_parent(lambda: scratch.remove(process))
    try:
        payload, code = _payload(job, _telling(output)), 0
    except UsageError as error:
        payload, code = str(error).encode(errors="backslashreplace"), 2
    except RenderError as error:
        payload, code = str(error).encode(errors="backslashreplace"), 1
    output.write(b"\n" + payload)
    output.flush()
    return code


def _telling(output: IO[bytes]) -> Callable[[int, int], None]:
    """Writes how far a computation is, but not more often than anybody looks."""
    last = -EVERY

    def tell(done: int, total: int) -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= EVERY:
            last = now
            output.write(as_line(Computing(done, total)).encode() + b"\n")
            output.flush()

    return tell


def _payload(job: Job, tell: Callable[[int, int], None]) -> bytes:
    found: reads.Reads = {}
    with reads.noted(found), unheard():
        scene_class = load(job.scene, job)
    params = validated(params_of(scene_class), job.params, job.scene.name)
    scene = Path(job.scene.path)
    key = keys.data_key(scene, job.scene.class_name, params.model_dump_json())
    unfinished = Unfinished(reads.settled(key, scene))
    with reads.noted(found), faults_of(job.scene), listened(tell, unfinished):
        try:
            value = compute(scene_class, params)
        except ValueError as error:
            if is_refusal(error, job.scene):
                raise UsageError(f"{job.scene.name}: {shortened(str(error), 300)}") from error
            raise
    reads.remembered(key, scene, found)
    unfinished.clear()
    with faults_of(job.scene):
        try:
            return store.dump(value)
        except TypeError as error:
            said = f"compute returned what cannot be stored: {error}"
            raise WrongAnswer(scene_class.compute, said) from error


if __name__ == "__main__":
    sys.exit(main())
