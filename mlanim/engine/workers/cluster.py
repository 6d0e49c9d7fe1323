"""Segments on the workers of a Dask cluster: Dask starts, finds and replaces them.

A worker that is lost has its segment drawn again by another; an error in the scene's code is an
answer like any other, and is not tried again.
"""

from __future__ import annotations

import contextlib
import logging
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, wait
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from mlanim.engine import temporary
from mlanim.engine.cache.sources import PACKAGE
from mlanim.engine.errors import RenderError, UsageError, shortened
from mlanim.engine.events import Event, read_event
from mlanim.engine.lines import as_line
from mlanim.engine.workers.bundle import Bundle, LostWorker, Reply, draw, pack, unpack

Listener = Callable[[Event], None]

CONNECT = 15.0  # seconds that a scheduler has for answering
RETRIES = 2
PATIENCE = 0.2  # seconds between looks at whether somebody still wants what is drawn
OFTEN = 0.5  # seconds between what is told of one segment
TOPIC = "mlanim"
SILENT = ("distributed", "tornado", "asyncio")
"""Loggers that print tracebacks of what is said in a sentence."""

GIVEN_UP = "Given up."


class Cluster:
    """A scheduler, or workers started here, that are there from the first segment on.

    `address` is a scheduler's, such as tcp://10.0.0.5:8786, or local:N.

    Raises:
        UsageError: if it is neither, or Dask is not installed.
    """

    at_once = 64
    """Segments handed out; a cluster that grows with its work sees how much there is."""

    def __init__(self, address: str, worker: str):
        self.address, self.worker = address, worker
        self._count = _local(address)
        self._distributed = _distributed(encrypted=bool(self._count))
        self._workers: Any = None
        self._client: Any = None
        self._executor: Any = None
        self._connecting: threading.Thread | None = None
        self._refusal: BaseException | None = None
        self._heard: dict[str, Listener] = {}
        self._closed = False
        self._folder = contextlib.ExitStack()  # in which the workers keep what they must
        self._lock = threading.Lock()

    def draw(
        self, line: str, listener: Listener, given_up: Callable[[], bool]
    ) -> tuple[int, Event]:
        """Have a segment drawn; its exit code and its last event, once its file is here.

        Raises:
            RenderError: if no scheduler answers, or the cluster could not do it.
            OSError: if a file could not be read or written here.
        """
        self.connected(given_up)
        bundle = pack(line, self.worker)
        with self._lock:
            self._heard[bundle.name] = listener
        try:
            future = self._executor.submit(_draw_there, bundle)
            while not wait([future], timeout=PATIENCE).done:
                if self._closed or given_up():
                    future.cancel()
                    raise RenderError(GIVEN_UP)
            reply = future.result()
        except RenderError:
            raise
        except Exception as error:
            raise RenderError(self._words(error)) from error
        finally:
            with self._lock:
                self._heard.pop(bundle.name, None)
        unpack(reply, line)
        return reply.code, reply.last

    def connected(self, given_up: Callable[[], bool]) -> None:
        """Wait for the one attempt to connect, which nobody who gives up waits for."""
        with self._lock:
            if self._connecting is None:
                self._connecting = threading.Thread(target=self._connect, daemon=True)
                self._connecting.start()
        while self._connecting.is_alive():
            self._connecting.join(PATIENCE)
            if self._closed or given_up():
                raise RenderError(GIVEN_UP)
        if self._refusal is not None:
            raise RenderError(
                f"No Dask scheduler answers at {shortened(self.address)}."
            ) from self._refusal

    def _connect(self) -> None:
        """Find the scheduler, or start workers.

        Those are in the terminal's group, and do not hear its interrupt, as this thread, which
        they begin in, does not: it is for the command to answer.
        """
        resource_tracker.ensure_running()  # which would take the mask away again
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            if self._count:
                self._workers = _local_cluster(
                    self._distributed, self._count, self._folder.enter_context(temporary.folder())
                )
            place = self._workers or self.address
            self._client = self._distributed.Client(place, timeout=CONNECT)
            self._executor = self._client.get_executor(pure=False, retries=RETRIES)
            self._client.subscribe_topic(TOPIC, self._hear)
        except Exception as error:
            self._refusal = error

    def give_up(self) -> None:
        """Wait for nothing that is under way."""
        self._closed = True

    def close(self) -> None:
        """Give up what is under way, and end the workers that were started here."""
        self.give_up()
        for part in (self._client, self._workers):
            with contextlib.suppress(Exception):  # the scheduler may be gone
                if part is not None:
                    part.close(timeout=CONNECT)
        self._folder.close()

    def _hear(self, logged: tuple[float, tuple[str, str]]) -> None:
        name, told = logged[1]
        listener = self._heard.get(name)
        event = read_event(told)
        if listener is not None:
            listener(event)

    def _words(self, error: BaseException) -> str:
        """What went wrong with the cluster, in a sentence."""
        if isinstance(error, LostWorker):
            return f"{error} It was tried {RETRIES + 1} times."
        if type(error).__name__ == "KilledWorker":
            return "The workers that drew a segment died, one after another: out of memory?"
        if isinstance(error, ModuleNotFoundError):
            return f"The workers at {self.address} lack {error.name}: install mlanim there."
        if isinstance(error, CancelledError) or self._client.status != "running":
            return f"The Dask scheduler at {self.address} is gone; what was drawn is kept."
        return f"The cluster at {self.address} failed: {shortened(f'{error!r}', 200)}."


