"""A deck destroys nothing, fetches nothing, and can be ended at any time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lectures import SMALL

from mlanim.engine.errors import RenderError
from mlanim.export import seal
from mlanim.export.deck.typst import typst_process

Run = Callable[..., Any]

PLAIN = "title = \"T\"\n[[slide]]\nheading = \"H\"\ntext = '''\n{}\n'''\n"
ENDLESS = "#for a in range(100000) { for b in range(100000) { let c = a * b } }"
MARK = "MLANIM_TEST_MARK"


@pytest.fixture
def lecture(tmp_path: Path) -> Path:
    (tmp_path / "l.toml").write_text(PLAIN.format("Words."))
    return tmp_path / "l.toml"


def edit(path: Path) -> None:
    """Change a deck as another program would, its format kept."""
    if path.suffix == ".pptx":
        with zipfile.ZipFile(path) as source:
            files = {name: source.read(name) for name in source.namelist()}
        with zipfile.ZipFile(path, "w") as target:
            for name, content in files.items():
                new = name.endswith("slide1.xml")
                target.writestr(
                    name, content.replace(b">T<", b">My own title<") if new else content
                )
    else:
        path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))


@pytest.mark.parametrize("name", ["x.html", "x.pdf", "x.pptx"])
def test_what_is_no_deck_of_ours_or_was_edited_is_not_replaced(
    mlanim: Run, lecture: Path, tmp_path: Path, name: str
) -> None:
    words = ("deck", "l.toml", "-o", name, "--quiet")
    (tmp_path / name).write_bytes(b"mine")
    done = mlanim(*words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Error: {tmp_path / name} is there already, and is not as mlanim")
    assert (tmp_path / name).read_bytes() == b"mine"
    assert mlanim(*words, "--force").code == 0
    first = (tmp_path / name).read_bytes()
    lecture.write_text(PLAIN.format("Other words."))
    assert mlanim(*words).code == 0
    assert (tmp_path / name).read_bytes() != first
    edit(tmp_path / name)
    edited = (tmp_path / name).read_bytes()
    assert mlanim(*words).code == 2
    assert (tmp_path / name).read_bytes() == edited


@pytest.mark.parametrize("name", ["plot.pdf", "./plot.pdf", "sub/../plot.pdf"])
def test_a_figure_that_a_lecture_shows_is_not_replaced_by_its_deck(
    mlanim: Run, tmp_path: Path, lecture: Path, name: str
) -> None:
    assert mlanim("deck", "l.toml", "-o", "plot.pdf", "--quiet").code == 0
    before = (tmp_path / "plot.pdf").read_bytes()
    (tmp_path / "sub").mkdir()
    lecture.write_text('title = "T"\n[[slide]]\nfigure = "plot.pdf"\n')
    done = mlanim("deck", "l.toml", "-o", name, "--quiet")
    assert done.code == 2
    assert "is one of the files that this is made from" in done.err
    assert (tmp_path / "plot.pdf").read_bytes() == before


def test_a_page_s_folder_keeps_what_is_not_of_the_page(
    mlanim: Run, demo: Path, tmp_path: Path
) -> None:
    shutil.copy(demo, tmp_path / "demo.py")
    words = ("deck", "demo.py", *SMALL, "-o", "x.html", "--quiet")
    assert mlanim(*words).code == 0
    folder = tmp_path / "x_files"
    ours = {path.name for path in folder.iterdir()}
    for name in ("notes.txt", f"{'0' * 16}.png", f"{'1' * 16}.mp4"):
        (folder / name).write_bytes(b"mine")
    (tmp_path / "demo.py").write_text(demo.read_text().replace('"weight"', '"input"'))
    assert mlanim(*words).code == 0
    left = {path.name for path in folder.iterdir()}
    assert {"notes.txt", f"{'0' * 16}.png", f"{'1' * 16}.mp4"} < left
    assert ours - left


@contextlib.contextmanager
def proxy() -> Iterator[tuple[dict[str, str], list[Any]]]:
    """An environment in which all goes through a proxy, and whoever has asked it for something."""
    asked: list[Any] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            with contextlib.suppress(OSError):
                while True:
                    line, address = server.accept()
                    asked.append(address)
                    line.close()

        threading.Thread(target=listen, daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        yield (
            dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy"), address),
            asked,
        )
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "text",
    ['#import "@preview/cetz:0.3.0": *', '#let p = "@pre" + "view/cetz:0.3.0"\n#import p: *',
     '#import "@local/mine:1.0.0": *', '#include "@preview/cetz:0.3.0"'],
)  # fmt: skip
def test_packages_are_refused_and_nothing_is_asked_of_the_network(
    mlanim: Run, lecture: Path, text: str
) -> None:
    lecture.write_text(PLAIN.format(text))
    with proxy() as (environment, asked):
        done = mlanim("deck", "l.toml", "-o", "x.pdf", "--quiet", env=environment)
    assert (done.code, done.out) == (2, "")
    assert "line 4, column 8: the slide's text cannot be set: packages cannot be used" in done.err
    assert len(done.err.splitlines()) == 1
    assert asked == []


def test_the_proxy_of_these_tests_would_be_asked() -> None:
    with proxy() as (environment, asked):
        program = "import typst; typst.Compiler().compile(b'#import \"@preview/cetz:0.3.0\": *')"
        subprocess.run(
            [sys.executable, "-c", program], env={**os.environ, **environment},
            capture_output=True, check=False,
        )  # fmt: skip
        assert asked


@pytest.mark.parametrize(
    "text", ['#read("/etc/passwd")', '#read("../../l.toml")', '#image("/../l.toml")']
)
def test_a_slide_s_text_reads_no_file_of_elsewhere(mlanim: Run, lecture: Path, text: str) -> None:
    lecture.write_text(PLAIN.format(text))
    done = mlanim("deck", "l.toml", "-o", "x.pdf", "--quiet")
    assert done.code == 2
    assert "the slide's text cannot be set" in done.err
    assert "root:" not in done.err


def marked(mark: str) -> list[int]:
    """The processes that have this mark in their environment, and their numbers."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            environment = (folder / "environ").read_bytes().split(b"\0")
            ended = "State:\tZ" in (folder / "status").read_text()
            if f"{MARK}={mark}".encode() in environment and not ended:
                found.append(int(folder.name))
    return found


