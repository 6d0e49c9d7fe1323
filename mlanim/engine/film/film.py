"""Makes a scene's video.

Most films are drawn while their scene runs for the first time. Where it has to be known before what
the whole film is (for a part of it, for captions in the picture, for other machines), or where some
of it is drawn already, the scene is planned here and others draw it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlanim.engine.encoding import burn_in, captions
from mlanim.engine.encoding.packets import join
from mlanim.engine.encoding.sound import SILENT, Sound
from mlanim.engine.encoding.voice import laid
from mlanim.engine.errors import UsageError
from mlanim.engine.events import Joining, Planned, SegmentDrawn, SegmentsPlanned
from mlanim.engine.film import kept_segments, speech
from mlanim.engine.film.first_run import draw_at_once
from mlanim.engine.film.segment import Segment, piece_path, poster_path
from mlanim.engine.jobs.encoder import codec_of
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.kinds import PICTURES
from mlanim.engine.lines import as_line
from mlanim.engine.maker import Emit, Made
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import source_of
from mlanim.engine.playback.plan import Plan
from mlanim.stage.scene import Slide


@dataclass(frozen=True)
class Film:
    """What a job shows of its scene: frames `begin` and so on, with slides and sound of their own.

    `said` is what captions say, of the scene's own or from the notes of its slides; `spoken` are
    the recordings of a voice, each with the time at which it begins.
    """

    job: Job
    begin: int
    length: int
    slides: tuple[Slide, ...]
    sound: Sound | None
    said: tuple[captions.Cue, ...] = ()
    spoken: tuple[tuple[float, Path], ...] = ()


def make_video(
    job: Job, scene_class: Any, params: Any, data: Any, temporary: Path, emit: Emit
) -> Made:
    """Have every frame drawn into the video; the poster is its last frame."""
    with draw.configured(burn_in.picture_of(job), scene_class):
        if emit.shares and _is_planned_first(job, emit):
            planned = draw.plan(scene_class, params, data, emit.alone, job.speech)
            film = film_of(job, planned)
            emit(Planned(film.length))
            segments = segments_of(film, planned, source_of(scene_class), temporary, emit)
            emit.ask(_described(segments))
            emit(Joining())
            pieces = [Path(segment.piece) for segment in segments]
        else:
            planned, pieces = draw_at_once(job, scene_class, params, data, temporary, emit)
            film = film_of(job, planned)
    poster = _taken(poster_path(pieces[-1]))
    _put_together(film, pieces, temporary)
    details = {"slides": film.slides, "duration": film.length / job.fps}
    return Made(poster, details, captions.files(film.said, job.format))


def plan_video(
    job: Job, scene_class: Any, params: Any, data: Any, temporary: Path, emit: Emit
) -> None:
    """Tell of what a film consists that another process draws at once, so that others can help."""
    with draw.configured(job, scene_class):
        planned = draw.plan(scene_class, params, data, speech=job.speech)
        film = film_of(job, planned)
        emit(Planned(film.length))
        segments = segments_of(film, planned, source_of(scene_class), temporary, emit)
        emit(_described(segments))


def film_of(job: Job, planned: Plan) -> Film:
    """What a job shows of a scene with that plan.

    Raises:
        UsageError: if the part that it asks for is not there, or nothing is shown, or the
            recordings of its voice are not those of its steps.
    """
    if planned.frames == 0:
        raise UsageError(f"{job.scene.name} shows nothing: all its plays are skipped.")
    pauses = [round(slide.time * job.fps) for slide in planned.slides]
    begin, end = 0, planned.frames
    if job.part is not None:
        begin, end = job.part.frames(pauses, planned.frames, job.fps)
    start = begin / job.fps
    slides = tuple(
        replace(slide, time=round(slide.time - start, 6))
        for slide, pause in zip(planned.slides, pauses, strict=True)
        if begin < pause <= end
    )
    sound = planned.sound if job.format not in SILENT else None
    if sound is not None and job.part is not None:
        sound = sound.between(start, end / job.fps)
    added = captions.between(planned.said, start, end / job.fps)
    if job.voice is None:
        said = added or captions.narration(slides)
        return Film(job, begin, end - begin, slides, sound, said)
    steps = speech.spoken_steps(job.voice, planned, job.fps, (start, end / job.fps))
    said = added or captions.between(speech.captions_of(steps), start, end / job.fps)
    spoken = speech.recordings_from(steps, start) if job.voice.heard else ()
    return Film(job, begin, end - begin, slides, sound, said, spoken)


def segments_of(
    film: Film, planned: Plan, source: str, temporary: Path, emit: Emit
) -> list[Segment]:
    """The segments of a film, in files beside `temporary`; one that is not compared if it must.

    Args:
        source: the fingerprint of the scene's file as it was imported.
    """
    job, end = film.job, film.begin + film.length
    spans: Sequence[tuple[int, int]] = [(film.begin, end)]
    if job.format not in PICTURES and not emit.alone:  # those have one palette
        spans = planned.spans(film.begin, end, job.width * job.height)
    return [
        Segment(
            job,
            first,
            last,
            film.begin,
            last == end,
            (0, "") if emit.alone else planned.before(first),
            emit.data,
            str(piece_path(temporary, number)),
            "" if emit.alone else emit.film,
            source,
            _said_between(film, first, last) if job.burn_in else (),
        )
        for number, (first, last) in enumerate(spans)
    ]


def _is_planned_first(job: Job, emit: Emit) -> bool:
    needed = emit.elsewhere or job.part is not None or job.burn_in or job.voice is not None
    return needed or (not emit.alone and kept_segments.begun(emit.film))


def _described(segments: Sequence[Segment]) -> SegmentsPlanned:
    """What is told of segments; those that are kept are there from now on."""
    there = [kept_segments.fetch(segment) if segment.film else None for segment in segments]
    return SegmentsPlanned(
        tuple(as_line(segment) for segment in segments),
        tuple((segment.first, segment.end) for segment in segments),
        tuple(SegmentDrawn(f.before, f.after) if f is not None else None for f in there),
    )


def _said_between(film: Film, first: int, last: int) -> tuple[captions.Cue, ...]:
    """What captions say in frames of the scene."""
    start, end = (1000 * (frame - film.begin) / film.job.fps for frame in (first, last))
    return tuple(cue for cue in film.said if cue.start < end and cue.end > start)


def _taken(path: Path) -> bytes:
    payload = path.read_bytes()
    path.unlink()
    return payload


def _put_together(film: Film, pieces: Sequence[Path], output: Path) -> None:
    sound = film.sound
    if film.spoken:
        sound = laid(film.spoken, film.length / film.job.fps, sound)
    if len(pieces) == 1 and sound is None:
        pieces[0].replace(output)
        return
    container = codec_of(film.job.format, film.job.transparent)[0]
    join(pieces, output, container, sound)
    for piece in pieces:
        piece.unlink()
