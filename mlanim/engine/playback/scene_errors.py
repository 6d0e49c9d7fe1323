"""What a scene's code did wrong, in a sentence: ours as it is, Python's with what was meant."""

from __future__ import annotations

import builtins
import inspect
import re
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from mlanim.engine.cache.sources import PACKAGE
from mlanim.stage.answers import WrongAnswer, WrongFunction
from mlanim.words.nearest import nearest

LATEX = ("latex", "pdflatex", "xelatex", "lualatex", "dvisvgm")
"""The programs that Manim asks for mathematics."""

NO_LATEX = (
    "MathTex, Tex and all that is made of them need LaTeX, and there is no {program} here. Write "
    "the mathematics with Formula (mlanim.stage.text.texts), or Manim's MathTypst, in Typst's "
    "syntax, which needs nothing; or install LaTeX and dvisvgm."
)
_UNEXPECTED = re.compile(r"([\w.]+)\(\) got an unexpected keyword argument '(\w+)'")
_IMPORTED = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'")
_CALLED = re.compile(r"([\w.]+)\(\) (?:missing|takes|got multiple)")


def sentence_of(error: BaseException) -> str:
    """What to say of an error that a scene's code ran into."""
    words = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    if words and _is_ours(error):
        return words
    program = Path(str(error.filename or "")).name if isinstance(error, FileNotFoundError) else ""
    if program in LATEX:
        return NO_LATEX.format(program=program)
    reason = str(error) or words
    return type(error).__name__ + (f": {reason}{_meant(error)}" if reason else "")


def answer_line(error: WrongAnswer) -> tuple[str, int]:
    """The file and the line of a function's one `return`; where it has not one, of its `def`."""
    lines, first = inspect.getsourcelines(error.function)
    returned, defined = (
        [number for number, line in enumerate(lines, first) if line.lstrip().startswith(word)]
        for word in ("return", "def ")
    )
    is_plain = len(returned) == 1 and not isinstance(error, WrongFunction)
    return inspect.getfile(error.function), (returned if is_plain else [*defined, first])[0]


def _is_ours(error: BaseException) -> bool:
    """Whether a `raise` of this package said it, so that it is a sentence already."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return (
        last is not None
        and Path(last.filename).is_relative_to(PACKAGE)
        and (last.line or "").startswith("raise ")
    )


def _meant(error: BaseException) -> str:
    """The nearest name, where one was not found."""
    match error:
        case AttributeError(name=str(name)):
            found = nearest(name, _public(dir(error.obj), name))
        case NameError(name=str(name)):
            found = nearest(name, _public(_names_at(error.__traceback__), name))
        case ImportError():
            found = _meant_import(str(error))
        case TypeError():
            found = _meant_argument(str(error))
        case _:
            found = ""
    return f".{found}" if found else ""


def _public(names: list[str], like: str) -> list[str]:
    return [name for name in names if not name.startswith("_") or like.startswith("_")]


def _names_at(trace: TracebackType | None) -> list[str]:
    """The names that are known where an error was raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    frame = trace.tb_frame if trace is not None else None
    known = [*frame.f_locals, *frame.f_globals] if frame is not None else []
    return [*known, *dir(builtins)]


def _meant_import(message: str) -> str:
    """The nearest of what a module has, where it lacks a name."""
    wanted = _IMPORTED.search(message)
    module = sys.modules.get(wanted[2]) if wanted else None
    return nearest(wanted[1], _public(dir(module), wanted[1])) if wanted and module else ""


def _meant_argument(message: str) -> str:
    """What a function takes that was called otherwise, and the nearest to an unknown argument."""
    unknown = _UNEXPECTED.search(message)
    called = unknown or _CALLED.search(message)
    function = _function(called[1]) if called else None
    if function is None:
        return ""
    parameters = inspect.signature(function).parameters.values()
    known = [p for p in parameters if p.kind is not p.VAR_KEYWORD and p.name != "self"]
    meant = nearest(unknown[2], [p.name for p in known]) if unknown else ""
    by_name = [p.name for p in known if p.kind is p.KEYWORD_ONLY]
    others = [p.name for p in known if p.name not in by_name]
    ways = [", ".join(others), f"by name {', '.join(by_name)}" if by_name else ""]
    return f"{meant} It takes {'; '.join(filter(None, ways)) or 'nothing'}."


def _function(path: str) -> Any:
    """A function of ours by its qualified name."""
    head, *rest = path.split(".")
    for name, module in list(sys.modules.items()):
        if name.startswith("mlanim") and head in vars(module):
            found = vars(module)[head]
            for part in rest:
                found = getattr(found, part, None)
            return found if callable(found) else None
    return None