def busy(mark: str) -> bool:
    """Whether Typst's process is there and compiles: it has taken processor time."""
    for process in marked(mark):
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{process}/cmdline").read_bytes()
            times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            if b"typst_process" in words and int(times[11]) > 100:  # hundredths of a second
                return True
    return False


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")
@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=str)
def test_a_signal_ends_a_slide_without_an_end(
    lecture: Path, tmp_path: Path, environment: dict[str, str], sent: signal.Signals
) -> None:
    lecture.write_text(PLAIN.format(ENDLESS))
    (tmp_path / "tmp").mkdir()
    environment |= {MARK: (mark := f"{tmp_path.name}-{os.getpid()}"), "TMPDIR": f"{tmp_path}/tmp"}
    words = [sys.executable, "-m", "mlanim", "deck", "l.toml", "-o", "out/x.html"]
    process = subprocess.Popen(words, cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    while not busy(mark):
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(sent)
    _, said = process.communicate()
    assert process.returncode == (-sent if sent == signal.SIGKILL else 130)
    assert b"Traceback" not in said
    while marked(mark):
        time.sleep(0.05)
    if sent != signal.SIGKILL:
        assert list((tmp_path / "tmp").iterdir()) == []
        assert not (tmp_path / "out").exists()
        return
    lecture.write_text(PLAIN.format("Words."))
    subprocess.run(words, cwd=tmp_path, env=environment, check=True)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_slide_without_an_end_is_given_up(mlanim: Run, lecture: Path, tmp_path: Path) -> None:
    lecture.write_text(PLAIN.format(ENDLESS))
    done = mlanim("deck", "l.toml", "-o", "out/x.html", "--timeout", "1", "--quiet")
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "Error: l.toml, line 4, column 8: the slide's text cannot be set: "
        "Typst was not ready after 1 s (--timeout).\n"
    )
    assert not (tmp_path / "out").exists()


def test_a_process_that_is_killed_is_said_and_replaced() -> None:
    typst = typst_process.TypstProcess()
    asked: Any = ("Words.", "/", "svg", (), 144.0)
    said: list[str] = []

    def ask() -> None:
        with pytest.raises(RenderError) as caught:
            typst.compile(*asked)
        said.append(str(caught.value))

    try:
        first = typst.compile(*asked)
        (process,) = children()
        os.kill(process, signal.SIGSTOP)  # it hears the question, and does not answer
        os.waitpid(process, os.WUNTRACED)  # not before it has stopped, or it would answer
        asking = threading.Thread(target=ask)
        asking.start()
        while not unread(typst):  # killed before it is asked, it would be replaced unnoticed
            time.sleep(0.01)
        os.kill(process, signal.SIGKILL)
        asking.join()
        assert "The process that set a slide was ended by SIGKILL" in said[0]
        assert typst.compile(*asked) == first
    finally:
        typst.close()
    assert children() == []


def unread(typst: typst_process.TypstProcess) -> bool:
    """Whether a question lies in the pipe to the process."""
    assert typst._process is not None
    assert typst._process.stdin is not None
    waiting = fcntl.ioctl(typst._process.stdin, termios.FIONREAD, bytes(4))
    return int.from_bytes(waiting, sys.byteorder) > 0


def children() -> list[int]:
    """The Typst processes that this one has started."""
    found = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    numbers = [int(number) for file in found for number in file.read_text().split()]
    return [n for n in numbers if b"typst_process" in Path(f"/proc/{n}/cmdline").read_bytes()]


@pytest.mark.parametrize("suffix", [".html", ".svg", ".css", ".js", ".pdf"])
def test_a_seal_holds_until_a_byte_is_changed(tmp_path: Path, suffix: str) -> None:
    whole = seal.sealed(b"one\ntwo", suffix)
    path = tmp_path / f"x{suffix}"
    path.write_bytes(whole)
    assert seal.is_unbroken(path)
    for place in range(8):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert not seal.is_unbroken(path), place
    for content in (b"", b"one", whole + b"more", b"\n", whole[10:]):
        path.write_bytes(content)
        assert not seal.is_unbroken(path)
    assert not seal.is_unbroken(tmp_path / "gone.html")
    assert not seal.is_unbroken(tmp_path)
