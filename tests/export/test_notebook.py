"""A notebook runs, shows its videos, keeps them when exported, and leaves no files about."""

from __future__ import annotations

import base64
import io
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import nbconvert
import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

from mlanim.engine.errors import UsageError

SIZE = 'resolution="160x90", fps=5'
LESSON = """%%mlanim --resolution 160x90 --fps 5 --theme light --set 'words=<b>said</b> & "done"'
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.text.texts import Text

class Short(LessonScene):
    "A <short> one"
    class Params(SceneParams):
        words: str = "none"
    @staticmethod
    def compute(params):
        return {"words": params.words}
    def construct(self):
        self.add(Text(self.data["words"]))
        self.next_slide(notes="<i>Said</i> & done.")
"""
WRONG = LESSON.replace("self.add(Text(", "self.add(Txt(")
PLAIN = """%%mlanim -ql --resolution 64x36 --fps 5
from manim import *
class One(Scene):
    def construct(self):
        self.wait(1)
class Two(Scene):
    def construct(self):
        self.wait(1)
"""
CELLS = (
    "%load_ext mlanim\nfrom mlanim.engine.jobs.job import Job\nfrom mlanim import render\nJob",
    f"film = render({{demo!r}}, {SIZE}, angle=60)\nfilm",
    'film.save("kept.mp4")',
    f'render({{demo!r}}, {SIZE}, format="webp")',
    LESSON,
    WRONG,
    f"render({{demo!r}}, {SIZE}, angle=200)",
    "%%mlanim -q x\npass",
    PLAIN.replace("fps 5", "fps 5 Two"),
    PLAIN,
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """A notebook after it was run in an empty folder, and that folder."""
    folder = tmp_path_factory.mktemp("notebook")
    demo = str(Path(__file__).parent.parent / "demo_scenes" / "demo.py")
    cells = [nbformat.v4.new_code_cell(text.replace("{demo!r}", repr(demo))) for text in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    kernel = {"name": "python3", "display_name": "", "language": "python"}
    notebook.metadata["kernelspec"] = kernel
    client = NotebookClient(
        notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return notebook, folder


def result(cell: Any) -> Any:
    assert not errors(cell), errors(cell)
    return next(o.data for o in cell.outputs if o.output_type == "execute_result")


def errors(cell: Any) -> list[str]:
    return ["\n".join(o.traceback) for o in cell.outputs if o.output_type == "error"]


def within(html: str, kind: str) -> bytes:
    """What a page holds within itself of one media type."""
    found = re.search(f'"data:{kind};base64,([A-Za-z0-9+/=]+)"', html)
    assert found is not None
    return base64.b64decode(found.group(1))


def test_a_call_shows_the_video_with_all_it_needs(ran: Any) -> None:
    notebook, folder = ran
    shown = result(notebook.cells[1])
    with av.open(io.BytesIO(within(shown["text/html"], "video/mp4"))) as video:
        assert (video.streams.video[0].width, video.streams.video[0].height) == (160, 90)
    assert Image.open(io.BytesIO(within(shown["text/html"], "image/png"))).size == (160, 90)
    assert b"There is an arrow." in within(shown["text/html"], "text/vtt")
    assert shown["text/plain"].startswith("<demo: ")
    assert Image.open(io.BytesIO(base64.b64decode(shown["image/png"]))).size == (160, 90)
    saved = (folder / "kept.mp4").read_bytes()
    assert saved == within(shown["text/html"], "video/mp4")


def test_nothing_is_left_but_what_was_saved(ran: Any) -> None:
    assert [path.name for path in ran[1].iterdir()] == ["kept.mp4"]


def test_an_animated_picture_is_an_image(ran: Any) -> None:
    shown = result(ran[0].cells[3])["text/html"]
    assert Image.open(io.BytesIO(within(shown, "image/webp"))).size == (160, 90)
    assert 'alt="A small demonstration: An arrow and a line of words' in shown


def test_a_scene_written_in_a_cell_is_shown_and_its_text_is_data(ran: Any) -> None:
    shown = result(ran[0].cells[4])["text/html"]
    assert "A &lt;short&gt; one" in shown
    assert "<short>" not in shown
    assert b"&lt;i&gt;Said&lt;/i&gt; &amp; done." in within(shown, "text/vtt")
    picture = Image.open(io.BytesIO(within(shown, "image/png")))
    assert picture.getpixel((1, 1)) == (255, 255, 255)


def test_an_error_shows_the_cells_own_line_and_none_of_ours(ran: Any) -> None:
    (said,) = errors(ran[0].cells[5])
    number = WRONG.splitlines().index('        self.add(Txt(self.data["words"]))') + 1
    assert f'cell.py, line {number}: self.add(Txt(self.data["words"]))' in said
    assert "NameError: name 'Txt' is not defined" in said
    assert "must be imported or made in it" in said
    assert "/" not in said.replace("</", "")


def test_a_wrong_call_is_one_sentence(ran: Any) -> None:
    (said,) = errors(ran[0].cells[6])
    assert said.splitlines() == ["demo: angle is 200; allowed: number, 0 to 180."]
    (said,) = errors(ran[0].cells[7])
    assert said.startswith("%%mlanim: argument -q/--quality: invalid choice: 'x'")
    assert len(said.splitlines()) == 1


def test_any_scene_of_manims_can_be_written_in_a_cell(ran: Any) -> None:
    assert result(ran[0].cells[8])["text/plain"].startswith("<Two: 1.0 s")
    (said,) = errors(ran[0].cells[9])
    assert said == "cell.py has several scenes, One, Two; choose as %%mlanim One."


def test_an_export_plays_in_a_browser_with_its_captions(
    ran: Any, tmp_path: Path, open_tab: Callable[..., Any]
) -> None:
    exporter = nbconvert.HTMLExporter(template_name="basic")  # without what is elsewhere
    page, _ = exporter.from_notebook_node(ran[0])
    first = result(ran[0].cells[1])["text/html"]
    assert within(page, "video/mp4") == within(first, "video/mp4")
    assert "<progress" not in page
    (tmp_path / "x.html").write_text(page)
    tab = open_tab((tmp_path / "x.html").as_uri())
    seen = tab.page.evaluate(
        """async () => {
            const video = document.querySelector("video");
            const track = document.querySelector("track");
            video.muted = true;
            await video.play();
            track.track.mode = "showing";
            if (track.readyState < 2) await new Promise((done) => (track.onload = done));
            return [video.videoWidth, track.track.cues[0].text];
        }"""
    )
    assert seen == [160, "There is an arrow."]


def test_the_name_must_suit_the_format(demo: Path, tmp_path: Path) -> None:
    from mlanim.export.web.notebook import Video

    video = Video(b"x", b"", None, '{"format": "mp4"}')
    with pytest.raises(UsageError, match=r'is mp4; save it as talk\.mp4, or .* format="webm"'):
        video.save(tmp_path / "talk.webm")
    assert list(tmp_path.iterdir()) == []
    assert video.save(tmp_path / "talk.mp4").read_bytes() == b"x"
    other = replace(video, payload=b"other")
    assert other.save(tmp_path / "talk.mp4").read_bytes() == b"other"  # in place of one of ours
    (tmp_path / "talk.mp4").write_bytes(b"of a camera")
    with pytest.raises(UsageError, match="is there already, and is not as mlanim made it"):
        video.save(tmp_path / "talk.mp4")
    assert (tmp_path / "talk.mp4").read_bytes() == b"of a camera"
    assert video.save(tmp_path / "talk.mp4", force=True).read_bytes() == b"x"


def test_what_a_notebook_cannot_show_is_refused(demo: Path) -> None:
    from mlanim import render

    with pytest.raises(UsageError, match=r"cannot show 'mov'; choose format=mp4, webm, gif"):
        render(str(demo), format="mov")


def test_importing_the_package_imports_nothing_heavy() -> None:
    import subprocess

    code = (
        "import sys, mlanim; print(sorted({'manim', 'torch', 'numpy', 'IPython'} & {*sys.modules}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
