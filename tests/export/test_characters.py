"""Whatever characters a label or a note has, the files that carry them can be read."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from mlanim.engine.encoding import captions
from mlanim.engine.jobs.job import Job
from mlanim.export.figures.about import About, about
from mlanim.export.figures.metadata import into_svg, xmp
from mlanim.export.figures.vector import Viewport
from mlanim.export.figures.words import words_on
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.layout import Box
from mlanim.stage.scene import SceneParams
from mlanim.stage.text.texts import Text
from mlanim.words.printable import printable

ODD = [*map(chr, range(32)), "\x7f", "\x80", "\x85", "\ud800", "\udfff", "\ufffe", "\uffff",
       "\u2028", "\u202e", "\u200b", "🙂", "<", "&", "]]>", "-->", "\x00\x1b[31m"]  # fmt: skip
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">\n</svg>'
FORBIDDEN = {*map(chr, range(32)), "\x7f"} - {"\n"}


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_a_figure_with_a_label_is_xml(odd: str, demo_job: Job) -> None:
    class Params(SceneParams):
        words: str = odd

    label = Text(f"a{odd}b")
    sheet = Viewport(Box(-7, 7, -4, 4), 10.0, None)
    words = words_on(StageCamera(), [label], sheet)
    assert len(words) == 1
    scene = replace(demo_job.scene, title=f"t{odd}t", description=f"d{odd}d")
    told: About = about(scene, Params())
    tree = ElementTree.fromstring(into_svg(SVG, told, words))
    texts = [node.text for node in tree.iter() if node.tag.endswith("}text")]
    assert texts == [words[0].says]
    assert texts[0] is not None
    assert texts[0].startswith("a")
    assert texts[0].endswith("b")
    ElementTree.fromstring(xmp(told))


@pytest.mark.parametrize("odd", ODD, ids=ascii)
def test_captions_hold_no_control_characters(odd: str) -> None:
    said = captions.cues(f"One {odd} two{odd}three. {odd}", 0, 3)
    assert said
    for payload in (captions.as_srt(said), captions.as_vtt(said)):
        text = payload.decode("utf-8")
        assert not FORBIDDEN & set(text)
        blocks = [block.splitlines() for block in text.removeprefix("WEBVTT\n\n").split("\n\n")]
        assert len(blocks) == len(said)
        assert all(1 <= sum(" --> " in line for line in block) <= 1 for block in blocks)


def test_what_can_be_shown_is_left_as_it_is() -> None:
    kept = "aä\u00a0שלום 🙂 \u2028 1\u202f%\t\n\r"
    assert printable(kept) == kept
    assert printable("a\0b") == "a\ufffdb"
