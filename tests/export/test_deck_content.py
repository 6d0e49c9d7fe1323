"""A lecture with every kind of slide, in all three formats."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import jsonschema
import numpy as np
import pytest
from lectures import DEMO, run_deck
from offline import Window, opened
from PIL import Image

from mlanim.engine.errors import UsageError
from mlanim.export.deck.make import DeckRequest, make_deck
from mlanim.export.deck.powerpoint.runs import paragraphs
from mlanim.stage import theme

pptx = pytest.importorskip("pptx", reason="python-pptx is not installed")

CODE = """\
import torch


def step(net, rate=0.1):
    for weight in net.parameters():
        weight -= rate * weight.grad
    return net
"""
LONG = "A heading that needs more room than one line of a slide has, as careful people write them"
LONG_LINK = "a-heading-that-needs-more-room-than-one"
LECTURE = f"""\
title = "Everything"
subtitle = "All kinds of slides"
author = "Ada Example"
institute = "An institute"
date = 2026-11-27
minutes = 45

[style]
numbers = true
footer = "Winter <term>"
logo = "red.png"

[[slide]]
heading = "Text"
text = '''
A neuron computes $weight(bold(w)) dot x_1^2 >= 3$, a *single* number, as #input[told] in `code`.

- one
  + nested
'''

[[slide]]
heading = "A fraction"
text = "$ 1 / (1 + e^(-z)) $"

[[slide]]
heading = "{LONG}"
left.bullets = ["Left one", "Left two"]
right.code_file = "code.py"
right.lines = "4-7"
right.mark = ["", "6"]

[[slide]]
heading = "A table beside a figure"
table = "results.csv"
figure = "{DEMO}"

[[slide]]
heading = "Code"
code = "x = 1\\n\\ny = 2"
language = "python"
name = "short"

[[slide]]
quote = "What I cannot create, I do not understand."
by = "Richard Feynman"
name = "quote"

[[slide]]
figure = "red.png"
alt = "A red square"

[[slide]]
heading = "My film"
video = "own.mp4"

[[slide]]
scene = "{DEMO}"
minutes = 10
"""
LINKS = [
    "title", "text", "a-fraction", *(f"{LONG_LINK}/{n}" for n in range(1, 5)),
    "demo-figure", "short", "quote", "red", "own", "demo/1", "demo/2",
]  # fmt: skip


def write_video(path: Path, codec: str = "libx264") -> None:
    """A film of a second, with a tone."""
    with av.open(str(path), "w") as container:
        video, audio = container.add_stream(codec, rate=10), container.add_stream("aac", 44100)
        video.width, video.height, video.pix_fmt = 160, 120, "yuv420p"
        for number in range(10):
            pixels = np.full((120, 160, 3), 25 * number, np.uint8)
            container.mux(video.encode(av.VideoFrame.from_ndarray(pixels)))
        tone = np.sin(np.arange(44100) * 0.06).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
        frame.rate = 44100
        container.mux(audio.encode(frame))
        container.mux([*video.encode(None), *audio.encode(None)])


def write_files(folder: Path) -> None:
    """What the lecture has beside it."""
    (folder / "code.py").write_text(CODE)
    (folder / "results.csv").write_text('Name,Loss\nSGD,0.31\n"Adam, tuned",-0.27\n')
    Image.new("RGB", (30, 20), (255, 0, 0)).save(folder / "red.png")
    write_video(folder / "own.mp4")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("content")
    write_files(folder)
    (folder / "lecture.toml").write_text(LECTURE)
    run_deck(folder, "-o", "l.html", "-o", "l.pptx", "-o", "l.pdf")
    return folder


@pytest.fixture(scope="module")
def slides(made: Path) -> dict[str, Any]:
    return dict(zip(LINKS, pptx.Presentation(str(made / "l.pptx")).slides, strict=True))


def texts(slide: Any) -> list[str]:
    """What stands in a slide's placeholders for text, its title and foot aside."""
    bodies = [p for p in slide.placeholders if p.placeholder_format.idx in (1, 2)]
    return [body.text_frame.text for body in bodies]


def test_texts_are_native_and_can_be_edited(slides: dict[str, Any]) -> None:
    assert texts(slides["text"]) == [
        "A neuron computes w ⋅ x12 ≥ 3, a single number, as told in code.\none\nnested"
    ]
    assert texts(slides["a-fraction"]) == []
    assert next(iter(slides["a-fraction"].shapes)).name == "Content"
    function = CODE[CODE.index("def") :].strip()
    assert texts(slides[f"{LONG_LINK}/1"]) == ["Left one", function]
    assert texts(slides[f"{LONG_LINK}/4"]) == ["Left one\nLeft two", function]
    assert texts(slides["short"]) == ["x = 1\n\ny = 2"]
    assert texts(slides["quote"]) == [
        "What I cannot create, I do not understand.\n— Richard Feynman"
    ]
    assert texts(slides["title"]) == ["All kinds of slides\nAda Example\nAn institute\n2026-11-27"]


