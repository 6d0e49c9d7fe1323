"""One HTML file from a payload of states: the default's picture as it is, the rest compressed."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mlanim.engine.jobs.request import theme_in_use
from mlanim.export import page_theme
from mlanim.export.live.payload import DrawnState, Group, Payload, compressed, picture, start

HERE = Path(__file__).parent

PageKind = Literal["page", "slide"]
"""Where it stands: a page of its own or a frame in one; or a slide that it fills."""


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader([HERE, page_theme.FOLDER]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def document(payload: Payload, place: PageKind = "page") -> bytes:
    """The page of these states, which asks no network for anything; the same bytes again.

    Texts of the payload stay texts, whatever is in them; the pieces of pictures are SVG.
    """
    only = _only_theme(payload)
    files = [HERE / "page.js"] if only else [page_theme.FOLDER / "theme.js", HERE / "page.js"]
    scripts = [path.read_text(encoding="utf-8") for path in files]
    template = _templates().get_template("page.html")
    width, height = payload["size"]
    page = template.render(
        scene=payload["scene"],
        title=payload["title"],
        description=payload["description"],
        theme=only,
        place=place,
        svg=Markup(picture(payload)),
        width=f"{width:g}",
        ratio=f"{width / height:.4f}",
        says=" ".join(_first(group)["says"] for group in payload["groups"]),
        groups=[_shown(group) for group in payload["groups"]],
        states=sum("svg" in state for group in payload["groups"] for state in group["states"]),
        style=Markup(_style(payload)),
        scripts=[Markup(script) for script in scripts],
        policy=_policy(scripts),
        payload=compressed(payload),
    )
    return page.encode(errors="replace")


def colored(svg: str, payload: Payload, theme: str) -> str:
    """A picture of the payload in the colours of one of its themes, for where no style is."""
    at = payload["themes"].index(theme)
    return re.sub(r"var\(--(\w+)\)", lambda name: payload["colors"][name[1]][at], svg)


def framed(page: bytes, title: str, ratio: float) -> str:
    """An HTML element that carries the page within itself, for a notebook.

    `ratio` is what the picture's width is to its height.
    """
    return frame(f'srcdoc="{html.escape(page.decode())}"', title, ratio)


def frame(source: str, title: str, ratio: float) -> str:
    """A frame for a page, which `source` says where to find, as an attribute of HTML.

    It becomes as high as the page where that may see the frame, and else has room for the picture
    and what is usual below it.
    """
    shape = 1 / (1 / ratio + 0.35)
    return (
        f'<iframe data-fit title="{html.escape(title)}" {source} '
        f'style="width: 100%; min-height: 26rem; aspect-ratio: {shape:.3f}; border: 0"></iframe>'
    )


def _only_theme(payload: Payload) -> str:
    """Dark or light, where all that the page has is one theme; else nothing."""
    if len(payload["themes"]) > 1:
        return ""
    return "dark" if theme_in_use(payload["themes"][0]).is_dark else "light"


def _first(group: Group) -> DrawnState:
    """The state at which a group's controls start."""
    state = group["states"][start(group)]
    assert "svg" in state
    return cast(DrawnState, state)


def _shown(group: Group) -> dict[str, Any]:
    """What the template needs of a group."""
    controls = group["controls"]
    ranges = [k for k, c in enumerate(controls) if c["kind"] == "range" and len(c["texts"]) > 2]
    return {
        "controls": controls,
        "label": ", ".join(group["panels"]) or "Figure",
        "says": _first(group)["says"],
        "played": ranges[0] if ranges else None,
        "draggable": group["handle"] is not None,
    }


def _style(payload: Payload) -> str:
    """The page's style, with the colours of its themes and of its pictures as variables."""
    worn = {
        name: {**theme_in_use(name).roles, **{c: v[at] for c, v in payload["colors"].items()}}
        for at, name in enumerate(payload["themes"])
    }
    first = worn[payload["themes"][0]]
    style = _templates().get_template("page.css")
    fonts = {
        weight: base64.b64encode((HERE / f"sans-{weight}.woff").read_bytes()).decode()
        for weight in ("regular", "semibold")
    }
    return style.render(dark=worn.get("dark", first), light=worn.get("light", first), fonts=fonts)


def _policy(scripts: list[str]) -> str:
    """What the page may do: run its own scripts and show what it carries."""
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts]
    allowed = " ".join(f"'sha256-{one}'" for one in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )
