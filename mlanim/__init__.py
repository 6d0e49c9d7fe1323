"""Manim animations and figures of machine learning, drawn from PyTorch computations.

    import mlanim

    mlanim.render("dot_product", angle=60)                  # a video, which a notebook shows
    mlanim.figure("attention", output="fig2.pdf", width="8.6cm", theme="print")
    mlanim.narrate("dot_product", output="voice")           # what is said in it, to be recorded
    mlanim.render("dot_product", voice="voice")             # with the recordings under it
    mlanim.deck("dot_product", "attention", output="talk.html")
    mlanim.explore("dot_product", sweep="angle=0:180:5")    # with a slider, each state computed
    mlanim.compute("dot_product", angle=60)                 # the numbers themselves

`%load_ext mlanim` is for scenes that are written in a notebook's cell, below `%%mlanim -q l`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

from mlanim.version import __version__ as __version__

if TYPE_CHECKING:
    from mlanim.export.deck.make import DeckFiles
    from mlanim.export.live.explore import LiveFigure
    from mlanim.export.voice.script import Script
    from mlanim.export.web.figure import Figure
    from mlanim.export.web.notebook import Video

Theme = Literal["dark", "light", "print"]

# What follows is imported only when it is called: a process that draws imports this file, too.


def render(
    scene: str,
    *,
    output: str | PathLike[str] | None = None,
    params: Mapping[str, Any] | None = None,
    quality: Literal["l", "m", "h", "p", "k"] | None = None,
    fps: float | None = None,
    resolution: str | None = None,
    theme: Theme | None = None,
    format: Literal["mp4", "webm", "mov", "gif", "apng", "webp"] | None = None,
    transparent: bool | None = None,
    burn_in: bool = False,
    plays: int = 0,
    encoder: str | None = None,
    encoder_options: Mapping[str, str] | None = None,
    voice: str | PathLike[str] | None = None,
    tts: str | None = None,
    slide: int | None = None,
    start: float | str | None = None,
    end: float | str | None = None,
    force: bool = False,
    **more_params: Any,
) -> Video:
    """Render a scene as a video.

    Args:
        scene: its name, as `mlanim list` shows it, its file, or `file.py:Class`.
        output: the file, or the folder with a slash at its end. Without it the video is kept in
            what is returned alone, where `save` writes it.
        params: the scene's parameters by name, as `mlanim info SCENE` shows them.
        quality: "l" 480p15, "m" 720p30 (the default here), "h" 1080p60, "p" 1440p60, "k" 2160p60.
        fps: frames a second, instead of those of `quality`.
        resolution: such as "1920x1080", instead of that of `quality`.
        theme: "dark" (the default), "light" or "print".
        format: "mp4" (the default), or as `output` ends.
        transparent: no background; for webm, mov, apng and webp.
        burn_in: captions within the frames, below the picture.
        plays: how often a gif, apng or webp plays; 0 for ever.
        encoder: one in graphics hardware, by FFmpeg's name, such as "h264_nvenc".
        encoder_options: as FFmpeg's encoder takes them, such as {"crf": "16"}.
        voice: a folder of recordings to lay under it, one a step: 01.wav, 02.mp3, …
        tts: a program that makes those that are not there, as "espeak-ng -f {text} -w {out}".
        slide: only the slide with that number, from 1.
        start, end: only what is seen between these times: seconds, or a text as "1:05".
        force: replace files that mlanim did not make, too.
        more_params: every other name is a parameter of the scene, too.

    Returns:
        A `Video`: a notebook shows it, `save` writes it, `path` is its file if it has one, `paths`
        are that and those beside it, `about` is its description, and `data` what the scene
        computed.

    Raises:
        UsageError: for what cannot be done as asked, with what is allowed.
        RenderError: for what was tried and failed, with the scene's own lines.
    """
    from mlanim.engine.jobs.catalog import the_scene
    from mlanim.export.web.notebook import rendered

    given = {
        "quality": quality, "fps": fps, "resolution": resolution, "theme": theme, "format": format,
        "transparent": transparent, "burn_in": burn_in, "plays": plays, "encoder": encoder,
        "encoder_options": encoder_options, "slide": slide, "start": start, "end": end,
        "force": force, "output": _text(output), "params": {**more_params, **(params or {})},
        "voice": _text(voice), "tts": tts,
    }  # fmt: skip
    return rendered(the_scene(scene), given)


def figure(
    scene: str,
    *,
    output: str | PathLike[str] | None = None,
    params: Mapping[str, Any] | None = None,
    format: str | None = None,
    theme: Theme | None = None,
    transparent: bool | None = None,
    width: str | None = None,
    height: str | None = None,
    layout: Literal["row", "column", "grid"] | None = None,
    letters: bool = False,
    panel: str | None = None,
    panels: bool = False,
    at: str | None = None,
    slide: int | None = None,
    live: bool = False,
    crop: bool = False,
    dpi: float | None = None,
    font_size: str | None = None,
    font: str | None = None,
    text: bool = False,
    data: Literal["csv", "json", "npz"] | None = None,
    force: bool = False,
    **more_params: Any,
) -> Figure:
    """Draw a scene's figure: vectors or pixels, laid out for a page.

    Args:
        scene: its name, as `mlanim list` shows it, its file, or `file.py:Class`.
        output: the file, or the folder with a slash at its end. Without it the figure is kept in
            what is returned alone, where `save` writes it.
        params: the scene's parameters by name, as `mlanim info SCENE` shows them.
        format: one or more of png, svg, pdf, eps, with commas between; by default as `output` ends.
        theme: "dark" (the default), "light" or "print".
        transparent: no background.
        width: of the page, as "8.6cm", "3.4in" or "246pt"; by default 17.8 cm.
        height: of the page; by default what the panels need.
        layout: how panels stand; by default as many side by side as have room.
        letters: letter the panels: a, b, c.
        panel: the only panel to show.
        panels: each panel in a file of its own as well.
        at: the state of the lecture at that time, as "3.2s" or "end", instead of the figure.
        slide: the state at the pause with that number, from 1.
        live: as a live figure draws one of its states.
        crop: end the page where the content ends.
        dpi: of a PNG; by default 300.
        font_size: of body text, as "8pt" (the default).
        font: a shipped family, or a font's file.
        text: text in SVG and PDF that can be searched.
        data: also the numbers behind it, in that format.
        force: replace files that mlanim did not make, too.
        more_params: every other name is a parameter of the scene, too.

    Returns:
        A `Figure`: a notebook shows it, `save` writes it in any format, `path` is its file if it
        has one, `paths` are that and those beside it, `about` is its description, `panels` are its
        panels' names, and `data` is what the scene computed.

    Raises:
        UsageError: for what cannot be done as asked, with what is allowed.
        RenderError: for what was tried and failed, with the scene's own lines.
    """
    from mlanim.engine.jobs.catalog import the_scene
    from mlanim.export.web.figure import drawn

    given = {
        "format": format, "theme": theme, "transparent": transparent, "width": width,
        "height": height, "layout": layout, "letters": letters, "panel": panel, "panels": panels,
        "at": at, "slide": slide, "live": live, "crop": crop, "dpi": dpi, "font_size": font_size,
        "font": font, "text": text, "data": data, "force": force, "output": _text(output),
        "params": {**more_params, **(params or {})},
    }  # fmt: skip
    return drawn(the_scene(scene), given)


def explore(
    scene: str,
    *,
    output: str | PathLike[str] | None = None,
    sweep: str | Sequence[str] | Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    width: str | None = None,
    font_size: str | None = None,
    panel: str | None = None,
    slide: int | None = None,
    jobs: int | None = None,
    force: bool = False,
    quiet: bool = True,
    **more_params: Any,
) -> LiveFigure:
    """Make a live figure: a page with sliders, each of whose states is computed and drawn.

    Args:
        scene: its name, as `mlanim list` shows it, its file, or `file.py:Class`.
        output: the .html file, or the folder with a slash at its end. Without it the page is kept
            in what is returned alone, where `save` writes it.
        sweep: the parameters that run: "angle=0:180:5", several of these, or {"angle": values}
            with a range as text or the values themselves; by default what the scene says. The
            themes are swept as "theme=light".
        params: the scene's other parameters by name, as `mlanim info SCENE` shows them.
        width: of the figure, as "8.6cm"; by default 17.8 cm.
        font_size: of body text, as "8pt" (the default).
        panel: the only panel to show.
        slide: the state of the lecture at the pause with that number, from 1.
        jobs: processes at once; by default as many as there are cores.
        force: replace a file that mlanim did not make, too.
        quiet: no progress.
        more_params: every other name is a parameter of the scene, too.

    Returns:
        A `LiveFigure`: a notebook shows it, `save` writes it, `path` is its file if it has one,
        `states` is how many states it has, and `payload` is all that it holds.

    Raises:
        UsageError: for what cannot be done as asked, with what is allowed.
        RenderError: for what was tried and failed, with the scene's own lines.
    """
    from mlanim.engine.jobs.catalog import the_scene
    from mlanim.export.live.explore import live_figure
    from mlanim.export.making import RunOptions

    given = {
        "output": _text(output), "sweep": sweep, "width": width, "font_size": font_size,
        "panel": panel, "slide": slide, "force": force,
        "params": {**more_params, **(params or {})},
    }  # fmt: skip
    return live_figure(the_scene(scene), given, RunOptions(jobs, quiet=quiet))


def deck(
    *sources: str,
    output: str | PathLike[str] | Sequence[str | PathLike[str]],
    quality: Literal["l", "m", "h", "p", "k"] | None = None,
    fps: float | None = None,
    resolution: str | None = None,
    theme: Theme | None = None,
    one_file: bool = False,
    notes: bool = False,
    handout: Literal[1, 2, 4] | None = None,
    voice: str | PathLike[str] | None = None,
    tts: str | None = None,
    jobs: int | None = None,
    force: bool = False,
    quiet: bool = False,
) -> DeckFiles:
    """Make a deck of slides: HTML, PowerPoint or PDF. It stops where the scenes pause.

    Args:
        sources: scenes, by name or file; or one lecture.toml.
        output: one or more files that end in .html, .pptx or .pdf.
        quality, fps, resolution: of the videos in it, as for `render`; by default 1080p60.
        theme: instead of the lecture's.
        one_file: HTML with everything inside it.
        notes: PDF with the notes below or beside the slides.
        handout: PDF with so many slides a page.
        voice: a folder of recordings that play with the steps, instead of the lecture's.
        tts: a program that makes those that are not there, as for `render`.
        jobs: processes at once; by default as many as there are cores.
        force: replace files that mlanim did not make, too.
        quiet: no progress.

    Returns:
        `DeckFiles`, whose `paths` are the files, in the order asked for, and whose `data` is what
        each scene computed, by the name of its slide.

    Raises:
        UsageError: for what cannot be done as asked, with what is allowed.
        RenderError: for what was tried and failed, with the scene's own lines.
    """
    from mlanim.export.deck.make import DeckRequest, make_deck

    several = [output] if isinstance(output, (str, PathLike)) else output
    wanted = DeckRequest(
        outputs=tuple(str(_text(path)) for path in several), quality=quality, fps=fps,
        resolution=resolution, theme=theme, one_file=one_file, notes=notes, handout=handout,
        voice=_text(voice), tts=tts, jobs=jobs, force=force, quiet=quiet,
    )  # fmt: skip
    return make_deck(sources, wanted)


def narrate(
    source: str,
    *,
    output: str | PathLike[str] = "voice",
    params: Mapping[str, Any] | None = None,
    force: bool = False,
    quiet: bool = True,
    **more_params: Any,
) -> Script:
    """Write what is said in a scene or a lecture: a text file for each step, to be recorded.

    Args:
        source: a scene, by name or file; or a lecture.toml.
        output: the folder.
        params: the scene's parameters by name, as `mlanim info SCENE` shows them.
        force: replace files that mlanim did not make, too.
        quiet: no progress.
        more_params: every other name is a parameter of the scene, too.

    Returns:
        A `Script`: its `steps`, each with `number`, `text`, `start` and `end`, and the files that
        were written as `paths`.

    Raises:
        UsageError: for what cannot be done as asked, with what is allowed.
        RenderError: for what was tried and failed, with the scene's own lines.
    """
    from mlanim.export.making import RunOptions
    from mlanim.export.narrating import narrated

    given = {**more_params, **(params or {})}
    return narrated(source, str(_text(output)), given, force, RunOptions(quiet=quiet))


def compute(scene: str, *, params: Mapping[str, Any] | None = None, **more_params: Any) -> Any:
    """Run a scene's computation, or find its result in the cache.

    Args:
        scene: its name, as `mlanim list` shows it, its file, or `file.py:Class`.
        params: the scene's parameters by name, as `mlanim info SCENE` shows them.
        more_params: every other name is a parameter of the scene, too.

    Returns:
        What the scene sees as `self.data`: a read-only record of arrays and plain values. None for
        a scene of Manim's own, which computes nothing.

    Raises:
        UsageError: for parameters that the scene refuses.
        RenderError: for what goes wrong in its code, with its own lines.
    """
    from mlanim.engine.jobs.catalog import the_scene
    from mlanim.export.making import computed

    return computed(the_scene(scene), {**more_params, **(params or {})})


def load_ipython_extension(shell: Any) -> None:
    """Make `%%mlanim` known to a notebook: what `%load_ext mlanim` calls."""
    from mlanim.export.web import magics

    magics.load_ipython_extension(shell)


def _text(path: str | PathLike[str] | None) -> str | None:
    """A path as text, with the slash at its end that says that it is a folder."""
    if path is None or isinstance(path, str):
        return path
    return path.__fspath__()
