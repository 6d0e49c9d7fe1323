"""Scene files as strangers write them: the film that manim makes, or a sentence that says why not.

Each test renders a small file by the command line. That the films themselves are manim's is tested
on the corpus.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlanim.engine.jobs.job import exact_rate

Run = Callable[..., Any]
SHOWS = "def construct(self): self.add(Square()); self.wait(0.4)"
PLAIN = f"from manim import *\nclass A(Scene):\n    {SHOWS}\n"


@pytest.fixture
def render(tmp_path: Path, mlanim: Run) -> Run:
    """Renders a text as `scene.py`, small, and gives back how that ended."""

    def run(source: str | None = None, *words: str, output: str = "a.mp4", **options: Any) -> Any:
        if source is not None:
            (tmp_path / "scene.py").write_text(source)
        small = ("--resolution", "64x36", "--fps", "10")
        return mlanim("render", "scene.py", *small, "-o", output, *words, **options)

    return run


READS = {
    "a file with a name that is made": "x = np.loadtxt(f'values_{1}.txt')",
    "a file that the class reads": "x = float(open('values' + '_1.txt').read())",
    "a folder": "import os\nx = len(os.listdir('data'))",
    "a pattern": "import glob\nx = len(glob.glob('data/*'))",
    "a variable": "import os\nx = float(os.environ['SHIFT'])",
    "a variable that may be missing": "import os\nx = float(os.getenv('SHIFT', '1'))",
    "a file that may be missing": (
        "try: x = float(open('new' + '.txt').read())\nexcept OSError: x = 1"
    ),
}


@pytest.mark.parametrize("what", READS)
def test_what_a_scene_reads_is_part_of_its_key(what: str, tmp_path: Path, render: Run) -> None:
    (tmp_path / "values_1.txt").write_text("1")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a").touch()
    source = f"from manim import *\n{READS[what]}\n" + PLAIN.replace("Square()", "Square(x)")
    before = render(source, env={"SHIFT": "1"})
    assert before.code == 0, before.err
    first = (tmp_path / "a.mp4").read_bytes()
    assert "unchanged" in render(env={"SHIFT": "1"}).err
    (tmp_path / "values_1.txt").write_text("2")
    (tmp_path / "data" / "b").touch()
    (tmp_path / "new.txt").write_text("2")
    after = render(env={"SHIFT": "2"})
    assert after.code == 0, after.err
    assert "unchanged" not in after.err
    assert (tmp_path / "a.mp4").read_bytes() != first


def test_what_a_scene_reads_as_it_computes_is_part_of_its_key(tmp_path: Path, render: Run) -> None:
    source = """
from dataclasses import dataclass
from manim import Square
from mlanim.stage.scene import LessonScene, SceneParams
@dataclass
class Sides:
    side: float
class A(LessonScene):
    @classmethod
    def compute(cls, params: SceneParams) -> Sides:
        return Sides(side=float(open(f"side{1}.txt").read()))
    def construct(self):
        self.add(Square(self.data.side))
        self.wait(0.4)
