"""The command line: each command parses, calls the library, prints."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mlanim import __version__
from mlanim.render import catalog
from mlanim.render.catalog import SceneEntry
from mlanim.render.errors import RenderError, UsageError
from mlanim.render.job import QUALITIES

WORKER = "mlanim.export.worker"
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Run the command line; an error is a sentence on stderr and an exit code."""
    for name in ENDING:
        if signal.getsignal(name) != signal.SIG_IGN:  # as under nohup
            signal.signal(name, _interrupt)
    try:
        code = cli.main(standalone_mode=False, prog_name="mlanim")
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except UsageError as error:
        code = _complain(str(error), 2)
    except RenderError as error:
        code = _complain(str(error), 1)
    except (KeyboardInterrupt, click.Abort):
        code = _complain("Interrupted; nothing half-made was left.", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = 0
    except OSError as error:
        code = _complain(f"{error.strerror}: {error.filename}", 1)
    sys.exit(code)


def _interrupt(*_: Any) -> None:
    """End in good order; a second signal must not cut the cleaning up short."""
    for name in ENDING:
        signal.signal(name, signal.SIG_IGN)
    raise KeyboardInterrupt


def _complain(message: str, code: int) -> int:
    click.echo(f"Error: {message}", err=True)
    return code


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mlanim")
def cli() -> None:
    """Videos and figures that explain machine learning, drawn from real computations.

    \b
    Examples:
      mlanim list
      mlanim render attention -o attention.mp4
      mlanim figure loss_landscape -o fig2.pdf
    """


def _scene_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What `render` and `figure` share."""
    options = [
        click.argument("scenes", nargs=-1, metavar="SCENE…"),
        click.option("--all", "every", is_flag=True, help="All scenes."),
        click.option("-o", "--output", metavar="FILE|DIR", help="Where to; default: renders/."),
        click.option("--resolution", metavar="WxH", help="Size in pixels, instead of -q's."),
        click.option("--theme", type=click.Choice(["dark", "light"]), help="Default: dark."),
        click.option("--transparent", is_flag=True, default=None, help="No background."),
        click.option(
            "--set", "sets", multiple=True, metavar="NAME=VALUE", help="A parameter; repeatable."
        ),
        click.option("--params", "file", metavar="FILE", help="Parameters from .toml or .json."),
        click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="The parameter `seed`."),
        click.option("--from", "again", metavar="NAME.json", help="Make that file again."),
        click.option("--jobs", type=click.IntRange(1, 64), help="Scenes at once; default: cores."),
        click.option("--json", "as_json", is_flag=True, help="Events on stdout, one JSON a line."),
        click.option("--quiet", is_flag=True, help="No progress, only results."),
        click.option("--open", "opened", is_flag=True, help="Open what was made."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@cli.command("list")
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
def list_scenes(as_json: bool) -> None:
    """List the scenes.

    \b
    Example:
      mlanim list --json | jq -r '.[].name'
    """
    from mlanim.render.catalog import find

    entries = find(_folders())
    if as_json:
        click.echo(json.dumps([entry.summary() for entry in entries], indent=2, ensure_ascii=False))
        return
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        click.echo(f"{entry.name:<{width}}  {entry.title}  ({entry.category})")


@cli.command()
@click.argument("scene")
@click.option("--json", "as_json", is_flag=True, help="The parameters' JSON schema.")
def info(scene: str, as_json: bool) -> None:
    """Show a scene's text and its parameters.

    \b
    Example:
      mlanim info attention
    """
    from mlanim.render.loading import load
    from mlanim.render.params import parameter_rows

    entry = catalog.select([scene], _folders())[0]
    model = load(entry).Params
    if as_json:
        click.echo(json.dumps(model.model_json_schema(), indent=2, ensure_ascii=False))
        return
    click.echo(f"{entry.name}: {entry.title} ({entry.category})\n\n{entry.description}\n")
    for name, allowed, default, text in parameter_rows(model):
        click.echo(f"  {name} = {default}   [{allowed}]\n      {text}")


@cli.command()
@_scene_options
@click.option("-q", "--quality", type=click.Choice(list(QUALITIES)), help="480p15 … 2160p60.")
@click.option("--fps", type=float, help="Frames a second, instead of -q's.")
@click.option("--format", type=click.Choice(["mp4", "webm", "mov", "gif"]), help="Default: mp4.")
def render(scenes: tuple[str, ...], **options: Any) -> None:
    """Render scenes as videos, each with a poster (.png) and a description (.json) beside it.

    \b
    Examples:
      mlanim render attention -q m -o talk/
      mlanim render dot_product --set angle=60 --theme light -o dot.webm
      mlanim render --from renders/attention.json
    """
    _make("video", scenes, options)


@cli.command()
@_scene_options
@click.option("--format", type=click.Choice(["png", "svg", "pdf"]), help="Default: png.")
def figure(scenes: tuple[str, ...], **options: Any) -> None:
    """Export scenes' figures as PNG, or as true vectors in SVG and PDF.

    \b
    Examples:
      mlanim figure loss_landscape -o fig2.pdf
      mlanim figure --all --theme light --format svg -o figures/
    """
    _make("figure", scenes, options)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
def check(as_json: bool) -> None:
    """Check that Cairo, fonts, encoders and torch are all right, and say how to get what is not.

    \b
    Example:
      mlanim check
    """
    from mlanim.render.health import examine

    found = examine()
    if as_json:
        click.echo(json.dumps([item.as_dict() for item in found], indent=2))
    else:
        for item in found:
            click.echo(f"{'ok     ' if item.ok else 'missing'} {item.name}: {item.detail}")
    if not all(item.ok for item in found):
        raise RenderError("Something is missing; see above for how to get it.")


@cli.command()
@click.argument("scenes", nargs=-1, metavar="SCENE…")
@click.option("--all", "every", is_flag=True, help="All scenes.")
@click.option("--theme", type=click.Choice(["dark", "light"]), help="One theme; default: both.")
@click.option("--set", "sets", multiple=True, metavar="NAME=VALUE", help="A parameter.")
@click.option("--json", "as_json", is_flag=True, help="An array of objects.")
def lint(
    scenes: tuple[str, ...], every: bool, theme: str | None, sets: tuple[str, ...], as_json: bool
) -> None:
    """Check the layout of scenes at each pause and in the figure.

    Reports what lies outside the safe area, overlaps, is too small, too faint or left invisible.

    \b
    Example:
      mlanim lint attention --set sentence="the cat slept because it was tired"
    """
    from mlanim.export.lint import lint_scene

    settings = dict(_parsed(sets))
    themes = (theme,) if theme else ("dark", "light")
    found = []
    for entry in _entries(scenes, every):
        click.echo(f"Checking {entry.name}", err=True)
        found += [fault for name in themes for fault in lint_scene(entry, name, settings)]
    if as_json:
        click.echo(json.dumps([fault.as_dict() for fault in found], indent=2, ensure_ascii=False))
    else:
        for fault in found:
            click.echo(str(fault))
    if found:
        raise RenderError(f"{len(found)} fault{'s' * (len(found) > 1)} in the layout.")


def _make(kind: Any, scenes: tuple[str, ...], options: dict[str, Any]) -> None:
    """Turn options into jobs, run them, print where the files are."""
    from mlanim.render import request
    from mlanim.render.engine import Engine
    from mlanim.render.progress import reporter

    again = options.pop("again")
    if again:
        _refuse_beside_from(options)
        entries = catalog.select(scenes, _folders())
        jobs = [request.again(Path(again), entries, options["output"])]
    else:
        jobs = request.jobs(_request(kind, options), _entries(scenes, options["every"]))
    with reporter(jobs, options["as_json"], options["quiet"]) as report:
        engine = Engine(options["jobs"] or _default_jobs(), report, WORKER)
        outcomes = engine.run(jobs)
    _print(outcomes, options)


def _refuse_beside_from(options: dict[str, Any]) -> None:
    settled = ("every", "quality", "fps", "resolution", "theme", "format", "transparent")
    named = (*settled, "sets", "file", "seed")
    given = [
        name for name in named if options.get(name) not in (None, ()) and options[name] is not False
    ]
    if given:
        flag = {"every": "all", "sets": "set", "file": "params"}.get(given[0], given[0])
        raise UsageError(f"--from makes the very same file again; leave --{flag} out.")


def _request(kind: Any, options: dict[str, Any]) -> Any:
    from mlanim.render import request, settings

    from_file = settings.params_file(Path(options["file"])) if options["file"] else {}
    taken = ("quality", "fps", "resolution", "theme", "format", "transparent", "output")
    asked = {name: options.get(name) for name in taken}
    seed = {} if options["seed"] is None else {"seed": options["seed"]}
    params = {**from_file, **seed, **_parsed(options["sets"])}
    return request.Request(kind, **asked, params=params)


def _print(outcomes: list[Any], options: dict[str, Any]) -> None:
    for outcome in outcomes:
        if outcome.code:
            click.echo(f"Error: {outcome.message}", err=True)
        elif not options["as_json"]:
            click.echo(outcome.job.output)
            if options["opened"]:
                click.launch(outcome.job.output)
    codes = {outcome.code for outcome in outcomes} - {0}
    if codes:
        sys.exit(min(codes))


def _parsed(sets: tuple[str, ...]) -> dict[str, str]:
    from mlanim.render.request import parse_setting

    return dict(parse_setting(text) for text in sets)


def _entries(scenes: tuple[str, ...], every: bool) -> list[SceneEntry]:
    if every and scenes:
        raise UsageError("Give scenes or --all, not both.")
    if every:
        return catalog.find(_folders())
    if not scenes:
        raise UsageError("Which scene? Name one or more, or use --all; `mlanim list` shows them.")
    return catalog.select(scenes, _folders())


def _folders() -> list[Path]:
    from mlanim.render.request import scene_folders

    return scene_folders()


def _default_jobs() -> int:
    from mlanim.render.settings import defaults

    return int(defaults(Path.cwd()).get("jobs") or os.cpu_count() or 1)
