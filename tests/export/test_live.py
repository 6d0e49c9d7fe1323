import base64
import io
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from mlanim import figure
from mlanim.engine.errors import UsageError

DEMO = Path(__file__).parents[1] / "demo_scenes" / "demo.py"


@pytest.fixture(scope="module")
def shown():
    return figure(str(DEMO), width="6cm", dpi=60, theme="print", angle=60, words="été")


def test_a_figure_shows_itself_and_says_what_it_has(shown):
    pictures, words = shown._repr_mimebundle_()
    assert pictures["image/svg+xml"].startswith("<?xml")
    png = base64.b64decode(pictures["image/png"])
    assert Image.open(io.BytesIO(png)).width == round(6 / 2.54 * 60)
    assert words["image/png"]["alt"].startswith("A small demonstration: ")
    assert shown.panels == ("arrow", "words")
    assert shown.about["params"]["words"] == "été"
    assert shown.about["theme"] == "print"
    assert repr(shown) == "<figure of demo: arrow, words>"


def test_saving_writes_what_the_name_asks(shown, tmp_path):
    svg = shown.save(tmp_path / "a.svg")
    assert svg.read_text(encoding="utf-8") == shown._repr_mimebundle_()[0]["image/svg+xml"]
    pdf = PdfReader(shown.save(tmp_path / "a.pdf"))
    assert float(pdf.pages[0].mediabox.width) == pytest.approx(6 / 2.54 * 72, abs=0.01)
    with pytest.raises(UsageError, match=r"end it in \.png, \.svg, \.pdf, \.eps"):
        shown.save(tmp_path / "a.bmp")
    assert {path.name for path in tmp_path.iterdir()} == {"a.svg", "a.pdf"}


def test_a_wrong_option_is_refused_with_the_words_of_the_command_line(demo):
    with pytest.raises(UsageError, match="demo has no panel 'arow'; it has arrow, words"):
        figure(str(demo), panel="arow")
    with pytest.raises(UsageError, match="--width '6' is no length"):
        figure(str(demo), width="6")
    with pytest.raises(UsageError, match="no parameter 'colour'"):
        figure(str(demo), colour="red")
