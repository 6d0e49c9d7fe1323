"""A cluster gives the same film, replaces a lost worker, and says what went wrong with it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.events import SegmentDrawn, WorkerFailed
from mlanim.engine.film.segment import Segment
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.lines import as_line
from mlanim.engine.workers import cluster
from mlanim.engine.workers.cluster import Cluster
from mlanim.engine.workers.engine import Engine

SCENES = Path(__file__).parent.parent / "manim_scenes"

WORKER = """
import json, os, signal, sys
from pathlib import Path
segment = json.loads(sys.stdin.readline())
mark = Path(os.environ["MARK"])
times = int(mark.read_text()) if mark.exists() else 0
mark.write_text(str(times + 1))
match os.environ["FAULT"]:
    case "worker" if times == 0:
        os.kill(os.getppid(), signal.SIGKILL)
    case "process" if times == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    case "scene":
        print(json.dumps({"event": "error", "usage": False, "message": "the scene's own"}))
        sys.exit(1)
Path(segment["piece"]).write_bytes(Path(segment["job"]["scene"]["path"]).read_bytes())
print(json.dumps({"event": "drawn", "before": "a", "after": "b"}))
"""


@pytest.fixture
def line(demo_job: Job, tmp_path: Path) -> str:
    """A segment, as far as a cluster looks at it."""
    return as_line(Segment(demo_job, 0, 5, 0, True, (0, ""), "", str(tmp_path / "piece")))


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module that stands for the one that draws."""
    (tmp_path / "stand_in.py").write_text(WORKER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("MARK", str(tmp_path / "mark"))
    return "stand_in"


@contextlib.contextmanager
def connected(address: str, worker: str) -> Iterator[Cluster]:
    with contextlib.closing(Cluster(address, worker)) as found:
        yield found


def ports_of(processes: set[int]) -> list[int]:
    """Where these processes listen, as Linux says it."""
    sockets = set()
    for process in processes:
        for file in Path(f"/proc/{process}/fd").iterdir():
            with contextlib.suppress(OSError):
                sockets.add(os.readlink(file).removeprefix("socket:[").rstrip("]"))
    rows = [line.split() for name in ("tcp", "tcp6") for line in
            Path(f"/proc/net/{name}").read_text().splitlines()[1:]]  # fmt: skip
    listening = [row for row in rows if row[3] == "0A" and row[9] in sockets]
    return [int(row[1].rpartition(":")[2], 16) for row in listening]


def answer(port: int, asked: bytes) -> bytes:
    """What whoever listens at a port says to that; b"" if it hangs up."""
    with (
        contextlib.suppress(OSError),
        socket.create_connection(("127.0.0.1", port), timeout=30) as line,
    ):
        line.sendall(asked)
        line.shutdown(socket.SHUT_WR)
        return line.recv(4096)
    return b""


async def spoken_to(place: str, key: Any) -> None:
    """Connect as a client with that key does, up to the first words of either side."""
    from distributed.comm import connect

    comm = await connect(place, timeout=2, **key.get_connection_args("client"))
    comm.abort()


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="looks into /proc")
def test_nobody_else_on_this_machine_can_have_the_workers_run_anything(worker: str) -> None:
    from distributed.security import Security

    before = set(ports_of({os.getpid()}))
    with connected("local:1", worker) as found:
        found.connected(lambda: False)
        workers = found._workers
        inside = {os.getpid(), *found._client.run(os.getpid).values()}
        ports = [port for port in ports_of(inside) if port not in before]
        address = workers.scheduler_address
        assert len(ports) == 3, "one of the scheduler, the worker, and the one that watches it"
        assert address.startswith("tls://127.0.0.1:")
        for port in ports:
            assert not answer(port, b"GET /health HTTP/1.0\r\n\r\n").startswith(b"HTTP")
        asyncio.run(spoken_to(address, workers.security))  # with the right key it can be had
        for key in (Security(), Security.temporary()):
            for place in (address, address.replace("tls:", "tcp:")):
                with pytest.raises((OSError, TypeError, RuntimeError)):
                    asyncio.run(spoken_to(place, key))


