"""Where keys and values stand, against a search for marks that the file itself carries."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mlanim.export.deck.lecture.places import find_places

FILE = '''\
# a comment with "quotes, [brackets] and = signs
title = "one # two"
'odd.key'.x = 1.5

[[slide]]
text = """
[[slide]]
scene = "no"
\\"""
"""
[[slide]]
  scene = 'dot' # here
params = { angle = 60, list = [1,
  [2, 3] ], deep = { a = "}" } }
[slide.more]
"b c" = [ "x", # why
 'y' ]
'''


def test_every_key_and_value_is_where_it_is_said_to_be() -> None:
    places = find_places(FILE)
    assert places.of_key(("title",)) == "line 2, column 1"
    assert places.of_value(("title",)) == "line 2, column 9"
    assert places.of_value(("odd.key", "x")) == "line 3, column 15"
    assert places.of_key(("slide", 0)) == "line 5, column 1"
    assert places.of_key(("slide", 1)) == "line 11, column 1"
    assert places.of_value(("slide", 1, "scene")) == "line 12, column 11"
    assert places.of_key(("slide", 1, "params", "deep", "a")) == "line 14, column 22"
    assert places.of_value(("slide", 1, "params", "list", 1, 0)) == "line 14, column 4"
    assert places.of_value(("slide", 1, "more", "b c", 1)) == "line 17, column 2"


def test_what_is_not_there_is_at_the_nearest_thing_around_it() -> None:
    places = find_places(FILE)
    assert places.of_key(("slide", 1, "scene", "deeper")) == places.of_key(("slide", 1, "scene"))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> set[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = set()
    for key, item in items:
        found |= {(*path, key)}
        if isinstance(item, (dict, list)):
            found |= _paths(item, (*path, key))
    return found


WORDS = st.text("abc \"'\\#[]{}=,.\n", max_size=8)
VALUES = st.recursive(
    st.integers(0, 9) | WORDS.map(lambda text: "'''" + text.replace("'", "") + "'''"),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(map(str, items))}]"),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from("abcdef"), VALUES, max_size=4), st.integers(1, 3))
def test_a_place_for_each_path_that_the_reader_of_toml_finds(
    table: dict[str, Any], count: int
) -> None:
    body = "".join(f"{key} = {value} # x\n" for key, value in table.items())
    text = f"[[slide]]\n{body}" * count
    content = tomllib.loads(text)
    assert set(find_places(text).keys) | {("slide",)} == _paths(content)
