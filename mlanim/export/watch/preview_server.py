"""What a watched scene is like now, told to every page that looks, over HTTP on this machine."""

from __future__ import annotations

import json
import mimetypes
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from mlanim.engine.errors import UsageError

ADDRESS = "127.0.0.1"
SHOWN = (".mp4", ".html", ".png", ".svg")
HEARTBEAT = 10.0  # seconds after which a silent stream says that it is there still


class PreviewState:
    """A state of plain values that many may wait for to change."""

    def __init__(self, **state: Any):
        self._state = {"revision": 0, **state}
        self._change = threading.Condition()

    def update(self, **changes: Any) -> None:
        """Change some of it, and tell whoever waits."""
        with self._change:
            self._state |= changes | {"revision": self._state["revision"] + 1}
            self._change.notify_all()

    def after(self, revision: int, timeout: float) -> dict[str, Any]:
        """The state once it is newer than `revision`, or as it is after so many seconds."""
        with self._change:
            self._change.wait_for(lambda: self._state["revision"] > revision, timeout)
            return dict(self._state)


def serve(
    state: PreviewState, port: int, pages: Mapping[str, Callable[[], bytes]], films: Path
) -> ThreadingHTTPServer:
    """Serve pages by their address, the state as a stream at /events, and films at /films/.

    Raises:
        UsageError: if the port is in use, or may not be taken.
    """
    handler = type("Handler", (_Handler,), {"state": state, "pages": pages, "films": films})
    try:
        server = _Server((ADDRESS, port), handler)
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be used ({error.strerror}); choose another with --port, "
            "or 0 for any that is free."
        ) from error
    threading.Thread(target=server.serve_forever, daemon=True, name="pages").start()
    return server


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_: Any) -> None:
        """A page that was closed is no error."""


class _Handler(BaseHTTPRequestHandler):
    state: PreviewState
    pages: Mapping[str, Callable[[], bytes]]
    films: Path

    def do_GET(self) -> None:
        """Answer a page of this machine; others that lead here by their own name are refused."""
        host = self.headers.get("Host", "").partition(":")[0]
        path = self.path.partition("?")[0]
        film = (self.films / path.removeprefix("/films/")).resolve()
        if host not in (ADDRESS, "localhost"):
            self.send_error(403)
        elif path == "/events":
            self._stream()
        elif path in self.pages:
            self._send(self.pages[path](), "index.html" if path == "/" else path)
        elif path.startswith("/films/") and self._may_be_seen(film):
            self._send(film.read_bytes(), path)
        else:
            self.send_error(404)

    def _may_be_seen(self, file: Path) -> bool:
        """Whether it is a film or a deck's page of the folder, or what that shows."""
        inside = file.is_relative_to(self.films.resolve())
        return inside and file.suffix in SHOWN and file.is_file()

    def _send(self, payload: bytes, name: str) -> None:
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self.send_response(200)
        self.send_header("Content-Type", kind + "; charset=utf-8" * kind.startswith("text/"))
        self.send_header("Content-Length", str(len(payload)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(payload)

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        revision = -1
        while True:
            state = self.state.after(revision, HEARTBEAT)
            revision = state["revision"]
            self.wfile.write(f"data: {json.dumps(state)}\n\n".encode())
            self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the terminal is for the scene."""
