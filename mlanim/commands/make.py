"""`render` and `figure`: files out of scenes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from mlanim.commands.options import (
    Whole,
    default_jobs,
    entries,
    folders,
    fps_option,
    parsed,
    quality_option,
    scene_options,
)
from mlanim.commands.page_options import page_asked, page_flags, page_options
from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.encoder import Encoder, parse_option
from mlanim.engine.jobs.kinds import FIGURE_FORMATS, VIDEO_FORMATS
from mlanim.engine.jobs.part import Part, seconds

WORKER = "mlanim.export.worker"


@click.command()
@quality_option
@fps_option
@click.option(
    "--format",
    type=click.Choice(VIDEO_FORMATS),
    metavar="FORMAT",
    help=f"{', '.join(VIDEO_FORMATS)}; default: as -o ends.",
)
@click.option("--burn-in", is_flag=True, help="Captions within the frames, below the picture.")
@click.option("--resolution", metavar="WxH", help="Size in pixels, instead of -q's.")
@click.option(
    "--plays", type=int, default=0, metavar="N", help="Of a gif, apng, webp; default: for ever."
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Draw on a Dask cluster: its scheduler's address, or local:N.",
)
@click.option(
    "--encoder",
    metavar="NAME",
    help="One in graphics hardware, as h264_nvenc, h264_qsv, h264_videotoolbox.",
)
@click.option(
    "--encoder-option",
    "encoder_options",
    multiple=True,
    metavar="KEY=VALUE",
    help="As FFmpeg's encoder takes it, such as crf=16; repeatable.",
)
@click.option("--slide", type=Whole(1, 10_000), metavar="N", help="Only that slide.")
@click.option("--to", "until", metavar="TIME", help="Only up to there, and from --from TIME on.")
@scene_options
def render(scenes: tuple[str, ...], **options: Any) -> None:
    """Render scenes as videos.

    Beside each video lie a poster (.png) and a description (.json), from which --from makes the
    same file again. With a time instead of a file, --from begins there.

    \b
    Examples:
      mlanim render attention -q m -o talk/
      mlanim render dot_product --set angle=60 --theme light -o dot.webm
      mlanim render path/to/any_manim_file.py:SquareToCircle
      mlanim render attention --slide 3 -q l --open
      mlanim render attention --from 2s --to 1:05
      mlanim render --from renders/attention.json
    """
    _make("video", scenes, options)


@click.command()
@click.option(
    "--format",
    metavar="FORMAT,…",
    help=f"One or more of {', '.join(FIGURE_FORMATS)}; default: as -o ends.",
)
@page_options
@scene_options
def figure(scenes: tuple[str, ...], **options: Any) -> None:
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
    _make("figure", scenes, options)


def _make(kind: Any, scenes: tuple[str, ...], options: dict[str, Any]) -> None:
    """Turn options into jobs, run them, print where the files are."""
    from mlanim.engine.jobs import request
    from mlanim.engine.workers.engine import Engine
    from mlanim.engine.workers.progress import reporter

    again = options.pop("again")
    if again and again.endswith(".json"):
        _refuse_beside_from(options)
        named = catalog.select(scenes, folders())
        jobs = [request.again(Path(again), named, options["output"])]
    else:
        part = _part(kind, again, options)
        asked = replace(_request(kind, options), part=part)
        jobs = request.jobs(asked, entries(scenes, options["every"]))
    with (
        _cluster(options.get("cluster")) as cluster,
        reporter(jobs, options["as_json"], options["quiet"]) as report,
    ):
        workers = options["jobs"] or default_jobs()
        engine = Engine(workers, report, WORKER, options["timeout"], cluster)
        outcomes = engine.run(jobs)
    _print(outcomes, options)


@contextlib.contextmanager
def _cluster(address: str | None) -> Iterator[Any]:
    """The cluster at an address, for as long as the block lasts; None without one."""
    if address is None:
        yield None
        return
    from mlanim.engine.workers.cluster import Cluster

    with contextlib.closing(Cluster(address, WORKER)) as cluster:
        yield cluster


def _refuse_beside_from(options: dict[str, Any]) -> None:
    settled = (
        "every",
        "quality",
        "fps",
        "resolution",
        "theme",
        "format",
        "transparent",
        "burn_in",
        "plays",
        "encoder",
        "encoder_options",
        *page_flags(),
        "slide",
        "until",
    )
    named = (*settled, "sets", "file", "seed")
    given = [name for name in named if options.get(name) not in (None, (), False)]
    if given:
        unlike = {
            "every": "all",
            "sets": "set",
            "file": "params",
            "encoder_options": "encoder-option",
            "until": "to",
        }
        flag = unlike.get(given[0], given[0].replace("_", "-"))
        raise UsageError(f"--from makes the very same file again; leave --{flag} out.")


def _part(kind: Any, start: str | None, options: dict[str, Any]) -> Part | None:
    """What of a video is asked for, if not all of it."""
    if kind == "figure":  # whose --slide says when, and is the page's business
        if start:
            raise UsageError(f"--from {shortened(start)!r} is no .json file of a render.")
        return None
    slide, end = options.get("slide"), options.get("until")
    if start is None and slide is None and end is None:
        return None
    return Part(
        slide,
        None if start is None else seconds(start, "--from"),
        None if end is None else seconds(end, "--to"),
    )


def _request(kind: Any, options: dict[str, Any]) -> Any:
    from mlanim.engine.jobs import request, settings

    from_file = settings.params_file(Path(options["file"])) if options["file"] else {}
    taken = ("quality", "fps", "resolution", "theme", "format", "transparent", "output")
    asked: dict[str, Any] = {name: options.get(name) for name in taken}
    if options.get("encoder") or options.get("encoder_options"):
        chosen = dict(parse_option(text) for text in options["encoder_options"])
        asked["encoder"] = Encoder(options["encoder"] or "", chosen)
    own = ("burn_in", "plays", "font")
    asked |= {name: options[name] for name in own if name in options}
    asked["page"] = page_asked(options)
    seed = {} if options["seed"] is None else {"seed": options["seed"]}
    params = {**from_file, **seed, **parsed(options["sets"])}
    return request.Request(kind, **asked, params=params)


def _files(job: Any) -> list[str]:
    """What a job was asked to write; a video's captions lie beside it unasked."""
    from mlanim.engine.jobs.outputs import beside

    return [job.output, *(beside(job) if job.kind == "figure" else [])]


def _print(outcomes: list[Any], options: dict[str, Any]) -> None:
    for outcome in outcomes:
        if outcome.code:
            click.echo(f"Error: {outcome.message}", err=True)
        elif not options["as_json"]:
            for path in _files(outcome.job):
                click.echo(path)
            if options["opened"]:
                click.launch(outcome.job.output)
    codes = {outcome.code for outcome in outcomes} - {0}
    if codes:
        sys.exit(min(codes))
