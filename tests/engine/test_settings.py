"""mlanim.toml, then MLANIM_*, then flags; whatever is wrong in one is named with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mlanim.engine.errors import UsageError
from mlanim.engine.jobs import catalog, request, settings
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.options import FigureOptions, VideoOptions, options
from mlanim.engine.jobs.outputs import unlike
from mlanim.engine.lines import as_line, from_line


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def job(demo: Path, kind: Any = "video", **asked: Any) -> Job:
    model = {"video": VideoOptions, "figure": FigureOptions}[kind]
    return request.jobs(options(model, **asked), catalog.select([str(demo)]))[0]


def test_without_any_setting(demo: Path, project: Path) -> None:
    made = job(demo)
    assert (made.width, made.height, made.fps, made.theme) == (1920, 1080, 60, "dark")
    assert made.output == str(project / "renders" / "demo.mp4")
    still = job(demo, "figure")
    assert (still.width, still.format) == (round(17.8 / 2.54 * 300), "png")
    assert still.output == str(project / "renders" / "demo-figure.png")


def test_the_environment_wins_over_the_project_and_a_flag_over_both(
    demo: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "mlanim.toml").write_text(
        'quality = "l"\ntheme = "light"\nfps = 12\nseed = 4\noutput = "films"\nformat = "webm"'
    )
    made = job(demo)
    assert (made.width, made.fps, made.theme, made.format) == (854, 12, "light", "webm")
    assert made.params == {"seed": 4}
    assert made.output == str(project / "films" / "demo.webm")
    monkeypatch.setenv("MLANIM_FPS", "20")
    monkeypatch.setenv("MLANIM_THEME", "dark")
    monkeypatch.setenv("MLANIM_SEED", "5")
    monkeypatch.setenv("MLANIM_TRANSPARENT", "yes")
    monkeypatch.setenv("MLANIM_QUALITY", "")
    made = job(demo)
    assert (made.width, made.fps, made.theme, made.transparent) == (854, 20, "dark", True)
    assert made.params == {"seed": 5}
    made = job(demo, fps=30.0, theme="light", quality="m", params={"seed": 6}, output="x.mov")
    assert (made.width, made.fps, made.theme, made.format) == (1280, 30, "light", "mov")
    assert made.params == {"seed": 6}


def test_parameters_of_one_scene(demo: Path, project: Path) -> None:
    (project / "mlanim.toml").write_text(
        "[params.demo]\nangle = 7\nwords = 'a'\n[params.other]\nx=1"
    )
    assert job(demo).params == {"angle": 7, "words": "a"}
    assert job(demo, params={"angle": "8"}).params == {"angle": "8", "words": "a"}


STYLE = '[theme.colors]\nweight = "#A85008"\n[theme.lines]\nline = 0.8\n[params.demo]\nangle = 7\n'


@pytest.mark.parametrize(
    "text",
    [
        f'theme = "light"\nfps = 12\n{STYLE}',
        f"fps = 12\n  theme='light'  # for the hall\n{STYLE}",
        f'fps = 12\n[theme]\nbase = "light"\n{STYLE}',
        f'fps = 12\ntheme = "light"\n[theme]\nbase = "light"\n{STYLE}',
    ],
)
def test_a_theme_and_a_table_of_its_style_stand_together(
    demo: Path, project: Path, text: str
) -> None:
    (project / "mlanim.toml").write_text(text)
    made = job(demo)
    assert (made.theme, made.fps, made.params) == ("light", 12, {"angle": 7})
    assert made.style is not None
    assert made.style.base == "light"
    assert made.style.table == {"colors": {"weight": "#A85008"}, "lines": {"line": 0.8}}


def test_the_project_file_is_found_from_below(
    demo: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "mlanim.toml").write_text('theme = "light"')
    (project / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(project / "a" / "b")
    assert job(demo).theme == "light"


def test_a_gif_is_no_faster_than_browsers_play_it(
    demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert job(demo, format="gif").fps == 50
    assert job(demo, format="gif", quality="l").fps == 15
    with pytest.raises(UsageError, match="1 to 50"):
        job(demo, format="gif", fps=60.0)
    monkeypatch.setenv("MLANIM_FPS", "60")
    with pytest.raises(UsageError, match="1 to 50"):
        job(demo, format="gif")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("qualtiy = 'l'", "sets 'qualtiy'; it may set quality, fps"),
        ("quality = 'x'", "sets quality = x; choose one of l, m, h, p, k"),
        ("quality = 3", "sets quality = 3; it must be a text"),
        ("theme = 'blue'", "choose one of dark, light"),
        ("format = 'avi'", "choose one of mp4"),
        ("fps = 'fast'", "sets fps = fast; it must be a number"),
        ("fps = true", "it must be a number"),
        ("seed = 1.5", "it must be a whole number"),
        ("seed = true", "it must be a whole number"),
        ("transparent = 1", "it must be true or false"),
        ("jobs = 0", "sets jobs = 0; it is 1 to 64"),
        ("fps = 1000", "--fps 1000 is out of bounds"),
        ("resolution = 'big'", "'big' is not WIDTHxHEIGHT"),
        ("output = 'x.avi'", "'avi' is no format"),
        ("params = 3", "write [params.demo] tables"),
        ("[params]\ndemo = 3", "write [params.demo] tables"),
        ("quality = ", "Cannot read"),
        ("theme = 'light'\n[theme]\nbase = 'dark'", "theme = 'light' and base = 'dark' in [theme]"),
        ("theme = 'blue'\n[theme.colors]", "choose one of dark, light"),
        ("theme = 3\n[theme.colors]", "sets theme = 3; it must be a text"),
        ("theme = 'light'\ntheme = 'dark'", "Cannot read"),
        ("theme = 'light'\n[theme.colors\n", "Cannot read"),
        ("fps = 3\nfps = 4\n[params.demo]\ntheme = 'light'\n[theme]", "Cannot read"),
        ("\x00", "Cannot read"),
    ],
)
def test_names_what_is_wrong_in_the_project_file(
    demo: Path, project: Path, text: str, words: str
) -> None:
    (project / "mlanim.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        job(demo)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 3


def test_a_project_file_that_is_no_text(demo: Path, project: Path) -> None:
    (project / "mlanim.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match=r"Cannot read .*mlanim\.toml"):
        job(demo)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("FPS", "fast", "MLANIM_FPS is 'fast'; it must be a number"),
        ("SEED", "1.5", "MLANIM_SEED is '1.5'; it must be a whole number"),
        ("TRANSPARENT", "perhaps", "it must be true or false"),
        ("THEME", "blue", "MLANIM_THEME sets theme = blue; choose one of dark, light"),
        ("JOBS", "-1", "jobs = -1; it is 1 to 64"),
        ("FPS", "nan", "--fps nan is out of bounds"),
    ],
)
def test_names_what_is_wrong_in_the_environment(
    demo: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, words: str
) -> None:
    monkeypatch.setenv(f"MLANIM_{name}", text)
    with pytest.raises(UsageError) as caught:
        job(demo)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("p.toml", "angle = 3\nv = [1, 2]", {"angle": 3, "v": [1, 2]}),
        ("p.json", '{"angle": 3, "words": "ä"}', {"angle": 3, "words": "ä"}),
    ],
)
def test_parameters_from_a_file(
    project: Path, name: str, content: str, found: dict[str, Any]
) -> None:
    (project / name).write_text(content, encoding="utf-8")
    assert settings.params_file(project / name) == found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.json", "[1, 2]"),
        ("p.json", "{"),
        ("p.json", "[" * 20_000),
        ("p.toml", "x = ["),
        ("p.toml", "x = " + "[" * 20_000),
        ("p.json", None),
        ("p.toml", None),
    ],
)
def test_a_file_that_holds_no_parameters(project: Path, name: str, content: str | None) -> None:
    if content is not None:
        (project / name).write_text(content)
    with pytest.raises(UsageError, match=name):
        settings.params_file(project / name)


def test_a_date_from_a_file_travels_as_text(demo: Path, project: Path) -> None:
    (project / "p.toml").write_text("when = 2024-05-06")
    made = job(demo, params=settings.params_file(project / "p.toml"))
    assert from_line(Job, as_line(made)).params == {"when": "2024-05-06"}


@pytest.mark.parametrize(
    ("output", "format", "expected"),
    [
        ("x.webm", None, "x.webm"),
        ("x.WEBM", None, "x.WEBM"),
        ("x", None, "x/demo.mp4"),
        ("x/", "gif", "x/demo.gif"),
        ("x/y.mp4", "mp4", "x/y.mp4"),
        (".", None, "demo.mp4"),
        ("there.mp4", None, "there.mp4/demo.mp4"),  # a folder of that name
    ],
)
def test_where_the_output_goes(
    demo: Path, project: Path, output: str, format: str | None, expected: str
) -> None:
    (project / "there.mp4").mkdir()
    made = job(demo, output=output, format=format)
    assert Path(made.output) == project / expected
    assert Path(made.output).is_absolute()


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"output": "x.mkv"}, "'mkv' is no format for a video"),
        ({"output": "x.png"}, "choose mp4, webm, mov, gif, apng, webp, or a folder"),
        ({"output": "x.webm", "format": "mp4"}, "disagree"),
        ({"output": "file"}, "is a file that is not a .mp4"),
        ({"resolution": "0x0"}, "out of bounds"),
        ({"resolution": "160×90"}, "is not WIDTHxHEIGHT"),
        ({"resolution": "9" * 10_000 + "x1"}, "(10002 characters)"),
    ],
    ids=str,
)
def test_refuses_outputs_that_cannot_be(
    demo: Path, project: Path, asked: dict[str, Any], words: str
) -> None:
    (project / "file").touch()
    with pytest.raises(UsageError) as caught:
        job(demo, **asked)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 600


def test_one_file_for_two_scenes_is_refused(demo: Path) -> None:
    entries = catalog.select([str(demo), str(demo.with_name("slow.py"))])
    with pytest.raises(UsageError, match=r"-o x\.mp4 is one file for 2 scenes"):
        request.jobs(VideoOptions(output="x.mp4"), entries)


def test_two_scenes_of_one_name_are_refused(demo: Path, project: Path) -> None:
    (project / "demo.py").write_bytes(demo.read_bytes())
    entries = catalog.select([str(demo), "demo.py"])
    with pytest.raises(UsageError, match="Two scenes would write"):
        request.jobs(VideoOptions(), entries)


@pytest.mark.parametrize("text", ["", "=3", "angle", "  =x"])
def test_a_setting_is_a_name_and_a_value(text: str) -> None:
    with pytest.raises(UsageError, match="--set takes name=value"):
        request.parse_setting(text)
    assert request.parse_setting("a= b=c ") == ("a", "b=c")


def there(job: Job, theme: str, size: tuple[int, int]) -> None:
    """A file's sidecar that says that it is in that theme and size."""
    about = {
        "scene": "demo", "kind": job.kind, "file": Path(job.output).name, "params": {},
        "format": job.format, "resolution": list(size), "fps": 5, "theme": theme,
        "transparent": False,
    }  # fmt: skip
    Path(job.output).parent.mkdir(exist_ok=True)
    Path(job.output).with_suffix(".json").write_text(json.dumps(about))


