"""`explore`: a scene as a page with sliders, each of whose states is computed."""

from __future__ import annotations

from typing import Any

import click

from mlanim.commands.completion import Assignment, SceneName
from mlanim.commands.flags import flags, given
from mlanim.commands.opening import show
from mlanim.commands.options import (
    Whole,
    cache_option,
    chapter_option,
    entries,
    fresh_option,
    open_option,
    output_option,
    params_given,
    set_option,
    timeout_option,
)
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs.options import FigureOptions

PAGE = ("width", "font_size", "panel", "slide")
"""Options of the figures that a page is made of."""


@click.command()
@click.argument("scenes", nargs=-1, metavar="SCENE…", type=SceneName())
@click.option("--all", "every", is_flag=True, help="All scenes that say what is worth a slider.")
@chapter_option
@click.option(
    "--sweep",
    "sweeps",
    multiple=True,
    metavar="NAME=LOW:HIGH:STEP",
    type=Assignment(),
    help="Or NAME=A,B,C, or NAME for all it takes; repeatable. Default: what the scene says.",
)
@output_option("FILE|DIR", "An .html file or a folder.")
@flags(FigureOptions, *PAGE, "force")
@set_option
@click.option("--params", "params_file", metavar="FILE", help="A .toml or .json of them.")
@click.option("--seed", type=Whole(0, 2**31 - 1), metavar="N", help="A whole number.")
@click.option("--jobs", type=Whole(1, 64), metavar="N", help="Processes at once; default: cores.")
@timeout_option
@click.option("--quiet", is_flag=True, help="No progress, only results.")
@open_option
@fresh_option
@cache_option
def explore(scenes: tuple[str, ...], **options: Any) -> None:
    """Make live figures: pages with sliders, one file each.

    Every state is computed and drawn as `figure` does it; nothing is made up in between. Sweeps of
    text are parted by commas, or by | where there are commas in it.

    \b
    Examples:
      mlanim explore dot_product -o dot.html
      mlanim explore dot_product --sweep angle=0:180:5 --sweep theme=light
      mlanim explore neuron --sweep activation --sweep b=-1:1:0.5 -o neuron.html
      mlanim explore polarizer --slide 3 --sweep angle=0,30,60,90
      mlanim explore --all -o site/live/
    """
    from mlanim.export.live.explore import LiveRequest, explored, file_of
    from mlanim.export.making import RunOptions

    chosen = _chosen(scenes, options["every"], options["chapter"])
    sweeps, every = options["sweeps"], options["every"] or options["chapter"]
    if sweeps and (every or len(chosen) > 1):
        raise UsageError("--sweep is for one scene; others have other parameters.")
    page = {name: v for name, v in given(FigureOptions, options).items() if name in PAGE}
    wanted = [
        LiveRequest(
            entry, sweeps, params_given(options), page,
            file_of(options["output"], entry.name, len(chosen)),
            bool(options["force"]),
        )
        for entry in chosen
    ]  # fmt: skip
    run = RunOptions(options["jobs"], options["timeout"], quiet=options["quiet"])
    made = explored(wanted, run, lambda line: None if run.quiet else click.echo(line, err=True))
    for one in made:
        click.echo(one.path)
    if options["opened"]:
        show(str(made[0].path))


def _chosen(scenes: tuple[str, ...], every: bool, chapter: str | None) -> list[Any]:
    """The scenes that are meant; of all of them, those that say what is worth a slider."""
    found = entries(scenes, every, chapter)
    if scenes:
        return found
    kept = [entry for entry in found if entry.explore]
    if not kept:
        raise UsageError("None of these scenes says which parameter is worth a slider.")
    return kept
