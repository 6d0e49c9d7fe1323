"""The lines that put a rendered scene into a document: paths, poster, captions and text."""

from __future__ import annotations

import html
import os
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mlanim.engine.errors import RenderError, UsageError
from mlanim.engine.jobs import outputs
from mlanim.engine.jobs.kinds import PICTURES, VIDEO_FORMATS
from mlanim.stage.text.typesetting import literal

STILLS = (".pdf", ".svg", ".png")  # a figure's formats, the first that a document takes wins


@dataclass(frozen=True)
class Rendered:
    """A rendered scene as a document sees it: relative paths with forward slashes, and text."""

    video: str
    poster: str
    captions: str | None
    figures: tuple[str, ...]
    title: str
    description: str
    width: int
    height: int

    @property
    def is_picture(self) -> bool:
        """Whether it is shown as an image, as a GIF is."""
        return Path(self.video).suffix[1:] in PICTURES

    def still(self, *suffixes: str) -> str:
        """The figure in the first of these formats that there is, else the poster."""
        found = [f for suffix in suffixes for f in self.figures if f.endswith(suffix)]
        return [*found, self.poster][0]


def find(name: str, folder: Path, page_folder: Path, scene: str = "") -> Rendered:
    """What was rendered of a scene in `folder`, with paths relative to the page's folder.

    `scene` is how it was named on the command line, where that was not its name.

    Raises:
        RenderError: if it is not there, with the command that makes it.
        UsageError: if its description is not one of ours.
    """
    sidecar = folder / f"{name}.json"
    if not sidecar.is_file():
        raise RenderError(_not_there(name, folder, scene or name))
    about = outputs.read(sidecar)
    video = folder / Path(about["file"]).name
    if about["format"] not in VIDEO_FORMATS:
        raise RenderError(_not_there(name, folder, scene or name))
    poster, captions = video.with_suffix(".png"), video.with_suffix(".vtt")
    for path in (video, poster):
        if not path.is_file():
            raise RenderError(f"{path} is missing. {_not_there(name, folder, scene or name)}")
    figures = [folder / f"{name}-figure{suffix}" for suffix in STILLS]

    def relative(path: Path) -> str:
        return Path(os.path.relpath(path, page_folder)).as_posix()

    return Rendered(
        relative(video),
        relative(poster),
        relative(captions) if captions.is_file() else None,
        tuple(relative(figure) for figure in figures if figure.is_file()),
        str(about.get("title", name)),
        " ".join(str(about.get("description", "")).split()),
        *about["resolution"],
    )


def _not_there(name: str, folder: Path, scene: str) -> str:
    command = shlex.join(["mlanim", "render", scene, "-o", f"{folder}/"])
    return f"There is no video of {name} in {folder}/; run: {command}"


def as_html(scene: Rendered) -> str:
    """A figure with a player, or with an image where the file plays by itself."""
    text, title = html.escape(scene.description), html.escape(scene.title)
    size = f'width="{scene.width}" height="{scene.height}" style="max-width: 100%; height: auto"'
    if scene.is_picture:
        inner = f'  <img {size} src="{quote(scene.video)}" alt="{text}">'
    else:
        track = (
            f'\n    <track kind="captions" src="{quote(scene.captions)}" srclang="en"'
            ' label="Narration" default>'
            if scene.captions
            else ""
        )
        inner = (
            f'  <video {size} controls playsinline preload="metadata"\n'
            f'    poster="{quote(scene.poster)}" src="{quote(scene.video)}"\n'
            f'    aria-label="{text}">{track}\n  </video>'
        )
    return f"<figure>\n{inner}\n  <figcaption>{title}</figcaption>\n</figure>"


def as_markdown(scene: Rendered) -> str:
    """The picture, or the poster as a link to the video: plain Markdown has no player."""
    alt = markdown_text(scene.description)
    if scene.is_picture:
        return f"![{alt}]({quote(scene.video)})"
    return f"[![{alt}]({quote(scene.poster)})]({quote(scene.video)})"


def as_quarto(scene: Rendered) -> str:
    """A player on pages and in reveal.js; in PDF and Word the figure with a link to the video."""
    alt = scene.description.replace("\\", "\\\\").replace('"', '\\"')
    still = quote(scene.still(".pdf", ".png"))
    return "\n".join([
        '::: {.content-visible when-format="html"}',
        "```{=html}", as_html(scene), "```",
        ":::", "",
        '::: {.content-visible unless-format="html"}',
        f'[![{markdown_text(scene.title)}]({still}){{fig-alt="{alt}"}}]({quote(scene.video)})',
        ":::",
    ])  # fmt: skip


def as_latex(scene: Rendered) -> str:
    """The figure, or the poster, with a link that opens the video; for graphicx and hyperref."""
    still = scene.still(".pdf", ".png")
    for path in (still, scene.video):
        if re.search(r"[\\{}%#~^&$]", path):
            raise UsageError(
                f"LaTeX cannot take {path}: a name there is without \\ {{ }} % # ~ ^ & $."
            )
    alt = _latex(scene.description)
    return "\n".join([
        r"% needs \usepackage{graphicx} and \usepackage{hyperref}",
        r"\begin{figure}",
        r"  \centering",
        rf"  \href{{run:{scene.video}}}{{%",
        rf"    \includegraphics[width=\linewidth, alt={{{alt}}}]{{{still}}}}}",
        rf"  \caption{{{_latex(scene.title)}}}",
        r"\end{figure}",
    ])  # fmt: skip


def as_typst(scene: Rendered) -> str:
    """The figure, or the poster, with a link to the video."""
    still = scene.still(".svg", ".png")
    image = f"image({literal(still)}, width: 100%, alt: {literal(scene.description)})"
    return "\n".join([
        "#figure(",
        f"  link({literal(scene.video)}, {image}),",
        f"  caption: {literal(scene.title)},",
        ")",
    ])  # fmt: skip


FORMATS: Mapping[str, Callable[[Rendered], str]] = {
    "html": as_html,
    "markdown": as_markdown,
    "quarto": as_quarto,
    "latex": as_latex,
    "typst": as_typst,
}
SUFFIXES = {
    ".html": "html", ".htm": "html", ".md": "markdown", ".qmd": "quarto", ".tex": "latex",
    ".typ": "typst",
}  # fmt: skip
"""What a page's name says of the format."""


def markdown_text(text: str) -> str:
    """A text as Markdown that says just that."""
    return re.sub(r"([\\`*_\[\]<>&$~^|{}@#!])", r"\\\1", text)


_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
}  # fmt: skip


def _latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)