"""
    films = []
    for side in ("1", "1", "2"):
        (tmp_path / "side1.txt").write_text(side)
        for theme in ("dark", "light"):
            done = render(source, "--theme", theme, output=f"{theme}.mp4")
            assert done.code == 0, done.err
            films.append(("unchanged" in done.err, (tmp_path / f"{theme}.mp4").read_bytes()))
    assert [unchanged for unchanged, _ in films] == [False, False, True, True, False, False]
    assert films[4][1] != films[2][1]


def test_what_a_scene_writes_itself_and_what_libraries_ask_for_does_not_count(
    tmp_path: Path, render: Run
) -> None:
    source = f"import os, tempfile\n{PLAIN}\nplace = tempfile.mkstemp()[1]\n" + (
        "open(place, 'w').write('x')\nassert open(place).read()\nos.environ['MINE'] = place\n"
        "assert os.environ['MINE']\nlogger.info('said')\n"
    )
    assert render(source).code == 0
    assert "unchanged" in render(env={"COLUMNS": "77", "HOME": "/", "LANG": "C"}).err


def test_fresh_draws_anew_in_any_case(tmp_path: Path, render: Run) -> None:
    assert render(PLAIN).code == 0
    assert "unchanged" in render().err
    before = (tmp_path / "a.mp4").stat()
    done = render(None, "--fresh")
    assert (done.code, "unchanged" in done.err) == (0, False)
    assert (tmp_path / "a.mp4").stat().st_ino != before.st_ino
    assert "unchanged" in render().err


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (f"name = input('who? ')\n{PLAIN}", "scene.py, line 1: name = input('who? ')"),
        (PLAIN.replace("self.add", "input(); self.add"), "scene.py, line 3: def construct(self)"),
        (f"import sys\nprint(1 / len(sys.stdin.read()))\n{PLAIN}", "scene.py, line 2: print(1 /"),
    ],
    ids=["on import", "in construct", "of all of it"],
)
def test_nobody_is_asked(source: str, line: str, render: Run) -> None:
    done = render(source)
    assert done.code == 1
    assert line in done.err
    assert "EOFError" in done.err or "ZeroDivisionError" in done.err


def test_a_program_that_a_scene_starts_is_not_asked_either(render: Run) -> None:
    source = (
        "import subprocess\nassert subprocess.run(['cat'], capture_output=True).stdout == b''\n"
    )
    done = render(source + PLAIN)
    assert done.code == 0, done.err


@pytest.mark.parametrize("name", ["cli", "scenes", "tests", "label", "benchmarks"])
@pytest.mark.parametrize("place", ["beside", "elsewhere"])
def test_a_scenes_own_packages_are_found(
    name: str, place: str, tmp_path: Path, render: Run
) -> None:
    folder = tmp_path if place == "beside" else tmp_path / "library"
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("mine = 2")
    start = f"import sys\nsys.path.append('{folder}')\n" if place == "elsewhere" else ""
    done = render(f"{start}import {name}\nassert {name}.mine == 2\n{PLAIN}")
    assert done.code == 0, done.err


@pytest.mark.parametrize("name", ["cli", "scenes", "tests", "benchmarks", "hatch_build"])
def test_nothing_of_ours_can_be_imported_but_mlanim(name: str, render: Run) -> None:
    done = render(f"import mlanim.core\nimport {name}\n{PLAIN}")
    assert done.code == 1
    assert f"scene.py, line 2: import {name}\nModuleNotFoundError" in done.err


@pytest.mark.parametrize(
    ("fps", "rate"),
    [
        ("23.976", Fraction(24000, 1001)), ("23.98", Fraction(24000, 1001)),
        ("29.97", Fraction(30000, 1001)), ("59.94", Fraction(60000, 1001)),
        ("119.88", Fraction(120000, 1001)), ("24", Fraction(24)), ("25", Fraction(25)),
        ("12.5", Fraction(25, 2)), ("7.3", Fraction(73, 10)), ("23.9", Fraction(239, 10)),
    ],
)  # fmt: skip
def test_televisions_rates_are_exact(fps: str, rate: Fraction) -> None:
    assert Fraction(exact_rate(float(fps))).limit_denominator(1001) == rate


def test_a_film_has_televisions_rate(tmp_path: Path, render: Run, decoded: Run) -> None:
    assert render(PLAIN, "--fps", "23.976").code == 0
    assert decoded(tmp_path / "a.mp4").rate == Fraction(24000, 1001)


def test_a_film_of_which_all_is_skipped_is_answered(render: Run) -> None:
    done = render(PLAIN.replace("self.add", "self.next_section(skip_animations=True); self.add"))
    assert (done.code, "A shows nothing: all its plays are skipped." in done.err) == (2, True)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("self.wait(0.2); config.frame_rate = 30; self.wait(0.2)", "sets the frame rate to 30"),
        (
            "\n        with tempconfig({'frame_rate': 5}): self.wait(0.2)",
            "sets the frame rate to 5",
        ),
    ],
)
def test_a_rate_that_changes_on_the_way_is_answered(
    source: str, sentence: str, render: Run
) -> None:
    done = render(f"from manim import *\nclass A(Scene):\n    def construct(self): {source}\n")
    assert done.code == 2
    assert sentence in done.err
    assert "set config.frame_rate at the top of the file" in done.err


@pytest.mark.parametrize("name", ["frame_rate", "pixel_width", "pixel_height"])
def test_a_size_that_a_scene_sets_as_it_is_made_is_answered(name: str, render: Run) -> None:
    made = f"    def __init__(self): config.{name} = 20; super().__init__()\n"
    done = render(PLAIN + made)
    assert done.code == 2
    assert f"A sets {name} to 20 as it is made" in done.err


def test_another_renderer_is_answered(render: Run) -> None:
    done = render(f"from manim import *\nconfig.renderer = 'opengl'\n{PLAIN}")
    assert done.code == 2
    assert "The file sets config.renderer to OpenGL" in done.err


CLEAR = [
    "config.transparent = True",
    "config.background_opacity = 0.0",
    "config['transparent'] = True",
]


@pytest.mark.parametrize("line", CLEAR)
def test_a_file_may_ask_for_a_clear_background(
    line: str, tmp_path: Path, render: Run, decoded: Run
) -> None:
    done = render(f"from manim import *\n{line}\n{PLAIN}", output="a.mov")
    assert done.code == 0, done.err
    pixels = decoded(tmp_path / "a.mov", alpha=True).frames[0]
    assert pixels[0, 0, 3] == 0
    assert pixels[..., 3].max() > 20


def test_a_format_that_cannot_be_clear_is_answered(render: Run) -> None:
    done = render(f"from manim import *\n{CLEAR[0]}\n{PLAIN}")
    assert done.code == 2
    assert "scene.py sets a transparent background, which mp4 cannot have" in done.err
    assert "--format webm, mov, apng, webp" in done.err


@pytest.mark.parametrize("made", ["MathTex('x')", "Tex('x')", "Integer(1)", "Matrix([[1]])"])
def test_a_scene_that_needs_latex_says_how_to_get_it(made: str, render: Run) -> None:
    done = render(PLAIN.replace("Square()", made), env={"PATH": "/nowhere"})
    assert done.code == 1
    assert "scene.py, line 3: def construct(self)" in done.err
    assert "There is no latex here" in done.err
    assert "apt-get install texlive-latex-extra dvisvgm" in done.err


def test_check_says_what_latex_is_for(mlanim: Run) -> None:
    done = mlanim("check", env={"PATH": "/nowhere"})
    assert done.code == 0
    assert "without latex: There is no latex here" in done.out


def test_the_frame_is_as_wide_as_manims_whatever_the_pixels(tmp_path: Path, render: Run) -> None:
    source = "assert abs(config.frame_width - 8 * 16 / 9) < 1e-9 and config.frame_height == 8\n"
    sizes = "assert (config.pixel_width, config.pixel_height, config.frame_rate) == (64, 48, 10)\n"
    done = render(f"from manim import *\n{source}{sizes}{PLAIN}", "--resolution", "64x48")
    assert done.code == 0, done.err
    done = render(PLAIN.replace("self.add", f"{source.strip()}; self.add"), "-q", "l")
    assert done.code == 0, done.err


def test_a_lectures_stage_fits_into_any_picture(tmp_path: Path, render: Run, decoded: Run) -> None:
    source = (
        "from manim import *\nfrom mlanim.stage.scene import LessonScene\n"
        "class A(LessonScene):\n    def compute(params): return {}\n    def construct(self):\n"
        "        self.add(Rectangle(width=13.6, height=7.4, color=WHITE)); self.wait(0.2)\n"
    )
    for width, height in ((320, 80), (80, 320), (192, 108)):
        done = render(source, "--resolution", f"{width}x{height}", output=f"{width}.mp4")
        assert done.code == 0, done.err
        frame = decoded(tmp_path / f"{width}.mp4").frames[0].max(axis=2).astype(int)
        lit = np.argwhere(frame > frame[0, 0] + 20)
        (top, left), (bottom, right) = lit.min(axis=0), lit.max(axis=0)
        assert 0 < left < right < width - 1
        assert 0 < top < bottom < height - 1
        assert (right - left) / (bottom - top) == pytest.approx(13.6 / 7.4, rel=0.1)


SAYS = """
import sys
import warnings
from manim import *
print("on import")
class A(Scene):
    def construct(self):
        print("in construct")
        print("to the other", file=sys.stderr)
        logger.info("in the log")
        self.play(FadeIn(Square()), run_time=0.5)
        self.wait(0.2)
    def tear_down(self):
        print("at the end")
        self.play(FadeIn(Circle()), run_time=0.3)
