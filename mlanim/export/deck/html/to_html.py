"""A deck as a web page on reveal.js: one file, or a page with its files in a folder beside it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import html
import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from string import Template
from types import MappingProxyType
from urllib.parse import quote

from mlanim.engine.files import replacing
from mlanim.engine.jobs.outputs import leaving_no_empty_folder, sha256_of
from mlanim.export.deck.lecture.blocks import Block, Bullets, Live, Table
from mlanim.export.deck.lecture.model import Deck
from mlanim.export.deck.lecture.parts import DeckStyle
from mlanim.export.deck.step import CoverSlide, FilmSlide, Step, TextSlide
from mlanim.export.deck.typst import pages
from mlanim.export.deck.typst.areas import LOGO_HEIGHT, Area, areas, film_area
from mlanim.export.seal import sealed
from mlanim.stage.colors.palette import Theme
from mlanim.stage.text.typesetting import FONTS

HERE = Path(__file__).parent
SCRIPTS = ("deck.js", "captions.js", "speaker.js")

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "font-src data:; img-src 'self' file: blob: data:; media-src 'self' file: blob: data:; "
    "frame-src 'self' file: blob:"
)
"""What the page may load: what it carries and what lies beside it, nothing from any network."""

_NONE: Mapping[str, str] = MappingProxyType({})
_HIDDEN: Mapping[str, str] = MappingProxyType({"class": "aside-from-sight"})
_OURS = re.compile(r"[0-9a-f]{16}\.(html|mp3|mp4|png|svg)")
TYPES = {
    ".html": "text/html", ".mp3": "audio/mpeg", ".mp4": "video/mp4", ".png": "image/png",
    ".svg": "image/svg+xml",
}  # fmt: skip


@dataclass
class _Media:
    """The files that the page shows, each once, by a name made from its content."""

    files: dict[str, bytes] = field(default_factory=dict)
    folder: str | None = None  # beside the page; None carries them inside it

    def add(self, suffix: str, payload: bytes) -> str:
        """The name by which the page refers to these bytes."""
        name = hashlib.sha256(payload).hexdigest()[:16] + suffix
        self.files[name] = payload
        return name if self.folder is None else quote(f"{self.folder}/{name}")

    def carried(self) -> str:
        """The files as elements of the page."""
        return "\n".join(
            f'<script type="application/octet-stream" id="media-{name}" '
            f'data-type="{TYPES[Path(name).suffix]}">{base64.b64encode(payload).decode()}</script>'
            for name, payload in self.files.items()
        )


def write(deck: Deck, steps: Sequence[Step], theme: Theme, path: Path, one_file: bool) -> None:
    """Write the page; in a folder's case its files first, so that it never lacks one.

    Raises:
        RenderError: if reveal.js is not installed.
        OSError: if it cannot be written.
    """
    media = _Media(folder=None if one_file else f"{path.stem}_files")
    page = sealed(_page(deck, steps, theme, media).encode(), ".html")
    if media.folder is None:
        _replace(path, page)
        return
    folder = path.with_name(media.folder)
    with leaving_no_empty_folder([folder]), _all_or_none(folder, media.files):
        folder.mkdir(exist_ok=True)
        for name, payload in media.files.items():
            if not _is_ours(folder / name):
                _replace(folder / name, payload)
        _replace(path, page)
    for old in folder.iterdir() if folder.is_dir() else ():  # a deck may show nothing but words
        if old.name not in media.files and _is_ours(old):
            old.unlink()


@contextlib.contextmanager
def _all_or_none(folder: Path, names: Iterable[str]) -> Iterator[None]:
    """Take away again what of these files was written in the block, if the block fails."""
    new = [folder / name for name in names if not (folder / name).exists()]
    try:
        yield
    except BaseException:
        for path in new:
            path.unlink(missing_ok=True)
        raise


def _is_ours(path: Path) -> bool:
    """Whether a file's name is made from its content."""
    return (
        bool(_OURS.fullmatch(path.name)) and path.is_file() and (sha256_of(path)[:16] == path.stem)
    )


