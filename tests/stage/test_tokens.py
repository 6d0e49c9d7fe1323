"""A row of words: it fits, its arcs and colours follow the weights, its query moves."""

import itertools

import numpy as np
import pytest

from mlanim.stage import theme
from mlanim.stage.layout import Box
from mlanim.stage.panels import extent_of
from mlanim.stage.pictures.tokens import Tokens
from mlanim.stage.track import Track

BOX = Box(-6, -2, 6, 2)
WORDS = ["The", "cat", "sat", "#eval(1)", "$x$"]
WEIGHTS = np.random.default_rng(0).dirichlet(np.ones(5), size=5)


def widths(tokens: Tokens) -> np.ndarray:
    return np.array([arc.get_stroke_width() for arc in tokens.arcs])


@pytest.mark.parametrize("show", ["arcs", "underlay"])
@pytest.mark.parametrize("count", [1, 6, 20])
@pytest.mark.parametrize("size", [(6, 2.5), (13, 4.5)])
@pytest.mark.parametrize("medium", [theme.FILM, theme.PAGE])
def test_words_and_arcs_stay_in_their_box(fits, show, count, size, medium):
    box = Box(-1, 1, -1 + size[0], 1 + size[1])
    words = [f"token{i}" for i in range(count)]
    with theme.drawn_for(medium):
        tokens = Tokens(words, np.full(count, 1 / count), query=0, show=show, numbers=True)
        fits(tokens.placed(box), box, air=0.05)
        boxes = [extent_of([text]) for text in tokens.texts]
        for a, b in itertools.combinations(boxes, 2):
            beside = a.right < b.left or b.right < a.left
            assert beside or a.top < b.bottom or b.top < a.bottom


def test_words_are_shown_word_for_word():
    assert [text.plain for text in Tokens(WORDS).placed(BOX).texts] == WORDS


def test_words_are_as_large_as_fits_and_stand_upright_where_they_are_many():
    assert Tokens(WORDS).placed(BOX).size == "title"
    assert Tokens(WORDS * 4).placed(BOX).size == "small"
    many = Tokens(["antidisestablishment"] * 20).placed(BOX)
    assert many.upright
    assert many.texts[0].height > many.texts[0].width
    for show in ("arcs", "underlay"):
        with pytest.raises(ValueError, match="400 words have no room"):
            Tokens(["word"] * 400, show=show).placed(BOX)


def test_an_arc_leads_from_the_query_to_each_word_as_wide_as_its_weight():
    tokens = Tokens(WORDS, [0.5, 0.25, 0.25, 0.0, 0.0], query=1).placed(BOX)
    assert widths(tokens)[0] == pytest.approx(2 * widths(tokens)[2])
    for arc, middle in zip(tokens.arcs, tokens.middles, strict=True):
        assert abs(arc.points[-1, 0] - middle[0]) < 0.2
        assert abs(arc.points[0, 0] - tokens.middles[1, 0]) < 0.2
    assert [arc.get_stroke_opacity() > 0 for arc in tokens.arcs] == [True] * 3 + [False] * 2


def test_the_query_moves_along_the_words_and_the_weights_go_with_it():
    track = Track([0, 4], word=np.array([0.0, 4.0]))
    tokens = Tokens(WORDS, WEIGHTS, query=track["word"]).placed(BOX)
    np.testing.assert_array_equal(tokens.tables()["tokens"].columns["weight"], WEIGHTS[0])
    track.put(2)
    tokens.update(0)
    np.testing.assert_allclose(tokens.tables()["tokens"].columns["weight"], WEIGHTS[2])
    assert tokens.line.get_center()[0] == pytest.approx(tokens.middles[2, 0])
    expected = widths(Tokens(WORDS, WEIGHTS[2], query=2).placed(BOX))
    np.testing.assert_allclose(widths(tokens), expected)
    track.put(2.5)
    tokens.update(0)
    between = (WEIGHTS[2] + WEIGHTS[3]) / 2
    np.testing.assert_allclose(tokens.tables()["tokens"].columns["weight"], between)


def test_weights_run_to_others_and_end_on_them_exactly():
    tokens = Tokens(WORDS, WEIGHTS[0], query=0).placed(BOX)
    change = tokens.to(WEIGHTS[1])
    change.begin()
    change.interpolate(1)
    np.testing.assert_array_equal(tokens.shown, WEIGHTS[1])


def test_words_stay_readable_over_full_colour(each_theme):
    tokens = Tokens(WORDS, WEIGHTS[0], show="underlay").placed(BOX)
    share = max(back.get_fill_opacity() for back in tokens.backs)
    below = share * theme.rgb("attention") + (1 - share) * theme.rgb("background")
    assert theme.contrast(theme.rgb("text"), below) >= 4.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"words": []}, "at least one"),
        ({"words": WORDS, "weights": [1, 2]}, r"weights \(5,\) or \(5, 5\), not \(2,\)"),
        ({"words": WORDS, "weights": [-1, 0, 0, 0, 0], "query": 0}, "not negative"),
        ({"words": WORDS, "weights": WEIGHTS}, "give `query`"),
        ({"words": WORDS, "weights": WEIGHTS[0]}, "give `query`"),
        ({"words": WORDS, "show": "bars"}, "not 'bars'"),
        ({"words": WORDS, "roles": ["text"]}, "1 roles for 5 words"),
    ],
)
def test_what_does_not_fit_together_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        Tokens(**arguments)


def test_a_query_beyond_the_words_is_refused():
    with pytest.raises(ValueError, match="There is no word 5"):
        Tokens(WORDS, WEIGHTS, query=5).placed(BOX)
