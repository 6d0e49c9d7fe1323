"""`mlanim watch` as its user has it: an editor that saves, a terminal, and a page in a browser."""

from __future__ import annotations

import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from mlanim.export.watch.preview_server import PreviewState

PATIENCE = 300.0  # seconds; never the measure of anything


class Watched:
    """A running `mlanim watch` of a scene that imports a file beside it and reads parameters."""

    def __init__(self, folder: Path, demo: Path):
        self.folder = folder
        shutil.copy(demo, folder / "demo.py")
        self.edit("demo.py", "import numpy as np", "import numpy as np\nfrom beside import WORD")
        self.edit("demo.py", 'notes="It has moved."', "notes=WORD")
        (folder / "beside.py").write_text('WORD = "It has moved."\n')
        (folder / "talk.toml").write_text('words = "of the file"\n')
        words = ("demo.py", "--params", "talk.toml", "--no-open", "--port", "0",
                 "--resolution", "160x90", "--fps", "5")  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mlanim", "watch", *words],
            cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "TMPDIR": str(folder / "temporary")},
        )  # fmt: skip
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.address = self._lines.get(timeout=PATIENCE)
        self.drawn = self.until("drew")

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip())

    def until(self, word: str) -> str:
        """The next line with a word in it."""
        while True:
            line = self._lines.get(timeout=PATIENCE)
            if word in line:
                return line.partition("  ")[2] or line

    def edit(self, name: str, old: str, new: str) -> None:
        """Save a change in the way of an editor that writes beside and renames."""
        path = self.folder / name
        text = path.read_text()
        assert old in text
        (self.folder / f"{name}.swp").write_text(text.replace(old, new))
        os.replace(self.folder / f"{name}.swp", path)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    (folder / "temporary").mkdir()
    running = Watched(folder, Path(__file__).parent.parent / "demo_scenes" / "demo.py")
    yield running
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(timeout=PATIENCE) == 130
    assert "Stopped watching." in running.until("Stopped")
    assert list((folder / "temporary").glob("mlanim*")) == []


@pytest.fixture
def page(watched: Watched, open_tab: Callable[..., Any]) -> Any:
    tab = open_tab(watched.address)
    tab.page.wait_for_function("document.querySelector('video').readyState >= 2")
    tab.page.wait_for_function("document.querySelector('video').currentTime > 0.1")  # not empty
    tab.page.focus(".scrubber input")
    tab.page.keyboard.press("Home")
    tab.page.wait_for_function("document.querySelector('video').currentTime < 0.1")
    yield tab.page
    assert all(address.startswith((watched.address, "blob:")) for address in tab.requests)
    assert tab.complaints == []


def film(page: Any) -> str:
    return str(page.evaluate("document.querySelector('video').src"))


def test_shows_the_film_with_a_scrubber_over_its_steps(page: Any) -> None:
    assert page.inner_text("h1") == "demo"
    assert page.evaluate("document.querySelectorAll('.ticks i').length") == 2
    page.click(".forward")
    page.wait_for_function("document.querySelector('video').currentTime > 0.5")
    assert page.inner_text(".notes") == "There is an arrow."
    first = page.evaluate("document.querySelector('video').currentTime")
    page.keyboard.press("PageDown")
    page.wait_for_function(f"document.querySelector('video').currentTime > {first} + 0.5")
    page.keyboard.press("PageUp")
    page.wait_for_function(f"Math.abs(document.querySelector('video').currentTime - {first}) < .1")
    page.click(".toggle")
    page.wait_for_function("!document.querySelector('video').paused")
    page.keyboard.press(" ")
    page.wait_for_function("document.querySelector('video').paused")
    page.focus(".scrubber input")
    page.keyboard.press("Home")
    page.wait_for_function("document.querySelector('video').currentTime < 0.1")


def test_draws_what_an_edit_changes_and_keeps_the_place(watched: Watched, page: Any) -> None:
    page.click(".forward")
    page.wait_for_function("document.querySelector('video').currentTime > 0.5")
    before, time = film(page), page.evaluate("document.querySelector('video').currentTime")
    watched.edit("demo.py", "shift(RIGHT)", "shift(2 * RIGHT)")
    drawn, whole = re.findall(r"[\d.]+", watched.until("drew"))[:2]
    assert 0 < float(drawn) < float(whole)
    page.wait_for_function(f"document.querySelector('video').src !== {before!r}")
    page.wait_for_function(f"Math.abs(document.querySelector('video').currentTime - {time}) < 0.05")
    assert page.evaluate("document.querySelectorAll('.changed i').length") > 0


