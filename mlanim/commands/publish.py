"""`embed`: what was rendered, put before readers."""

from __future__ import annotations

from pathlib import Path

import click

from mlanim.commands.options import folders
from mlanim.render import catalog
from mlanim.render.errors import UsageError

EMBED_FORMATS = ("html", "markdown", "quarto", "latex", "typst")


@click.command()
@click.argument("scene", metavar="SCENE|VIDEO")
@click.option("--format", type=click.Choice(EMBED_FORMATS), help="Default: as --page, else html.")
@click.option("--page", metavar="FILE", help="The document; paths are relative to its folder.")
def embed(scene: str, format: str | None, page: str | None) -> None:
    """Print the lines that put a rendered scene into a document.

    \b
    Examples:
      mlanim embed dot_product
      mlanim embed talk/attention.mp4 --page paper/paper.tex
    """
    from mlanim.export import embed as lines

    name, folder, source = _rendered(scene)
    chosen = format or lines.SUFFIXES.get(Path(page or "").suffix.lower())
    if page and chosen is None:
        raise UsageError(
            f"--page {page}: what it takes cannot be told from its name; "
            f"give --format {', '.join(EMBED_FORMATS)}."
        )
    found = lines.find(name, folder, Path(page).parent if page else Path(), source)
    click.echo(lines.FORMATS[chosen or "html"](found))


def _rendered(scene: str) -> tuple[str, Path, str]:
    """The name of a rendered scene, the folder that it is in, and what renders it."""
    from mlanim.render.job import VIDEO_FORMATS
    from mlanim.render.request import DEFAULT_FOLDER
    from mlanim.render.settings import defaults

    path = Path(scene)
    if path.suffix[1:] in (*VIDEO_FORMATS, "json"):
        return path.stem, path.parent, path.stem
    name = catalog.select([scene], folders())[0].name
    return name, Path(defaults(Path.cwd()).get("output", DEFAULT_FOLDER)), scene
