import dataclasses
import json
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mlanim.stage.data import Record, as_record, from_tree, to_tree


@dataclasses.dataclass(frozen=True)
class Inner:
    matrix: np.ndarray
    note: str | None = None


@dataclasses.dataclass(frozen=True)
class Outer:
    inner: Inner
    steps: tuple[Any, ...]
    rest: Any


numbers = arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.uint8, np.bool_, np.complex64]),
    array_shapes(min_dims=0, min_side=0, max_side=3),
)
plain = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
)
keys = st.text(max_size=4) | st.sampled_from(["a", "a.b", "b", "0", "$array", "$tuple", "fields"])
values = st.recursive(
    plain | numbers | st.builds(Inner, numbers, st.none() | st.text(max_size=3)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
    ),
    max_leaves=8,
)


def same(given: Any, stored: Any) -> bool:
    """Whether what came back is what went in, a dataclass having become a record."""
    if isinstance(given, np.ndarray):
        return (
            stored.dtype == given.dtype
            and stored.shape == given.shape
            and given.tobytes() == stored.tobytes()
            and not stored.flags.writeable
        )
    if dataclasses.is_dataclass(given):
        fields = {field.name: getattr(given, field.name) for field in dataclasses.fields(given)}
        return (
            isinstance(stored, Record)
            and list(stored) == list(fields)
            and all(same(value, getattr(stored, name)) for name, value in fields.items())
        )
    if isinstance(given, dict) and isinstance(stored, dict):
        return list(given) == list(stored) and all(same(given[key], stored[key]) for key in given)
    if type(given) is not type(stored):
        return False
    if isinstance(given, (list, tuple)):
        return len(given) == len(stored) and all(map(same, given, stored))
    return given == stored


def through_json(value: Any) -> Any:
    """What is read back after the tree has been written as JSON, beside its arrays."""
    arrays: dict[str, np.ndarray] = {}
    tree = json.loads(json.dumps(to_tree(value, arrays)))
    return from_tree(tree, {name: array.copy() for name, array in arrays.items()})


@given(values)
@example({"a.b": np.zeros(1), "a": {"b": np.ones(2)}})
@example({"a": [np.zeros(1)], "a.0": np.ones(2)})
@example({"$array": "data", "x": np.zeros(1)})
@settings(max_examples=150)
def test_nested_values_survive_being_stored(value):
    assert same(value, through_json(value))
    outer = Outer(Inner(np.arange(3.0)), (value, [value]), value)
    assert same(outer, through_json(outer))
    assert same(outer, as_record(outer))


def test_tuples_stay_tuples_and_lists_lists():
    stored = as_record(Outer(Inner(np.zeros(1)), (1, (2, 3)), [(4,), [5]]))
    assert stored.steps == (1, (2, 3))
    assert stored.rest == [(4,), [5]]


def test_each_array_is_stored_once_under_its_path():
    arrays: dict[str, np.ndarray] = {}
    to_tree(Outer(Inner(np.zeros(2)), (np.ones(1),), {"x": np.ones(3)}), arrays)
    assert set(arrays) == {"data.inner.matrix", "data.steps.0", "data.rest.x"}


def test_arrays_come_back_read_only_and_the_given_ones_stay_writable():
    original = np.zeros(3)
    stored = as_record(Inner(original))
    with pytest.raises(ValueError, match="read-only"):
        stored.matrix[0] = 1
    original[0] = 1
    assert stored.matrix[0] == 0


def test_numbers_of_numpy_become_plain_ones():
    stored = as_record([np.float32(0.5), np.int64(3), np.bool_(True), np.str_("a")])
    assert stored == [0.5, 3, True, "a"]
    assert [type(item) for item in stored] == [float, int, bool, str]


@pytest.mark.parametrize(
    "array",
    [np.array([{}, None], dtype=object), np.zeros(2, dtype=[("a", float), ("b", object)])],
)
def test_arrays_of_objects_are_refused_with_their_path(array):
    with pytest.raises(TypeError, match=r"data\.rest\.0 is an array of objects"):
        as_record(Outer(Inner(np.zeros(1)), (), [array]))


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({1, 2}, "set"),
        (1j, "complex"),
        (np.complex128(1), "complex"),
        (b"x", "bytes"),
        (np.datetime64("2024-01-01"), "date"),
        ({1: 2}, "dict"),
        (Inner, "type"),
        (object(), "object"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_its_path(value, name):
    with pytest.raises(TypeError, match=rf"data\.inner is of type {name};"):
        as_record({"inner": value})


def test_a_record_is_frozen():
    record = as_record(Inner(np.zeros(1), "a"))
    with pytest.raises(AttributeError, match="Inner is frozen; use replaced"):
        record.note = "b"
    assert record.note == "a"


def test_a_record_names_its_fields_when_asked_for_another():
    with pytest.raises(AttributeError, match=r"Inner has no 'bias'\. It has matrix, note"):
        _ = as_record(Inner(np.zeros(1))).bias


def test_replaced_changes_a_copy():
    record = as_record(Inner(np.zeros(1), "a"))
    changed = record.replaced(note="b")
    assert (record.note, changed.note) == ("a", "b")
    assert changed.matrix is record.matrix


def test_a_record_can_be_stored_again_and_copied():
    import copy
    import pickle

    record = as_record(Outer(Inner(np.arange(2.0), "x"), (1,), {"k": 2}))
    for again in (as_record(record), copy.deepcopy(record), pickle.loads(pickle.dumps(record))):
        assert repr(again) == "Outer(inner, steps, rest)"
        assert again.inner.note == "x"
        np.testing.assert_array_equal(again.inner.matrix, [0, 1])
        assert again.rest == {"k": 2}


def test_any_mapping_becomes_a_dict():
    assert as_record(OrderedDict(a=1)) == {"a": 1}


def test_a_missing_field_or_key_is_answered_with_the_nearest():
    data = as_record(Outer(Inner(np.zeros(1)), (), {"losses": 1}))
    with pytest.raises(AttributeError, match="Did you mean matrix"):
        _ = data.inner.matrx
    with pytest.raises(AttributeError, match="Did you mean steps"):
        data.replaced(step=())
    with pytest.raises(KeyError, match="Did you mean losses"):
        _ = data.rest["loss"]
    assert data.rest.get("loss") is None