"""


@pytest.mark.parametrize("words", [(), ("--from", "0.1s"), ("--format", "gif")])
def test_what_a_scene_says_is_heard_once(words: tuple[str, ...], render: Run) -> None:
    output = "a.gif" if "gif" in words else "a.mp4"
    done = render(SAYS, *words, output=output)
    assert done.code == 0, done.err
    for said in ("on import", "in construct", "to the other", "in the log", "at the end"):
        assert done.err.count(said) == 1, (said, done.err)
    assert "Rendered" not in done.err  # which is manim's own
    assert "Warning" not in done.err


@pytest.mark.parametrize("text", ["[CLI]\nframe_rate = fast\n", "no section\n", "[CLI\n"])
@pytest.mark.parametrize("command", ["render", "info"])
def test_a_broken_settings_file_of_manims_is_named(
    text: str, command: str, tmp_path: Path, mlanim: Run
) -> None:
    (tmp_path / "scene.py").write_text(PLAIN)
    (tmp_path / "manim.cfg").write_text(text)
    done = mlanim(command, "scene.py")
    assert done.code == 1
    assert f"manim cannot read {tmp_path / 'manim.cfg'}: " in done.err
    assert "Traceback" not in done.err


def test_a_settings_file_of_manims_is_not_left_out_in_silence(tmp_path: Path, render: Run) -> None:
    (tmp_path / "manim.cfg").write_text("[CLI]\nbackground_color = RED\n")
    done = render(PLAIN)
    assert done.code == 0
    assert f"Warning: {tmp_path}/manim.cfg is not read: set what shapes the film" in done.err


def test_an_edit_in_the_same_second_is_seen(tmp_path: Path, render: Run) -> None:
    """Of the file, and of one beside it: as long as before, and as old by the clock."""
    source = PLAIN.replace("Square()", "Square(SIDE)").replace(
        "class", "from sides import *\nclass"
    )
    sides = tmp_path / "sides.py"
    films = set()
    for side, shape in [(1, "Square"), (2, "Square"), (2, "Circle")]:
        sides.write_text(f"SIDE = {side}")
        (tmp_path / "scene.py").write_text(source.replace("Square", shape))
        for path in (sides, tmp_path / "scene.py"):
            os.utime(path, (10**9, 10**9))
        assert render(None).code == 0
        films.add((tmp_path / "a.mp4").read_bytes())
    assert len(films) == 3