def test_runs_look_as_their_marks_say(slides: dict[str, Any]) -> None:
    paragraph = slides["text"].placeholders[1].text_frame.paragraphs[0]
    looks = {run.text: run.font for run in paragraph.runs}
    assert looks["single"].bold
    assert looks["w"].bold
    assert looks["w"].color.rgb != looks["told"].color.rgb
    assert looks["x"].italic
    shifts = [looks[script]._element.get("baseline") for script in "12"]
    assert shifts == ["-25000", "30000"]
    assert looks["code"].name == "DejaVu Sans Mono"


def test_marked_lines_stand_out_and_the_others_are_muted(slides: dict[str, Any]) -> None:
    def colors(step: int) -> list[set[str]]:
        slide = slides[f"{LONG_LINK}/{step}"]
        body = list(slide.placeholders)[2]
        assert "def step" in body.text_frame.text
        return [
            {str(run.font.color.rgb) if run.font.color.type else "" for run in paragraph.runs}
            for paragraph in body.text_frame.paragraphs
        ]

    assert colors(2) == colors(3)
    muted = colors(4)
    assert muted[2] == colors(3)[2]
    assert len(set.union(*muted[:2], muted[3])) == 1


def test_a_table_is_one(slides: dict[str, Any]) -> None:
    (table,) = [shape.table for shape in slides["demo-figure"].shapes if shape.has_table]
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells == [["Name", "Loss"], ["SGD", "0.31"], ["Adam, tuned", "-0.27"]]
    aligned = [row.cells[1].text_frame.paragraphs[0].alignment for row in table.rows]
    assert aligned == [pptx.enum.text.PP_ALIGN.RIGHT] * 3


def test_titles_numbers_and_footers(slides: dict[str, Any]) -> None:
    for link in ("quote", "red"):
        title = slides[link].shapes.title
        assert title.text
        assert title.top + title.height < 0  # beside the slide
    for number, (link, slide) in enumerate(slides.items(), 1):
        foot = [p.text_frame.text for p in slide.placeholders if p.placeholder_format.idx > 10]
        expected = [] if link == "title" else ["Winter <term>", f"{number} / {len(LINKS)}"]
        assert foot == expected


