"""A user's words are data: shown as they are, whatever they would mean as markup or to a shell."""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

Run = Callable[..., Any]

HOSTILE = {
    "quotes": "say \"yes\" or 'no' \\ never",
    "markup": '#read("/etc/passwd") $ *bold* _x_ <label> @cite',
    "page": "</script><img src=x onerror=alert(1)> & $(id) `id`",
    "picture": "a 🙂 between words",
    "right to left": "שלום עולם",
}


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not here")
@pytest.mark.parametrize("name", ["quotes", "markup", "page"])
def test_a_page_says_the_words_themselves(
    mlanim: Run, demo: Path, tmp_path: Path, name: str
) -> None:
    words = HOSTILE[name]
    ran = mlanim("figure", demo, "--set", f"words={words}", "--text", "-o", "said.pdf")
    assert ran.code == 0, ran.err
    said = subprocess.run(
        ["pdftotext", "said.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout
    assert _folded(words) in _folded(said)
    assert "root:" not in said


@pytest.mark.parametrize("name", HOSTILE)
def test_a_drawing_stays_whole(mlanim: Run, demo: Path, tmp_path: Path, name: str) -> None:
    ran = mlanim("figure", demo, "--set", f"words={HOSTILE[name]}", "--text", "-o", "said.svg")
    assert ran.code == 0, ran.err
    root = ElementTree.parse(tmp_path / "said.svg").getroot()
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert not names & {"script", "img", "image", "foreignObject"}


def test_ten_thousand_characters_break_nothing(mlanim: Run, demo: Path) -> None:
    words = f"words={'lang ' * 2000}"
    ran = mlanim("render", demo, "--set", words, "--resolution", "160x90", "--fps", "2")
    assert ran.code == 0, ran.err
    ran = mlanim("figure", demo, "--set", words, "-o", "long.svg")
    assert ran.code == 2
    assert "its text would have 0.1 points" in ran.err


@pytest.mark.parametrize("sentence", [*HOSTILE.values(), "lang" * 2500])
def test_a_sentence_that_is_none_is_refused_in_a_few_lines(mlanim: Run, sentence: str) -> None:
    ran = mlanim("figure", "attention", "--set", f"sentence={sentence}", "-o", "it.svg")
    assert ran.code == 2
    assert "it knows the nouns cat" in ran.err
    assert "Traceback" not in ran.err
    errors = ran.err.partition("Error:")[2]
    assert errors.count("\n") <= 3
    assert len(errors) < 1500


def _folded(text: str) -> str:
    """Without what a page's own line breaks and typographic quotes add."""
    flat = unicodedata.normalize("NFKC", text).translate(str.maketrans("“”‘’", "\"\"''"))
    return "".join(flat.split())
