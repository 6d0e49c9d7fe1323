"""What of a scene's file is reached up to a line of its `construct`.

The frames of a segment depend on nothing that the scene does later. So that a change further down
does not draw them again, the file is cut into what runs on import, the functions and classes that
it defines, the methods of the scene, and the statements of `construct`. A definition counts as soon
as its name occurs in what counts already, as a name, an attribute or a word of a text, or in
another file of the project; a method also if the scene's bases know that name, since Manim may call
it. That takes too much rather than too little; where code could reach definitions in another way,
the file counts as a whole.
"""

from __future__ import annotations

import ast
import hashlib
import itertools
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from manim import Scene

from mlanim.engine.cache.sources import DYNAMIC, PACKAGE, closure, fingerprint
from mlanim.stage.scene import LessonScene

CONSTRUCT = "construct"

_BY_ANY_NAME = {
    *DYNAMIC, "__dict__", "__file__", "__getattribute__", "__subclasses__", "_getframe",
    "attrgetter", "compile", "currentframe", "dir", "getattr_static", "getmembers", "getsource",
    "globals", "inspect", "locals", "methodcaller", "vars",
}  # fmt: skip
"""What reaches definitions by names that only a run knows; and so may `getattr` and `hasattr`."""

_PLAIN = ("abc", "builtins", "enum", "manim", "mlanim", "pydantic", "typing")
"""Where classes come from that do nothing with the classes derived from them."""

_WORD = re.compile(r"[^\W\d]\w*")
_NOT_DRAWN = ("compute", "figure")  # of a lecture: another process runs them, or another command
_LEAVE_ALONE = {"classmethod", "property", "staticmethod"}  # they keep a method under its name only
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


class _Piece:
    """A part of a file that counts as a whole; most are looked at again for every line."""

    def __init__(self, node: ast.AST):
        self._node = node

    @property
    def place(self) -> tuple[int, int]:
        """Where it is in its file: what is done in another order is something else."""
        return getattr(self._node, "lineno", 0), getattr(self._node, "col_offset", 0)

    @cached_property
    def text(self) -> str:
        """What it says, without comments and places."""
        return ast.dump(self._node)

    @cached_property
    def names(self) -> frozenset[str]:
        """All in it that may be a name."""
        return frozenset(_names(self._node))

    @cached_property
    def texts(self) -> frozenset[str]:
        """The texts in it."""
        return frozenset(_texts(self._node))

    @cached_property
    def is_open(self) -> bool:
        """Whether it may reach definitions by names that do not stand in it."""
        return _is_open(self._node)


