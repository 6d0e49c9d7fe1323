"""Stored results come back whole or not at all, and are the same bytes for the same value."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mlanim.engine.cache import cache as kept
from mlanim.engine.cache import store
from mlanim.engine.cache.keys import data_key
from mlanim.engine.events import Computing, Event
from mlanim.engine.jobs.job import Job
from mlanim.engine.workers import worker


@dataclass(frozen=True)
class Inner:
    weights: np.ndarray
    names: tuple[str, ...]


@dataclass(frozen=True)
class Outer:
    inner: Inner
    runs: list[Inner]
    table: dict[str, float]
    nothing: None = None


ENTRY = "e" * 64


def example() -> Outer:
    inner = Inner(np.arange(6.0).reshape(2, 3), ("a", "ü"))
    return Outer(inner, [inner, Inner(np.zeros((0, 2), np.int32), ())], {"b/c": 1.5, "a": -0.0})


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("MLANIM_CACHE_WARNED", "")
    return tmp_path / "cache"


def test_comes_back_as_it_was() -> None:
    back = store.parse(store.dump(example()))
    np.testing.assert_array_equal(back.inner.weights, np.arange(6.0).reshape(2, 3))
    assert back.inner.names == ("a", "ü")
    assert back.runs[1].weights.shape == (0, 2)
    assert back.runs[1].weights.dtype == np.int32
    assert back.table == {"b/c": 1.5, "a": -0.0}
    assert back.nothing is None
    with pytest.raises(ValueError, match="read-only"):
        back.inner.weights[0, 0] = 9


arrays = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.bool_, np.uint8]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text() | arrays,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc_", min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(values)
def test_any_value_comes_back(value: Any) -> None:
    payload = store.dump(value)
    assert payload == store.dump(value)
    assert same(store.parse(payload), value)


def same(first: Any, second: Any) -> bool:
    if isinstance(second, np.ndarray):
        equal = np.array_equal(first, second, equal_nan=second.dtype.kind == "f")
        return bool(first.dtype == second.dtype and equal)
    if isinstance(second, dict):
        return first.keys() == second.keys() and all(same(first[k], second[k]) for k in second)
    if isinstance(second, list):
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second or (first != first and second != second))


def test_the_same_value_gives_the_same_bytes_in_another_process() -> None:
    program = (
        "import numpy as np, sys; from mlanim.engine.cache import store;"
        "sys.stdout.buffer.write(store.dump({'b': np.arange(5.), 'a': [1, 'x']}))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    other = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True)
    assert other.stdout == store.dump({"a": [1, "x"], "b": np.arange(5.0)})


def test_never_unpickles(cache: Path, tmp_path: Path) -> None:
    class Attack:
        def __reduce__(self) -> Any:
            return (os.mkdir, (str(tmp_path / "attacked"),))

    with pytest.raises(TypeError, match="data is an array of objects"):
        store.dump(np.array([Attack()], dtype=object))
    tree = np.frombuffer(b'{"$array": "data"}', dtype=np.uint8)
    path = tmp_path / "attack.npz"
    np.savez(path, data=np.array([Attack()], dtype=object), **{store.TREE: tree})
    kept.put(store.KIND, ENTRY, path)
    assert kept.get(store.KIND, ENTRY) == path.read_bytes()
    assert store.load(ENTRY) is None
    assert not (tmp_path / "attacked").exists()


def test_what_is_no_data_is_refused_with_its_place() -> None:
    tensor = type("Tensor", (), {})()
    with pytest.raises(TypeError, match=r"data\.runs\.0 is of type Tensor"):
        store.dump({"runs": [tensor]})


def test_saves_and_loads(cache: Path) -> None:
    assert store.load(ENTRY) is None
    store.save(ENTRY, store.dump({"a": 1}))
    assert store.load(ENTRY) == (store.dump({"a": 1}), {"a": 1})


@pytest.mark.parametrize(
    "tree",
    ["[", "[" * 100_000, '{"$array": "gone"}', '{"$array": 3}', '{"$array": []}', '{"a": 1}',
     '{"$record": "A"}', '{"$record": "A", "fields": []}', '{"$tuple": 3}'],
    ids=lambda tree: tree[:20],
)  # fmt: skip
def test_an_entry_that_no_result_is_stored_as_is_a_miss_and_is_removed(
    cache: Path, tmp_path: Path, tree: str
) -> None:
    np.savez(tmp_path / "x.npz", **{store.TREE: np.frombuffer(tree.encode(), dtype=np.uint8)})
    kept.put(store.KIND, ENTRY, tmp_path / "x.npz")
    assert store.load(ENTRY) is None
    assert kept.get(store.KIND, ENTRY) is None


@pytest.mark.parametrize("damage", ["cut", "empty", "noise", "flipped", "headless"])
def test_a_damaged_entry_is_forgotten(cache: Path, damage: str) -> None:
    whole = store.dump({"a": np.arange(1000.0), "b": "text"})
    middle = len(whole) // 3
    damaged = {
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "noise": np.random.default_rng(0).bytes(500),
        "flipped": whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :],
        "headless": whole[100:],
    }[damage]
    store.save(ENTRY, damaged)
    assert store.load(ENTRY) is None
    assert kept.get(store.KIND, ENTRY) is None
    store.save(ENTRY, whole)
    _, found = store.load(ENTRY)
    assert found["b"] == "text"


def test_the_key_follows_code_class_and_parameters(demo: Path) -> None:
    keys = {
        data_key(demo, "Demo", "{}"),
        data_key(demo, "Other", "{}"),
        data_key(demo, "Demo", '{"seed":1}'),
    }
    assert len(keys) == 3


def test_a_cache_that_cannot_be_written_only_costs_time(
    demo_job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    from mlanim.engine.playback.loading import load

    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / "file" / "cache"))
    monkeypatch.setenv("MLANIM_CACHE_WARNED", "")
    events: list[Event] = []
    params = load(demo_job.scene).Params()
    data = worker.stored_data(demo_job, params, events.append)
    assert data["many"].shape == (100,)
    assert events == [Computing()]
    assert capfd.readouterr().err.count("Warning: the cache in") == 1


def test_a_damaged_entry_is_computed_again(demo_job: Job, cache: Path) -> None:
    from mlanim.engine.playback.loading import load

    params = load(demo_job.scene).Params()
    entry = cache / "data" / f"{worker.data_key(demo_job, params)}"
    entry.parent.mkdir(parents=True)
    entry.write_bytes(b"damaged")
    first = worker.stored_data(demo_job, params)
    whole = entry.read_bytes()
    events: list[str] = []
    second = worker.stored_data(demo_job, params, lambda event, **_: events.append(event))
    assert events == []
    assert store.dump(first) == store.dump(second)
    assert whole.endswith(store.dump(first))
