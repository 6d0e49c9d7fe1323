"""Which files a result is made from: a scene's file, what it imports, and what it names.

Nothing is imported to find that out. Imports are found with a pattern rather than a parser: that
takes a tenth of the time, and finds what a parser finds, and some in texts, which harms nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlanim.engine.versions import installed_version

PACKAGE = Path(__file__).parents[2]
DYNAMIC = ("import_module", "__import__", "exec", "eval", "run_path", "spec_from_file_location")
"""What loads code by names that only a run knows; then all that lies beside a scene counts."""

SETTLED = 2_000_000_000  # nanoseconds after which a change of a file changes its times
LARGE = 64 << 20  # bytes; beyond that, size and time of change stand for a file's content

MOST_OF_TEXT = 4096
"""Characters of a text that is looked at for a file's name: no path is longer."""

_IMPORT = re.compile(
    rb"\b(?:from[ \t]+([\w.]+)[ \t]+)?import"
    rb"(?:[ \t]*(\((?:[\w\s,]|#[^\n]*)*\))|[ \t]*(\*)|[ \t]+([\w., \t]+))"
)
_LOADS = re.compile(rb"\b(?:%s)\b" % "|".join(DYNAMIC).encode())
_TEXT = re.compile(rb"""(["'])([^"'\n]{1,200})\1""")
_SUFFIXES = ("", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".wav", ".mp3", ".ogg")  # as manim tries


@dataclass(frozen=True)
class Used:
    """The files that a result is made from, and the names of the packages that they import."""

    files: tuple[Path, ...]
    packages: tuple[str, ...]


def used_by(scene: Path, roots: Iterable[Path] = (), texts: Iterable[str] = ()) -> Used:
    """What a scene's file, and the modules of ours at `roots`, are made from.

    `texts` are words of the user's that may name files, too.
    """
    files = closure([scene, *roots], scene.parent)
    own = [path for path in files if PACKAGE not in path.parents]
    texts = list(texts)
    words = [*texts, *(text for path in own for text in texts_of(path))]
    given = given_files(texts, scene.parent)
    own += [path for path in given if path.suffix == ".py"]
    found = dict.fromkeys((*files, *named_files(words, scene.parent), *given))
    names = (name for path in own for name in imports(path))
    return Used(tuple(found), tuple(sorted(foreign(names, scene.parent))))


def given_files(texts: Iterable[str], folder: Path) -> list[Path]:
    """The files that parameters name: data, what lies in a folder, and code with what it imports.

    `folder` is the scene's; names are looked for there and in the current folder, code only here.
    """
    texts = list(texts)
    code = [Path(text).absolute() for text in texts if text.endswith(".py") and _is_file(text)]
    folders = [Path(text) for text in texts if _is_folder(Path.cwd(), text)]
    inside = [path for place in folders for path in sorted(place.iterdir()) if _is_file(str(path))]
    return [*closure(code, folder), *named_files(texts, folder), *inside]


def closure(files: Iterable[Path], folder: Path) -> list[Path]:
    """These files and all that they import of the project, in an order that places do not change.

    `folder` is where the scene lies; what lies beside it can be imported, and beside the files.
    """
    found: dict[Path, None] = {}
    seen: set[tuple[str, Path]] = set()
    known: Known = {}
    waiting = list(files)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = None
        is_ours = _is_ours(path)
        if not is_ours and _code(path).loads:
            waiting += folder.glob("*.py")
        for place in {folder} if is_ours else {folder, path.parent}:
            names = [name for name in imports(path) if (name, place) not in seen]
            seen.update((name, place) for name in names if not name.startswith("."))
            for name in names:
                waiting += modules(name, path, place, known)
    return sorted(found, key=lambda path: (path.name, _code(path).digest))


def _is_ours(path: Path) -> bool:
    return str(path).startswith(f"{PACKAGE}{os.sep}")


@dataclass(frozen=True)
class _Code:
    """What is asked of a source file: its imports, whether it loads by names, and its hash."""

    imports: list[str]
    loads: bool
    digest: bytes


Stamp = tuple[int, int, int, int]
_codes: dict[Path, tuple[Stamp, _Code]] = {}


def _code(path: Path) -> _Code:
    """What a source file says, read again once it has changed.

    A change within the tick of the clock that stamps files shows in no stamp, so that one of the
    last seconds is trusted by nobody.
    """
    status = path.stat()
    stamp = status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino
    known = _codes.get(path)
    if known is not None and known[0] == stamp:
        return known[1]
    text = path.read_bytes()
    is_lazy = path.name == "__init__.py" and _is_ours(path)
    code = _Code(
        imports_in(text, is_lazy), _LOADS.search(text) is not None, hashlib.sha256(text).digest()
    )
    if time.time_ns() - max(stamp[:2]) > SETTLED:
        _codes[path] = stamp, code
    return code


def imports(path: Path) -> list[str]:
    """Names, with leading dots where they are relative, of all that a file imports anywhere in it.

    The last part of a name may be a module or something in one. What our own package imports
    inside a function of an `__init__` is left out: it is there to be lazy.
    """
    return _code(path).imports


