"""`watch`: a scene that is drawn again as it is written."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

from mlanim.commands.options import Whole, cache_option, folders, parsed
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import QUALITIES, THEMES

PORT = 8765


@click.command()
@click.argument("scene", metavar="SCENE")
@click.option("--set", "sets", multiple=True, metavar="NAME=VALUE", help="A parameter; repeatable.")
@click.option("--params", "file", metavar="FILE", help="Parameters from .toml or .json, watched.")
@click.option("--theme", type=click.Choice(THEMES), help="Default: dark.")
@click.option("-q", "--quality", type=click.Choice(list(QUALITIES)), help="Default: l, 480p15.")
@click.option("--resolution", metavar="WxH", help="Size in pixels, instead of -q's.")
@click.option("--fps", type=float, metavar="NUMBER", help="Frames a second, instead of -q's.")
@click.option(
    "--port", type=Whole(0, 65535), metavar="NUMBER", default=PORT, help=f"Default: {PORT}."
)
@click.option("--no-open", "unopened", is_flag=True, help="Do not open the page in a browser.")
@cache_option
def watch(scene: str, **options: Any) -> None:
    """Draw a scene again whenever it is saved, in a page.

    What it imports, its parameters and the project's settings count as well. Only the plays that
    look different are drawn. Ctrl-C ends it, with exit code 130.

    \b
    Examples:
      mlanim watch scenes/mine.py
      mlanim watch attention --params talk.toml --theme light
    """
    from mlanim.export.watch.preview_server import ADDRESS, Board, serve
    from mlanim.export.watch.watch import Watch
    from mlanim.export.web.site import assets

    entry = catalog.select([scene], folders())[0]
    with tempfile.TemporaryDirectory(prefix="mlanim-watch-") as folder:
        board = Board(status="drawing", progress=0.0, message="", film=None, slides=[])
        server = serve(board, options["port"], assets("watch.html", name=entry.name), Path(folder))
        address = f"http://{ADDRESS}:{server.server_port}/"
        click.echo(address)
        if not options["unopened"]:
            click.launch(address)
        settings = _settings_files(options["file"])
        try:
            Watch(lambda: _job(scene, options), settings, Path(folder), board, _say).run()
        except KeyboardInterrupt:
            click.echo("Stopped watching.", err=True)
            sys.exit(130)
        finally:
            server.shutdown()


def _job(scene: str, options: dict[str, Any]) -> Any:
    from mlanim.engine.jobs import request, settings

    entry = catalog.select([scene], folders())[0]
    from_file = settings.params_file(Path(options["file"])) if options["file"] else {}
    asked = request.Request(
        "video",
        quality=options["quality"] or "l",
        fps=options["fps"],
        resolution=options["resolution"],
        theme=options["theme"],
        format="mp4",
        transparent=False,
        output="watched.mp4",
        params={**from_file, **parsed(options["sets"])},
    )
    return request.jobs(asked, [entry])[0]


def _settings_files(params: str | None) -> list[Path]:
    """The files that settings come from: the parameters, and the project's, there or not yet."""
    from mlanim.engine.jobs.settings import project_file

    project = project_file(Path.cwd()) or Path.cwd() / "mlanim.toml"
    return [project, *([Path(params)] if params else [])]


def _say(line: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')}  {line}", err=True)
