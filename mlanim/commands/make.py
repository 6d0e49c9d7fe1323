"""`render` and `figure`: files out of scenes."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlanim.commands.flags import flags, refuse_beside
from mlanim.commands.flags import given as flags_given
from mlanim.commands.opening import show
from mlanim.commands.options import entries, folders, params_given, scene_options
from mlanim.engine.errors import RenderError, UsageError, shortened
from mlanim.engine.jobs import catalog, request
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.options import FigureOptions, Options, VideoOptions, options
from mlanim.engine.jobs.outputs import beside, described, read, unlike

if TYPE_CHECKING:
    from mlanim.export.making import RunOptions


@click.command()
@flags(VideoOptions)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Draw on a Dask cluster: its scheduler's address, or local:N.",
)
@scene_options
def render(scenes: tuple[str, ...], **given: Any) -> None:
    """Render scenes as videos.

    Beside each video lie a poster (.png) and a description (.json), from which --from makes the
    same file again. With a time instead of a file, --from begins there.

    \b
    Examples:
      mlanim render attention -q m -o talk/
      mlanim render dot_product --set angle=60 --theme light -o dot.webm
      mlanim render path/to/any_manim_file.py:SquareToCircle
      mlanim render attention --slide 3 -q l -p
      mlanim render --all --dry-run
      mlanim render attention --from 2s --to 1:05
      mlanim render attention --voice voice/
      mlanim render attention --tts 'espeak-ng -f {text} -w {out}'
      mlanim render --from renders/attention.json
    """
    _make(VideoOptions, scenes, given)


@click.command()
@flags(FigureOptions)
@scene_options
def figure(scenes: tuple[str, ...], **given: Any) -> None:
    """Export scenes' figures: vectors in SVG, PDF and EPS, or PNG.

    A figure is laid out for its width; text keeps its size. Of a scene without a figure, and with
    --at or --slide, the state at a moment is exported.

    \b
    Examples:
      mlanim figure loss_landscape -o fig2.pdf --width 8.6cm --theme print
      mlanim figure attention -o fig.svg --format svg,pdf --letters --data csv
      mlanim figure path/to/any_manim_file.py:SquareToCircle --at 1.5s -o still.svg
      mlanim figure --all --theme light --format svg -o figures/
    """
    _make(FigureOptions, scenes, given)


def _make(model: type[Options], scenes: tuple[str, ...], given: dict[str, Any]) -> None:
    """Turn options into jobs, run them, print where the files are."""
    from mlanim.export.making import RunOptions, make

    jobs = _jobs(model, scenes, given)
    if given["dry_run"] and given.get("tts"):
        raise UsageError("--dry-run makes nothing, and --tts would speak; leave one of them out.")
    run = RunOptions(
        **{field.name: given[field.name] for field in fields(RunOptions) if field.name in given}
    )
    before = {job.output: described(Path(job.output)) for job in jobs}
    wanted = read(Path(start)) if (start := _sidecar(given)) else None
    with _spoken(jobs, given, run) as spoken:
        if given["dry_run"]:
            _foretell(spoken, given["as_json"])
            return
        outcomes = make(spoken, run)
    if not run.quiet:
        for outcome in [outcome for outcome in outcomes if not outcome.code]:
            _compare(Path(outcome.job.output), before.get(outcome.job.output), wanted)
    _print(outcomes, given)


def _sidecar(given: dict[str, Any]) -> str:
    """The .json file of an output that is to be made again; "" if there is none."""
    start = given["start"] or ""
    return start if start.endswith(".json") else ""


def _compare(
    output: Path, before: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None
) -> None:
    """Say what was in an output's place, and whether it is the file that was to be made again.

    Args:
        before, wanted: what the sidecars of these files say; None if there is none.
    """
    now = described(output) or {}
    if wanted is not None and now.get("sha256") != wanted.get("sha256"):
        click.echo(
            f"Warning: {output} is not the {wanted['file']} that was made then: the scene's code, "
            "what it reads, or a version is another one.",
            err=True,
        )
    elif other := unlike(before, now):
        click.echo(f"{output} took the place of one of {other}.", err=True)


def _spoken(
    jobs: list[Job], given: dict[str, Any], run: RunOptions
) -> AbstractContextManager[list[Job]]:
    """The jobs with the voice that is asked for or that they had; only these import it."""
    if not any((given.get("voice"), given.get("tts"), *(job.voice for job in jobs))):
        return nullcontext(jobs)
    from mlanim.export.voice.voicing import voiced

    return voiced(jobs, given.get("voice"), given.get("tts"), run)


def _foretell(jobs: list[Job], as_json: bool) -> None:
    """Print what would become of each job, or why it would be refused."""
    from mlanim.export.dry_run import foreseen

    codes = set()
    for job in jobs:
        try:
            found = foreseen(job)
            click.echo(json.dumps(found.as_dict(), ensure_ascii=False) if as_json else found)
        except (UsageError, RenderError) as error:
            click.echo(f"Error: {error}", err=True)
            codes.add(2 if isinstance(error, UsageError) else 1)
    if codes:
        sys.exit(min(codes))


def _jobs(model: type[Options], scenes: tuple[str, ...], given: dict[str, Any]) -> list[Job]:
    """The jobs that are asked for: by options, or by the .json file of an output."""
    from mlanim.engine.jobs.again import again as make_again

    start = given["start"]
    if _sidecar(given):
        choosing = {"every", "chapter", "params_file", "seed", "device", *model.model_fields}
        settled = choosing - {"output", "start", "force", "voice", "tts", "params"}
        refuse_beside("--from", "makes the very same file again", settled)
        named = catalog.select(scenes, folders())
        job = make_again(Path(start), named, given["output"], params_given(given))
        return [replace(job, force=bool(given["force"]))]
    if start and model is FigureOptions:
        raise UsageError(f"--from {shortened(start)!r} is no .json file of a render.")
    asked = {**flags_given(model, given), "params": params_given(given)}
    return request.jobs(options(model, **asked), entries(scenes, given["every"], given["chapter"]))


def _files(job: Any) -> list[str]:
    """What a job was asked to write; a video's captions lie beside it unasked."""
    return [job.output, *(beside(job) if job.kind == "figure" else [])]


def _print(outcomes: list[Any], given: dict[str, Any]) -> None:
    for outcome in outcomes:
        if outcome.code:
            click.echo(f"Error: {outcome.message}", err=True)
        elif not given["as_json"]:
            for path in _files(outcome.job):
                click.echo(path)
            if given["opened"]:
                show(outcome.job.output)
    codes = {outcome.code for outcome in outcomes} - {0}
    if codes:
        sys.exit(min(codes))