def _replace(path: Path, payload: bytes) -> None:
    with replacing(path) as file:
        file.write(payload)


def _page(deck: Deck, steps: Sequence[Step], theme: Theme, media: _Media) -> str:
    sections = iter(
        [
            _section(step, media, _foot(deck.style, number, len(steps)) if step.footed else "")
            for number, step in enumerate(steps, 1)
        ]
    )
    slides = "\n".join(
        _stack([next(sections) for _ in group])
        for _, group in groupby(steps, key=lambda step: step.name)
    )
    colors = " ".join(f"--{role}: {value};" for role, value in theme.roles.items())
    reveal = _reveal()
    return Template(_text(HERE / "deck.html")).substitute(
        policy=POLICY,
        author=html.escape(deck.head.author),
        title=html.escape(deck.title),
        minutes="" if deck.head.minutes is None else f"{deck.head.minutes:g}",
        progress="true" if deck.style.progress else "false",
        reveal_css=_text(reveal / "reset.css") + _text(reveal / "reveal.css"),
        fonts=_fonts(),
        colors=colors,
        deck_css=_text(HERE / "deck.css"),
        slides=slides,
        media=media.carried() if media.folder is None else "",
        reveal_js=_script(reveal / "reveal.js"),
        deck_js="\n".join(_script(HERE / name) for name in SCRIPTS),
    )


def _stack(sections: Sequence[str]) -> str:
    """A part's steps, one below the other in the overview."""
    return sections[0] if len(sections) == 1 else _element("section", *sections)


def _foot(style: DeckStyle, number: int, count: int) -> str:
    said = [style.footer, f"{number} / {count}" if style.numbers else ""]
    spans = [_element("span", html.escape(words)) for words in said]
    return _element("div", *spans, attributes={"class": "foot"}) if any(said) else ""


def _section(step: Step, media: _Media, foot: str) -> str:
    shown = step.shown
    match shown:
        case FilmSlide():
            kind, content = "film", _film(step, shown, media)
        case TextSlide():
            kind, content = "page", _still_page(step, shown, media)
        case CoverSlide():
            kind, content = "cover", _cover(step, shown, media)
    attributes = {"class": kind, "data-link": step.link, "data-title": step.called}
    if isinstance(shown, FilmSlide) and shown.auto:
        attributes["data-auto"] = ""
    if step.minutes is not None:
        attributes["data-minutes"] = f"{step.minutes / step.count:.4g}"
    content.append(foot)
    if step.voice is not None:
        heard = {"data-media": media.add(".mp3", step.voice.file.read_bytes()), "data-ignore": ""}
        content.append(_element("audio", attributes=heard))
    if step.notes:
        content.append(_element("aside", html.escape(step.notes), attributes={"class": "notes"}))
    return _element("section", *filter(None, content), attributes=attributes)


def _film(step: Step, film: FilmSlide, media: _Media) -> list[str]:
    """How the step before ended, the film over it, and how this one ends over both."""
    assert film.clip is not None
    before = media.add(".png", film.clip.before.read_bytes())
    after = media.add(".png", film.clip.after.read_bytes())
    video = {
        "data-media": media.add(".mp4", film.clip.video.read_bytes()),
        "data-ignore": "",  # for reveal.js, which would play it as well
        "playsinline": "",
        "tabindex": "-1",
        "aria-hidden": "true",
    }
    video |= {"muted": ""} if not film.sound else {}
    video |= {"loop": ""} if film.loop else {}
    return [
        _heading(step),
        _element(
            "div",
            _element("img", attributes={"class": "before", "alt": ""} | _picture(before)),
            _element("video", _captions(film), attributes=video),
            _element("img", attributes={"class": "after", "alt": step.alt} | _picture(after)),
            attributes=_place(film_area(film.heading_lines)),
        ),
    ]


def _heading(step: Step) -> str:
    """A slide's heading, or its title for those who do not see it."""
    hidden = _NONE if step.heading else _HIDDEN
    return _element("h2", html.escape(step.heading or step.called), attributes=hidden)


