"""A cache of this run's own, the command line as a process, and a decoder of what it makes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in a shell's background: it is inherited
    signal.signal(signal.SIGINT, signal.default_int_handler)

DEMO_SCENES = Path(__file__).parent / "demo_scenes"
TINY = ("--resolution", "160x90", "--fps", "5")
_CACHE = pytest.StashKey[str]()


# How fast an example is made or tried says how busy the machine is, not whether the code is right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_configure(config: pytest.Config) -> None:
    """Set up before the workers start, so that all of a run's processes share one cache."""
    for name in [name for name in os.environ if name.startswith("MLANIM_")]:
        if name != "MLANIM_CACHE_DIR" or not hasattr(config, "workerinput"):
            del os.environ[name]
    if not hasattr(config, "workerinput"):
        config.stash[_CACHE] = tempfile.mkdtemp(prefix="mlanim-tests-")
        os.environ["MLANIM_CACHE_DIR"] = config.stash[_CACHE]


def pytest_unconfigure(config: pytest.Config) -> None:
    if _CACHE in config.stash:
        shutil.rmtree(config.stash[_CACHE], ignore_errors=True)


@pytest.fixture(autouse=True)
def _same_theme_afterwards() -> Iterator[None]:
    """What a test draws in must not be what the next one draws in."""
    yield
    theme = sys.modules.get("mlanim.stage.theme")
    if theme is not None:
        theme.use("dark")


@dataclass(frozen=True)
class Ran:
    """How the command line ended."""

    code: int
    out: str
    err: str

    @property
    def paths(self) -> list[Path]:
        return [Path(line) for line in self.out.splitlines()]


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment that the command line is run in, to add to."""
    return {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONUTF8": "1"}


@pytest.fixture
def mlanim(tmp_path: Path, environment: dict[str, str]) -> Callable[..., Ran]:
    """Runs `python -m mlanim …` in an empty folder."""

    def run(*words: str | Path, env: dict[str, str] | None = None, **options: Any) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "mlanim", *map(str, words)],
            cwd=options.pop("cwd", tmp_path),
            env={**environment, **(env or {})},
            capture_output=True,
            encoding="utf-8",
            timeout=200,
            check=False,
            **options,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def demo() -> Path:
    return DEMO_SCENES / "demo.py"


@dataclass(frozen=True)
class Film:
    """A video as an independent decoder sees it."""

    frames: list[Any]  # each (rows, columns, 3 or 4), uint8
    times: list[float]  # seconds at which each is shown
    rate: Fraction
    size: tuple[int, int]
    codec: str
    tags: tuple[int, int, int, int]  # primaries, transfer, matrix, range


@pytest.fixture(scope="session")
def decoded() -> Callable[..., Film]:
    """Decodes a video with FFmpeg; `alpha` asks for four channels."""
    import av
    import numpy as np

    def decode(path: Path, alpha: bool = False) -> Film:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            context: Any = stream.codec_context
            if alpha and context.name == "vp9":  # FFmpeg's own decoder leaves the alpha out
                reader: Any = av.CodecContext.create("libvpx-vp9", "r")
                pictures = [f for packet in container.demux(stream) for f in reader.decode(packet)]
            else:
                pictures = list(container.decode(stream))
            tags = context.color_primaries, context.color_trc, context.colorspace
            assert stream.average_rate is not None
            return Film(
                [np.asarray(p.to_ndarray(format="rgba" if alpha else "rgb24")) for p in pictures],
                [float(p.time) for p in pictures],
                stream.average_rate,
                (context.width, context.height),
                context.name,
                (*map(int, tags), int(context.color_range)),
            )

    return decode


@pytest.fixture(scope="session")
def demo_entry() -> Any:
    """The demo scene as the catalogue has it: looked up once, since that imports its file."""
    from mlanim.engine.jobs import catalog

    return catalog.select([str(DEMO_SCENES / "demo.py")])[0]


@pytest.fixture
def demo_job(demo_entry: Any, tmp_path: Path) -> Any:
    """A job for the demo scene's video, to change."""
    from mlanim.engine.jobs.job import Job

    return Job(demo_entry, "video", str(tmp_path / "demo.mp4"), "mp4", 160, 90, 5.0, "dark")


@pytest.fixture
def dead_process() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid
