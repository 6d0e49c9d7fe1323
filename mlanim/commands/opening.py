"""What was made, opened by the program that the desktop has for it."""

from __future__ import annotations

import os
import sys

import click


def show(target: str) -> None:
    """Open a file or an address; where that cannot be done, say so on stderr."""
    if sys.platform.startswith("linux") and not _has_display():
        click.echo(f"There is no display here, so {target} was not opened.", err=True)
    elif click.launch(target):
        click.echo(f"No program was found that opens {target}.", err=True)


def _has_display() -> bool:
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
