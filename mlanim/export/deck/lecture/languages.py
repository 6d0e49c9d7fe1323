"""Which languages of code have colours."""

from __future__ import annotations

import functools

from mlanim.stage.text.typesetting import literal, typeset
from mlanim.words.nearest import nearest

PLAIN = ("", "text", "txt", "plain")
"""What code is called that has none."""

COMMON = (
    "bash", "c", "cpp", "css", "go", "html", "java", "javascript", "json", "julia", "kotlin",
    "latex", "lua", "markdown", "matlab", "python", "r", "ruby", "rust", "scala", "sql", "swift",
    "toml", "typescript", "typst", "xml", "yaml",
)  # fmt: skip
"""Those that may be meant by another word."""

_OF_MANY = 'if for def class return "x" 1 # ; // <a b="c"> % /* */ { }\n# h\n- a: 1\n@x = 2\n'
"""Words and signs of which any language of Typst's colours some."""


@functools.lru_cache(maxsize=64)
def has_colors(language: str) -> bool:
    """Whether Typst knows a language, by its name or by how its files end."""
    code = f"#raw(lang: {literal(language)}, block: true, {literal(_OF_MANY)})"
    return len({outline.fill for outline in typeset(code).outlines}) > 1


def unknown_language(language: str) -> str:
    """What to say of a language without colours; "" of any other."""
    if language in PLAIN or has_colors(language):
        return ""
    return (
        f"language is {language}, which has no colours.{nearest(language, COMMON)} Leave it out "
        "for plain text"
    )
