"""Makes a scene's video: plans it, has its segments drawn, joins them.

The segments are drawn by other processes where somebody listens who starts them; else, or where
a scene does not come out the same twice, all of it is drawn here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlanim.engine.cache import store
from mlanim.engine.cache.keys import film_key
from mlanim.engine.cache.prefix import Prefixes
from mlanim.engine.encoding import burn_in, captions
from mlanim.engine.encoding.packets import join
from mlanim.engine.encoding.sound import SILENT, Sound
from mlanim.engine.events import FramesDone, Joining, Planned, SegmentsPlanned
from mlanim.engine.film.segment import Segment, drawn, poster_of
from mlanim.engine.jobs.encoder import codec_of
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.kinds import PICTURES
from mlanim.engine.lines import as_line
from mlanim.engine.maker import Branches, Emit, Made
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import source_of
from mlanim.engine.playback.plan import Plan, split
from mlanim.stage.scene import Slide


@dataclass(frozen=True)
class Film:
    """What a job shows of its scene: frames `begin` and so on, with slides and sound of their own.

    `said` is what captions say, of the scene's own or from the notes of its slides.

    `spans` are the segments' first frames and ends, in frames of the scene.
    """

    job: Job
    begin: int
    length: int
    slides: tuple[Slide, ...]
    sound: Sound | None
    spans: tuple[tuple[int, int], ...]
    said: tuple[captions.Cue, ...] = ()


def make_video(
    job: Job, scene_class: Any, params: Any, data: Any, temporary: Path, emit: Emit
) -> Made:
    """Plan, then have every frame drawn into the video; the poster is its last frame."""
    with draw.configured(burn_in.picture_of(job), scene_class):
        with emit.branches(job) as branches:
            planned = draw.plan(scene_class, params, data, branches)
        film = film_of(job, planned)
        emit(Planned(film.length))
        shared = len(film.spans) > 1 or emit.elsewhere
        segments = segments_of(film, planned, scene_class, data, temporary) if shared else []
        if not (segments and _drawn_by_others(segments, branches, emit)):
            branches.end()
            segments = [_whole(film, temporary)]
            drawn(segments[0], scene_class, params, data, lambda done: emit(FramesDone(done)))
    poster = poster_of(segments[-1])
    _put_together(film, [Path(segment.piece) for segment in segments], temporary)
    details = {"slides": film.slides, "duration": film.length / job.fps}
    return Made(poster, details, captions.files(film.said, job.format))


def _drawn_by_others(segments: Sequence[Segment], branches: Branches, emit: Emit) -> bool:
    """Have other processes draw the segments; False if nobody does, or they do not fit."""
    lines = tuple(as_line(segment) for segment in segments)
    lengths = tuple(segment.end - segment.first for segment in segments)
    planned = SegmentsPlanned(lines, lengths, tuple(branches.assign(segments)))
    fit = emit.draws(planned, lambda number: branches.draw(number, lines[number]))
    branches.end()
    emit(Joining())
    return fit


def film_of(job: Job, planned: Plan) -> Film:
    """What a job shows of a scene with that plan.

    Raises:
        UsageError: if the part that it asks for is not there.
    """
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
    whole = ((begin, end),)
    divisible = planned.divisible and job.format not in PICTURES  # those have one palette
    spans = split(planned.plays, begin, end, job.width * job.height) if divisible else whole
    added = captions.between(planned.said, start, end / job.fps)
    said = added or captions.narration(slides)
    return Film(job, begin, end - begin, slides, sound, spans, said)


def segments_of(
    film: Film, planned: Plan, scene_class: Any, data: Any, temporary: Path
) -> list[Segment]:
    """The segments of a film, in files beside `temporary`.

    Each is named after all that shapes it, and of the scene's file what is reached by its end.
    """
    payload = store.dump(data) if data is not None else b""
    stored = temporary.with_name(f"{temporary.name}.data") if payload else None
    if stored is not None:
        stored.write_bytes(payload)
    prefixes = Prefixes(scene_class, Path(film.job.scene.path))
    source = source_of(scene_class) if source_of(scene_class) == prefixes.whole else ""
    common = film_key(film.job, payload)
    return [
        replace(
            _whole(film, temporary),
            first=first,
            end=end,
            expected=planned.before(first),
            data=str(stored or ""),
            piece=str(temporary.with_name(f"{temporary.name}.{number:04}")),
            name=f"{common} {prefixes.digest(planned.line(end - 1))}",
            source=source,
        )
        for number, (first, end) in enumerate(film.spans)
    ]


def _whole(film: Film, temporary: Path) -> Segment:
    piece = temporary.with_name(f"{temporary.name}.whole")
    end = film.begin + film.length
    place = film.begin, end, film.begin, film.length
    return Segment(film.job, *place, (0, ""), "", str(piece), film.slides, film.said)


def _put_together(film: Film, pieces: Sequence[Path], output: Path) -> None:
    if len(pieces) == 1 and film.sound is None:
        pieces[0].replace(output)
        return
    container = codec_of(film.job.format, film.job.transparent)[0]
    join(pieces, output, container, film.sound)
    for piece in pieces:
        piece.unlink()