def test_an_imported_file_and_the_parameters_count(watched: Watched, page: Any) -> None:
    watched.edit("beside.py", "It has moved.", "It went <b>away</b>.")
    watched.until("drew")
    watched.edit("talk.toml", "of the file", "of another file")
    assert not watched.until("drew").startswith("drew 0.0")
    page.wait_for_function("document.querySelector('.status').textContent.endsWith('2 steps')")
    page.click(".forward")
    page.wait_for_function("document.querySelector('video').currentTime > 0.5")
    page.click(".forward")
    page.wait_for_function("document.querySelector('.notes').innerText === 'It went <b>away</b>.'")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("demo.py", "self.play(FadeIn(arrow))", "self.play(FadeOut(arrow))", "NameError"),
        ("demo.py", "import Any", "import (Any", "was never closed"),
        ("beside.py", "WORD", "VERB", "cannot import name 'WORD'"),
        ("talk.toml", "words", "wrods", "no parameter 'wrods'. Did you mean words"),
        ("talk.toml", "=", "", "Cannot read"),
    ],
)
def test_an_error_shows_on_both_sides_and_the_picture_stays(
    watched: Watched, page: Any, name: str, old: str, new: str, said: str
) -> None:
    before = film(page)
    watched.edit(name, old, new)
    assert "Error" in watched.until("Error")
    page.wait_for_function("!document.querySelector('.error').hidden")
    assert said in page.inner_text(".error")
    assert "Traceback" not in page.inner_text(".error")
    assert film(page) == before
    assert page.evaluate("document.querySelector('video').readyState") >= 2
    watched.edit(name, new, old) if new else watched.edit(name, "words ", "words =")
    watched.until("drew")
    page.wait_for_function("document.querySelector('.error').hidden")


def test_what_the_scene_reads_as_it_runs_counts_before_and_after_it_is_there(
    watched: Watched,
) -> None:
    reading = 'self.say((Path(f"said_{1}.txt").read_text(), len(os.listdir("more")))[0])'
    watched.edit("demo.py", "self.say(self.params.words)", reading)
    watched.until("NameError")
    watched.edit(
        "demo.py", "import numpy as np", "import os\nfrom pathlib import Path\nimport numpy as np"
    )
    watched.until("said_1.txt")
    (watched.folder / "said_1.txt").write_text("first words")
    watched.until("directory: 'more'")
    (watched.folder / "more").mkdir()
    watched.until("drew")
    (watched.folder / "said_1.txt").write_text("other words")
    assert not watched.until("drew").startswith("drew 0.0")
    (watched.folder / "more" / "a.txt").write_text("")
    assert watched.until("drew").startswith("drew 0.0")
    watched.edit("demo.py", reading, "self.say(self.params.words)")
    watched.until("drew")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_nothing_serious(
    watched: Watched, open_tab: Callable[..., Any], scheme: str
) -> None:
    page = open_tab(
        watched.address, color_scheme=scheme, viewport={"width": 360, "height": 740}
    ).page
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_other_names_for_this_machine_are_refused(watched: Watched) -> None:
    from http.client import HTTPConnection

    port = int(watched.address.rstrip("/").rpartition(":")[2])
    for path, host, code in (("/", "evil.example", 403), ("/../demo.py", "localhost", 404),
                             ("/films/..%2Fdemo.py", "localhost", 404)):  # fmt: skip
        connection = HTTPConnection("127.0.0.1", port)
        connection.request("GET", path, headers={"Host": host})
        assert connection.getresponse().status == code
        connection.close()


def test_a_port_in_use_is_said_and_nothing_starts(mlanim: Callable[..., Any], demo: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = mlanim("watch", demo, "--no-open", "--port", port)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"Error: Port {port} cannot be used (Address already in use); choose another with --port, "
        "or 0 for any that is free.\n"
    )
    assert mlanim("watch", "nothing_like_it", "--no-open").code == 2


def test_a_board_tells_those_who_wait() -> None:
    state = PreviewState(status="a")
    assert state.after(-1, 0)["revision"] == 0
    threading.Timer(0.05, lambda: state.update(status="b")).start()
    assert state.after(0, PATIENCE) == {"revision": 1, "status": "b"}
    assert state.after(1, 0.01)["revision"] == 1
