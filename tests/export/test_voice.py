"""A voice under films and decks, measured by FFmpeg's own filters and read by python-pptx."""

from __future__ import annotations

import json
import math
import shutil
import sys
import wave
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

RATE = 22050
SPEAK = """\
import array, math, sys, wave
text = open(sys.argv[1], encoding="utf-8").read().strip()
tone = [int(3000 * math.sin(i / 16)) for i in range(int(22050 * (1 + 0.1 * len(text))))]
with wave.open(sys.argv[2], "wb") as file:
    file.setnchannels(1), file.setsampwidth(2), file.setframerate(22050)
    file.writeframes(array.array("h", tone).tobytes())
"""
TINY = ("--resolution", "160x90", "--fps", "10", "--quiet")


def record(path: Path, seconds: float, level: float = 0.1) -> Path:
    """A tone of 220 Hz."""
    samples = range(int(RATE * seconds))
    tone = array("h", (int(32767 * level * math.sin(i * 440 * math.pi / RATE)) for i in samples))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone.tobytes())
    return path


def heard(film: Path) -> tuple[np.ndarray, float]:
    """The film's sound at 48 kHz, as a decoder gives it, and the film's length in seconds."""
    with av.open(str(film)) as source:
        video = source.streams.video[0]
        assert video.duration is not None
        assert video.time_base is not None
        length = float(video.duration * video.time_base)
        pieces = [frame.to_ndarray()[0] for frame in source.decode(audio=0)]
    return np.concatenate(pieces), length


def sounding(samples: np.ndarray) -> list[tuple[float, float]]:
    """The stretches that are not silent for a fifth of a second or longer: from, to, seconds."""
    loud = [bool(np.abs(samples[i : i + 480]).max() > 0.003) for i in range(0, len(samples), 480)]
    found: list[tuple[float, float]] = []
    for index, is_loud in enumerate(loud):
        at = index / 100
        if is_loud and found and at - found[-1][1] < 0.2:
            found[-1] = (found[-1][0], at + 0.01)
        elif is_loud:
            found.append((at, at + 0.01))
    return found


def loudness(samples: np.ndarray) -> float:
    """Integrated loudness in LUFS of samples at 48 kHz."""
    graph = av.filter.Graph()
    source = graph.add(
        "abuffer", "sample_rate=48000:sample_fmt=flt:channel_layout=mono:time_base=1/48000"
    )
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    sound = np.ascontiguousarray(samples.reshape(1, -1), np.float32)
    frame = av.AudioFrame.from_ndarray(sound, "flt", "mono")
    frame.sample_rate, frame.pts = 48000, 0
    source.push(frame)
    source.push(None)
    said = ""
    while True:
        try:
            said = sink.pull().metadata.get("lavfi.r128.I", said)  # type: ignore[union-attr]
        except (av.error.BlockingIOError, av.error.EOFError):
            return float(said)


def test_recordings_stretch_the_pauses_and_are_evened(
    mlanim: Callable[..., Any], demo: Path, tmp_path: Path
) -> None:
    voice = tmp_path / "voice"
    assert mlanim("narrate", demo, "-o", "voice", "--quiet").code == 0
    assert (voice / "02.txt").read_text() == "It has moved.\n"
    assert "## 02 · 0:01.6 to" in (voice / "script.md").read_text()
    record(voice / "01.wav", 4.0, 0.05)
    record(voice / "2.wav", 3.0, 0.5)
    (voice / "02.txt").write_text("Quite something else is said.")
    words = ("render", demo, "--voice", "voice", *TINY)
    assert mlanim(*words, "-o", "a.mp4").code == 0
    samples, length = heard(tmp_path / "a.mp4")
    assert length == pytest.approx(4.8 + 3.8, abs=0.11)
    assert np.array(sounding(samples)) == pytest.approx(
        np.array([(0.3, 4.3), (5.1, 8.1)]), abs=0.12
    )
    for start in (0.5, 5.3):
        piece = samples[int(48000 * start) : int(48000 * (start + 2.5))]
        assert loudness(piece) == pytest.approx(-23, abs=0.5)
    assert "00:00:05.100 --> 00:00:08.100\nQuite something else" in (tmp_path / "a.vtt").read_text()
    about = json.loads((tmp_path / "a.json").read_text())
    assert [one["file"] for one in about["voice"]["recordings"]] == ["01.wav", "2.wav"]
    again = mlanim("render", demo, "--from", "a.json", "--voice", "voice", "-o", "b.mp4", "--fresh")
    assert again.code == 0
    assert (tmp_path / "b.mp4").read_bytes() == (tmp_path / "a.mp4").read_bytes()
    silent = mlanim("render", demo, "--from", "a.json", "-o", "c.mp4")
    assert (silent.code, "name the folder of its recordings" in silent.err) == (2, True)
    assert "there already" in mlanim(*words, "-o", "a.mp4", "--dry-run").out
    silent = mlanim("render", demo, *TINY, "-o", "d.mp4", "--dry-run", "--fresh")
    assert "would be drawn" in silent.out
    record(voice / "2.wav", 3.5, 0.5)
    refused = mlanim("render", demo, "--from", "a.json", "--voice", "voice", "-o", "c.mp4")
    assert (refused.code, "not those" in refused.err) == (2, True)
    assert mlanim(*words, "-o", "d.mp4").code == 0
    assert heard(tmp_path / "d.mp4")[1] == pytest.approx(4.8 + 4.3, abs=0.11)


