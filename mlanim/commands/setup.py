"""`themes` and `config`: what films look like here, and which settings are in force."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from mlanim.engine.jobs.job import QUALITIES, THEME_USES
from mlanim.engine.jobs.settings import (
    DEFAULT_THEME,
    KEYS,
    Setting,
    in_force,
    project_file,
    project_style,
    tables,
)

DEFAULT = "default"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
def themes(as_json: bool) -> None:
    """List the themes, and what each is for.

    A star marks the theme that is used where none is asked for. Colours, strokes and fonts of your
    own stand in the table [theme] of mlanim.toml.

    \b
    Example:
      mlanim themes --json | jq -r '.[].name'
    """
    chosen = _settings()["theme"].value
    style = project_style(Path.cwd())
    rows = [
        {"name": name, "for": use, "used": name == chosen, "own_colors": _has_colors(style, name)}
        for name, use in THEME_USES.items()
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{'*' if row['used'] else ' '} {row['name']:<6} {row['for']}")
    if style is not None:
        changed = ", colours on " + style.base if style.table.get("colors") else ""
        click.echo(f"Changed by {style.place}: strokes and fonts on each{changed}.")


def _has_colors(style: Any, name: str) -> bool:
    """Whether the project has colours of its own for a theme."""
    return style is not None and style.base == name and "colors" in style.table


@click.command()
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
def config(as_json: bool) -> None:
    """Show each setting, and where it comes from.

    A setting is the one of mlanim.toml in this folder or above it, unless the variable
    MLANIM_NAME says otherwise; options of a command win over both.

    \b
    Examples:
      mlanim config
      MLANIM_THEME=light mlanim config --json
    """
    rows = {**_settings(), **tables(Path.cwd())}
    if as_json:
        about = [{"name": n, "value": s.value, "from": s.place} for n, s in rows.items()]
        click.echo(json.dumps(about, indent=2, ensure_ascii=False, default=str))
        return
    name = max(map(len, rows))
    value = min(max(len(_shown(row.value)) for row in rows.values()), 40)
    for key, row in rows.items():
        click.echo(f"{key:<{name}}  {_shown(row.value):<{value}}  {row.place}")
    if project_file(Path.cwd()) is None:
        click.echo("There is no mlanim.toml in this folder or above it.")


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _settings() -> dict[str, Setting]:
    """Every setting: as it was set, or as it is where nothing was."""
    found = in_force(Path.cwd())
    usual = _usual(found.get("quality", Setting("h", DEFAULT)))
    return {name: found.get(name, usual[name]) for name in KEYS}


def _usual(quality: Setting) -> dict[str, Setting]:
    """What holds where nothing was set, at a quality."""
    from mlanim.engine.cache import cache
    from mlanim.engine.jobs.kinds import FIGURE_FORMATS, VIDEO_FORMATS
    from mlanim.engine.jobs.request import DEFAULT_FOLDER

    width, height, fps = QUALITIES[quality.value]
    by_quality = f"quality {quality.value}"
    usual: dict[str, Any] = {
        "quality": "h", "theme": DEFAULT_THEME, "output": f"{DEFAULT_FOLDER}/",
        "format": f"{VIDEO_FORMATS[0]}, {FIGURE_FORMATS[0]}", "seed": "the scene's own",
        "transparent": False, "jobs": os.cpu_count() or 1, "cache_dir": str(cache.folder()),
        "cache_size": cache.DEFAULT_SIZE, "scenes": [],
    }  # fmt: skip
    return {
        **{name: Setting(value, DEFAULT) for name, value in usual.items()},
        "resolution": Setting(f"{width}x{height}", by_quality),
        "fps": Setting(float(fps), by_quality),
    }
