"""What `compute` depends on: of the scene's file what it can reach, and the modules that it uses.

A scene's file holds the computation beside the drawing. So that a change of the drawing does not
have everything computed again, the methods that need a scene, and the functions, classes and
imports that nothing else of the file names, are left out of it. Modules count as a whole.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from mlanim.engine.cache.sources import (
    DYNAMIC,
    PACKAGE,
    closure,
    fingerprint,
    foreign,
    given_files,
    imports,
    imports_in,
    modules,
    named_files,
    quoted,
    texts_of,
    version_of,
)

_MACHINERY = ("engine/workers/compute.py", "engine/cache/store.py", "stage/data.py")
_DRAWING = ("stage", "engine", "export", "commands")  # what of ours computes nothing
_LIBRARIES = ("torch", "numpy", "scikit-learn")
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


def compute_digest(scene: Path, class_name: str, texts: Iterable[str] = ()) -> str:
    """A hash of all that a scene's `compute` depends on, but for the parameters.

    `texts` are words of the user's that may name files.

    Raises:
        SyntaxError, UnicodeDecodeError: if the scene's file is not Python.
    """
    source = scene.read_bytes()
    reached = _reached(ast.parse(source, filename=str(scene)), class_name)
    if any(name in DYNAMIC for name in _names(ast.parse(reached))):
        reached = source.decode()
    names, folder = imports_in(reached.encode()), scene.parent
    used = closure([file for name in names for file in modules(name, scene, folder)], folder)
    texts = list(texts)
    given = given_files(texts, folder)
    drawing = [PACKAGE / room for room in _DRAWING]
    files = [file for file in used if not any(room in file.parents for room in drawing)]
    code = [file for file in given if file.suffix == ".py"]
    own = [file for file in [*files, *code] if PACKAGE not in file.parents]
    names += [name for file in own for name in imports(file)]
    words = [*texts, *quoted(reached.encode()), *(text for file in own for text in texts_of(file))]
    digest = hashlib.sha256(f"{sys.version}\n{reached}".encode())
    machinery = [PACKAGE / name for name in _MACHINERY]
    for file in dict.fromkeys([*files, *named_files(words, folder), *given, *machinery]):
        digest.update(fingerprint(file))
    for name in sorted(foreign(names, folder).union(_LIBRARIES)):
        digest.update(f"{name} {version_of(name)}".encode())
    return digest.hexdigest()


def _reached(tree: ast.Module, class_name: str) -> str:
    """What of a scene's file runs on import or can be named by what does, and by `compute`."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            node.body = [part for part in node.body if not _needs_a_scene(part)] or [ast.Pass()]
    waiting = [node for node in tree.body if _is_optional(node) and class_name not in _bound(node)]
    kept = [node for node in tree.body if node not in waiting]
    while True:
        named = {"*", *(name for node in kept for name in _names(node))}
        found = [node for node in waiting if named.intersection(_bound(node))]
        if not found:
            return "\n".join(ast.unparse(node) for node in tree.body if node in kept)
        kept += found
        waiting = [node for node in waiting if node not in found]


def _needs_a_scene(part: ast.stmt) -> bool:
    """Whether a part of a class is a method of its instances, or a text about it."""
    if isinstance(part, ast.Expr):
        return isinstance(part.value, ast.Constant)
    return isinstance(part, _Function) and not part.decorator_list and part.name != "compute"


def _is_optional(node: ast.stmt) -> bool:
    """Whether a statement matters only if something names what it binds."""
    return isinstance(node, (*_Function, ast.ClassDef, ast.Import, ast.ImportFrom))


def _bound(node: ast.stmt) -> set[str]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    return {getattr(node, "name", "")}


def _names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