class Prefixes:
    """A scene's file, cut.

    Args:
        scene_class: the scene, as it was imported from the file.
        path: its file.
    """

    def __init__(self, scene_class: type[Scene], path: Path):
        self.whole = fingerprint(path).hex()
        self._name = path.name
        self._digests: dict[int, str] = {}
        tree = ast.parse(path.read_bytes(), filename=str(path))
        scene = next((n for n in tree.body if _is_class(n, scene_class.__name__)), None)
        found = _definitions(scene.body, CONSTRUCT) if isinstance(scene, ast.ClassDef) else []
        self._body: Sequence[ast.stmt] = []
        self._done: Sequence[_Piece] = []
        plain = len(found) == 1 and not found[0].decorator_list  # else its lines may be another's
        if isinstance(scene, ast.ClassDef) and plain and not _registers(scene_class):
            self._body = found[0].body
            self._done = [_Piece(statement) for statement in self._body]
            self._cut(tree, scene, _names_of_bases(scene_class))
        self._elsewhere = [
            _Piece(ast.parse(file.read_bytes(), filename=str(file)))
            for file in closure([path], path.parent)
            if file != path and PACKAGE not in file.parents
        ]

    def digest(self, line: int) -> str:
        """A hash of what is reached once the statement of `construct` at a line is done.

        Of the whole file, where the line is in none, or the file cannot be cut.
        """
        count = sum(statement.lineno <= line for statement in self._body)
        if count == 0 or line > (self._body[-1].end_lineno or 0):
            return self.whole
        if count not in self._digests:
            reached = self._reached(self._done[:count])
            text = "\n".join(
                piece.text for piece in sorted(reached, key=lambda p: (p.place, p.text))
            )
            is_open = any(piece.is_open for piece in (*reached, *self._elsewhere))
            shown = any(t.rpartition("/")[2] == self._name for p in reached for t in p.texts)
            named = hashlib.sha256(text.encode()).hexdigest()
            self._digests[count] = self.whole if is_open or shown else named
        return self._digests[count]

    def _cut(self, tree: ast.Module, scene: ast.ClassDef, called: set[str]) -> None:
        """Sort the file's nodes into those that always count and those that a name stands for."""
        self._always: list[_Piece] = []
        self._named: defaultdict[str, list[_Piece]] = defaultdict(list)
        for node in tree.body:
            if node is scene:
                self._cut_scene(scene, called)
            elif isinstance(node, (*_Function, ast.ClassDef)) and not _is_used(node):
                self._named[node.name].append(_Piece(node))
                self._count(*_run_on_import(node))
            else:
                self._count(node)

    def _cut_scene(self, scene: ast.ClassDef, called: set[str]) -> None:
        self._count(*scene.decorator_list, *scene.bases, *scene.keywords)
        for node in scene.body:
            if not isinstance(node, _Function):
                self._count(node)
                continue
            self._count(*_run_on_import(node))
            if node.name == CONSTRUCT:
                self._count(node.args)
            elif node.name in called or _is_used(node):
                self._count(node)
            else:
                self._named[node.name].append(_Piece(node))

    def _count(self, *nodes: ast.AST) -> None:
        """Have nodes count always."""
        self._always += map(_Piece, nodes)

    def _reached(self, done: Iterable[_Piece]) -> list[_Piece]:
        found = [*self._always, *done]
        seen: set[str] = set()
        for piece in itertools.chain(self._elsewhere, found):  # which grows meanwhile
            for name in piece.names - seen:
                seen.add(name)
                found += self._named.get(name, ())
        return found


def _is_class(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.ClassDef) and node.name == name


def _definitions(body: Iterable[ast.stmt], name: str) -> list[ast.FunctionDef]:
    return [node for node in body if isinstance(node, ast.FunctionDef) and node.name == name]


def _names_of_bases(scene_class: type[Scene]) -> set[str]:
    """What Manim and other files may call of a scene."""
    known = {name for base in scene_class.__mro__[1:] for name in vars(base)}
    return known.difference(_NOT_DRAWN) if issubclass(scene_class, LessonScene) else known


def _registers(scene_class: type) -> bool:
    """Whether a class of the scene's file may be known to a base though nothing names it."""
    module = sys.modules[scene_class.__module__]
    own = [
        v for v in vars(module).values() if isinstance(v, type) and v.__module__ == module.__name__
    ]
    makers = {type(kind) for kind in own}
    makers |= {b for kind in own for b in kind.__mro__ if "__init_subclass__" in vars(b)}
    return any(maker.__module__.partition(".")[0] not in _PLAIN for maker in makers)


def _is_used(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a definition may be used though nothing names it: a `__getattr__`, say."""
    decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
    return not decorators <= _LEAVE_ALONE or node.name.startswith("__")


def _is_open(tree: ast.AST) -> bool:
    """Whether code may reach definitions by names that do not stand in it."""
    plain = {
        id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and _names_it(node)
    }
    return any(
        (isinstance(node, ast.Name) and node.id in ("getattr", "hasattr") and id(node) not in plain)
        or (isinstance(node, ast.Name) and node.id in _BY_ANY_NAME)
        or (isinstance(node, ast.Attribute) and node.attr in _BY_ANY_NAME)
        or (isinstance(node, ast.alias) and node.name.rpartition(".")[2] in _BY_ANY_NAME)
        for node in ast.walk(tree)
    )


def _names_it(call: ast.Call) -> bool:
    return len(call.args) > 1 and isinstance(call.args[1], ast.Constant)


def _run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    """What of a definition runs though nobody uses it."""
    if isinstance(node, _Function):
        yield from [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
    if isinstance(node, ast.ClassDef):
        yield from [*node.bases, *node.keywords]
        yield from (part for part in node.body if not isinstance(part, _Function))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
    for text in _texts(tree):
        yield from _WORD.findall(text)


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
