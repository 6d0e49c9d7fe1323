"""What goes wrong is said in one to three lines, with the exit code that it deserves."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
TOP = Path(__file__).parents[2]
FAULTY = TOP / "tests" / "demo_scenes" / "faulty.py"
SMALL = ("--resolution", "32x18", "--fps", "5")
ATTENTION_KNOWS = ("it knows the nouns cat, mouse", "adjectives hungry")


def complaint(done: Any, code: int) -> str:
    """What a failed run said, less its progress; it gave no path and showed no code of ours."""
    assert done.code == code, done.err
    assert done.out == ""
    assert "Traceback" not in done.err
    assert "mlanim/" not in done.err
    found = done.err[done.err.index("Error: ") :]
    assert 1 <= len(found.splitlines()) <= 3
    assert max(map(len, found.splitlines())) < 700
    return str(found)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rendr", "attention"), "Unknown command 'rendr'. Did you mean `mlanim render`?"),
        (("gating",), "gating is a scene, not a command: `mlanim render gating`."),
        (("zzzz",), "Unknown command 'zzzz'. There are list, info, render"),
        (("render",), "Which scene? Name one or more, or use --all"),
        (("render", "atention"), "Unknown scene 'atention'. Did you mean attention"),
        (("figure", "zzzz"), "Unknown scene 'zzzz'. There are dot_product, "),
        (("render", "gone.py"), "There is no file gone.py."),
        (("render", "empty.py"), "empty.py has no class that derives from"),
        (("render", "gating", "--all"), "Give one of: scenes, --chapter, --all."),
        (("info",), "Missing argument 'SCENE'.\n`mlanim info --help` shows"),
        (("render", "gating", "--formt", "mp4"), "No such option '--formt'"),
        (("render", "gating", "--format", "avi"), "'avi' is not one of 'mp4'"),
        (("render", "gating", "-o", "a.avi"), "-o a.avi: 'avi' is no format for a video"),
        (("render", "gating", "-o", "empty.py/"), "-o empty.py/ is a file"),
        (("render", "gating", "attention", "-o", "a.mp4"), "is one file for 2 scenes"),
        (("render", "gating", "-q", "z"), "'z' is not one of 'l', 'm', 'h', 'p', 'k'."),
        (("render", "gating", "--fps", "nan"), "--fps nan is out of bounds; for mp4 it is 1 to"),
        (("render", "gating", "--fps", "fast"), "'fast' is not a valid float."),
        (("render", "gating", "--resolution", "12"), "'12' is not WIDTHxHEIGHT, as 1920x1080."),
        (("render", "gating", "--resolution", "33x18"), "33x18 has an odd side"),
        (("render", "gating", "--seed", "1.5"), "'1.5' is not a whole number from 0 to"),
        (("render", "gating", "--seed", "-1"), "'-1' is not a whole number from 0 to"),
        (("render", "gating", "--set", "angle"), "--set takes name=value, not 'angle'"),
        (("render", "gating", "--transparent"), "mp4 has no transparency"),
        (("render", "gating", "--params", "gone.toml"), "gone.toml: No such file"),
        (("render", "gating", "--params", "bad.toml"), "Cannot read bad.toml: "),
        (("render", "--from", "gone.json"), "Cannot read gone.json"),
        (("render", "--from", "list.json"), "is not the .json file that mlanim writes"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
def test_wrong_words_are_answered_at_once(
    mlanim: Run, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "empty.py").write_text("x = 1\n")
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "bad.toml").write_text("angle = ")
    assert said in complaint(mlanim(*words), 2)
    assert {path.name for path in tmp_path.iterdir()} == {"empty.py", "list.json", "bad.toml"}


def test_a_wrong_project_file_is_named(mlanim: Run, tmp_path: Path) -> None:
    (tmp_path / "mlanim.toml").write_text('theme = "blue"')
    said = complaint(mlanim("render", "gating"), 2)
    assert f"{tmp_path / 'mlanim.toml'} sets theme = blue; choose one of dark, light" in said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (("agle=4",), ["demo has no parameter 'agle'. Did you mean angle?"]),
        (
            ("angle=400", "v=1", "seed=x"),
            ["angle is 400; allowed: number, 0 to 180.", "such as 1,2.", "seed is x; allowed"],
        ),
        (("angle=nan", "v=1,inf"), ["angle is nan; ", "and finite.", "v is 1,inf; "]),
        (("angle=13",), ["demo: angle is 13, which is unlucky; take another."]),
    ],
    ids=str,
)
def test_a_wrong_parameter_is_named_with_what_is_allowed(
    mlanim: Run, demo: Path, settings: tuple[str, ...], said: list[str]
) -> None:
    sets = [word for setting in settings for word in ("--set", setting)]
    found = complaint(mlanim("figure", demo, *sets), 2)
    assert [part for part in said if part not in found] == []


def test_a_sentence_that_the_model_does_not_know_is_answered_with_its_words(mlanim: Run) -> None:
    sentence = 'sentence=the "cat" </script> #read("/etc/passwd") $x$ 😀 שלום'
    found = complaint(mlanim("figure", "attention", "--set", sentence), 2)
    assert """unknown word '"cat"'""" in found
    assert [part for part in ATTENTION_KNOWS if part not in found] == []


LESSON = "from mlanim.stage.scene import LessonScene\nclass A(LessonScene): pass\n"
BROKEN = {
    "syntax.py": ("class A(LessonScene):\n    def construct(self)\n", "line 2: expected"),
    "null.py": ("class A(LessonScene):\n    pass\0\n", "null bytes"),
    "imports.py": (f"import nowhere_to_be_found\n{LESSON}", "line 1: import"),
    "raises.py": (f"{LESSON}raise OSError(7)\n", "line 3: raise OSError(7)"),
}


@pytest.mark.parametrize("name", list(BROKEN))
def test_a_scene_file_that_does_not_load_shows_its_own_lines(
    mlanim: Run, tmp_path: Path, name: str
) -> None:
    text, said = BROKEN[name]
    (tmp_path / name).write_text(text)
    found = complaint(mlanim("info", name), 1)
    assert name in found
    assert said in found


@pytest.mark.parametrize(
    ("fault", "seed", "said"),
    [
        ("in compute", 1, ['faulty.py, line 24: return {"value"', "KeyError: 'the missing key'"]),
        ("compute killed", 2, ["The process that computed faulty was ended by SIGKILL; it may"]),
        ("in construct", 0, ["line 33: self.fall()", "line 36: raise", "RuntimeError: the pen"]),
        ("drawer killed", 0, ["The process that drew faulty was ended by SIGKILL"]),
    ],
)
def test_a_scene_that_fails_shows_its_own_lines_and_leaves_nothing(
    mlanim: Run, tmp_path: Path, fault: str, seed: int, said: list[str]
) -> None:
    words = ("render", FAULTY, *SMALL, "--seed", seed, "-o", "out/")
    found = complaint(mlanim(*words, env={"FAULT": fault}), 1)
    assert [part for part in said if part not in found] == []
    assert not (tmp_path / "out").exists()


def test_one_scene_that_fails_does_not_keep_the_others_back(
    mlanim: Run, demo: Path, tmp_path: Path
) -> None:
    done = mlanim("render", FAULTY, demo, *SMALL, "-o", "out/")
    assert done.code == 1
    assert "RuntimeError: the pen broke" in done.err
    assert done.paths == [tmp_path / "out" / "demo.mp4"]


@pytest.mark.parametrize(
    ("output", "said"),
    [("file.txt/a.png", "file.txt is a file; choose a folder with -o."),
     ("/proc/nowhere/a.png", "Cannot make the folder /proc/nowhere: ")],
)  # fmt: skip
def test_a_folder_that_cannot_be_written_to_is_named(
    mlanim: Run, demo: Path, tmp_path: Path, output: str, said: str
) -> None:
    if output.startswith("/proc") and not Path("/proc").is_dir():
        pytest.skip("no /proc here")
    (tmp_path / "file.txt").write_text("something")
    assert said in complaint(mlanim("figure", demo, "-o", output), 1)
    assert (tmp_path / "file.txt").read_text() == "something"


def test_where_there_is_no_room_what_stood_there_stands(
    mlanim: Run, demo: Path, tmp_path: Path
) -> None:
    names = ("demo.mp4", "demo.png", "demo.json")
    for name in names:
        (tmp_path / name).write_text("from before")

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    warm = mlanim("render", demo, *SMALL, "-o", "elsewhere/")
    assert warm.code == 0
    words = ("render", demo, "--resolution", "320x180", "--fps", "5", "-o", "demo.mp4", "--force")
    found = complaint(mlanim(*words, preexec_fn=no_room), 1)
    assert "demo.mp4" in found
    assert "too large" in found
    left = {path.name: path.read_text() for path in tmp_path.iterdir() if path.is_file()}
    assert left == dict.fromkeys(names, "from before")


@pytest.mark.parametrize(
    ("module", "text", "said"),
    [
        ("cairo", "raise ImportError('libcairo.so.2: cannot open shared object file')",
         "libcairo.so.2: cannot open shared object file. `mlanim check` says"),
        ("av", "raise ImportError('libavcodec.so.62: cannot open shared object file')",
         "libavcodec.so.62: cannot open shared object file. `mlanim check` says"),
    ],
)  # fmt: skip
def test_a_missing_library_leads_to_check(
    mlanim: Run, demo: Path, tmp_path: Path, module: str, text: str, said: str
) -> None:
    (tmp_path / "broken" / module).mkdir(parents=True)
    (tmp_path / "broken" / module / "__init__.py").write_text(text)
    path = {"PYTHONPATH": f"{tmp_path / 'broken'}:{TOP}"}
    words = ("render", demo, *SMALL, "-o", "out/", "--set", "words=libraries")
    assert said in complaint(mlanim(*words, env=path), 1)
    assert not list(tmp_path.glob("out/*"))
