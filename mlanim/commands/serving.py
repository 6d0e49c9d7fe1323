"""A page of this machine that shows what is under watch, for as long as that is watched."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from mlanim.commands.opening import show
from mlanim.export.watch.preview_server import ADDRESS, PreviewState, serve
from mlanim.export.web.site import assets


@contextlib.contextmanager
def serving(
    state: PreviewState, port: int, page: tuple[str, str], folder: Path, opened: bool
) -> Iterator[None]:
    """Serve a page while the block runs; an interrupt ends both, with exit code 130.

    Args:
        page: the template's name, and what it is about.
        folder: of the films and pages that are shown in it.
        opened: whether a browser is to open it.

    Raises:
        UsageError: if the port cannot be used.
    """
    template, name = page
    server = serve(state, port, assets(template, name=name), folder)
    address = f"http://{ADDRESS}:{server.server_port}/"
    click.echo(address)
    if opened:
        show(address)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Stopped watching.", err=True)
        sys.exit(130)
    finally:
        server.shutdown()
