"""From what was asked for to jobs with a voice: recordings of a folder, made by a program, or both.

Where a folder has a recording of a step, that is taken; the program speaks the others.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mlanim.engine import temporary
from mlanim.engine.encoding.voice import samples_of
from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.film.speech import SpokenStep
from mlanim.engine.jobs.encoder import OWN
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.voice import Recording, Voice
from mlanim.export.making import RunOptions, make_one
from mlanim.export.voice.recordings import files_of, recording_of, texts_of
from mlanim.export.voice.speaking import Speaker


def script_of(job: Job, folder: Path, run: RunOptions) -> list[SpokenStep]:
    """What is said in each step of a job's scene, with its times; made in a folder.

    Raises:
        UsageError, RenderError: for what goes wrong as the scene runs.
    """
    output = folder / f"{job.scene.name}-{job.theme}.script"
    plain = replace(
        job, kind="script", format="script", output=str(output), transparent=False, burn_in=False,
        plays=0, encoder=OWN, part=None, voice=None, force=False,
    )  # fmt: skip
    make_one(plain, run)
    return [SpokenStep(**step) for step in json.loads(output.read_text(encoding="utf-8"))]


def recordings(
    texts: Mapping[int, str] | None, folder: Path | None, speaker: Speaker | None, room: Path,
    quiet: bool = True,
) -> tuple[Recording, ...]:  # fmt: skip
    """The recordings of steps, in their order.

    Args:
        texts: what is said in each step; only needed for a `speaker`.
        folder: where recordings lie, and texts that take the place of those.
        speaker: makes the recordings that are not there, into the folder `room`.

    Raises:
        UsageError: for recordings that are wrongly named or cannot be used.
        RenderError: if the speaker fails.
    """
    files = files_of(folder) if folder is not None else {}
    written = texts_of(folder) if folder is not None else {}
    spoken = {**(texts or {}), **written} if speaker is not None else {}
    known = texts or {}
    for step, text in sorted(spoken.items()):
        if speaker is not None and text and step not in files and step in (texts or {step: ""}):
            if not quiet:
                print(f"Speaking step {step}", file=sys.stderr, flush=True)
            files[step] = _spoken(speaker, text, room / f"{step:02}.wav")
    return tuple(
        recording_of(path, step, _other(written.get(step, ""), known.get(step, "")))
        for step, path in sorted(files.items())
    )


def _other(written: str, known: str) -> str:
    return "" if written == known else written


def _spoken(speaker: Speaker, text: str, path: Path) -> Path:
    speaker.recording(text, path)
    try:
        samples_of(path)
    except ValueError as error:
        raise RenderError(f"What --tts made of “{text[:60]}” cannot be used: {error}.") from error
    return path


@contextlib.contextmanager
def voiced(
    jobs: Sequence[Job], folder: str | None, tts: str | None, run: RunOptions
) -> Iterator[list[Job]]:
    """The jobs with a voice, if one is asked for; what was made for them goes with the block.

    Raises:
        UsageError: for what cannot be spoken so, and for recordings that cannot be used.
        RenderError: if the program of --tts fails.
    """
    if folder is None and tts is None:
        for job in jobs:
            _refuse_unknown(job)
        yield list(jobs)
        return
    scenes = {(job.scene.path, job.scene.class_name) for job in jobs}
    if folder is not None and len(scenes) > 1:
        raise UsageError(
            f"--voice {folder} has the recordings of one scene, and {len(scenes)} are asked for; "
            "render each with its own."
        )
    speaker = Speaker(tts) if tts is not None else None
    place = Path(folder) if folder is not None else None
    asked = [replace(job, voice=job.voice or Voice()) for job in jobs]
    with temporary.folder() as room:
        yield [
            _with_voice(job, place, speaker, _numbered(room, number), run)
            for number, job in enumerate(asked)
        ]


def _numbered(room: Path, number: int) -> Path:
    made = room / str(number)
    made.mkdir()
    return made


def _with_voice(
    job: Job, folder: Path | None, speaker: Speaker | None, room: Path, run: RunOptions
) -> Job:
    texts = None
    if speaker is not None:
        quiet = replace(run, as_json=False, quiet=True)
        texts = {step.number: step.text for step in script_of(job, room, quiet)}
    found = recordings(texts, folder, speaker, room, run.quiet or run.as_json)
    known = job.voice.recordings if job.voice is not None else ()
    if known and [one.sha256 for one in known] != [one.sha256 for one in found]:
        raise UsageError(
            f"The recordings are not those that {Path(job.output).name} was made with; "
            "render it anew without --from."
        )
    return replace(job, voice=Voice(found))


def _refuse_unknown(job: Job) -> None:
    """Refuse a job whose voice is only known from the description of its file."""
    if job.voice is not None:
        raise UsageError(
            f"{Path(job.output).name} has a voice; name the folder of its recordings with --voice."
        )