def _local_cluster(distributed: Any, count: int, folder: Path) -> Any:
    """Workers of this machine, to whom nobody else who is on it can speak.

    All that they say to one another is encrypted, and takes a key that is made for this run.
    They look for modules where this process does, which may have put a scene's folder first and
    taken a checkout of ours out; mlanim itself they always need.
    """
    if str(PACKAGE.parent) not in sys.path:
        sys.path.append(str(PACKAGE.parent))
    return distributed.LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        dashboard_address=None,
        security=True,
        local_directory=str(folder),
        preload=[__name__],
        scheduler_kwargs={"preload": [__name__]},
    )


def dask_setup(server: Any) -> None:
    """What Dask calls as a scheduler or a worker starts: it opens a web server that nobody needs.

    No setting keeps it from doing so, not even that there is to be no dashboard.
    """
    server.http_server.stop()
    _silence()


def _draw_there(bundle: Bundle) -> Reply:
    """What a worker of the cluster runs."""
    from distributed import get_worker

    worker, told = get_worker(), time.monotonic()

    def tell(event: Event) -> None:
        nonlocal told
        if time.monotonic() - told > OFTEN:
            told = time.monotonic()
            worker.log_event(TOPIC, (bundle.name, as_line(event)))

    return draw(bundle, tell)


def _local(address: str) -> int:
    """N of local:N; 0 for a scheduler's address."""
    match = re.fullmatch(r"local:([0-9]{1,3})", address)
    if match and 1 <= int(match.group(1)) <= Cluster.at_once:
        return int(match.group(1))
    if match or not re.fullmatch(r"[a-z]+://\S+|[\w.-]+:[0-9]+|\[[0-9a-f:]+\]:[0-9]+", address):
        raise UsageError(
            f"--cluster {shortened(address)!r} is no scheduler's address, as tcp://10.0.0.5:8786, "
            f"and not local:N with N from 1 to {Cluster.at_once}."
        )
    return 0


def _distributed(encrypted: bool) -> Any:
    try:
        import distributed

        if encrypted:
            import cryptography  # noqa: F401  (which Dask makes keys with)
    except ImportError as error:
        raise UsageError("--cluster needs Dask: pip install 'mlanim[cluster]'.") from error
    _silence()
    return distributed


def _silence() -> None:
    """Leave it to the command to say what went wrong: Dask's loggers have levels of their own."""
    for name in (*SILENT, *logging.root.manager.loggerDict):
        if name.partition(".")[0] in SILENT:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
