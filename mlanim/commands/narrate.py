"""`narrate`: what is to be said in a film or a lecture, as text files."""

from __future__ import annotations

import json
from typing import Any

import click

from mlanim.commands.completion import SceneName
from mlanim.commands.options import (
    cache_option,
    output_option,
    params_given,
    set_option,
    timeout_option,
)


@click.command()
@click.argument("source", metavar="SCENE | LECTURE.toml", type=SceneName())
@output_option("DIR", "A folder; default: voice/.", "voice")
@set_option
@click.option("--params", "params_file", metavar="FILE", help="A .toml or .json of them.")
@click.option("--force", is_flag=True, help="Replace files that mlanim did not make, too.")
@timeout_option
@click.option("--json", "as_json", is_flag=True, help="The steps as an array of objects.")
@click.option("--quiet", is_flag=True, help="No progress, only results.")
@cache_option
def narrate(source: str, output: str, **given: Any) -> None:
    """Write what is said in a film, step by step.

    A step's notes, else its sentences, become one text file: 01.txt, 02.txt, …; script.md has them
    all with their times, to read from. Change them, record each as 01.wav, 02.wav, … beside them,
    and give the folder to `mlanim render --voice`.

    \b
    Examples:
      mlanim narrate attention -o voice/
      mlanim narrate lecture.toml -o voice/
    """
    from mlanim.export.making import RunOptions
    from mlanim.export.narrating import narrated

    run = RunOptions(timeout=given["timeout"], quiet=given["quiet"] or given["as_json"])
    script = narrated(source, output, params_given(given), given["force"], run)
    if given["as_json"]:
        steps = [{**vars(step), "times": step.times} for step in script.steps]
        click.echo(json.dumps(steps, indent=2, ensure_ascii=False))
        return
    for path in script.paths:
        click.echo(path)
