"""What a user wrote is read whole or refused in a sentence, however long, deep or odd it is."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import reading, settings
from mlanim.engine.jobs.params import validated
from mlanim.stage.scene import SceneParams

MEMORY = 1 << 30


class Params(SceneParams):
    number: float = 1.0
    whole: int = 1
    flag: bool = False
    either: float | bool = 1.0
    words: str = ""
    pair: tuple[float, float] = (0.0, 0.0)
    matrix: tuple[tuple[int, ...], ...] = ((1,),)


def nested(levels: int, kind: str) -> str:
    match kind:
        case "lists in JSON":
            return '{"v": ' + "[" * levels + "]" * levels + "}"
        case "objects in JSON":
            return '{"a":' * levels + "1" + "}" * levels
        case "lists in TOML":
            return "v = " + "[" * levels + "]" * levels
        case "tables in TOML":
            return "v = " + "{a = " * levels + "1" + "}" * levels
        case "a dotted key":
            return ".".join(["a"] * levels) + " = 1"
        case _:
            return "[" + ".".join(["a"] * levels) + "]\nx = 1"


KINDS = ["lists in JSON", "objects in JSON", "lists in TOML", "tables in TOML", "a dotted key",
         "a header"]  # fmt: skip


@pytest.mark.parametrize("levels", [100, 500, 980, 5000])
@pytest.mark.parametrize("kind", KINDS)
def test_nesting_is_refused_in_a_sentence(tmp_path: Path, kind: str, levels: int) -> None:
    path = tmp_path / ("p.json" if "JSON" in kind else "p.toml")
    path.write_text(nested(levels, kind))
    with pytest.raises(UsageError) as caught:
        settings.params_file(path)
    assert str(caught.value) == f"Cannot read {path}: it is nested more than 64 levels deep."


@pytest.mark.parametrize("kind", KINDS)
def test_what_people_nest_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / ("p.json" if "JSON" in kind else "p.toml")
    path.write_text(nested(20, kind))
    assert settings.params_file(path)


@pytest.mark.parametrize("levels", [100, 500, 980, 5000])
@pytest.mark.parametrize("name", ["number", "pair", "matrix", "flag"])
def test_nesting_in_a_setting_is_refused(name: str, levels: int) -> None:
    for value in ("[" * levels + "]" * levels, '{"a":' * levels + "1" + "}" * levels):
        with pytest.raises(UsageError) as caught:
            validated(Params, {name: value}, "demo")
        assert f"demo: {name} is " in str(caught.value)
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize("name", ["p.json", "p.toml"])
def test_windows_editors_write_a_mark_and_other_line_ends(tmp_path: Path, name: str) -> None:
    text = '{\r\n"words": "ä"\r\n}' if name.endswith("json") else 'words = "ä"\r\n'
    (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert settings.params_file(tmp_path / name) == {"words": "ä"}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_another_encoding_is_refused_in_a_sentence(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "p.json"
    path.write_bytes('{"words": "ä"}'.encode(encoding))
    with pytest.raises(UsageError) as caught:
        settings.params_file(path)
    assert str(caught.value) == f"Cannot read {path}: it is not text in UTF-8."


@pytest.mark.parametrize("digits", [2000, 4000, 10_000])
@pytest.mark.parametrize("form", ["p.json", "p.toml", "hexadecimal"])
def test_a_number_of_absurd_length_is_refused(tmp_path: Path, digits: int, form: str) -> None:
    path = tmp_path / ("p.json" if form == "p.json" else "p.toml")
    number = ("0x" if form == "hexadecimal" else "") + "9" * digits
    path.write_text(f'{{"number": {number}}}' if form == "p.json" else f"number = {number}")
    with pytest.raises(UsageError, match="Cannot read") as caught:
        settings.params_file(path)
    assert len(str(caught.value)) < 500


def test_a_file_without_an_end_is_refused_within_bounded_memory(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from mlanim.engine.jobs import settings\n"
        "try:\n    settings.params_file(Path(sys.argv[1]))\n"
        "except Exception as error:\n    print(type(error).__name__, error)\n"
    )

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    for name in ("endless.json", "endless.toml"):
        (tmp_path / name).symlink_to("/dev/zero")
        done = subprocess.run(
            [sys.executable, "-c", program, tmp_path / name],
            preexec_fn=bounded, capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = f"UsageError Cannot read {tmp_path / name}: it holds more than 16 MB.\n"
        assert (done.stdout, done.stderr) == (said, "")


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    os.write(theirs, b'{"number": 3}')
    os.close(theirs)
    assert settings.params_file(Path(f"/dev/fd/{ours}")) == {"number": 3}
    os.close(ours)


@pytest.mark.parametrize(
    ("name", "value"),
    [("number", True), ("number", "true"), ("whole", False), ("whole", "false"),
     ("pair", [1, True]), ("pair", "1,true"), ("pair", "[false, 2]"), ("matrix", [[1, True]]),
     ("matrix", "[[1], [true]]"), ("seed", True), ("seed", "true")],
)  # fmt: skip
def test_true_is_no_number(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=f"demo: {name} is .*; allowed: ") as caught:
        validated(Params, {name: value}, "demo")
    assert "number" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [("flag", "true", True), ("flag", False, False), ("either", "true", True), ("either", "2", 2.0),
     ("words", "true", "true"), ("number", "1", 1.0), ("pair", "1,0", (1.0, 0.0))],
)  # fmt: skip
def test_true_is_what_it_says_elsewhere(name: str, value: Any, taken: Any) -> None:
    found = getattr(validated(Params, {name: value}, "demo"), name)
    assert (found, type(found)) == (taken, type(taken))


def test_sane_content_is_left_as_it_is() -> None:
    content = {"a": [1, 2.5, None, "x", True, {"b": (1, 2)}]}
    assert reading.sane(content) is content
    assert reading.booleans_in(content) == 1
    assert reading.is_finite(content)
    assert not reading.is_finite({"a": [[float("nan")]]})


@pytest.mark.parametrize("kind", ["project", "lecture", "sidecar beside the output"])
def test_nesting_anywhere_ends_in_a_sentence(
    mlanim: Callable[..., Any], demo: Path, tmp_path: Path, kind: str
) -> None:
    deep = "[" * 700 + "]" * 700
    words: tuple[Any, ...] = ("figure", demo, "--dpi", "30", "-o", "a.png")
    match kind:
        case "project":
            (tmp_path / "mlanim.toml").write_text(f"[params.demo]\nv = {deep}")
        case "lecture":
            (tmp_path / "l.toml").write_text(
                f'title = "x"\n[[slide]]\nscene = "{demo}"\nparameters = {{v = {deep}}}'
            )
            words = ("deck", "l.toml", "-o", "a.html")
        case _:
            (tmp_path / "a.json").write_text(json.dumps({"v": "HERE"}).replace('"HERE"', deep))
    done = mlanim(*words)
    assert done.code == 2, done.err
    assert "Traceback" not in done.err
    assert done.err.startswith("Error: ")
    assert len(done.err) < 500
