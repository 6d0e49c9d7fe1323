"""What LaTeX made of formulas, kept: it takes a second for each, and every segment needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from manim.utils import tex_file_writing

from mlanim.engine.cache import cache
from mlanim.engine.cache.keys import formula_key

KIND = "formulas"


@contextmanager
def kept_formulas() -> Iterator[None]:
    """Within it, LaTeX is asked once for a formula, whatever process wants it."""
    written, converted = tex_file_writing.generate_tex_file, tex_file_writing.convert_to_svg

    def write(*args: Any, **options: Any) -> Path:
        source = written(*args, **options)
        picture = source.with_suffix(".svg")
        if not picture.exists():
            cache.fetch(KIND, formula_key(source), picture)
        return source

    def convert(compiled: Path, *args: Any, **options: Any) -> Path:
        picture = converted(compiled, *args, **options)
        cache.put(KIND, formula_key(compiled.with_suffix(".tex")), picture)
        return picture

    tex_file_writing.generate_tex_file, tex_file_writing.convert_to_svg = write, convert
    try:
        yield
    finally:
        tex_file_writing.generate_tex_file = written
        tex_file_writing.convert_to_svg = converted