def test_everything_is_on_paper(made: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    done = subprocess.run(
        ["pdftotext", "-layout", "l.pdf", "-"], cwd=made, check=True, capture_output=True, text=True
    )
    pages = dict(zip(LINKS, done.stdout.split("\f"), strict=False))
    for link, words in {
        "title": ["Everything", "All kinds of slides", "An institute", "2026-11-27"],
        "text": ["single", "told", "nested", "Winter <term>", "2 / 14"],
        "demo-figure": ["Adam, tuned", "-0.27"],
        "short": ["x = 1", "y = 2"],
        "quote": ["I do not understand", "— Richard Feynman"],
        "own": ["My film"],
    }.items():
        for said in words:
            assert said in pages[link], (link, said)


@pytest.fixture(scope="module")
def shown(chromium: Any, made: Path) -> Iterator[Window]:
    size = {"viewport": {"width": 960, "height": 540}}
    with opened(chromium, (made / "l.html").as_uri(), **size) as window:
        window.page.wait_for_selector(".reveal.ready")
        yield window
        assert window.complaints == []


def test_a_page_lays_out_a_heading_of_two_lines(shown: Window) -> None:
    shown.page.evaluate("location.hash = '#/a-fraction'")
    shown.page.keyboard.press("ArrowRight")
    heading = shown.page.locator("section.present[data-link$='/1'] h2").bounding_box()
    assert 90 < heading["y"] + heading["height"] < 110  # two lines, which end above the content
    foot = shown.page.locator("section.present[data-link$='/1'] .foot")
    assert foot.inner_text().split("\n") == ["Winter <term>", "4 / 14"]


def test_an_own_film_is_heard_and_stands_below_its_heading(shown: Window) -> None:
    shown.page.evaluate("location.hash = '#/own'")
    shown.page.wait_for_selector("section.present[data-link=own]")
    found = shown.page.evaluate(
        """async () => {
            const video = document.querySelector("section[data-link=own] video");
            video.playbackRate = 8;
            if (!video.ended) await new Promise((done) => video.addEventListener("ended", done));
            return [video.muted, video.duration, video.getBoundingClientRect().top];
        }"""
    )
    assert found[0] is False
    assert found[1] == pytest.approx(1, abs=0.1)
    assert found[2] > 90


def test_tables_are_read_as_such(made: Path) -> None:
    page = (made / "l.html").read_text()
    (table,) = re.findall(r'sight"><table>(.*?)</table>', page, re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    assert [re.findall(r"<t[hd]>(.*?)</t[hd]>", row) for row in rows] == [
        ["Name", "Loss"], ["SGD", "0.31"], ["Adam, tuned", "-0.27"],
    ]  # fmt: skip


FAULTS = {
    "two kinds": ('quote = "a"\ntable = "t.csv"', 4, "table and quote stand together"),
    "no table": ('table = "none.csv"', 3, "there is no file"),
    "no CSV": ('table = "code.py"', 3, "must end in .csv"),
    "ragged": ('table = "ragged.csv"', 3, "row 3 of ragged.csv has 1 cells, the first 2"),
    "names alone": ('table = "names.csv"', 3, "needs a row of names and one of values"),
    "no code": ('code_file = "none.py"', 3, "there is no file"),
    "line beyond": ('code_file = "code.py"\nlines = "3-70"', 4, "line 70; the file has 7"),
    "mark beyond": ('code = "a"\nmark = ["1",\n"2"]', 5, "marks line 2, which is not shown"),
    "no lines": ('code = "a"\nmark = ["x"]', 4, 'give lines as "3"'),
    "wide": ('code = "' + "x" * 130 + '"', 3, "longest line has 130 characters; there is room"),
    "tall": ('code = """' + "x\n" * 40 + '"""', 3, "it has 40 lines; there is room for 2"),
    "by nobody": ('heading = "H"\nby = "me"', 4, "by is for quote, which is not there"),
    "half": ('heading = "H"\nleft.text = "a"', 4, "left and right come together"),
    "empty half": ('left.text = "a"\nright.alt = "b"', 4, "alt is for figure"),
    "in a half": ('left.text = "a"\nright.txt = "b"', 4, "Did you mean text"),
    "both": ('text = "b"\nleft.text = "a"\nright.text = "b"', 3, "text stands beside left"),
    "heading": (f'heading = "{LONG} {LONG}"', 3, "takes 3 lines; a slide has room for 2"),
    "film": ('video = "mpeg4.mp4"', 3, "no video with H.264.*it is mpeg4.*ffmpeg"),
    "no film": ('video = "broken.mp4"', 3, "no video with H.264"),
    "other film": ('video = "a.mov"', 3, "must end in .mp4"),
    "minutes": ('heading = "H"\nminutes = -1', 4, "minutes is -1"),
    "style": ('heading = "H"\n[style]\nnumber = true', 5, "Did you mean numbers"),
    "logo": ('heading = "H"\n[style]\nlogo = "none.png"', 5, "there is no"),
}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults")
    write_files(folder)
    (folder / "ragged.csv").write_text("a,b\n1,2\n3\n")
    (folder / "names.csv").write_text("a,b\n")
    (folder / "broken.mp4").write_text("no video")
    write_video(folder / "mpeg4.mp4", "mpeg4")
    return folder


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_named_with_its_line(case: str, faulty: Path) -> None:
    slide, line, words = FAULTS[case]
    (faulty / "lecture.toml").write_text(f'title = "T"\n[[slide]]\n{slide}\n')
    wanted = DeckRequest((str(faulty / "x.pdf"),), quiet=True)
    with pytest.raises(UsageError, match=f"line {line}, column .*{words}"):
        make_deck([str(faulty / "lecture.toml")], wanted)


def test_editors_get_a_schema_that_takes_lectures_and_refuses_others() -> None:
    asked = [sys.executable, "-m", "mlanim", "deck", "--schema"]
    done = subprocess.run(asked, check=True, capture_output=True, text=True)
    validator = jsonschema.Draft202012Validator(json.loads(done.stdout))
    lecture = tomllib.loads(LECTURE)
    lecture["date"] = "2026-11-27"
    validator.validate(lecture)
    for wrong in ({"quotation": "x"}, {"heading": 3}, {"bullets": "x"}, {"scene": "a", "by": "b"}):
        assert not validator.is_valid({"title": "T", "slide": [wrong]})


def test_a_symbol_by_itself_may_have_a_role(tmp_path: Path) -> None:
    """Typst hands it over as a symbol, where a letter or a sum is content."""
    (told,) = paragraphs("$weight(eta)$ and $input(alpha) + weight(x)$", theme.DARK, tmp_path) or []
    assert told.text == "η and α + x"
    assert [run.role for run in told.runs if run.role] == ["weight", "input", "weight"]
