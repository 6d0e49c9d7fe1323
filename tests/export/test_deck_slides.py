"""What stands on a deck's plain slides: colours that can be read, and bullets in every format."""

from __future__ import annotations

import html
import re
from pathlib import Path

import numpy as np
import pytest
from lectures import run_deck
from PIL import Image

from mlanim.engine.errors import UsageError
from mlanim.export.deck.lecture.blocks import Prose
from mlanim.export.deck.make import DeckRequest, make_deck
from mlanim.export.deck.step import TextSlide
from mlanim.export.deck.typst import pages
from mlanim.stage.colors.palette import THEMES, contrast, hex_to_rgb

CODE = """
```python
# a comment
@cached
class Net(Module):
    def step(self, x=None, rate=0.5):
        return "a\\n" if not x else self.f(f"{x} of", 3) + len(x)
```
```rust
fn main() -> u32 { let a: &str = "x"; println!("{}", a); 1 + 2 } // why
```
"""


@pytest.mark.parametrize("name", THEMES)
def test_code_is_read_on_every_theme(name: str, tmp_path: Path) -> None:
    theme = THEMES[name]
    drawn = pages.compiled(TextSlide("", (Prose(CODE),), theme, tmp_path), "svg").decode()
    colors = set(re.findall(r'fill="(#[0-9a-f]{6})"', drawn))
    ground = hex_to_rgb(theme.roles["background"])
    found = {color: float(contrast(hex_to_rgb(color), ground)) for color in colors}
    assert len(found) >= 5  # code is coloured at all
    assert np.min(list(found.values())) >= 4.5, found


LINES = ("First <b>things</b> & *stars*", "Second: $3", "Third")
LECTURE = f"""\
title = "T"
[[slide]]
heading = "Words alone"
bullets = ["First\\n  <b>things</b> & *stars*", "Second: $3", "Third"]
[[slide]]
heading = "Words beside"
figure = "p.png"
bullets = {list(LINES)}
alt = "A red square"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bullets")
    (folder / "lecture.toml").write_text(LECTURE)
    Image.new("RGB", (30, 20), (255, 0, 0)).save(folder / "p.png")
    run_deck(folder, "-o", "l.html", "-o", "l.pptx", "-o", "l.pdf")
    return folder


def test_bullets_come_one_by_one_on_paper(made: Path) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    pages_ = [
        " ".join(page.extract_text().split()) for page in pypdf.PdfReader(made / "l.pdf").pages
    ]
    assert len(pages_) == 7
    for index, text in enumerate(pages_[1:]):
        assert [line in text for line in LINES] == [n <= index % 3 for n in range(3)], text


def test_bullets_are_text_in_placeholders_before_the_picture(made: Path) -> None:
    pptx = pytest.importorskip("pptx", reason="python-pptx is not installed")
    slides = list(pptx.Presentation(str(made / "l.pptx")).slides)[1:]
    assert [s.shapes.title.text for s in slides] == ["Words alone"] * 3 + ["Words beside"] * 3
    for index, slide in enumerate(slides):
        body = slide.placeholders[1]
        paragraphs = [paragraph.text for paragraph in body.text_frame.paragraphs]
        assert paragraphs == list(LINES[: index % 3 + 1])
        names = [shape.name for shape in slide.shapes]
        assert ("Content" in names) == (index >= 3)
        if "Content" in names:
            assert names.index("Content") < names.index(body.name)
            picture = slide.shapes[names.index("Content")]
            assert picture.left >= body.left + body.width  # nothing of it under the text
            assert picture.top >= slide.shapes.title.top + slide.shapes.title.height


def test_bullets_are_lists_for_those_who_do_not_see_the_page(made: Path) -> None:
    page = (made / "l.html").read_text()
    lists = [re.findall("<li>(.*?)</li>", part) for part in re.findall("<ul.*?</ul>", page)]
    assert [[html.unescape(line) for line in said] for said in lists] == 2 * [
        list(LINES[:count]) for count in (1, 2, 3)
    ]
    assert page.count('alt="A red square"') == 3


@pytest.mark.parametrize(
    ("slide", "line", "words"),
    [
        ('heading = "H"\nbullets = ["{long}", "{long}", "{long}"]', 4, "too long for one slide"),
        ('heading = "H"\ntext = "{long} {long} {long}"', 4, "too long for one slide"),
        ('figure = "p.png"\nbullets = ["a",\n "{long}"]', 4, "too long for one slide"),
        ('figure = "lecture.toml.png"\nbullets = ["a"]', 3, "lecture.toml.png cannot be shown"),
        ('heading = "H"\nbullets = ["a"]\ntext = "a"', 5, "text and bullets stand together"),
        ('heading = "H"\nbullets = ["a",\n  3]', 5, "bullets is 3"),
        ('heading = "H"\nbullets = ["a",\n  " "]', 5, "bullets is"),
    ],
)
def test_a_fault_of_a_text_is_named_with_its_own_line(
    slide: str, line: int, words: str, tmp_path: Path
) -> None:
    text = 'title = "T"\n[[slide]]\n' + slide.replace("{long}", "word " * 190)
    (tmp_path / "lecture.toml").write_text(text)
    (tmp_path / "lecture.toml.png").write_text(text)
    Image.new("RGB", (30, 20), (255, 0, 0)).save(tmp_path / "p.png")
    wanted = DeckRequest((str(tmp_path / "x.pdf"),), quiet=True)
    with pytest.raises(UsageError, match=f"line {line}, column .*{words}"):
        make_deck([str(tmp_path / "lecture.toml")], wanted)
