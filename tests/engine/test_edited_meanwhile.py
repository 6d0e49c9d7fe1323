"""What was made from a file that changed meanwhile is not taken for what the file says now."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlanim.engine.events import Event
from mlanim.engine.jobs import catalog
from mlanim.engine.jobs.job import Job
from mlanim.engine.workers.engine import Engine

FILE = """\
import os
from pathlib import Path

from manim import RIGHT, Scene, Square

SIDE = 1.0
FAR = 1.0


class Film(Scene):
    def construct(self):
        square = Square(SIDE)
        self.play(square.animate.shift(RIGHT))
        if "EDITED" in os.environ:  # as if somebody wrote it meanwhile
            path, name = Path(os.environ["EDITED"]), os.environ["NAME"]
            edited = path.with_name(f"{os.getpid()}.txt")  # several come along here
            edited.write_text(path.read_text().replace(f"{name} = 1.0", f"{name} = 2.0"))
            edited.replace(path)
        self.play(square.animate.shift(RIGHT))
        self.play(square.animate.shift(FAR * RIGHT))
"""


@pytest.mark.parametrize("name", ["SIDE", "FAR"])  # from the start on, and in the last play only
def test_an_edit_while_a_film_is_drawn_is_seen_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    here = Path(__file__).parent
    monkeypatch.setenv("PYTHONPATH", f"{here}:{here.parents[1]}")
    monkeypatch.setenv("NAME", name)
    path = tmp_path / "film.py"

    def made(cache: str) -> tuple[bytes, list[str]]:
        monkeypatch.setenv("MLANIM_CACHE_DIR", str(tmp_path / cache))
        (entry,) = catalog.select([f"{path}:Film"])
        job = Job(entry, "video", str(tmp_path / f"{cache}.mp4"), "mp4", 64, 36, 10.0, "dark")
        heard: list[str] = []

        def hear(_: Job, event: Event) -> None:
            heard.append(getattr(event, "message", ""))

        engine = Engine(2, hear, "short_worker")
        (outcome,) = engine.run([job])
        assert (outcome.code, outcome.message) == (0, "")
        return Path(job.output).read_bytes(), heard

    path.write_text(FILE)
    old, _ = made("before")
    monkeypatch.setenv("EDITED", str(path))
    _, heard = made("cache")
    monkeypatch.delenv("EDITED")
    assert f"{name} = 2.0" in path.read_text()
    new, _ = made("cache")
    assert new == made("other")[0] != old
    assert any("changed while it was drawn" in message for message in heard)
    path.write_text(FILE)
    assert made("cache")[0] == old
