"""Lengths of time in words."""

import pytest

from mlanim.words.duration import duration_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (0.96, "1 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (3599.7, "1 h"),
        (7500, "2 h 5 min"),
        (183437, "50 h 57 min"),
    ],
)
def test_seconds_are_said_in_the_units_that_people_use(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words
