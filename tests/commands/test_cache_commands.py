"""`mlanim cache` and `mlanim clean` tell what is kept, and remove that and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mlanim.commands.cache import clean, show
from mlanim.engine.cache import cache
from mlanim.engine.errors import RenderError
from mlanim.engine.sizes import size_words

A, B = "a" * 64, "b" * 64


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("MLANIM_CACHE_SIZE", "2 GB")
    return tmp_path / "cache"


def run(command: Any, *words: str) -> Result:
    return CliRunner().invoke(command, words, catch_exceptions=False)


def fill() -> None:
    cache.put("data", A, bytes(920))
    cache.put("segments", f"{A}.mp4", bytes(1_999_920))
    cache.put("segments", f"{B}.mp4", bytes(1_999_920))


def test_shows_what_is_kept(place: Path) -> None:
    fill()
    assert run(show).output.splitlines() == [
        f"{place}: 4 MB of at most 2 GB",
        "      1 KB  computed results (1)",
        "      4 MB  finished parts of videos (2)",
    ]
    assert json.loads(run(show, "--json").output) == {
        "folder": str(place),
        "limit": 2 * 10**9,
        "bytes": 4_001_000,
        "kinds": {
            "data": {"entries": 1, "bytes": 1000},
            "segments": {"entries": 2, "bytes": 4_000_000},
        },
    }


def test_an_empty_cache(place: Path) -> None:
    assert run(show).output == f"{place}: 0 B of at most 2 GB\n"
    assert run(clean).output == f"{place}: 0 B\nNothing to do.\n"
    assert not place.exists()


def test_cleaning_says_first_and_removes_what_is_ours(place: Path) -> None:
    fill()
    (place / "data" / B).write_text("somebody else's, under such a name")
    (place / "notes.txt").write_text("mine")
    assert run(clean).output.endswith("Nothing was removed; add --yes to remove it.\n")
    assert len(cache.entries()) == 3
    assert run(clean, "--yes").output.endswith("Removed 4 MB.\n")
    assert sorted(path.name for path in place.rglob("*") if path.is_file()) == [
        B,
        "notes.txt",
    ]


def test_a_folder_named_by_flag_wins_over_the_project_and_that_over_nothing(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLANIM_CACHE_DIR")
    monkeypatch.delenv("MLANIM_CACHE_SIZE")
    (tmp_path / "mlanim.toml").write_text('cache_dir = "of-project"\ncache_size = "300 MB"')
    assert run(show).output == f"{tmp_path}/of-project: 0 B of at most 300 MB\n"
    monkeypatch.delenv("MLANIM_CACHE_DIR")
    assert run(show, "--cache-dir", "chosen").output.startswith(f"{tmp_path}/chosen: ")


def test_wrong_sizes_are_named_with_their_place(mlanim: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "mlanim.toml").write_text('cache_size = "huge"')
    ran = mlanim("cache")
    assert (ran.code, ran.out) == (2, "")
    assert "mlanim.toml sets cache_size, which is 'huge'; it must be a size" in ran.err
    (tmp_path / "mlanim.toml").unlink()
    ran = mlanim("clean", env={"MLANIM_CACHE_SIZE": "-1"})
    assert (ran.code, ran.out) == (2, "")
    assert "MLANIM_CACHE_SIZE" in ran.err


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 KB"), (5 * 10**9, "5 GB"), (1_234_567, "1.23 MB")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_words(size) == words


def test_what_cannot_be_removed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    monkeypatch.setattr(Path, "unlink", lambda *_: (_ for _ in ()).throw(PermissionError()))
    with pytest.raises(RenderError, match=r"4 MB in .*cache could not be removed\."):
        run(clean, "--yes")
