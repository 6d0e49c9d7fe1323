"""Text in Typst's markup as paragraphs of runs, as word processors have them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from mlanim.export.deck.typst.pages import compile_typst
from mlanim.export.deck.typst.syntax import syntax_theme
from mlanim.stage.colors.palette import Theme
from mlanim.stage.text.typesetting import literal


@dataclass(frozen=True)
class FormattedRun:
    """Words of one look; `role` is a theme's role, `shift` 1 for a superscript and -1 below."""

    text: str
    bold: bool = False
    italic: bool = False
    mono: bool = False
    role: str = ""
    color: str = ""
    shift: int = 0


@dataclass
class Paragraph:
    """A paragraph: its runs, how deep it lies in lists, and what stands before it."""

    level: int = -1
    bullet: str = ""
    runs: list[FormattedRun] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its words."""
        return "".join(run.text for run in self.runs)


ROLE = """
#let symbols(it) = (type(it) == symbol or repr(it.func()) == "symbol" or
  it.fields().values().any(value => if type(value) == content { symbols(value) }
  else if type(value) == array { value.any(one => type(one) == content and symbols(one)) }
  else { false }))
#let named(role, body) = html.elem("span", attrs: (class: role),
  if symbols(body) { math.equation([#body]) } else { body })
"""
"""A role's function in HTML: its words, or its part of a formula, in an element of that name."""


def paragraphs(markup: str, theme: Theme, root: Path) -> list[Paragraph] | None:
    """The text as paragraphs; None if something in it is not text, such as a fraction.

    Raises:
        ValueError: if Typst cannot read it.
    """
    roles = "\n".join(f"#let {role}(body) = named({literal(role)}, body)" for role in theme.roles)
    code = f"#set raw(theme: bytes({literal(syntax_theme(theme))}))"
    page = compile_typst(f"{ROLE}\n{roles}\n{code}\n{markup}", root, "html").decode()
    reader = _Reader()
    try:
        reader.feed(page.partition("<body>")[2].partition("</body>")[0])
    except NotText:
        return None
    return [found for found in reader.found if found.text.strip()]


class NotText(Exception):
    """Something that words alone do not say."""


_BLOCKS = ("p", "li", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "div", "blockquote")
_LOOKS: dict[str, dict[str, Any]] = {
    "strong": {"bold": True}, "em": {"italic": True}, "code": {"mono": True},
    "sup": {"shift": 1}, "sub": {"shift": -1}, "a": {}, "span": {}, "math": {}, "mi": {},
    "mn": {}, "mo": {}, "mtext": {}, "mrow": {}, "mspace": {}, "br": {}, "ul": {}, "ol": {},
}  # fmt: skip
_SCRIPTS = {"msup": (1,), "msub": (-1,), "msubsup": (-1, 1)}
_SPACED = "=<>+−±·⋅×∈≈≤≥→∼≠"


class _Reader(HTMLParser):
    """Goes through Typst's HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Paragraph] = [Paragraph()]
        self._open: list[tuple[str, FormattedRun]] = []
        self._lists: list[int] = []  # for each list around: the number of its item, -1 for a dash
        self._children: list[int] = []  # for each element of a formula around: its children so far

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in what an element changes."""
        look = self._open[-1][1] if self._open else FormattedRun("")
        given = dict(attrs)
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else -1)
        elif tag in _BLOCKS:
            self._begin(tag)
        elif tag not in _LOOKS and tag not in _SCRIPTS:
            raise NotText
        if tag == "math" and given.get("display") == "block":
            self._begin("p")
        look = self._shifted(look)
        if self._children:
            self._children[-1] += 1
        self._children.append(0)
        color = (given.get("style") or "").partition("color: ")[2]
        look = replace(look, **_LOOKS.get(tag, {}))
        look = replace(
            look,
            role=given.get("class") or look.role,
            color=color or look.color,
            mono=look.mono or tag == "pre",
            bold=look.bold or tag[0] == "h",
        )
        if tag in ("br", "mspace"):
            self._add("\n" if tag == "br" else "\u2003", look)
        self._open.append((tag, look))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in an element without content."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        if tag in ("ul", "ol"):
            self._lists.pop()
        while self._open and self._open.pop()[0] != tag:
            self._children.pop()
        self._children.pop()

    def handle_data(self, data: str) -> None:
        """Add words."""
        tag, look = self._open[-1] if self._open else ("", FormattedRun(""))
        if tag in ("mi", "mn", "mo", "mtext", "span") and any(t == "math" for t, _ in self._open):
            data, look = _letters(data, look, tag)
        if tag == "mo" and data in _SPACED and not look.shift:
            data = f" {data} "
        self._add(data, look)

    def _shifted(self, look: FormattedRun) -> FormattedRun:
        around = self._open[-1][0] if self._open else ""
        if around in _SCRIPTS and self._children[-1] > 0:
            if look.shift:
                raise NotText  # a script of a script
            return replace(look, shift=_SCRIPTS[around][self._children[-1] - 1])
        return look

    def _begin(self, tag: str) -> None:
        level = len(self._lists) - 1
        empty = not self.found[-1].runs and self.found[-1].bullet
        if tag == "p" and empty:  # the paragraph of the item that has just begun
            return
        bullet = ""
        if tag == "li":
            self._lists[-1] += self._lists[-1] >= 0
            bullet = "–" if self._lists[-1] < 0 else f"{self._lists[-1]}."
        self.found.append(Paragraph(level, bullet))

    def _add(self, text: str, look: FormattedRun) -> None:
        self.found[-1].runs.append(replace(look, text=text))


def _letters(data: str, look: FormattedRun, tag: str) -> tuple[str, FormattedRun]:
    """A formula's letters as letters of a text that are italic or bold."""
    plain = unicodedata.normalize("NFKC", data)
    if plain == data:
        return data, look
    names = " ".join(unicodedata.name(letter, "") for letter in data)
    if "DOUBLE-STRUCK" in names or "SCRIPT" in names or "FRAKTUR" in names:
        return data, look
    return plain, replace(
        look, bold=look.bold or "BOLD" in names, italic=look.italic or "ITALIC" in names
    )