def test_a_recording_of_no_use_is_refused_in_a_sentence(tmp_path: Path) -> None:
    from mlanim.engine.encoding import voice
    from mlanim.engine.errors import UsageError
    from mlanim.export.voice.recordings import files_of, recording_of

    good = record(tmp_path / "01.wav", 2.0)
    assert recording_of(good, 1).seconds == pytest.approx(2.0, abs=0.01)
    cut = tmp_path / "02.wav"
    cut.write_bytes(good.read_bytes()[:30000])
    silent = record(tmp_path / "03.wav", 1.0, 0)
    noise = tmp_path / "04.mp3"
    noise.write_bytes(bytes(range(256)) * 20)
    long = record(tmp_path / "05.wav", voice.LONGEST + 1, 0)
    for path, reason in ((cut, "cut off"), (silent, "nothing can"), (noise, "damaged"),
                         (long, "more than 10 min")):  # fmt: skip
        with pytest.raises(UsageError, match=f"{path.name} cannot be used: .*{reason}"):
            recording_of(path, 1)
    (tmp_path / "1.flac").write_bytes(b"")
    with pytest.raises(UsageError, match=r"01\.wav and 1\.flac .* both of step 1"):
        files_of(tmp_path)
    (tmp_path / "01.wav").rename(tmp_path / "intro.wav")
    with pytest.raises(UsageError, match="not named by the number"):
        files_of(tmp_path)


def test_espeak_speaks_the_notes(mlanim: Callable[..., Any], demo: Path, tmp_path: Path) -> None:
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng is not installed")
    command = "espeak-ng -f {text} -w {out}"
    assert mlanim("render", demo, *TINY, "--tts", command, "-o", "a.mp4").code == 0
    about = json.loads((tmp_path / "a.json").read_text())
    seconds = [one["seconds"] for one in about["voice"]["recordings"]]
    samples, length = heard(tmp_path / "a.mp4")
    assert len(seconds) == 2
    assert all(0.5 < one < 4 for one in seconds)  # some words each
    spoken = sounding(samples)
    assert spoken[0][0] == pytest.approx(0.3, abs=0.15)
    assert spoken[-1][1] < length


def test_a_deck_plays_what_a_program_speaks(
    mlanim: Callable[..., Any], demo: Path, tmp_path: Path, open_tab: Callable[..., Any]
) -> None:
    from pptx import Presentation

    (tmp_path / "speak.py").write_text(SPEAK)
    (tmp_path / "lecture.toml").write_text(
        'title = "A talk"\nvoice = true\n'
        '[[slide]]\nheading = "Why"\nbullets = ["One.", "And two."]\n'
        f'[[slide]]\nscene = "{demo}"\n'
    )
    words = ("deck", "lecture.toml", *TINY, "-o", "a.html", "-o", "a.pptx")
    spoken = mlanim(*words, "--tts", f"{sys.executable} speak.py {{text}} {{out}}")
    assert spoken.code == 0, spoken.err
    page = (tmp_path / "a.html").read_text()
    assert page.count("<audio ") == 4
    assert len(list((tmp_path / "a_files").glob("*.mp3"))) == 4
    tab = open_tab((tmp_path / "a.html").as_uri())
    tab.page.wait_for_selector(".reveal.ready")
    tab.page.keyboard.press("ArrowRight")
    playing = "[...document.querySelectorAll('audio')].map((one) => !one.paused)"
    heard_now = (
        "new Promise((done) => { const look = () => "
        f"{playing}.some(Boolean) ? done({playing}) : setTimeout(look, 20); look(); }})"
    )
    assert tab.page.evaluate(heard_now) == [True, False, False, False]
    assert tab.complaints == []
    slides = list(Presentation(str(tmp_path / "a.pptx")).slides)
    sounds = [[s for s in slide.shapes if s.name == "Voice"] for slide in slides]
    assert [len(found) for found in sounds] == [0, 1, 1, 1, 1]
    for slide, found in zip(slides[1:], sounds[1:], strict=True):
        kinds = {part.reltype.rpartition("/")[2]: part for part in slide.part.rels.values()}
        assert kinds["audio"].target_part.content_type == "audio/mpeg"
        assert f'spid="{found[0].shape_id}"' in slide.part.blob.decode()
        ids = slide._element.xpath(".//p:timing//p:cTn/@id")
        assert len(set(ids)) == len(ids)
    (tmp_path / "voice").mkdir()
    missing = mlanim(*words)
    assert (missing.code, "Step 2 of 5 has no recording" in missing.err) == (2, True)


def test_a_command_that_cannot_speak_is_refused(tmp_path: Path) -> None:
    from mlanim.engine.errors import UsageError
    from mlanim.export.voice.speaking import Speaker

    with pytest.raises(UsageError, match=r"has no \{out\}"):
        Speaker("say {text}")
    with pytest.raises(UsageError, match="There is no program 'no-such-voice'"):
        Speaker("no-such-voice {text} {out}").recording("x", tmp_path / "never.wav")