def _place(area: Area) -> dict[str, str]:
    """Where something stands, as the page's own measures."""
    names = ("left", "top", "width", "height")
    said = "; ".join(f"{name}: {getattr(area, name):.2f}px" for name in names)
    return {"class": "picture", "style": said}


def _picture(name: str) -> dict[str, str]:
    return {"data-media": name, "decoding": "sync"}  # there with its slide, not a moment later


def _captions(film: FilmSlide) -> str:
    if not film.captions:
        return ""
    source = base64.b64encode(film.captions.encode()).decode()
    return _element(
        "track",
        attributes={
            "kind": "captions",
            "label": "Captions",
            "srclang": "en",
            "src": f"data:text/vtt;base64,{source}",
        },
    )


def _still_page(step: Step, page: TextSlide, media: _Media) -> list[str]:
    if not page.columns:
        return [_heading(step)]
    picture = media.add(".svg", pages.compiled(page, "svg"))
    structured = [_structure(block, page.shown_of(at)) for at, block in enumerate(page.columns)]
    said = _element("div", *filter(None, structured), attributes=_HIDDEN)
    image = _element("img", attributes={"alt": step.alt} | _picture(picture))
    return [_heading(step), *([said] if any(structured) else []), image, *_live(page, media)]


def _live(page: TextSlide, media: _Media) -> Iterator[str]:
    """The pages of live figures, each over the picture of its first state."""
    places = areas(page.columns, page.heading_lines)
    for block, area in zip(page.columns, places, strict=True):
        if isinstance(block, Live) and block.page is not None:
            name = media.add(".html", block.page)
            yield _element(
                "iframe",
                attributes={"data-media": name, "title": block.title}
                | _place(area)
                | {"class": "live"},
            )


def _structure(block: Block, shown: int) -> str:
    """Bullets and tables, for those who do not see them."""
    match block:
        case Bullets(lines):
            return _element("ul", "".join(_element("li", html.escape(x)) for x in lines[:shown]))
        case Table(rows):
            names = ["th"] + ["td"] * (len(rows) - 1)
            return _element(
                "table",
                *(
                    _element("tr", *(_element(name, html.escape(cell)) for cell in row))
                    for name, row in zip(names, rows, strict=True)
                ),
            )
    return ""


def _cover(step: Step, cover: CoverSlide, media: _Media) -> list[str]:
    lines = [
        _element("p", html.escape(words), attributes={"class": name}) for name, words in cover.lines
    ]
    found = [_element("div", _element("h1", html.escape(step.title)), *lines)]
    if cover.logo:
        logo = media.add(".svg", pages.picture(cover.logo, "svg", LOGO_HEIGHT))
        found.append(_element("img", attributes={"alt": "", "class": "logo"} | _picture(logo)))
    return found


_EMPTY = ("img", "track")


def _element(name: str, *content: str, attributes: Mapping[str, str] = _NONE) -> str:
    """An element of content that is already HTML, its attributes escaped here."""
    said = "".join(f' {key}="{html.escape(value)}"' for key, value in attributes.items())
    inside = "\n".join(content)
    return f"<{name}{said}>" if name in _EMPTY else f"<{name}{said}>{inside}</{name}>"


def _fonts() -> str:
    weights = {"SourceSansPro-Regular.otf": 400, "SourceSansPro-Semibold.otf": 600}
    return "\n".join(
        '@font-face { font-family: "Source Sans Pro"; '
        f"font-weight: {weight}; src: url(data:font/otf;base64,"
        f"{base64.b64encode((FONTS / file).read_bytes()).decode()}); }}"
        for file, weight in weights.items()
    )


def _reveal() -> Path:
    """The folder of reveal.js."""
    found = importlib.util.find_spec("pyreveal")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "revealjs" / "dist"


def _script(path: Path) -> str:
    """A script that nothing in it ends early: HTML looks for these even within its strings."""
    return re.sub(r"<(?=!--|/?script)", r"\\x3c", _text(path), flags=re.IGNORECASE)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
