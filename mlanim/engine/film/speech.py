"""What is said in a scene's steps: the script, and the recordings of a voice in their places."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mlanim.engine.encoding.captions import Cue, cues
from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.voice import LEAD, Recording, Voice
from mlanim.engine.maker import Emit, Made
from mlanim.engine.playback import draw
from mlanim.engine.playback.plan import Plan
from mlanim.words.sentence import as_text


@dataclass(frozen=True)
class SpokenStep:
    """A step of a scene, from `start` to `end` seconds, and what is said in it.

    The text is its notes, else its sentences; `noted` is whether they are notes, which are its
    captions even without a voice.
    """

    number: int
    start: float
    end: float
    text: str
    noted: bool = False
    recording: Recording | None = None


def make_script(
    job: Job, scene_class: Any, params: Any, data: Any, temporary: Path, emit: Emit
) -> Made:
    """What is said in each step of a scene, as JSON."""
    with draw.configured(job, scene_class):
        planned = draw.plan(scene_class, params, data, emit.alone)
    steps = steps_of(planned, job.fps)
    temporary.write_text(json.dumps([asdict(step) for step in steps]), encoding="utf-8")
    slides = tuple(
        replace(slide, said=slide.said or _captions(planned, step.start, step.end))
        for slide, step in zip(planned.slides, steps, strict=False)
    )
    return Made(None, {"slides": slides, "duration": planned.frames / job.fps})


def steps_of(planned: Plan, fps: float) -> list[SpokenStep]:
    """The steps of a scene; what comes after the last pause is one more."""
    found: list[SpokenStep] = []
    start, total = 0.0, planned.frames / fps
    for slide in planned.slides:
        text = slide.notes or slide.said or _captions(planned, start, slide.time)
        noted = bool(slide.notes)
        found.append(SpokenStep(len(found) + 1, start, slide.time, " ".join(text.split()), noted))
        start = slide.time
    if not found or total - start > 0.5 / fps:
        words = _captions(planned, start, total)
        found.append(SpokenStep(len(found) + 1, start, total, words))
    return found


def _captions(planned: Plan, start: float, end: float) -> str:
    """What a scene's own captions say that begin between two times."""
    begun = [cue for cue in planned.said if 1000 * start <= cue.start < 1000 * end]
    return as_text([" ".join(word for cue in begun for word in cue.lines)])


def spoken_steps(
    voice: Voice, planned: Plan, fps: float, shown: tuple[float, float]
) -> list[SpokenStep]:
    """The steps of a scene with their recordings; those that are shown have all that they need.

    Raises:
        UsageError: for a step that lacks its recording, and for a recording of no step.
    """
    steps, given = steps_of(planned, fps), {one.step: one for one in voice.recordings}
    refuse_surplus(voice.recordings, len(steps))
    for step in steps:
        if step.text and step.number not in given and step.start < shown[1] and step.end > shown[0]:
            raise UsageError(missing(step.number, len(steps), step.text))
    return [replace(step, recording=given.get(step.number)) for step in steps]


def refuse_surplus(recordings: Sequence[Recording], count: int) -> None:
    """Refuse a recording of a step that is not there.

    Raises:
        UsageError: with its name.
    """
    for one in recordings:
        if one.step > count:
            raise UsageError(
                f"{one.file} is of step {one.step}, but there are {count}; "
                "recordings are named by the number of their step, as 01.wav."
            )


def missing(number: int, count: int, text: str) -> str:
    """What to say of a step without a recording."""
    return (
        f"Step {number} of {count} has no recording ({shortened(text)!r}): name it {number:02}.wav "
        "(or .mp3, .flac, .ogg) in the folder of --voice, or have it made with --tts."
    )


def captions_of(steps: Sequence[SpokenStep]) -> list[Cue]:
    """The captions: where there is a recording, for as long as it is heard."""
    found: list[Cue] = []
    for step in steps:
        heard = step.recording
        if heard is not None:
            start = step.start + LEAD
            found += cues(heard.text or step.text, start, start + heard.seconds)
        elif step.noted:
            found += cues(step.text, step.start, step.end)
    return found


def recordings_from(steps: Sequence[SpokenStep], start: float) -> tuple[tuple[float, Path], ...]:
    """The files of the recordings, each with the time after `start` at which it begins."""
    return tuple(
        (step.start + LEAD - start, Path(step.recording.file))
        for step in steps
        if step.recording is not None
    )
