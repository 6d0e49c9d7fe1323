"""What a scene reads while it runs: files that it opens, folders that it lists, variables.

A result is made from these as much as from the files that its text names, but they are known only
afterwards. So they are kept under the key of what was made, and the key under which the result
itself is found covers how each of them reads now. Where none are known, nothing was kept either.

Python tells of what its own code opens and lists; what a library opens in C is not seen, and no
more is what comes from a clock, from chance or from another program.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlanim.engine.cache import cache
from mlanim.engine.cache.keys import job_key, key_with_reads, reads_key
from mlanim.engine.cache.sources import PACKAGE, fingerprint
from mlanim.engine.jobs.job import Job

KIND = "reads"
FILE, FOLDER, VARIABLE = "file", "folder", "variable"

Reads = dict[str, str]
"""A fingerprint by what was read, as "file /path/to.csv"; of what is not there, "missing"."""

_TEMPORARY = re.compile(r"\.?mlanim-\d+-")  # how a name begins that only a run of ours uses
_LOOKING_UP = re.compile(
    r"(.*[/\\]|<frozen )(_collections_abc|glob|ntpath|os|pathlib|posixpath|shutil|tempfile)(\.py|>)"
)
_IMPORTING = re.compile(r"<frozen |.*[/\\](importlib[/\\].*|pkgutil\.py)$")
_OURS = str(PACKAGE) + os.sep
_MODES_THAT_WRITE = frozenset("wax+")
_FLAGS_THAT_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT

_listening: list[_Listener] = []


@contextmanager
def noted(reads: Reads) -> Iterator[None]:
    """Note in `reads` what is read within the block, as it reads then; not what it wrote itself."""
    _install()
    _listening.append(_Listener(reads))
    try:
        yield
    finally:
        _listening.pop()


def settled(key: str, scene: Path) -> str:
    """A key that also covers how all reads now that was read where this was made from a scene."""
    known = _known(key, scene)
    return key_with_reads(key, {name: _now(name) for name in known})


def current_key(job: Job) -> str:
    """The key of a job's files as of now: it covers what the scene read when they were made."""
    return settled(job_key(job), Path(job.scene.path))


def remembered(key: str, scene: Path, reads: Reads) -> str:
    """Keep what was read for `settled`, with what was read before; the key as of this reading."""
    known = _known(key, scene)
    if not reads.keys() <= set(known):
        names = sorted({*known, *reads})
        cache.put(KIND, reads_key(key, scene), json.dumps(names).encode())
    return key_with_reads(key, {name: _now(name) for name in known} | reads)


def include(key: str, scene: Path) -> None:
    """Note what was read when something was made that is used now."""
    if _listening:
        for name in _known(key, scene):
            _listening[-1].reads.setdefault(name, _now(name))


def cover(key: str, known_for: str, scene: Path) -> None:
    """Have a key, which is made of another that is `settled`, stand for all that is known of that.

    Whatever is read from now on, the key knows nothing of: `is_covered` tells whether there is any.
    """
    names = sorted({*_known(known_for, scene), *_listening[-1].reads})
    if names:
        cache.put(KIND, reads_key(key, scene), json.dumps(names).encode())
    _listening[-1].covered.update(names)


def is_covered(key: str, scene: Path) -> bool:
    """Whether a key covers all that was read here; where nobody takes note, nothing was."""
    if not _listening:
        return True
    listener = _listening[-1]
    return listener.reads.keys() <= listener.covered | set(_known(key, scene))


def _known(key: str, scene: Path) -> list[str]:
    payload = cache.get(KIND, reads_key(key, scene))
    return [str(name) for name in json.loads(payload)] if payload is not None else []


def _now(name: str) -> str:
    """How something reads now."""
    kind, _, what = name.partition(" ")
    try:
        if kind == FILE:
            return fingerprint(Path(what)).hex()
        if kind == FOLDER:
            names = sorted(n for n in os.listdir(what) if not _TEMPORARY.match(n))
            return hashlib.sha256("\0".join(names).encode(errors="replace")).hexdigest()
        return hashlib.sha256(os.environ[what].encode(errors="replace")).hexdigest()
    except (OSError, KeyError, ValueError):
        return "missing"


class _Listener:
    """Takes note of what is read: of the user's things, no library's and none of ours."""

    def __init__(self, reads: Reads):
        self.reads, self.covered = reads, set[str]()
        self._others = tuple(f"{place}{os.sep}" for place in _not_the_users())
        self._own: set[str] = set()  # what was written here before it was read
        self._is_looking = False

    def take(self, kind: str, what: str, writes: bool = False) -> None:
        """Note one thing, unless it is looked at for this very note."""
        if self._is_looking:
            return
        self._is_looking = True
        try:
            name = f"{kind} {what if kind == VARIABLE else os.path.abspath(what)}"
            if name in self.reads or name in self._own:
                return
            if writes:
                self._own.add(name)
            elif kind == VARIABLE or self.is_users(os.path.abspath(what)):
                self.reads[name] = _now(name)
        finally:
            self._is_looking = False

    def is_users(self, path: str) -> bool:
        """Whether a file or folder is the user's."""
        parts = path.split(os.sep)
        ours = "__pycache__" in parts or any(map(_TEMPORARY.match, parts))
        return not ours and not f"{path}{os.sep}".startswith(self._others)


def _not_the_users() -> set[str]:
    """Where libraries, the system's files, and what we keep lie."""
    named = ("stdlib", "platstdlib", "purelib", "platlib")
    libraries = {sysconfig.get_path(name) for name in named} | {sys.prefix, sys.base_prefix}
    system = {"/dev", "/proc", "/sys", "/etc", "/usr", "/System"}
    found = libraries | system | {str(PACKAGE), str(cache.folder().absolute())}
    return found | set(map(os.path.realpath, found))


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    """Python's audit hook; it cannot be removed, so it looks whether anybody listens."""
    if not _listening or event not in ("open", "os.listdir", "os.scandir"):
        return
    what = arguments[0]
    if not isinstance(what, (str, bytes, os.PathLike)):
        what = "." if what is None else ""  # a folder that is not named, or a number
    path = os.fsdecode(what)
    asking = _asking()
    if not path or asking.startswith(_OURS) or _IMPORTING.match(asking):
        return
    if event != "open":
        _listening[-1].take(FOLDER, path)
        return
    _, mode, flags = arguments
    writes = bool(_MODES_THAT_WRITE & set(mode)) if mode else bool(flags & _FLAGS_THAT_WRITE)
    _listening[-1].take(FILE, path, writes)


class _Environment(os._Environ):
    """The environment, which tells of the variables that a user's own code asks for by name."""

    def __getitem__(self, name: str) -> str:
        if _listening and _listening[-1].is_users(_asking()):
            _listening[-1].take(VARIABLE, name)
        return super().__getitem__(name)

    def __setitem__(self, name: str, value: str) -> None:
        if _listening:
            _listening[-1].take(VARIABLE, name, writes=True)
        super().__setitem__(name, value)


def _asking() -> str:
    """The file of the code that asks: the first outside of Python's look-ups, and of this file."""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        file = frame.f_code.co_filename
        if file != __file__ and not _LOOKING_UP.fullmatch(file):
            break
        frame = frame.f_back
    return frame.f_code.co_filename


def _install() -> None:
    """Have Python and the environment tell, once in a process."""
    if not isinstance(os.environ, _Environment):
        os.environ.__class__ = _Environment  # others hold this very object
        sys.addaudithook(_hear)
