"""`embed` and `gallery`: what was rendered, put before readers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from mlanim.commands.completion import SceneName
from mlanim.commands.options import chapter_option, entries, folders, output_option
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import QUALITIES

GALLERY_QUALITY = "m"
SITE_THEMES = ("dark", "light")
EMBED_FORMATS = ("html", "markdown", "quarto", "myst", "latex", "typst")


@click.command()
@click.argument("scene", metavar="SCENE|FILE", type=SceneName())
@click.option("--format", type=click.Choice(EMBED_FORMATS), help="Default: as --page, else html.")
@click.option("--page", metavar="FILE", help="The document; paths are relative to its folder.")
@click.option("--live", is_flag=True, help="The live figure that `explore` made, in a frame.")
def embed(scene: str, format: str | None, page: str | None, live: bool) -> None:
    """Print the lines that put a film or a live figure into a document.

    \b
    Examples:
      mlanim embed dot_product
      mlanim embed talk/attention.mp4 --page paper/paper.tex
      mlanim embed dot_product --live --page book/intro.md --format myst
    """
    from mlanim.export.web import embed as lines
    from mlanim.export.web import embed_live

    chosen = format or lines.SUFFIXES.get(Path(page or "").suffix.lower())
    if page and chosen is None:
        raise UsageError(
            f"--page {page}: what it takes cannot be told from its name; "
            f"give --format {', '.join(EMBED_FORMATS)}."
        )
    document_folder, chosen = Path(page).parent if page else Path(), chosen or "html"
    known = embed_live.FORMATS if live else lines.FORMATS
    if chosen not in known:
        what = "A live figure" if live else "A video"
        raise UsageError(f"{what} cannot be put into {chosen}; choose {', '.join(known)}.")
    if live:
        file, name = _explored(scene)
        click.echo(embed_live.FORMATS[chosen](embed_live.find(file, name, document_folder, scene)))
    else:
        name, folder, source = _rendered(scene)
        click.echo(lines.FORMATS[chosen](lines.find(name, folder, document_folder, source)))


def _explored(scene: str) -> tuple[Path, str]:
    """Where the page of a live figure is, or would be, and the scene's name."""
    path = Path(scene)
    if path.suffix.lower() in (".html", ".htm"):
        return path, path.stem.removesuffix("-live")
    name = catalog.select([scene], folders())[0].name
    return _usual_folder() / f"{name}-live.html", name


def _rendered(scene: str) -> tuple[str, Path, str]:
    """The name of a rendered scene, the folder that it is in, and what renders it."""
    from mlanim.engine.jobs.kinds import VIDEO_FORMATS

    path = Path(scene)
    if path.suffix[1:] in (*VIDEO_FORMATS, "json"):
        for needed in (path, path.with_suffix(".json")):
            if not needed.is_file():
                raise UsageError(
                    f"There is no file {needed}; give a scene, or a film of `mlanim render`, which "
                    "has its .json beside it."
                )
        return path.stem, path.parent, path.stem
    name = catalog.select([scene], folders())[0].name
    return name, _usual_folder(), scene


def _usual_folder() -> Path:
    """Where a command writes if it is not told."""
    from mlanim.engine.jobs.request import DEFAULT_FOLDER
    from mlanim.engine.jobs.settings import defaults

    return Path(defaults(Path.cwd()).get("output", DEFAULT_FOLDER))


@click.command()
@click.argument("scenes", nargs=-1, metavar="[SCENE…]", type=SceneName())
@chapter_option
@output_option("DIR", "The site; default: site/.", "site")
@click.option("--docs", metavar="ADDRESS", help="Documentation that the page links to.")
@click.option("--title", default="Scenes", metavar="TEXT", help="The page's heading.")
@click.option(
    "--theme", type=click.Choice(SITE_THEMES), help="One theme; default: both, with a switch."
)
@click.option("-q", "--quality", type=click.Choice(list(QUALITIES)), help="Of films; default: m.")
@click.option("--fps", type=float, metavar="NUMBER", help="Frames a second, instead of -q's.")
@click.option("--resolution", metavar="WxH", help="Size in pixels, instead of -q's.")
@click.option("--live", is_flag=True, help="Also the live figures of scenes that have sliders.")
@click.option("--force", is_flag=True, help="Replace files that mlanim did not make, too.")
@click.option("--quiet", is_flag=True, help="No progress, only the result.")
def gallery(scenes: tuple[str, ...], output: str, **options: Any) -> None:
    """Build a static page of scenes, which needs nothing from elsewhere.

    Films and figures that are there already are not drawn again.

    \b
    Examples:
      mlanim gallery -o site/
      mlanim gallery dot_product scenes/mine.py -o site/ --docs docs/index.html
    """
    from mlanim.export.making import RunOptions, make
    from mlanim.export.web import gallery as page
    from mlanim.export.web.site import Site

    chapter = options["chapter"]
    found = entries(scenes, every=not scenes and not chapter, chapter=chapter)
    themes = (options["theme"],) if options["theme"] else SITE_THEMES
    site = Site(Path(output), options["docs"], options["force"])
    sizes = {name: options[name] for name in ("quality", "fps", "resolution")}
    sizes["quality"] = sizes["quality"] or GALLERY_QUALITY
    jobs = page.jobs(found, site.folder, themes, sizes, options["force"])
    outcomes = make(jobs, RunOptions(quiet=options["quiet"]))
    failed = [outcome for outcome in outcomes if outcome.code]
    for message in dict.fromkeys(outcome.message for outcome in failed):
        click.echo(f"Error: {message}", err=True)
    if failed:
        sys.exit(min(outcome.code for outcome in failed))
    run = RunOptions(quiet=options["quiet"])
    live = (
        page.explore(found, site.folder, themes, run, options["force"]) if options["live"] else {}
    )
    click.echo(page.write(site, found, themes, options["title"], live))
