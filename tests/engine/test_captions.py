"""Notes become captions that can be read in time, and that players show as they were written."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlanim.engine.encoding import captions
from mlanim.engine.encoding.captions import LINE, Cue
from mlanim.engine.jobs.job import Job
from mlanim.engine.playback import draw
from mlanim.stage.scene import LessonScene, Slide
from mlanim.stage.theme import BEAT, READING_SPEED

LONG = (
    "Multiply the shadow by the length of w: that is the dot product. The gauge shows it between "
    "the least and the greatest value that two vectors of these lengths can have."
)
PLAIN = Path(__file__).parents[1] / "manim_scenes" / "plain.py"
HOSTILE = r"<b>x</b> & <3 {\an8}y{1, 2} --> \N \h &lt; 1 < 2 </script>"


def shown(payload: bytes, format: str) -> list[tuple[int, int, str]]:
    """What FFmpeg reads: start and length in milliseconds, and the text that is shown."""
    found = []
    with av.open(io.BytesIO(payload), format=format) as file:
        for packet in file.demux():
            for event in packet.decode():
                text: Any = event
                assert packet.time_base == pytest.approx(0.001)
                found.append((packet.pts, packet.duration, text.dialogue.decode()))
    return found


def bare(text: str) -> str:
    return text.replace("\u2060", "").replace("\uff5b", "{").replace("\uff5d", "}")


FORMATS = {"srt": captions.as_srt, "webvtt": captions.as_vtt}


@pytest.mark.parametrize("format", FORMATS)
def test_a_player_reads_each_caption_at_its_time(format: str) -> None:
    said = captions.narration([Slide(8.0, LONG), Slide(12.5, ""), Slide(3671.25, "At last.")])
    found = shown(FORMATS[format](said), format)
    assert found == [(c.start, c.end - c.start, "\n".join(c.lines)) for c in said]
    assert found[-1] == (12_500, 3_658_750, "At last.")
    assert " ".join(text.replace("\n", " ") for *_, text in found[:-1]) == LONG


def test_what_looks_like_markup_is_shown() -> None:
    said = captions.narration([Slide(9.0, HOSTILE)])
    (subrip,) = [text for *_, text in shown(captions.as_srt(said), "srt")]
    assert bare(subrip).replace("\n", " ") == HOSTILE
    page = captions.as_vtt(said).decode().split("\n", 3)[3]
    assert page.replace("&lt;", "").replace("&amp;", "").count("<") == 0
    assert "</script" not in page
    (track,) = [text for *_, text in shown(captions.as_vtt(said), "webvtt")]
    assert track.startswith("<b>x</b> & <3")


@given(st.text(max_size=400), st.floats(0, 1e4), st.floats(0.5, 60))
def test_captions_never_overlap_and_say_all_of_it(notes: str, start: float, length: float) -> None:
    found = captions.cues(notes, start, start + length)
    for cue in found:
        assert 1 <= len(cue.lines) <= 2
        assert all(0 < len(line) <= LINE for line in cue.lines)
    times = [time for cue in found for time in (cue.start, cue.end)]
    assert times == sorted(times)
    said = "".join("".join(cue.lines) for cue in found)
    assert "".join(said.split()) == "".join(notes.split())
    assert captions.as_srt(found).decode()
    assert captions.as_vtt(found).decode()


def test_breaks_at_sentences_and_clauses() -> None:
    first = captions.cues(LONG, 0, 10)[0]
    assert (
        " ".join(first.lines) == "Multiply the shadow by the length of w: that is the dot product."
    )
    assert captions.cues("Yes. No.", 0, 1) == [Cue(0, 1000, ("Yes. No.",))]
    one, two = captions.cues(
        "When the angle is a right one nothing is left, "
        "and the sign says on which of the two sides of the line it lies.", 0, 6,
    )  # fmt: skip
    assert one.lines[-1].endswith("left,")
    assert two.lines[0].startswith("and")


def test_half_a_character_does_not_stop_a_film() -> None:
    assert "a \ufffd".encode() in captions.as_srt(captions.cues("a \udcff", 0, 1))


class Told(LessonScene):
    """Told at length"""

    def construct(self) -> None:
        self.next_slide(notes=LONG)
        self.next_slide(notes=LONG, loop=True)
        self.next_slide()


def test_the_film_waits_until_its_captions_can_be_read(demo_job: Job) -> None:
    with draw.configured(demo_job):
        first, loop, silent = draw.plan(Told, Told.Params(), None).slides
    assert first.time == pytest.approx(len(LONG) / READING_SPEED, abs=1 / demo_job.fps)
    assert [loop.time - first.time, silent.time - loop.time] == pytest.approx([BEAT, BEAT])


def test_lie_beside_the_video_and_are_vouched_for(
    mlanim: Callable[..., Any], demo: Path, tmp_path: Path
) -> None:
    words = ("render", demo, "--resolution", "64x36", "--fps", "5", "-o", "x.mp4", "--quiet")
    assert mlanim(*words).code == 0
    assert [text for *_, text in shown((tmp_path / "x.srt").read_bytes(), "srt")] == [
        "There is an arrow.", "It has moved.",
    ]  # fmt: skip
    first = (tmp_path / "x.vtt").read_bytes()
    (tmp_path / "x.vtt").unlink()
    assert mlanim(*words).code == 0
    assert (tmp_path / "x.vtt").read_bytes() == first


@pytest.mark.parametrize(("format", "suffixes"), [("mp4", {".srt", ".vtt"}), ("gif", set())])
def test_only_what_a_player_opens_has_captions(format: str, suffixes: set[str]) -> None:
    assert captions.files(captions.narration([Slide(1.0, "x")]), format).keys() == suffixes
    assert not captions.files(captions.narration([Slide(1.0)]), "mp4")


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            (),
            [
                (0, 1000, "Look <here> & there."),
                (500, 2500, "A square."),
                (3000, 3500, "To the end."),  # which is where it stops
            ],
        ),
        (
            ("--from", "2s", "--to", "3.2s"),
            [(0, 500, "A square."), (1000, 1200, "To the end.")],
        ),
    ],
    ids=["whole", "part"],
)
def test_what_a_scene_says_by_manim_s_own_means(
    mlanim: Callable[..., Any], decoded: Callable[..., Any], tmp_path: Path,
    part: tuple[str, ...], said: list[Any],
) -> None:  # fmt: skip
    small = ("--resolution", "320x180", "--fps", "10", "--burn-in", "-o", "told.mp4")
    ran = mlanim("render", f"{PLAIN}:Told", *small, *part)
    assert ran.code == 0, ran.err
    found = shown((tmp_path / "told.vtt").read_bytes(), "webvtt")
    assert [(start, start + length, bare(text)) for start, length, text in found] == said
    frame = decoded(tmp_path / "told.mp4").frames[2]
    assert np.ptp(frame[-25:].astype(int)) > 100  # it stands in the band below the picture
    assert len(shown((tmp_path / "told.srt").read_bytes(), "srt")) == len(said)
