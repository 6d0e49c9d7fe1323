"""A change in a scene's file draws again what reaches it, and nothing before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mlanim.engine.cache import segments
from mlanim.engine.cache.prefix import Prefixes
from mlanim.engine.film.segment import Segment
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.playback import draw
from mlanim.engine.playback.loading import load, params_of
from mlanim.engine.workers.engine import Engine

FILE = '''\
from manim import DOWN, RIGHT, UP, Circle, Dot, Scene, Square
from beside import size

SIDE = 1.0


def early():
    return Dot(radius=0.1)


def late():
    return Square(SIDE)


def never():
    return None


class Ring:
    def made(self):
        return Circle()


class Other(Scene):
    number = 1

    def construct(self):
        self.wait(1)


class Film(Scene):
    shown = True

    def setup(self):
        self.steps = 2

    def first(self):
        self.play(early().animate.shift(RIGHT))

    def third(self):
        for step in range(self.steps):
            self.wait(0.3 + step)

    def never(self):
        self.wait(9)

    def construct(self):
        """A film."""
        self.first()
        ring = Ring().made()
        self.play(ring.animate.shift(UP))
        self.third()
        for way in (UP, DOWN):
            self.play(late().animate.shift(way))
            self.wait(0.5)
'''

PLAYS = 8
"""One in `first`, the ring's, two of `third`, and twice two in the loop."""

BESIDE = "size = 2\n"


@pytest.fixture
def film(tmp_path: Path) -> Callable[[str], Path]:
    """Writes the scene's file, with what it imports beside it."""
    (tmp_path / "beside.py").write_text(BESIDE)

    def write(text: str) -> Path:
        path = tmp_path / "film.py"
        path.write_text(text)
        return path

    return write


def digests(path: Path) -> list[str]:
    """What is reached by the end of each play."""
    (entry,) = catalog.select([f"{path}:Film"])
    job = Job(entry, "video", "a.mp4", "mp4", 64, 36, 10.0, "dark")
    scene_class = load(entry)
    with draw.configured(job, scene_class):
        plan = draw.plan(scene_class, params_of(scene_class)(), None)
    prefixes = Prefixes(scene_class, path)
    return [prefixes.digest(plan.line(play.first)) for play in plan.plays]


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("shift(way)", "shift(2 * way)", 4),
        ("Square(SIDE)", "Square(2 * SIDE)", 4),
        ("0.3 + step", "0.4 + step", 2),
        ("Circle()", "Circle(2)", 1),
        ("shift(UP)", "shift(2 * UP)", 1),
        ("radius=0.1", "radius=0.2", 0),
        ("SIDE = 1.0", "SIDE = 2.0", 0),
        ("shown = True", "shown = False", 0),
        ("number = 1", "number = 2", 0),
        ("self.steps = 2", "self.steps = 2 + 0", 0),
        ("    def never", "    def tear_down(self):\n        pass\n\n    def never", 0),
        ("return None", "return 1", PLAYS),
        ("self.wait(9)", "self.wait(8)", PLAYS),
        ("self.wait(1)", "self.wait(2)", PLAYS),
        ("SIDE = 1.0", "\n# a word\n\nSIDE = 1.0", PLAYS),
        ("class Ring:", "def more():\n    pass\n\n\nclass Ring:", PLAYS),
        ("class Ring:", "@print\ndef more():\n    pass\n\n\nclass Ring:", 0),
        ("self.wait(0.5)\n", "self.wait(0.5)\n        self.wait(0.7)\n", PLAYS),
    ],
)
def test_a_change_leaves_what_does_not_reach_it(
    film: Callable[[str], Path], old: str, new: str, same: int
) -> None:
    before = digests(film(FILE))
    assert len(before) == PLAYS
    assert len(set(before)) == 4
    assert old in FILE
    after = digests(film(FILE.replace(old, new)))
    kept = [a == b for a, b in zip(before, after, strict=False)]
    assert kept == [number < same for number in range(PLAYS)]


@pytest.mark.parametrize(
    "dark",
    [
        "eval('1')",
        "getattr(self, 'thi' + 'rd')",
        "list(map(getattr, [self], ['third']))",
        "vars(self)",
        "self.__dict__.copy()",
        "Scene.__subclasses__()",
    ],
)
def test_where_names_are_made_up_the_whole_file_counts(
    film: Callable[[str], Path], dark: str
) -> None:
    text = FILE.replace("for step in", f"{dark}\n        for step in")
    before = digests(film(text))
    after = digests(film(text.replace("return None", "return 1")))
    assert [a == b for a, b in zip(before, after, strict=True)] == [True] * 2 + [False] * 6


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def early", "def __getattr__(name):\n    return 1\n\n\ndef early"),
        (
            "def early",
            "class Kinds:\n    def __init_subclass__(cls):\n        pass\n\n\n"
            "class Kind(Kinds):\n    def made(self):\n        return 1\n\n\ndef early",
        ),
        (
            "def early",
            "class Maker(type):\n    pass\n\n\n"
            "class Kind(metaclass=Maker):\n    def drawn(self):\n        return 1\n\n\ndef early",
        ),
    ],
)
def test_what_is_used_without_a_name_counts(
    film: Callable[[str], Path], old: str, new: str
) -> None:
    text = FILE.replace(old, new)
    before = digests(film(text))
    after = digests(
        film(
            text.replace("        return 1", "        return 2").replace(
                "    return 1\n\n\ndef early", "    return 2\n\n\ndef early"
            )
        )
    )
    assert not set(before) & set(after)


def test_a_name_in_another_file_reaches_too(film: Callable[[str], Path]) -> None:
    path = film(FILE)
    (path.parent / "beside.py").write_text(f"{BESIDE}def go(scene):\n    scene.never()\n")
    before = digests(path)
    after = digests(film(FILE.replace("self.wait(9)", "self.wait(8)")))
    assert not set(before) & set(after)