def imports_in(text: bytes, is_lazy: bool = False) -> list[str]:
    """The same of a source text."""
    source = text.replace(b"\\\n", b" ")
    found: dict[str, None] = {}
    for match in _IMPORT.finditer(source):
        if is_lazy and match.start() > 0 and source[match.start() - 1] != ord("\n"):
            continue
        module = (match[1] or b"").decode(errors="replace")
        names = re.sub(rb"#[^\n]*", b"", match[2] or match[4] or b"")
        for name in re.findall(rb"(?:^|[,(])\s*([\w.]+)", names):
            joint = "." if module.strip(".") else ""
            found[module + joint + name.decode(errors="replace")] = None
        if module:
            found[module] = None  # for a star
    return list(found)


Known = dict[tuple[str, str], tuple[str, list[Path]]]
"""Where a part of a name in a folder leads to, and the files that importing it would run."""


def modules(name: str, importer: Path, folder: Path, known: Known | None = None) -> Iterator[Path]:
    """The files of the project that importing a name would run.

    What is `known` is not looked for again, and what is found becomes known.
    """
    known = {} if known is None else known
    dots = len(name) - len(name.lstrip("."))
    if dots:
        roots = [importer.parents[min(dots, len(importer.parents)) - 1]]
    elif name.partition(".")[0] == PACKAGE.name:
        roots = [PACKAGE.parent]
    else:
        own = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        roots = [folder, *(Path(place) for place in own if place)]
        roots += _roots_of_package(name.partition(".")[0], folder)
    parts = name[dots:].split(".")
    for root in roots:
        place = str(root)
        for part in parts:
            if (place, part) not in known:
                known[place, part] = _looked_up(place, part)
            place, files = known[place, part]
            yield from files


def _looked_up(place: str, part: str) -> tuple[str, list[Path]]:
    place = os.path.join(place, part) if part else place
    files = os.path.join(place, "__init__.py"), f"{place}.py"
    return place, [Path(file) for file in files if os.path.isfile(file)]


def _roots_of_package(top: str, folder: Path) -> list[Path]:
    """Where the package of that name lies, if a folder is within it, as a package's scenes are."""
    if top not in folder.parts:
        return []
    within = [place for place in (folder, *folder.parents) if place.name == top]
    return [place.parent for place in within if (place / "__init__.py").is_file()]


def texts_in(value: Any) -> Iterator[str]:
    """The texts in a value of nested mappings and lists; of "file:key" also the file."""
    if isinstance(value, str):
        text = value[:MOST_OF_TEXT]
        yield from (text, *(text[: colon.start()] for colon in re.finditer(":", text)))
    elif isinstance(value, Mapping):
        yield from texts_in(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts_in(item)


def version_of(name: str) -> str:
    """The version of the distribution that bears a module's name, or a hash of the module."""
    from importlib import util

    if (version := installed_version(name)) is not None:
        return version
    try:
        spec = util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return "missing"
    origin = Path(spec.origin) if spec is not None and spec.origin else None
    return fingerprint(origin).hex() if origin is not None and origin.is_file() else "missing"


def named_files(texts: Iterable[str], folder: Path) -> list[Path]:
    """The files that texts name, from a scene's folder, from the current one, or in one named."""
    words = [word for word in dict.fromkeys(texts) if "\0" not in word]
    places = [folder, Path.cwd()]
    inside = [base / word for base in places for word in words if _is_folder(base, word)]
    found = {
        path: None
        for base in dict.fromkeys((*places, *inside))
        for word in words
        for suffix in _SUFFIXES
        if os.path.isfile(path := os.path.join(base, word + suffix))
    }
    return [Path(path) for path in found if Path(path).suffix != ".py"]


def _is_file(text: str) -> bool:
    return "\0" not in text and os.path.isfile(text)


def _is_folder(base: Path, word: str) -> bool:
    return word.strip("./") != "" and os.path.isdir(os.path.join(base, word))


def texts_of(path: Path) -> Iterator[str]:
    """The short texts in quotes in a source file."""
    return quoted(path.read_bytes())


def quoted(text: bytes) -> Iterator[str]:
    """The same of a source text."""
    for match in _TEXT.finditer(text):
        yield match[2].decode(errors="replace")


def foreign(names: Iterable[str], folder: Path) -> set[str]:
    """Top-level names of the modules that files import and that are neither ours nor Python's."""
    tops = {name.partition(".")[0] for name in names}
    return {
        top
        for top in tops - sys.stdlib_module_names - {PACKAGE.name}
        if top and not any(modules(top, folder, folder))
    }


def fingerprint(path: Path) -> bytes:
    """A hash of what a file holds; of its size and time of change if it is large."""
    status = path.stat()
    if status.st_size > LARGE:
        return hashlib.sha256(f"{status.st_size} {status.st_mtime_ns}".encode()).digest()
    if path.suffix == ".py":
        return _code(path).digest
    return hashlib.sha256(path.read_bytes()).digest()
