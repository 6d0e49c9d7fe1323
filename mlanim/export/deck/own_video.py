"""A lecturer's own video as a step of a deck."""

from __future__ import annotations

import shutil
from pathlib import Path

import av

from mlanim.engine.encoding.captions import as_vtt, cues
from mlanim.export.deck.frames import frames_at
from mlanim.export.deck.lecture.model import Item
from mlanim.export.deck.lecture.parts import VideoPart
from mlanim.export.deck.step import FilmPiece, FilmSlide, Step, Still
from mlanim.export.deck.typst import pages
from mlanim.stage.colors.palette import Theme

PLAYED = "h264"
"""What every browser and PowerPoint play."""


def own_video(item: Item, part: VideoPart, theme: Theme, folder: Path) -> Step:
    """The step that plays it.

    Raises:
        UsageError: if it is no video that browsers and PowerPoint play.
    """
    (file,) = item.files
    inside = folder / "video.mp4"
    shutil.copyfile(file, inside)
    try:
        seconds, frames, sound = _about(inside)
        before, after = frames_at(inside, [0, frames - 1])
    except (
        ValueError,
        OSError,
        IndexError,
    ) as error:
        reason = f"{file.name} is no video with H.264 that can be played: {error}"
        raise item.refuse(reason, "video") from error
    film = FilmSlide(
        seconds,
        part.loop,
        part.auto,
        as_vtt(said).decode() if (said := cues(part.notes, 0, seconds)) else "",
        FilmPiece(inside, before, after),
        Still(f"/{folder.name}/{after.name}"),
        part.heading or "",
        pages.heading_lines(item, part.heading or "", theme, folder.parent),
        sound,
        own=True,
    )
    title = part.heading or file.stem
    return Step(item.name, 1, 1, title, part.alt or title, part.notes, film, part.minutes)


def _about(video: Path) -> tuple[float, int, bool]:
    """Its length in seconds and in frames, and whether it can be heard."""
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        if stream.codec_context.name != PLAYED or stream.codec_context.pix_fmt != "yuv420p":
            found = f"{stream.codec_context.name}, {stream.codec_context.pix_fmt}"
            raise ValueError(
                f"it is {found}; make one with ffmpeg -i FILE -c:v libx264 -pix_fmt yuv420p new.mp4"
            )
        frames = sum(packet.size > 0 for packet in container.demux(stream))
        assert stream.average_rate is not None
        return float(frames / stream.average_rate), frames, bool(container.streams.audio)
