"""The cache gives back what was put, whole or not at all, whatever happens to its folder."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from mlanim.engine.cache import cache
from mlanim.engine.errors import UsageError
from mlanim.engine.sizes import size_of

A, B, C = (letter * 64 for letter in "abc")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("MLANIM_CACHE_WARNED", "")
    monkeypatch.delenv("MLANIM_CACHE_SIZE", raising=False)
    return tmp_path / "cache"


def files(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_gives_back_bytes_and_files(tmp_path: Path) -> None:
    assert cache.get("data", A) is None
    assert cache.fetch("data", A, tmp_path / "copy") is None
    cache.put("data", A, b"bytes")
    (tmp_path / "film").write_bytes(b"frames" * 1000)
    cache.put("files", f"{A}.mp4", tmp_path / "film")
    assert cache.get("data", A) == b"bytes"
    assert cache.get("files", f"{A}.mp4") == b"frames" * 1000
    digest = cache.fetch("files", f"{A}.mp4", tmp_path / "copy")
    assert digest == hashlib.sha256(b"frames" * 1000).hexdigest()
    assert (tmp_path / "copy").read_bytes() == b"frames" * 1000


def test_the_last_put_counts() -> None:
    cache.put("data", A, b"first")
    cache.put("data", A, b"second")
    assert cache.get("data", A) == b"second"


@pytest.mark.parametrize("damage", ["cut", "empty", "headless", "flipped", "longer"])
def test_a_damaged_entry_is_noticed_and_forgotten(place: Path, tmp_path: Path, damage: str) -> None:
    cache.put("data", A, bytes(range(256)))
    entry = place / "data" / A
    whole = entry.read_bytes()
    damaged = {
        "cut": whole[:-1],
        "empty": b"",
        "headless": whole[20:],
        "flipped": whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:],
        "longer": whole + b"\0",
    }[damage]
    for read in (cache.get, lambda *at: cache.fetch(*at, tmp_path / "copy")):
        entry.write_bytes(damaged)
        assert read("data", A) is None
        assert not entry.exists()
        assert not (tmp_path / "copy").exists()
    cache.put("data", A, b"anew")
    assert cache.get("data", A) == b"anew"


@pytest.mark.parametrize("other", [("data", B), ("files", A)], ids=["key", "kind"])
def test_an_entry_in_another_s_place_is_noticed_and_forgotten(
    place: Path, other: tuple[str, str]
) -> None:
    cache.put("data", A, b"one")
    cache.put(*other, b"two")
    first, second = place / "data" / A, place / other[0] / other[1]
    one, two = first.read_bytes(), second.read_bytes()
    first.write_bytes(two)
    second.write_bytes(one)
    assert cache.get("data", A) is cache.get(*other) is None
    assert not first.exists()
    assert not second.exists()


def test_what_an_older_version_kept_is_a_miss_and_can_be_cleaned_away(place: Path) -> None:
    content = b"kept"
    old = place / "data" / A
    old.parent.mkdir(parents=True)
    old.write_bytes(
        b"mlanim-cache-1 " + hashlib.sha256(content).hexdigest().encode() + b"\n" + content
    )
    assert [entry.key for entry in cache.entries()] == [A]
    assert cache.get("data", A) is None
    assert cache.entries() == []


def used(place: Path, key: str, ago: float) -> None:
    then = time.time() - ago
    os.utime(place / "data" / key, (then, then))


def test_what_was_used_longest_ago_goes_first(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key, ago in [(A, 30.0), (B, 20.0)]:
        cache.put("data", key, bytes(1000))
        used(place, key, ago)
    assert cache.get("data", A) is not None  # from now on B is the one not used for longest
    monkeypatch.setenv("MLANIM_CACHE_SIZE", "2500")
    cache.put("data", C, bytes(1000))
    assert files(place) == [f"data/{A}", f"data/{C}"]


def test_the_cache_stays_under_its_size(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLANIM_CACHE_SIZE", "10 KB")
    for number in range(30):
        cache.put("data", hashlib.sha256(bytes([number])).hexdigest(), bytes(900))
        assert sum(entry.size for entry in cache.entries()) <= 10_000
    assert len(cache.entries()) == 10
    cache.put("data", A, bytes(20_000))  # larger than the whole: it must not empty the cache
    assert len(cache.entries()) == 10
    monkeypatch.setenv("MLANIM_CACHE_SIZE", "0")
    cache.put("data", A, b"x")
    assert cache.get("data", A) is None


@pytest.mark.parametrize(
    ("text", "size"),
    [("5 GB", 5 * 10**9), ("500mb", 5 * 10**8), ("1.5 kB", 1500), ("17", 17), ("2TB", 2 * 10**12)],
)
def test_sizes(text: str, size: int) -> None:
    assert size_of(text, "here") == size


@pytest.mark.parametrize("text", ["", "much", "-5 GB", "5 GiB", "1e9", "5 GB!", "५ GB", "nan"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="it must be a size, as 500 MB or 5 GB"):
        size_of(text, "here")


def test_a_file_that_is_not_ours_stays(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "data").mkdir(parents=True)
    (place / "data" / B).write_bytes(b"somebody else's" * 100)
    (place / "notes.txt").write_text("mine")
    monkeypatch.setenv("MLANIM_CACHE_SIZE", "100")
    cache.put("data", A, b"x")
    assert files(place) == [f"data/{A}", f"data/{B}", "notes.txt"]


def test_half_written_files_go_when_their_writer_must_be_dead(place: Path) -> None:
    cache.put("data", A, b"x")
    for name, ago in [(".mlanim-1-old", 2 * cache.ABANDONED), (".mlanim-1-new", 5.0)]:
        (place / "data" / name).touch()
        used(place, name, ago)
    cache.put("data", B, b"x")
    assert files(place) == ["data/.mlanim-1-new", f"data/{A}", f"data/{B}"]


def refuse_writing(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_what_cannot_be_written_is_said_once_and_leaves_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, number: int
) -> None:
    cache.put("data", A, b"before")
    refuse_writing(monkeypatch, number)
    assert not cache.probe()
    cache.put("data", A, b"after")
    cache.put("data", B, b"after")
    assert files(place) == [f"data/{A}"]
    assert cache.get("data", A) == b"before"
    said = capsys.readouterr().err
    assert said.count("Warning:") == 1
    assert os.strerror(number) in said


def test_processes_started_after_a_warning_stay_silent(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write_text("a file where the folder should be")
    program = (
        "import subprocess, sys; from mlanim.engine.cache import cache; cache.probe();"
        'child = \'from mlanim.engine.cache import cache; cache.put("data", "a" * 64, b"x")\';'
        "subprocess.run([sys.executable, '-c', child])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stderr.count("Warning:") == 1


def test_a_folder_that_can_be_written_passes_the_probe(place: Path, capsys: Any) -> None:
    assert cache.probe()
    assert files(place) == []
    assert capsys.readouterr().err == ""


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """A limit on file sizes stops a write in its middle, as a full disk does."""
    program = (
        "import resource, signal; from mlanim.engine.cache import cache;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000));"
        "cache.put('data', 'a' * 64, bytes(100_000)); cache.put('data', 'b' * 64, b'small');"
        "print(cache.get('data', 'a' * 64), cache.get('data', 'b' * 64))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stdout == "None b'small'\n"
    assert ran.stderr.count("Warning: the cache in") == 1
    assert files(tmp_path / "cache") == [f"data/{B}"]


def test_a_target_that_cannot_be_written_is_the_callers_matter(tmp_path: Path) -> None:
    cache.put("data", A, b"x")
    with pytest.raises(FileNotFoundError):
        cache.fetch("data", A, tmp_path / "nowhere" / "copy")
    assert cache.get("data", A) == b"x"


def test_many_processes_at_once(place: Path) -> None:
    """Readers see whole entries while writers replace and the limit removes them."""
    program = (
        "import sys, hashlib; from mlanim.engine.cache import cache\n"
        "for turn in range(120):\n"
        "    key = hashlib.sha256(bytes([turn % 7])).hexdigest()\n"
        "    cache.put('data', key, bytes([turn % 7]) * 30_000)\n"
        "    found = cache.get('data', hashlib.sha256(bytes([(turn + 3) % 7])).hexdigest())\n"
        "    assert found in (None, bytes([(turn + 3) % 7]) * 30_000)\n"
    )
    environment = {**os.environ, "MLANIM_CACHE_SIZE": "100 KB"}
    running = [
        subprocess.Popen([sys.executable, "-c", program], env=environment, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    assert [process.communicate()[1] for process in running] == [b""] * 4
    assert {process.returncode for process in running} == {0}
    assert all(not Path(name).name.startswith(".") for name in files(place))
    assert sum(entry.size for entry in cache.entries()) <= 100_000
