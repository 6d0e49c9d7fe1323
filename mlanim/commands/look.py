"""`list`, `info`, `check`, `lint`: what there is, and whether it is all right."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from mlanim.commands.completion import SceneName
from mlanim.commands.options import cache_option, entries, folders, params_given, set_option
from mlanim.engine.errors import RenderError
from mlanim.engine.installed import scene_packages
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.chapters import chapter_title
from mlanim.engine.jobs.job import THEMES
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.words.nearest import nearest

FILES = "Lists of numbers may be files: .npy, .npz:NAME, .safetensors:NAME, .csv or .csv:COLUMN."


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
def list_scenes(as_json: bool) -> None:
    """List the scenes.

    They come chapter by chapter, in the order in which they are to be seen; behind those that are
    not built in stands their file. They are looked for in installed packages, in the folders that
    mlanim.toml names as scenes, and in scenes/ of this folder; of two by one name the later is
    taken.

    \b
    Example:
      mlanim list --json | jq -r '.[].name'
    """
    found = catalog.find(folders())
    if as_json:
        click.echo(json.dumps([entry.summary() for entry in found], indent=2, ensure_ascii=False))
        return
    width = max((len(entry.name) for entry in found), default=0)
    built_in = catalog.builtin_folder().resolve()
    for chapter, entries_of in itertools.groupby(found, key=lambda entry: entry.chapter):
        click.echo(chapter_title(chapter) or "Your own")
        for entry in entries_of:
            from_where = "" if built_in in Path(entry.path).parents else f"  ({_place(entry.path)})"
            click.echo(f"  {entry.name:<{width}}  {entry.title}{from_where}")
    for hidden, taken in catalog.find_hidden(folders()):
        there = "the built-in one" if built_in in Path(hidden.path).parents else _place(hidden.path)
        click.echo(f"{taken.name} is {_place(taken.path)}, in place of {there}.", err=True)
    for warning in _warnings(found):
        click.echo(f"Warning: {warning}", err=True)


def _warnings(found: Sequence[SceneEntry]) -> Iterator[str]:
    """What is left out of a list of scenes, and what is wrong with their order."""
    for path, why in catalog.find_broken(folders()):
        yield f"{_place(str(path))} is left out: {why}."
    names = [entry.name for entry in found]
    for entry in found:
        for name in (name for name in entry.after if name not in names):
            yield f"{entry.name} is after {name!r}, which is no scene.{nearest(name, names)}"
    yield from (package.fault for package in scene_packages() if package.place is None)


@click.command()
@click.argument("scene", type=SceneName())
@click.option("--json", "as_json", is_flag=True, help="The parameters' JSON schema.")
def info(scene: str, as_json: bool) -> None:
    """Show a scene's text and its parameters.

    \b
    Example:
      mlanim info attention
    """
    from mlanim.engine.jobs.params import parameter_rows
    from mlanim.engine.playback.loading import load, params_of

    entry = catalog.select([scene], folders())[0]
    model = params_of(load(entry))
    if as_json:
        click.echo(json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False))
        return
    chapter = f" ({chapter_title(entry.chapter)})" if entry.chapter else ""
    click.echo(f"{entry.name}: {entry.title}{chapter}\n\n{entry.description}\n")
    if entry.after:
        click.echo(f"To be seen before: {', '.join(entry.after)}\n")
    rows = parameter_rows(model)
    for name, allowed, default, text in rows:
        click.echo(f"  {name} = {default}   [{allowed}]\n      {text}")
    for name, other in catalog.instead_of(entry).items():
        click.echo(f"  {name}\n      Makes the scene {other} instead: see `mlanim info {other}`.")
    if any("×" in allowed or "rows of" in allowed for _, allowed, _, _ in rows):
        click.echo(f"\n{FILES}")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
def check(as_json: bool) -> None:
    """Check that all that rendering needs is here.

    Looks at Cairo, fonts, encoders, torch, the cache and LaTeX, and says how to get what is
    missing. Without LaTeX, all is drawn but Tex, MathTex and manim's own numbers.

    \b
    Example:
      mlanim check
    """
    from mlanim.engine.health import examine

    found = examine()
    if as_json:
        click.echo(json.dumps([item.as_dict() for item in found], indent=2))
    else:
        for item in found:
            word = "ok" if item.ok else "missing" if item.needed else "without"
            click.echo(f"{word:<7} {item.name}: {item.detail}")
    if not all(item.ok for item in found if item.needed):
        raise RenderError("Something is missing; see above for how to get it.")


@click.command()
@click.argument("scenes", nargs=-1, metavar="SCENE…", type=SceneName())
@click.option("--all", "every", is_flag=True, help="All scenes.")
@click.option("--theme", type=click.Choice(THEMES), help="One theme; default: all.")
@click.option("--slide", type=click.IntRange(1), metavar="N", help="One pause, from 1.")
@set_option
@cache_option
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
def lint(
    scenes: tuple[str, ...],
    every: bool,
    theme: str | None,
    slide: int | None,
    params: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check what viewers see of scenes, at each pause and in the figure.

    Finds what lies at or over the edge, overlaps, is too small, too faint, hidden or left
    invisible. Warns of a stage that is nearly empty and of a pause without notes. Each finding is
    said once, with the line of the scene's file, the pauses, pages and themes that have it.

    \b
    Example:
      mlanim lint attention --set sentence="the cat slept because it was tired"
      mlanim lint attention --slide 3 --theme dark
    """
    from mlanim.export.lint.scene import lint_scene

    given = params_given({"params": params})
    found = []
    for entry in entries(scenes, every):
        click.echo(f"Checking {entry.name}", err=True)
        found += [(entry, finding) for finding in lint_scene(entry, given, theme, slide)]
    if as_json:
        rows = [{"scene": e.name, "file": e.path, **finding.as_dict()} for e, finding in found]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for entry, finding in found:
            click.echo(f"{_place(entry.path, finding.line)}: {finding}")
    faults = sum(not finding.is_warning for _, finding in found)
    if faults:
        raise RenderError(f"{faults} fault{'s' * (faults > 1)} in the layout.")


def _place(path: str, line: int = 0) -> str:
    """A file as seen from the working folder, and a line of it."""
    near = os.path.relpath(path)
    shown = path if near.startswith(os.pardir) else near
    return f"{shown}:{line}" if line else shown