@pytest.mark.parametrize("fault", ["worker", "process"])
def test_what_is_lost_is_drawn_again(
    line: str, worker: str, demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setenv("FAULT", fault)
    with connected("local:1", worker) as found:
        code, last = found.draw(line, lambda event: None, lambda: False)
    assert (code, last) == (0, SegmentDrawn("a", "b"))
    assert (tmp_path / "mark").read_text() == "2"
    assert (tmp_path / "piece").read_bytes() == demo.read_bytes()


def test_an_error_of_the_scene_is_not_tried_again(
    line: str, worker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAULT", "scene")
    with connected("local:1", worker) as found:
        code, last = found.draw(line, lambda event: None, lambda: False)
    assert (code, last) == (1, WorkerFailed("the scene's own"))
    assert (tmp_path / "mark").read_text() == "1"


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """A scheduler in a process of its own, and without workers."""
    place = tmp_path / "scheduler.json"
    words = ("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0")
    process = subprocess.Popen(
        [sys.executable, "-m", *words, "--no-dashboard", "--scheduler-file", str(place)],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield address_in(place, process), process
    finally:
        process.kill()
        process.wait()


def address_in(place: Path, process: subprocess.Popen[bytes]) -> str:
    """What a scheduler writes into its file, once it is whole."""
    until = time.monotonic() + 100
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError, ValueError):
            return str(json.loads(place.read_text())["address"])
        time.sleep(0.1)
    raise AssertionError("the scheduler did not start")


@pytest.mark.parametrize("when", ["before it hears of it", "while it waits"])
def test_a_scheduler_that_dies_is_said(
    line: str, scheduler: tuple[str, Any], monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 2.0)
    address, process = scheduler
    with connected(address, "nobody") as found:
        looks = iter(range(3))

        def look() -> bool:  # whoever waits asks between two looks
            if next(looks, None) == 1:
                process.kill()
            return False

        if when.startswith("before"):
            found.connected(lambda: False)
            process.kill()
            process.wait()
        with pytest.raises(RenderError, match=r"The Dask scheduler at .* is gone; what was drawn"):
            found.draw(line, lambda event: None, look)


def test_a_scheduler_that_dies_costs_the_command_one_sentence(
    scheduler: tuple[str, Any], demo: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    address, process = scheduler
    words = ("render", demo, "--resolution", "32x18", "--fps", "5", "--cluster", address)
    environment["MLANIM_CACHE_DIR"] = str(tmp_path / "cache")
    running = subprocess.Popen(
        [sys.executable, "-m", "mlanim", *words, "-o", "a.mp4"],
        cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert running.stderr is not None
    for line in running.stderr:
        if ": drawing" in line:
            break
    with contextlib.closing(connected_to(address)) as other:
        while not other.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)):
            time.sleep(0.1)
        process.kill()
    said = f"Error: The Dask scheduler at {address} is gone; what was drawn is kept.\n"
    assert (running.stderr.read(), running.wait()) == (said, 1)


def connected_to(address: str) -> Any:
    import distributed

    return distributed.Client(address, set_as_default=False)


def test_nobody_waits_for_what_is_given_up(line: str, scheduler: tuple[str, Any]) -> None:
    with connected(scheduler[0], "nobody") as found:

        def look() -> bool:
            found.give_up()
            return False

        with pytest.raises(RenderError, match="Given up"):
            found.draw(line, lambda event: None, look)


def test_a_scheduler_is_asked_only_for_what_has_to_be_drawn(
    demo_job: Job, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 1.0)
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / "cache"))  # where nothing is yet

    def outcome(address: str | None) -> tuple[int, str]:
        with contextlib.ExitStack() as stack:
            found = stack.enter_context(connected(address, "nobody")) if address else None
            engine = Engine(1, lambda job, event: None, "mlanim.export.worker", cluster=found)
            (ended,) = engine.run([demo_job])
        return ended.code, ended.message

    nobody = "127.0.0.1:9"
    assert outcome(nobody) == (1, f"No Dask scheduler answers at {nobody}.")  # of one segment
    assert outcome(None) == (0, "")
    assert outcome(nobody) == (0, "")


@pytest.mark.parametrize("address", ["", "local", "local:0", "local:65", "local:x", "a b", "host"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="is no scheduler's address, as tcp://"):
        Cluster(address, "nobody")


def test_without_dask_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'mlanim\[cluster\]'"):
        Cluster("local:1", "nobody")


def test_the_same_films_as_here(
    demo_job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent), prepend=os.pathsep)
    long = Job(
        catalog.select([f"{SCENES / 'long.py'}:Long"])[0], "video", "", "mp4", 64, 36, 4.0, "dark"
    )
    single = replace(long, scene=demo_job.scene, format="gif")  # one segment, and its data
    films: dict[str, list[bytes]] = {}
    for place in ("here", "there"):
        monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / f"cache-{place}"))
        outputs = [tmp_path / place / "long.mp4", tmp_path / place / "single.gif"]
        jobs = [replace(job, output=str(o)) for job, o in zip((long, single), outputs, strict=True)]
        with contextlib.ExitStack() as stack:
            there = None
            if place == "there":
                there = stack.enter_context(connected("local:2", "short_worker"))
            engine = Engine(2, lambda job, event: None, "short_worker", cluster=there)
            found = engine.run(jobs)
        assert [(outcome.code, outcome.message) for outcome in found] == [(0, "")] * 2
        films[place] = [output.read_bytes() for output in outputs]
    assert films["here"] == films["there"]
    drawn = {path.stem for path in (tmp_path / "cache-there" / "segments").iterdir()}
    assert len(drawn) >= 3  # by it, and one of them the single film
