"""Whether what rendering needs is here, and how to get what is not."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass

from mlanim.engine.cache.cache import folder
from mlanim.engine.jobs.kinds import VIDEO_FORMATS


@dataclass(frozen=True)
class Health:
    """One thing that rendering needs; not `needed` is what only some scenes do."""

    name: str
    ok: bool
    detail: str
    needed: bool = True

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)


def examine() -> list[Health]:
    """Look at everything, whatever else is missing."""
    probes: list[tuple[str, Callable[[], str], str]] = [
        ("python", lambda: sys.version.split()[0], "Install Python 3.11 or newer."),
        ("cairo", _cairo, _system("libcairo2-dev pkg-config", "cairo pkg-config")),
        ("pango", _pango, _system("libpango1.0-dev", "pango")),
        ("manim", lambda: _version("manim"), "pip install 'manim[typst]>=0.22,<0.23'"),
        ("typst fonts", _fonts, "Install mlanim again: its fonts are missing or damaged."),
        ("torch", lambda: _version("torch"), "pip install torch (a CPU build is enough)"),
        *((f"encoder for {name}", _encoder(name), "pip install --force-reinstall av") for name in
          VIDEO_FORMATS),
        ("cache folder", _cache, "Set MLANIM_CACHE_DIR to a folder that can be written to."),
    ]  # fmt: skip
    return [*(_probe(*probe) for probe in probes), _latex()]


def _probe(name: str, look: Callable[[], str], remedy: str) -> Health:
    try:
        return Health(name, True, look())
    except Exception as error:
        return Health(
            name, False, f"{str(error).splitlines()[0] if str(error) else error!r}. {remedy}"
        )


def _system(debian: str, homebrew: str) -> str:
    return f"Get it with: apt-get install {debian}, or: brew install {homebrew}."


def _version(module: str) -> str:
    return str(importlib.import_module(module).__version__)


def _cairo() -> str:
    import cairo

    return f"{cairo.cairo_version_string()} (pycairo {cairo.version})"


def _pango() -> str:
    return str(importlib.import_module("manimpango").pango_version())


def _fonts() -> str:
    from mlanim.stage.text.typesetting import MATH, SANS, literal, typeset

    if not typeset(f"#{literal('a')} $x$").outlines:
        raise RuntimeError("Typst drew nothing")
    return f"{SANS}, {MATH}"


def _latex() -> Health:
    try:
        from mlanim.engine.mobjects import formulas

        formulas.require("latex", formulas.PICTURES_BY)
    except ImportError:  # which a line above says
        return Health("latex", False, "not looked for, as Manim cannot be imported", False)
    except formulas.NoLatex as error:
        return Health("latex", False, f"{error} Only Tex, MathTex and numbers need it.", False)
    return Health("latex", True, "latex, dvisvgm", False)


def _encoder(format: str) -> Callable[[], str]:
    def look() -> str:
        import av.codec

        from mlanim.engine.jobs.encoder import codec_of

        name = codec_of(format, False)[1]
        av.codec.Codec(name, "w")
        return name

    return look


def _cache() -> str:
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    probe = place / ".writable"
    probe.touch()
    probe.unlink()
    return str(place)
