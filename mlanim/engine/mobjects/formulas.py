"""What LaTeX made of formulas, kept: it takes a second for each, and every segment needs it.

Where there is no LaTeX, a scene that needs it says so.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from manim.utils import tex_file_writing

from mlanim.engine.cache import cache
from mlanim.engine.cache.keys import formula_key

KIND = "formulas"

PICTURES_BY = "dvisvgm"
"""What turns a page of LaTeX's into a picture."""

HOW_TO_GET = (
    "Get it with: apt-get install texlive-latex-extra dvisvgm, or: brew install --cask mactex; "
    "or write the mathematics with Formula or MathTypst, which need neither."
)


class NoLatex(RuntimeError):
    """A formula needs LaTeX, which is not here."""


@contextmanager
def kept_formulas() -> Iterator[None]:
    """Within it, LaTeX is asked once for a formula, whatever process wants it.

    Raises:
        NoLatex: where a formula needs it, and it is not here.
    """
    written, converted = tex_file_writing.generate_tex_file, tex_file_writing.convert_to_svg
    compiled = tex_file_writing.compile_tex

    def write(*args: Any, **options: Any) -> Path:
        source = written(*args, **options)
        picture = source.with_suffix(".svg")
        if not picture.exists():
            cache.fetch(KIND, formula_key(source), picture)
        return source

    def convert(page: Path, *args: Any, **options: Any) -> Path:
        picture = converted(page, *args, **options)
        cache.put(KIND, formula_key(page.with_suffix(".tex")), picture)
        return picture

    def compile_(source: Path, compilers: str | list[str], *args: Any) -> Path:
        require(*([compilers] if isinstance(compilers, str) else compilers), PICTURES_BY)
        return compiled(source, compilers, *args)

    tex_file_writing.generate_tex_file, tex_file_writing.convert_to_svg = write, convert
    tex_file_writing.compile_tex = compile_
    try:
        yield
    finally:
        tex_file_writing.generate_tex_file = written
        tex_file_writing.convert_to_svg = converted
        tex_file_writing.compile_tex = compiled


def require(*programs: str) -> None:
    """Look whether LaTeX's programs are here.

    Raises:
        NoLatex: for the first that is not, with how to get it.
    """
    for program in programs:
        if shutil.which(program) is None:
            raise NoLatex(f"There is no {program} here, which LaTeX formulas need. {HOW_TO_GET}")
