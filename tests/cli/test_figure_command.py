"""`mlanim figure`: what it writes, and what it refuses in one sentence without writing anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--width", "0cm"), "--width 0cm is out of bounds; it is 1cm to 5m"),
        (("--width", "10000m"), "is out of bounds"),
        (("--width", "wide"), "'wide' is no length; give a number and cm, mm, in, pt or px"),
        (("--height", "3"), "--height '3' is no length"),
        (("--font-size", "5pt"), "at which the smallest text has 7 points"),
        (("--dpi", "9"), "--dpi 9 is out of bounds; it is 30 to 2400"),
        (("--width", "5m", "--dpi", "2400"), "pixels wide, more than 20000"),
        (("--format", "svg,doc"), "Unknown format 'doc' for a figure; choose one or more of png"),
        (("-o", "a.doc"), "'doc' is no format for a figure"),
        (("-o", "a.svg", "--format", "pdf"), "disagree"),
        (("-o", "a.svg", "-o", "b.pdf"), "-o names one file or folder, not 2: a.svg, b.pdf."),
        (("--layout", "heap"), "'heap' is not one of"),
        (("--at", "soon"), "'soon' is no moment; give seconds"),
        (("--slide", "0"), "slides count from 1"),
        (("--slide", "1", "--at", "2s"), "--at and --slide both say when"),
        (("--at", "end", "--letters"), "--letters is about a figure's panels"),
        (("--panel", "arrow", "--panels"), "give one of them"),
        (("--font", "Comic"), "--font: the font for text is 'Comic', which is not shipped"),
        (("--panel", "arow"), "demo has no panel 'arow'; it has arrow, words"),
        (("--at", "99s"), "--at 99s is past the end of demo, which lasts"),
        (("--data", "csv"), "does not say what numbers are behind its figure"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_in_one_sentence(
    mlanim: Run, demo: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = mlanim("figure", demo, *words, "--quiet")
    assert done.code == 2
    assert said in done.err
    assert done.err.count("Error:") == 1
    assert "Traceback" not in done.err
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ('[theme.colors]\nweight = "orange"', "weight = 'orange' is no colour"),
        ('[theme]\nbase = "light"\n[theme.colors]\nweight = "#ffaa00"', "1.91:1 on the background"),
        ('[theme]\nbase = "sepia"', "choose one of dark, light, print"),
    ],
)
def test_a_wrong_house_style_is_refused(
    mlanim: Run, demo: Path, tmp_path: Path, style: str, said: str
) -> None:
    (tmp_path / "mlanim.toml").write_text(style)
    done = mlanim("figure", demo)
    assert done.code == 2
    assert said in done.err
    assert str(tmp_path / "mlanim.toml") in done.err
    assert {path.name for path in tmp_path.iterdir()} == {"mlanim.toml"}


def test_several_formats_a_style_and_the_same_again(
    mlanim: Run, demo: Path, tmp_path: Path
) -> None:
    (tmp_path / "mlanim.toml").write_text(
        '[theme]\nbase = "light"\n[theme.colors]\nweight = "#a85008"\n'
    )
    words = ("--format", "svg,pdf", "--panels", "--width", "9cm")
    done = mlanim("figure", demo, "-o", "a.svg", *words)
    assert done.code == 0, done.err
    names = ["a.svg", "a.pdf", "a-arrow.svg", "a-arrow.pdf", "a-words.svg", "a-words.pdf"]
    assert [path.name for path in done.paths] == names
    assert b"#a85008" in (tmp_path / "a.svg").read_bytes()
    told = json.loads((tmp_path / "a.json").read_text())
    assert told["style"]["table"] == {"colors": {"weight": "#a85008"}}
    assert str(tmp_path) not in (tmp_path / "a.json").read_text()
    again = mlanim(
        "figure", demo, "--from", "a.json", "-o", "b.svg", env={"MLANIM_CACHE_SIZE": "0"}
    )
    assert again.code == 0, again.err
    for name in names:
        other = tmp_path / name.replace("a", "b", 1)
        assert other.read_bytes() == (tmp_path / name).read_bytes()


def test_the_state_at_a_slide(mlanim: Run, demo: Path, tmp_path: Path) -> None:
    done = mlanim("figure", demo, "--slide", "1", "-o", "first.svg", "--text")
    assert done.code == 0, done.err
    assert ">A small demonstration</text>" in (tmp_path / "first.svg").read_text()
