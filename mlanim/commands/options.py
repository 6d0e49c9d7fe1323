"""What several commands share: the options of making a file, and which scenes are meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from mlanim.commands.completion import Assignment, SceneName
from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.chapters import of_chapter
from mlanim.engine.jobs.scene_entry import SceneEntry


class Whole(click.ParamType):
    """A whole number between two bounds, both allowed."""

    name = "whole number"

    def __init__(self, least: int, most: int):
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; click.BadParameter for anything else."""
        try:
            number = int(value)
        except ValueError:
            number = self.least - 1
        if not self.least <= number <= self.most:
            bounds = f"{self.least} to {self.most}"
            self.fail(f"{shortened(str(value))!r} is not a whole number from {bounds}.", param, ctx)
        return number


def _use_cache(_context: click.Context, _option: click.Parameter, chosen: str | None) -> None:
    from mlanim.engine.jobs.settings import use_cache

    use_cache(Path.cwd(), chosen)


cache_option = click.option(
    "--cache-dir",
    metavar="DIR",
    help="Where results are kept; default: MLANIM_CACHE_DIR, or the user's cache folder.",
    expose_value=False,
    callback=_use_cache,
)
"""Settles where the cache is for this process and those that it starts."""


def _pass_by_cache(_context: click.Context, _option: click.Parameter, chosen: bool) -> None:
    from mlanim.engine.cache import cache

    if chosen:
        cache.pass_by()


fresh_option = click.option(
    "--fresh",
    is_flag=True,
    help="Make everything anew, whatever was made before.",
    expose_value=False,
    callback=_pass_by_cache,
)


chapter_option = click.option(
    "--chapter", metavar="NAME", help="The scenes of a chapter, in their order."
)
set_option = click.option(
    "--set",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    type=Assignment(),
    help="A parameter; repeatable.",
)
timeout_option = click.option(
    "--timeout",
    type=Whole(1, 10**6),
    metavar="SECONDS",
    help="Give a scene, or a deck's slide, up after that.",
)

open_option = click.option(
    "-p", "--preview", "--open", "opened", is_flag=True, help="Open what was made."
)


def output_option(metavar: str, help: str, default: str | None = None) -> Callable[..., Any]:
    """`-o`, which names one place: click would take the last of several without a word."""

    def only(
        _context: click.Context, _option: click.Parameter, given: tuple[str, ...]
    ) -> str | None:
        if len(given) > 1:
            several = ", ".join(map(shortened, given))
            raise UsageError(f"-o names one file or folder, not {len(given)}: {several}.")
        return given[0] if given else default

    return click.option("-o", "--output", multiple=True, metavar=metavar, help=help, callback=only)


def scene_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What `render` and `figure` share."""
    options = [
        click.argument("scenes", nargs=-1, metavar="SCENE…", type=SceneName()),
        click.option("--all", "every", is_flag=True, help="All scenes."),
        chapter_option,
        output_option("FILE|DIR", "A file or a folder; default: renders/."),
        set_option,
        click.option("--params", "params_file", metavar="FILE", help="A .toml or .json of them."),
        click.option("--seed", type=Whole(0, 2**31 - 1), metavar="N", help="A whole number."),
        click.option(
            "--device", metavar="NAME", help="auto, cpu, cuda or mps; for scenes that take it."
        ),
        click.option("--from", "start", metavar="NAME.json", help="Make that file again."),
        click.option(
            "--jobs", type=Whole(1, 64), metavar="N", help="Processes at once; default: cores."
        ),
        timeout_option,
        click.option("--json", "as_json", is_flag=True, help="Events on stdout, one JSON a line."),
        click.option("--quiet", is_flag=True, help="No progress, only results."),
        open_option,
        click.option(
            "--dry-run", is_flag=True, help="Say what would be made, and from what; make nothing."
        ),
        fresh_option,
        cache_option,
    ]
    for option in reversed(options):
        command = option(command)
    return command


def params_given(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that were given: `--set` wins over flags, and these over `--params`."""
    from mlanim.engine.jobs import request, settings

    path = given.get("params_file")
    flags = {name: given.get(name) for name in ("seed", "device")}
    return {
        **(settings.params_file(Path(path)) if path else {}),
        **{name: value for name, value in flags.items() if value is not None},
        **dict(map(request.parse_setting, given["params"])),
    }


def entries(
    scenes: tuple[str, ...], every: bool = False, chapter: str | None = None
) -> list[SceneEntry]:
    """The scenes that are meant: those named, those of a chapter, or all.

    Raises:
        UsageError: for more than one of these, for none, and for a name that is no scene.
    """
    if sum(map(bool, (scenes, every, chapter))) > 1:
        raise UsageError("Give one of: scenes, --chapter, --all.")
    if every:
        return catalog.find(folders())
    if chapter:
        return of_chapter(chapter, catalog.find(folders()))
    if not scenes:
        raise UsageError("Which scene? Name one or more, or use --all; `mlanim list` shows them.")
    return catalog.select(scenes, folders())


def folders() -> list[Path]:
    """Where scenes are found by name, beside the built-in ones."""
    from mlanim.engine.jobs.catalog import scene_folders

    return scene_folders()
