"""The options of `figure` that are about paper: size, panels, and what is written along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import click

from mlanim.engine.jobs.figures import PageRequest
from mlanim.engine.jobs.page import LAYOUTS, TABLES


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What `figure` has beyond what it shares with `render`."""
    flag: Any = {"is_flag": True}
    options = [
        click.option("--width", metavar="LENGTH", help="As 8.6cm, 3.4in, 246pt; default: 17.8cm."),
        click.option("--height", metavar="LENGTH", help="Default: what the panels need."),
        click.option(
            "--layout",
            type=click.Choice(LAYOUTS),
            metavar="LAYOUT",
            help=f"{', '.join(LAYOUTS)}; default: as many side by side as have room.",
        ),
        click.option("--letters", **flag, help="Letter the panels: a, b, c."),
        click.option("--panel", metavar="NAME", help="That panel alone."),
        click.option("--panels", **flag, help="Each panel in a file of its own as well."),
        click.option("--at", metavar="TIME", help="The state at 3.2s, or at the end."),
        click.option("--slide", type=int, metavar="N", help="The state at the N-th pause."),
        click.option("--crop", **flag, help="End the page where the content ends."),
        click.option("--dpi", type=float, metavar="N", help="Of a PNG; default: 300."),
        click.option("--font-size", metavar="SIZE", help="Of body text; default: 8pt."),
        click.option("--font", metavar="NAME|FILE", help="A shipped family, or a font's file."),
        click.option("--text", **flag, help="Text in SVG and PDF that can be searched."),
        click.option(
            "--data",
            type=click.Choice(TABLES),
            metavar="FORMAT",
            help=f"Also the numbers behind it: {', '.join(TABLES)}.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def page_asked(options: Mapping[str, Any]) -> PageRequest | None:
    """What the options say of a page; None from a command that has none of them."""
    if "dpi" not in options:
        return None
    return PageRequest(**{field.name: options[field.name] for field in fields(PageRequest)})


def page_flags() -> list[str]:
    """The names of these options, as Click hands them on."""
    return [*(field.name for field in fields(PageRequest)), "font"]
