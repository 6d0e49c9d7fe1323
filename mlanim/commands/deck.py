"""`deck`: scenes as a lecture, in what people present with."""

from __future__ import annotations

import json
from typing import Any

import click

from mlanim.commands.flags import flags
from mlanim.commands.options import Whole, cache_option, chapter_option, entries, timeout_option
from mlanim.engine.jobs.chapters import chapter_title
from mlanim.engine.jobs.options import VideoOptions


@click.command()
@click.argument("sources", nargs=-1, metavar="SCENE… | LECTURE.toml")
@chapter_option
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FILE", help="A .html, .pptx or .pdf file."
)
@flags(VideoOptions, "quality", "fps", "resolution", "force")
@click.option("--theme", metavar="NAME", help="Instead of the lecture's.")
@click.option("--one-file", is_flag=True, help="HTML with everything inside it.")
@click.option("--notes", is_flag=True, help="PDF with the notes below or beside the slides.")
@click.option("--handout", type=click.Choice(["1", "2", "4"]), help="PDF with so many a page.")
@click.option("--voice", metavar="DIR", help="Recordings that play with the steps, as 01.wav.")
@click.option("--tts", metavar="COMMAND", help="A program that makes those that are not there.")
@click.option("--jobs", type=Whole(1, 64), metavar="N", help="Files at once; default: cores.")
@timeout_option
@click.option("--schema", is_flag=True, help="Print a lecture.toml's JSON schema.")
@click.option("--json", "as_json", is_flag=True, help="Events on stdout, one JSON a line.")
@click.option("--quiet", is_flag=True, help="No progress, only results.")
@cache_option
def deck(sources: tuple[str, ...], chapter: str | None, schema: bool, **options: Any) -> None:
    """Make a deck: HTML, PowerPoint or PDF.

    It stops where the scenes pause. A lecture.toml puts plain slides, figures and notes between.

    \b
    Examples:
      mlanim deck dot_product attention -o talk.html --one-file
      mlanim deck --chapter learning -o learning.pptx
      mlanim deck lecture.toml -o lecture.html -o lecture.pptx -o lecture.pdf
    """
    from mlanim.export.deck.lecture import parts
    from mlanim.export.deck.make import Wanted, make_deck

    if schema:
        click.echo(json.dumps(parts.schema(), indent=1))
        return
    if chapter:
        sources = tuple(entry.name for entry in entries(sources, chapter=chapter))
        options |= {"title": chapter_title(chapter)}
    options["handout"] = int(options["handout"]) if options["handout"] else None
    for path in make_deck(sources, Wanted(**options)):
        made = {"kind": "deck", "event": "made", "file": str(path)}
        click.echo(json.dumps(made) if options["as_json"] else path)
