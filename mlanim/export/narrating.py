"""The script of a scene or of a lecture, read off their steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlanim.engine import temporary
from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import request
from mlanim.engine.jobs.catalog import the_scene
from mlanim.engine.jobs.options import VideoOptions, options
from mlanim.export.deck.make import script_of_lecture
from mlanim.export.making import RunOptions
from mlanim.export.voice.script import Script, ScriptStep, write
from mlanim.export.voice.voicing import script_of


def narrated(
    source: str, output: str, params: Mapping[str, Any], force: bool, run: RunOptions
) -> Script:
    """Write what is said in a scene, or in a lecture.toml, into a folder.

    Raises:
        UsageError, RenderError: for what cannot be done, and for what goes wrong as a scene runs.
    """
    if source.endswith(".toml"):
        if params:
            raise UsageError(f"{source} has the parameters of its scenes; leave --set out.")
        script = script_of_lecture(source, run)
    else:
        script = _of_scene(source, params, run)
    return replace(script, paths=write(script, Path(output), force))


def _of_scene(source: str, params: Mapping[str, Any], run: RunOptions) -> Script:
    entry = the_scene(source)
    with temporary.folder() as folder:
        asked = options(VideoOptions, params=params, output=f"{folder}/", format="mp4")
        (job,) = request.jobs(asked, [entry])
        steps = script_of(job, folder, run)
    told = (ScriptStep(step.number, "", step.text, step.start, step.end) for step in steps)
    return Script(entry.title, tuple(told))
