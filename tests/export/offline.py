"""A browser's window without a network, which keeps what it asked for and complained about."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Window:
    """A page, and what happened in it and in the windows that it opened."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def until(self, condition: str) -> None:
        """Wait until that holds, from outside: a page that evaluates no text cannot look itself."""
        end = time.monotonic() + 30
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, condition
            self.page.wait_for_timeout(20)


@contextmanager
def opened(browser: Any, address: str, **settings: Any) -> Iterator[Window]:
    """A window with that address; `settings` are those of a browser's context."""
    context = browser.new_context(offline=True, **settings)
    window = Window(context.new_page())
    context.on("request", lambda request: window.requests.append(request.url))
    context.on("weberror", lambda error: window.complaints.append(str(error.error)))
    context.on("console", lambda message: _keep(window, message))
    window.page.goto(address)
    yield window
    context.close()


def _keep(window: Window, message: Any) -> None:
    if message.type in ("error", "warning"):
        window.complaints.append(message.text)
