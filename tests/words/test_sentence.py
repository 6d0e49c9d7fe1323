"""Sentences: the template is code, the values are data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlanim.stage.layout import Box
from mlanim.stage.plots.growing_table import GrowingTable
from mlanim.stage.text.live import LiveText
from mlanim.stage.track import Track
from mlanim.words.nearest import nearest
from mlanim.words.sentence import Run, Sentence, as_sentence, ended, plain, sentence


def test_roles_mathematics_and_values_become_runs():
    made = sentence("At $x$ = {x:1} it is [{slope:2}, steep](gradient)", x=3, slope=-6.0)
    assert made.runs == (
        Run("At "), Run("x", math=True), Run(" = 3.0 it is "), Run("−6.00, steep", "gradient"),
    )  # fmt: skip
    assert str(made) == "At x = 3.0 it is −6.00, steep"


@given(st.text())
def test_a_value_stays_word_for_word_whatever_it_says(text):
    assert str(sentence("<{text}>", text=text)) == f"<{text}>"
    assert all(not run.math and run.role == "text" for run in sentence("{t}", t=text).runs)


def test_a_text_within_mathematics_becomes_a_string_there():
    (run,) = sentence("${word}$", word='a" #read("b")').runs
    assert run == Run('"a\\" #read(\\"b\\")"', math=True)


@pytest.mark.parametrize(
    ("spec", "shown"),
    [(":0", "3"), (":+2", "+3.00"), (":%", "300 %"), (":g", "3"), (":,", "3"), ("", "3")],
)
def test_formats(spec, shown):
    assert str(sentence("{x" + spec + "}", x=3.0)) == shown


@pytest.mark.parametrize(
    ("template", "values", "words"),
    [
        ("{x}", {}, "needs a value for x; given: none"),
        ("words", {"x": 1}, "has no place for x"),
        ("{x:z}", {"x": 1}, "Unknown format 'z'"),
        ("{x:2}", {"x": "a"}, "is for numbers"),
    ],
)
def test_what_does_not_fit_is_said(template, values, words):
    with pytest.raises(ValueError, match=words):
        sentence(template, **values)


def test_marks_can_be_written_as_they_are():
    assert str(sentence(r"\[a\] costs \$5 in {{braces}}")) == "[a] costs $5 in {braces}"
    assert plain("[a](b) $c$").runs == (Run("[a](b) $c$"),)


def test_a_template_and_a_sentence_are_both_sentences():
    said = sentence("a")
    assert as_sentence(said) is said
    assert as_sentence("a") == said
    assert said + plain("b") == Sentence((Run("a"), Run("b")))
    with pytest.raises(TypeError, match="A sentence is text, not 3"):
        sentence(3)


def test_an_exact_zero_is_0_whatever_the_places_and_what_is_near_it_is_not() -> None:
    said = sentence(
        "{a:2} {b:+2} {c:%1} {d:g} {e:2} {f:%}", a=0, b=-0.0, c=0.0, d=0, e=1e-3, f=1e-3
    )
    assert str(said) == "0 0 0 % 0 0.00 under 1 %"
    with pytest.raises(ValueError, match="Unknown format"):
        sentence("{a:x}", a=0)


def test_a_sentence_ends_with_one_mark():
    assert [ended(one) for one in ("a", "a.", "Did you mean a?", "a…", "")] == [
        "a.", "a.", "Did you mean a?", "a…", "",
    ]  # fmt: skip


def test_only_what_is_like_a_name_is_proposed_for_it():
    assert nearest("lest", ["least", "repeat"]) == " Did you mean least?"
    assert nearest("least", ["repeat", "share"]) == ""


def test_an_exact_zero_is_0_in_lines_and_in_a_table_too() -> None:
    live = LiveText("{a:2}, {b:+2}, {c:%1}, {d:2}", a=0.0, b=Track((0, 1)), c=-0.0, d=1e-3)
    assert live.plain == "0,0,0 %,0.00"
    table = GrowingTable([[0.0, 1e-3]], ["a", "b"], formats=["2", "2"]).placed(Box(0, 0, 4, 3))
    assert [cell.plain for cell in table.lines[0]] == ["0", "0.00"]
