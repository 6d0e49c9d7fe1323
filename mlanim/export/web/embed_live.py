"""The lines that put the page of a live figure into a document: a frame with its title and size."""

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
from mlanim.export.live.page.document import frame
from mlanim.export.web.embed import markdown_text

STILLS = (".pdf", ".svg", ".png")
_TITLE = re.compile(r"<title>([^<]*)</title>")
_RATIO = re.compile(r"--ratio: ([\d.]+)")


@dataclass(frozen=True)
class LivePage:
    """A live figure's page as a document sees it: relative paths with forward slashes, and text.

    `still` is the scene's figure, for where a document cannot show a page, if there is one.
    """

    address: str
    title: str
    ratio: float
    still: str | None


def find(page: Path, name: str, document_folder: Path, scene: str) -> LivePage:
    """The page of a scene, with paths relative to the document's folder.

    `scene` is how it was named on the command line.

    Raises:
        RenderError: if it is not there, with the command that makes it.
        UsageError: if it is not one of ours.
    """
    try:
        text = page.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        command = shlex.join(["mlanim", "explore", scene, "-o", str(page)])
        message = f"There is no live figure of {name} at {page}; run: {command}"
        raise RenderError(message) from error
    title, ratio = _TITLE.search(text), _RATIO.search(text)
    if title is None or ratio is None or 'content="mlanim"' not in text:
        raise UsageError(f"{page} is no page that `mlanim explore` made.")

    def relative(path: Path) -> str:
        return Path(os.path.relpath(path, document_folder)).as_posix()

    stills = [page.with_name(f"{name}-figure{suffix}") for suffix in STILLS]
    found = [relative(path) for path in stills if path.is_file()]
    still = found[0] if found else None
    return LivePage(relative(page), html.unescape(title[1]), float(ratio[1]), still)


def as_html(page: LivePage) -> str:
    """A frame, which is loaded as it comes near."""
    return frame(f'loading="lazy" src="{quote(page.address)}"', page.title, page.ratio)


def as_quarto(page: LivePage) -> str:
    """The frame on pages and in reveal.js; in PDF and Word the figure, or a link."""
    words = markdown_text(page.title)
    shown = f"![{words}]({quote(page.still)})" if page.still else words
    return "\n".join([
        '::: {.content-visible when-format="html"}',
        "```{=html}", as_html(page), "```",
        ":::", "",
        '::: {.content-visible unless-format="html"}',
        f"[{shown}]({quote(page.address)})",
        ":::",
    ])  # fmt: skip


def as_myst(page: LivePage) -> str:
    """The frame in a page of Jupyter Book."""
    return "\n".join(["```{raw} html", as_html(page), "```"])


FORMATS: Mapping[str, Callable[[LivePage], str]] = {
    "html": as_html,
    "markdown": as_html,
    "quarto": as_quarto,
    "myst": as_myst,
}
"""Documents that are read in a browser; Markdown takes HTML as it is."""