def test_a_segment_of_a_file_that_was_written_meanwhile_is_not_kept(
    film: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / "cache"))
    path = film(FILE)
    (entry,) = catalog.select([f"{path}:Film"])
    job = Job(entry, "video", str(tmp_path / "a.mp4"), "mp4", 64, 36, 10.0, "dark")
    whole = Prefixes(load(entry), path).whole
    place = {"begin": 0, "length": 60, "expected": (0, ""), "data": "", "source": whole}
    for first, kept in ((0, 1), (5, 1)):
        piece = str(tmp_path / f"piece{first}")
        segments.kept_or_drawn(Segment(job, first, first + 5, piece=piece, **place), lambda _: None)
        assert len(list((tmp_path / "cache" / "segments").glob("*.video"))) == kept
        path.write_text(f"{FILE}\n# a word\n")


def test_a_name_in_a_text_reaches_too(film: Callable[[str], Path]) -> None:
    text = FILE.replace("Ring().made()", "getattr(Ring(), 'made')(); '{0.never}'.format(self)")
    before = digests(film(text))
    after = digests(film(text.replace("self.wait(9)", "self.wait(8)")))
    assert [a == b for a, b in zip(before, after, strict=True)] == [True] + [False] * 7


def test_a_construct_from_elsewhere_counts_as_a_whole(film: Callable[[str], Path]) -> None:
    text = (
        FILE.replace("class Film(Scene)", "class Base(Scene)") + "\n\nclass Film(Base):\n    pass\n"
    )
    before = digests(film(text))
    after = digests(film(text.replace("return None", "return 1")))
    assert not set(before) & set(after)


def test_only_what_changed_is_drawn_again_and_the_film_is_the_same(
    film: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Path(__file__).parent
    monkeypatch.setenv("PYTHONPATH", f"{here}:{here.parents[1]}")

    def made(text: str, cache: str) -> tuple[bytes, set[str]]:
        monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / cache))
        (entry,) = catalog.select([f"{film(text)}:Film"])
        job = Job(entry, "video", str(tmp_path / f"{cache}.mp4"), "mp4", 64, 36, 10.0, "dark")
        events: list[str] = []
        (outcome,) = Engine(2, lambda _, e: events.append(e.event), "short_worker").run([job])
        assert (outcome.code, outcome.message) == (0, "")
        assert "warning" not in events
        kept = {p.name for p in (tmp_path / cache / "segments").glob("*.video")}
        return Path(job.output).read_bytes(), kept

    changed = FILE.replace("shift(way)", "shift(2 * way)").replace("class Ring", "\nclass Ring")
    first, kept = made(FILE, "cache")
    second, more = made(changed, "cache")
    alone, anew = made(changed, "other")
    assert first != second == alone
    assert kept < more
    assert len(anew) > len(more - kept) > 0
    assert anew <= more
    (tmp_path / "beside.py").write_text("size = 3\n")
    _, third = made(changed, "cache")
    assert len(third - more) == len(anew)


SWAPS = [
    ("self.wait(1)\n        self.wait(2)", "self.wait(2)\n        self.wait(1)", 2),
    ("SIDE = 1.0\nSIDE = 2.0", "SIDE = 2.0\nSIDE = 1.0", 0),
]


@pytest.mark.parametrize(("old", "new", "same"), SWAPS)
def test_the_order_counts(film: Callable[[str], Path], old: str, new: str, same: int) -> None:
    text = FILE.replace("        self.third()\n", "        self.wait(1)\n        self.wait(2)\n")
    text = text.replace("SIDE = 1.0\n", "SIDE = 1.0\nSIDE = 2.0\n")
    assert old in text
    before, after = digests(film(text)), digests(film(text.replace(old, new)))
    assert [a == b for a, b in zip(before, after, strict=True)] == [n < same for n in range(PLAYS)]


STEPS = "STEPS = []\n\n\ndef step(f):\n    STEPS.append(f)\n    return f\n\n\nclass Film"


@pytest.mark.parametrize(
    ("changes", "old", "new"),
    [
        ([("def never(self)", "def __call__(self)")], "self.wait(9)", "self.wait(8)"),
        ([("class Film", STEPS), ("    def never", "    @step\n    def never")], "(9)", "(8)"),
        ([("def never():", "def never(x=print()):")], "x=print()", "x=print(1)"),
        ([("def never(self)", "def never(self, x=print())")], "x=print()", "x=print(1)"),
        ([('"""A film."""', "if 0:\n            open('film.py')")], "return None", "return 1"),
    ],
)
def test_what_python_or_a_decorator_uses_counts(
    film: Callable[[str], Path], changes: list[tuple[str, str]], old: str, new: str
) -> None:
    text = FILE
    for place, instead in changes:
        assert place in text
        text = text.replace(place, instead)
    assert not set(digests(film(text))) & set(digests(film(text.replace(old, new))))


def test_a_construct_that_is_wrapped_counts_as_a_whole(
    film: Callable[[str], Path], tmp_path: Path
) -> None:
    """The line at which the wrapper is lies where lines of the film's own do."""
    text = FILE.replace("import size", "import size\nfrom wrapping import wrapped")
    head = "    def construct(self):\n        "
    text = text.replace(f'{head}"', f'    @wrapped\n{head}"')
    line = text[: text.index("self.third()")].count("\n") - 1
    wrapper = "def wrapped(it):\n    return lambda scene: it(scene)\n"
    (tmp_path / "wrapping.py").write_text("\n" * line + wrapper)
    before, after = digests(film(text)), digests(film(text.replace("shift(way)", "shift(-way)")))
    assert not set(before) & set(after)
