"""What a result is made from is found without importing it, and nothing of it is missed."""

from __future__ import annotations

import ast
import itertools
import json
import os
import sys
from pathlib import Path

import manim
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlanim.engine.cache import keys, sources
from mlanim.engine.cache.keys import source_key


def parsed_imports(path: Path) -> set[str]:
    """The same by Python's own parser."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names = {alias.name for alias in node.names} - {"*"}
            found |= {module} | {module + "." * bool(node.module) + name for name in names}
    return found


def test_finds_every_import_that_a_parser_finds() -> None:
    places = [Path(manim.__file__).parent / "scene", sources.PACKAGE]
    files = [path for place in places for path in place.rglob("*.py")]
    assert len(files) > 80
    for path in files:
        if not (path.name == "__init__.py" and sources.PACKAGE in path.parents):
            assert parsed_imports(path) <= set(sources.imports(path)), path


names = st.from_regex(r"[b-e]x(\.[b-e]x)?", fullmatch=True)
items = st.lists(names.map(lambda name: name.partition(".")[0]), min_size=1, max_size=3)
statements = st.one_of(
    names.map("import {}".format),
    st.lists(names, min_size=2, max_size=3).map(lambda found: "import " + " as q, ".join(found)),
    st.tuples(names, items).map(lambda pair: f"from {pair[0]} import {', '.join(pair[1])}"),
    st.tuples(st.sampled_from([".", "..", ".a"]), items).map(
        lambda pair: f"from {pair[0]} import (\n    " + ",  # (why)\n    ".join(pair[1]) + ",\n)"
    ),
    st.tuples(names, items).map(lambda p: f"from {p[0]} import \\\n    {' as z, '.join(p[1])}"),
    names.map("from {} import *".format),
    st.sampled_from(["x = 1", "# import (", "'import this'"]),
)


@settings(max_examples=40)
@given(st.lists(statements, max_size=5), st.sampled_from(["\n", "; "]))
def test_finds_imports_however_they_are_written(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], between: str
) -> None:
    source = between.join(line for line in lines if between == "\n" or "#" not in line)
    path = tmp_path_factory.getbasetemp() / "written.py"
    path.write_text(source)
    assert parsed_imports(path) <= set(sources.imports(path))


def write(folder: Path, **files: str) -> Path:
    """Files by dotted name; the scene is `scene`."""
    for name, text in files.items():
        path = folder / (name.replace("__in__", "/").replace("DOT", ".") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "scene.py"


def reached(scene: Path) -> set[str]:
    return {str(path.relative_to(scene.parent)) for path in sources.closure([scene], scene.parent)}


def test_follows_what_lies_beside(tmp_path: Path) -> None:
    scene = write(
        tmp_path,
        scene="import os, common\nfrom shapes.round import Ring\n",
        common="def late():\n    import rare\n",
        rare="",
        unused="import common",
        shapes__in____init__="from . import square",
        shapes__in__round="from .deep.er import x\nfrom ..top import y",
        shapes__in__square="",
        shapes__in__deep__in__er="",
        shapes__in__other="",
        top="",
    )
    assert reached(scene) == {
        "scene.py", "common.py", "rare.py", "shapes/__init__.py", "shapes/round.py",
        "shapes/square.py", "shapes/deep/er.py", "top.py",
    }  # fmt: skip


def test_follows_what_pythonpath_adds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = write(tmp_path / "here", scene="import elsewhere")
    write(tmp_path / "library", elsewhere="")
    assert len(sources.closure([scene], scene.parent)) == 1
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "library"))
    assert len(sources.closure([scene], scene.parent)) == 2


def test_all_beside_counts_where_names_come_from_a_run(tmp_path: Path) -> None:
    scene = write(tmp_path, scene="import importlib", loaded="")
    assert reached(scene) == {"scene.py"}
    write(tmp_path, scene="import importlib\nimportlib.import_module('load' + 'ed')")
    assert reached(scene) == {"scene.py", "loaded.py"}


def test_follows_the_modules_of_ours_that_are_reached(tmp_path: Path) -> None:
    scene = write(tmp_path, scene="from mlanim.stage import theme\n")
    found = {path.name for path in sources.closure([scene], tmp_path)}
    assert {"theme.py", "scene.py"} <= found
    assert "surface.py" not in found
    write(tmp_path, scene="from mlanim.stage.arrays.surface import Surface\n")
    found = {path.name for path in sources.closure([scene], tmp_path)}
    assert {"surface.py", "batch.py", "theme.py"} <= found
    assert "attention.py" not in found


def test_a_video_is_made_by_the_camera_and_the_encoder(tmp_path: Path) -> None:
    """The modules that shape frames and files are among those that the digest covers."""
    scene = write(tmp_path, scene="")
    for kind, names in {
        "video": {"draw.py", "video.py", "camera.py", "compute.py", "theme.py", "sidecar.py"},
        "figure": {"figure.py", "camera.py", "compute.py", "theme.py", "sidecar.py"},
    }.items():
        roots = keys.makers(kind, scene)
        assert names <= {path.name for path in sources.closure(roots, tmp_path)}


def digests(scene: Path, *changes: tuple[Path, str]) -> list[str]:
    """The digest before, and after each change."""
    found = [source_key(scene)]
    for path, text in changes:
        path.write_text(text)
        found.append(source_key(scene))
    return found


def test_the_digest_follows_files_that_the_scene_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    scene = write(
        tmp_path,
        scene="load('numbers.csv'); Image(\"logo\"); Path('data') / 'deep.npy'; open('x.txt')",
    )
    named = ["numbers.csv", "logo.png", "data/deep.npy", "cwd/x.txt"]
    found = digests(scene, *((tmp_path / name, text) for name in named for text in ("1", "2")))
    assert len(set(found)) == 1 + 2 * len(named)
    unnamed = digests(scene, (tmp_path / "other.csv", "1"), (tmp_path / "data" / "other", "1"))
    assert set(unnamed) == {found[-1]}


def test_the_digest_follows_what_parameters_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    scene = tmp_path / "scenes" / "a.py"
    for name, text in {
        "scenes/a.py": "class A: pass", "own/net.py": "from layers import Layer",
        "own/layers.py": "import sizes", "own/sizes.py": "WIDTH = 3", "w.npz": "1",
        "runs/1.pt": "1",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    params = {"model": "own/net.py:make", "w": "w.npz:a", "checkpoints": "runs"}

    def both() -> tuple[str, str]:
        texts = list(sources.texts_in(params))
        return source_key(scene, texts=texts), keys.data_key(scene, "A", json.dumps(params))

    found = [both()]
    for name in ("own/net.py", "own/layers.py", "own/sizes.py", "w.npz", "runs/1.pt", "runs/2.pt"):
        with (tmp_path / name).open("a") as file:
            file.write("\n")
        found.append(both())
    for kind in zip(*found, strict=True):
        assert len(set(kind)) == 7


def test_the_digest_ignores_places_and_what_is_not_reached(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, scene="import common", common="x = 1")
    write(tmp_path / "two", unused="")
    first, second = (source_key(tmp_path / name / "scene.py") for name in ("one", "two"))
    assert first == second
    write(tmp_path / "two", common="x = 2")
    assert source_key(tmp_path / "two" / "scene.py") != first


def test_a_large_file_counts_by_size_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "LARGE", 10)
    path = tmp_path / "large"
    path.write_bytes(bytes(20))
    before = sources.fingerprint(path)
    assert sources.fingerprint(path) == before
    path.write_bytes(bytes(21))
    assert sources.fingerprint(path) != before


def test_versions_of_distributions_and_of_what_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sources.version_of("manim") == manim.__version__
    assert sources.version_of("no_such_module") == "missing"
    (tmp_path / "loose_module.py").write_text("x = 1")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert len(sources.version_of("loose_module")) == 64


def test_looks_at_texts_that_are_no_names(tmp_path: Path) -> None:
    scene = write(tmp_path, scene="")
    strange = ["", ".", "..", "/", "a\0b", "\udcff", "x" * 5000, "*", "~"]
    assert sources.named_files(strange, tmp_path) == []
    assert source_key(scene, texts=strange)


def test_a_scene_within_a_package_is_made_from_the_rest_of_that_package(tmp_path: Path) -> None:
    package = tmp_path / "week3"
    scene = package / "learning" / "scene.py"
    scene.parent.mkdir(parents=True)
    for path in (package / "__init__.py", package / "numbers.py", tmp_path / "beside.py"):
        path.write_text("")
    scene.write_text("import beside, week3.numbers\n")
    before = source_key(scene)
    (tmp_path / "beside.py").write_text("changed = True\n")
    assert source_key(scene) == before  # it lies among all that is installed
    (package / "numbers.py").write_text("changed = True\n")
    assert source_key(scene) != before
    assert "week3" not in sources.used_by(scene).packages


def test_edits_in_one_breath_are_all_seen(tmp_path: Path) -> None:
    scene = write(tmp_path, scene="import one  # a", one="", two="")
    keys_seen = set()
    for name, letter in itertools.product(("one", "two"), "abc"):
        scene.write_text(f"import {name}  # {letter}")  # as long as before
        assert f"{name}.py" in reached(scene)
        keys_seen.add(source_key(scene))
    assert len(keys_seen) == 6


def test_a_file_that_was_edited_with_its_old_time_is_read_again(tmp_path: Path) -> None:
    scene = write(tmp_path, scene="import one", one="", two="")
    before = 1_000_000_000 * 10**9
    os.utime(scene, ns=(before, before))
    assert reached(scene) == {"scene.py", "one.py"}
    scene.write_text("import two")
    os.utime(scene, ns=(before, before))
    assert reached(scene) == {"scene.py", "two.py"}
