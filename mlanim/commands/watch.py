"""`watch`: a scene that is drawn again as it is written."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from mlanim.commands.completion import SceneName
from mlanim.commands.flags import flags
from mlanim.commands.flags import given as flags_given
from mlanim.commands.options import Whole, cache_option, folders, params_given, set_option
from mlanim.engine import temporary
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.options import VideoOptions, options

PORT = 8765


@click.command()
@click.argument("scene", metavar="SCENE", type=SceneName())
@set_option
@click.option(
    "--params", "params_file", metavar="FILE", help="Parameters from .toml or .json, watched."
)
@flags(VideoOptions, "theme", "quality", "resolution", "fps")
@click.option(
    "--port", type=Whole(0, 65535), metavar="NUMBER", default=PORT, help=f"Default: {PORT}."
)
@click.option("--no-open", "unopened", is_flag=True, help="Do not open the page in a browser.")
@cache_option
def watch(scene: str, **given: Any) -> None:
    """Draw a scene again whenever it is saved, in a page.

    What it imports, its parameters and the project's settings count as well. Only the plays that
    look different are drawn. Ctrl-C ends it, with exit code 130.

    \b
    Examples:
      mlanim watch scenes/mine.py
      mlanim watch attention --params talk.toml --theme light
    """
    from mlanim.commands.serving import serving
    from mlanim.export.watch.preview_server import PreviewState
    from mlanim.export.watch.watch import Watch

    entry = catalog.select([scene], folders())[0]
    with temporary.folder() as folder:
        state = PreviewState(status="drawing", progress=0.0, message="", film=None, slides=[])
        settings = _settings_files(given["params_file"])
        page = ("watch.html", entry.name)
        with serving(state, given["port"], page, folder, not given["unopened"]):
            Watch(lambda: _job(scene, given), settings, folder, state, say).run()


def _job(scene: str, given: dict[str, Any]) -> Any:
    from mlanim.engine.jobs import request

    entry = catalog.select([scene], folders())[0]
    asked = options(
        VideoOptions,
        **{"quality": "l", **flags_given(VideoOptions, given)},
        format="mp4",
        transparent=False,
        output="watched.mp4",
        params=params_given(given),
    )
    return request.job(asked, entry)


def _settings_files(params: str | None) -> list[Path]:
    """The files that settings come from: the parameters, and the project's, there or not yet."""
    from mlanim.engine.jobs.settings import project_file

    project = project_file(Path.cwd()) or Path.cwd() / "mlanim.toml"
    return [project, *([Path(params)] if params else [])]


def say(line: str) -> None:
    """Write a line with the time to the terminal."""
    click.echo(f"{time.strftime('%H:%M:%S')}  {line}", err=True)
