"""`deck`: scenes as a lecture, in what people present with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from mlanim.commands.completion import SceneName
from mlanim.commands.flags import flags, refuse_beside
from mlanim.commands.opening import show
from mlanim.commands.options import (
    Whole,
    cache_option,
    chapter_option,
    entries,
    open_option,
    timeout_option,
)
from mlanim.commands.watch import PORT, say
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs.chapters import chapter_title
from mlanim.engine.jobs.options import VideoOptions


@click.command()
@click.argument("sources", nargs=-1, metavar="SCENE… | LECTURE.toml", type=SceneName())
@chapter_option
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FILE", help="A .html, .pptx or .pdf file."
)
@flags(VideoOptions, "quality", "fps", "resolution", "force")
@click.option(
    "--theme", metavar="NAME,…", help="Instead of the lecture's; each in files of its own."
)
@click.option("--one-file", is_flag=True, help="HTML with everything inside it.")
@click.option("--notes", is_flag=True, help="PDF with the notes below or beside the slides.")
@click.option("--handout", type=click.Choice(["1", "2", "4"]), help="PDF with so many a page.")
@click.option("--voice", metavar="DIR", help="Recordings that play with the steps, as 01.wav.")
@click.option("--tts", metavar="COMMAND", help="A program that makes those that are not there.")
@click.option("--jobs", type=Whole(1, 64), metavar="N", help="Files at once; default: cores.")
@timeout_option
@open_option
@click.option("--watch", "watched", is_flag=True, help="Show a lecture.toml while it is written.")
@click.option(
    "--port", type=Whole(0, 65535), metavar="NUMBER", help=f"For --watch; default: {PORT}."
)
@click.option("--schema", is_flag=True, help="Print a lecture.toml's JSON schema.")
@click.option("--json", "as_json", is_flag=True, help="Events on stdout, one JSON a line.")
@click.option("--quiet", is_flag=True, help="No progress, only results.")
@cache_option
def deck(
    sources: tuple[str, ...],
    chapter: str | None,
    schema: bool,
    opened: bool,
    watched: bool,
    port: int | None,
    **options: Any,
) -> None:
    """Make a deck: HTML, PowerPoint or PDF.

    It stops where the scenes pause. A lecture.toml puts slides of text, bullets, code, tables,
    pictures and videos between them. Handouts are made in the print theme. With --watch the deck is
    shown in a page and made again whenever something of it is saved; Ctrl-C ends that.

    \b
    Examples:
      mlanim deck dot_product attention -o talk.html --one-file
      mlanim deck --chapter learning -o learning.pptx
      mlanim deck lecture.toml -o lecture.html -o lecture.pptx -o lecture.pdf
      mlanim deck lecture.toml -o handout.pdf --handout 4 --notes
      mlanim deck lecture.toml --watch --open
    """
    from mlanim.export.deck.lecture import parts
    from mlanim.export.deck.make import DeckRequest, make_deck

    if schema:
        click.echo(json.dumps(parts.schema(), indent=1))
        return
    if chapter:
        sources = tuple(entry.name for entry in entries(sources, chapter=chapter))
        options |= {"title": chapter_title(chapter)}
    options["handout"] = int(options["handout"]) if options["handout"] else None
    if watched:
        _watch(sources, port, opened, options)
        return
    if port is not None:
        raise UsageError("--port is for --watch.")
    made_files = make_deck(sources, DeckRequest(**options)).paths
    for path in made_files:
        made = {"kind": "deck", "event": "made", "file": str(path)}
        click.echo(json.dumps(made) if options["as_json"] else path)
    if opened:
        show(str(made_files[0]))


def _watch(sources: tuple[str, ...], port: int | None, opened: bool, given: dict[str, Any]) -> None:
    """Show a lecture in a page, and make it again as it is written."""
    from mlanim.commands.serving import serving
    from mlanim.engine import temporary
    from mlanim.engine.jobs.request import theme_in_use
    from mlanim.export.deck.steps import DrawingOptions
    from mlanim.export.watch.lecture import DeckWatch
    from mlanim.export.watch.preview_server import PreviewState

    others = {"outputs", "one_file", "notes", "handout", "theme", "force", "as_json"}
    refuse_beside("--watch", "shows the deck and writes no file", others)
    refuse_beside("--watch", "shows the deck without a voice", {"voice", "tts"})
    if len(sources) != 1 or not sources[0].endswith(".toml"):
        raise UsageError("--watch is for one lecture.toml; `mlanim watch SCENE` shows a scene.")
    lecture = Path(sources[0])
    shared = {name: given[name] for name in ("fps", "resolution", "jobs", "timeout")}

    def drawing(theme: str) -> DrawingOptions:
        return DrawingOptions(
            theme,
            theme_in_use(theme),
            pages=True,
            quality=given["quality"] or "l",
            quiet=True,
            **shared,
        )

    with temporary.folder() as folder:
        state = PreviewState(status="drawing", message="")
        page = ("lecture.html", lecture.name)
        with serving(state, PORT if port is None else port, page, folder, opened):
            DeckWatch(lecture, drawing, folder, state, say).run()
