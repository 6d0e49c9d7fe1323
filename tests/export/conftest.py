"""A real browser without a network, and a server for the pages that it opens."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lectures import LECTURE, run_deck

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The system's Chromium, driven by playwright."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no chromium here; `make setup-test` installs it where it can")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Tab:
    """A page, and what went wrong or out to a network while it was open."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def open_tab(chromium: Any) -> Iterator[Callable[..., Tab]]:
    """Opens an address in a fresh context; options are playwright's of a context."""
    contexts = []

    def open_(address: str, **options: Any) -> Tab:
        context = chromium.new_context(**options)
        contexts.append(context)
        tab = Tab(context.new_page())
        tab.page.on("console", lambda m: m.type == "error" and tab.complaints.append(m.text))
        tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.page.on("request", lambda request: tab.requests.append(request.url))
        tab.page.goto(address)
        return tab

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def serve_folder() -> Iterator[Callable[[Path], str]]:
    """Serves a folder on a free port of this machine; the address ends without a slash."""
    servers = []

    def serve(folder: Path) -> str:
        handler = functools.partial(_Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test shows what matters."""


@pytest.fixture(scope="session")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lecture as `one.html`, and as `lecture.html`, `.pptx` and `.pdf`."""
    folder = tmp_path_factory.mktemp("deck")
    (folder / "lecture.toml").write_text(LECTURE, encoding="utf-8")
    run_deck(folder, "-o", "one.html", "--one-file")
    run_deck(folder, "-o", "lecture.html", "-o", "lecture.pptx", "-o", "lecture.pdf")
    return folder