def test_a_file_in_another_theme_keeps_its_name(demo: Path, project: Path) -> None:
    there(job(demo), "dark", (1920, 1080))
    assert Path(job(demo).output).name == "demo.mp4"
    assert Path(job(demo, theme="light").output).name == "demo-light.mp4"
    assert Path(job(demo, theme="light", output="films/").output).name == "demo.mp4"
    assert Path(job(demo, theme="light", output="renders/demo.mp4").output).name == "demo.mp4"
    assert Path(job(demo, "figure", theme="light").output).name == "demo-figure.png"


def test_a_video_in_another_size_is_written_in_its_place(demo: Path, project: Path) -> None:
    there(job(demo), "dark", (854, 480))
    assert Path(job(demo).output).name == "demo.mp4"


def test_what_a_file_takes_the_place_of_is_said() -> None:
    now = {"scene": "demo", "title": "Demo", "kind": "video", "file": "demo.mp4"}
    now |= {"resolution": [1920, 1080], "params": {"angle": 60, "seed": 0}}
    assert unlike(now, now) == unlike(None, now) == unlike(now | {"file": "demo.gif"}, now) == ""
    assert unlike(now | {"resolution": [854, 480]}, now) == "854x480"
    small = now | {"resolution": [854, 480], "params": {"angle": 30, "seed": 0, "gone": 1}}
    assert unlike(small, now) == "854x480, angle=30"
    assert unlike(now | {"title": "Another"}, now) == "Another"
    figure = now | {"kind": "figure"}
    assert unlike(figure | {"resolution": [3, 4]}, figure) == "", "as large as its panels ask"


def test_what_is_not_made_again_as_it_was_is_said(
    mlanim: Callable[..., Any], demo: Path, project: Path
) -> None:
    scene = project / "own.py"
    scene.write_text(
        "from manim import *\n\nclass Own(Scene):\n    construct = lambda self: self.add(Dot())\n"
    )
    tiny = ("--resolution", "32x18", "--fps", "5", "--quiet")
    assert mlanim("render", scene, *tiny, "-o", "a.mp4").code == 0
    again = ("render", scene, "--from", "a.json", "-o", "b.mp4")
    assert "Warning" not in mlanim(*again).err
    scene.write_text(scene.read_text().replace("Dot", "Square"))
    said = mlanim(*again).err
    assert f"{project / 'b.mp4'} is not the a.mp4 that was made then: the scene's code" in said
