"""What `compute` depends on: those definitions of the project that it can reach, and no others.

A scene's file holds the computation beside the drawing. To tell a change of one from a change of
the other, the file is cut into its definitions, and from the names that `compute` and `Params` use
those that they reach are followed, also into other modules of the project. What a module does
when it is imported, beyond defining, counts too: it may change anything.
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
    modules,
    named_files,
    version_of,
)

MEMBERS = ("compute", "Params")
_MACHINERY = ("engine/workers/compute.py", "engine/cache/store.py", "stage/data.py")
_LIBRARIES = ("torch", "numpy", "scikit-learn")


def compute_digest(scene: Path, class_name: str, texts: Iterable[str] = ()) -> str:
    """A hash of all that a scene's `compute` depends on, but for the parameters.

    `texts` are words of the user's that may name files.

    Raises:
        SyntaxError, UnicodeDecodeError: if a file that it reaches is not Python.
    """
    cut = _Slice(scene.parent)
    for member in MEMBERS:
        cut.take_member(scene, class_name, member)
    digest = hashlib.sha256()
    for piece in sorted(cut.pieces):
        digest.update(piece.encode())
    for file in named_files([*cut.texts, *texts], scene.parent):
        digest.update(fingerprint(file))
    machinery = [PACKAGE / name for name in _MACHINERY]
    for file in [*machinery, *(closure([scene], scene.parent) if cut.dynamic else ())]:
        digest.update(fingerprint(file))
    digest.update(sys.version.encode())
    for name in sorted(cut.foreign.union(_LIBRARIES) - sys.stdlib_module_names):
        digest.update(f"{name} {version_of(name)}".encode())
    return digest.hexdigest()


class _Module:
    """A source file as its definitions by name, and what it does on import beside defining."""

    def __init__(self, path: Path):
        self.path = path
        self.body = ast.parse(path.read_bytes(), filename=str(path)).body
        self.defined: dict[str, list[ast.stmt]] = {}
        self.done: list[ast.stmt] = []
        for statement in self.body:
            names = list(_defined(statement))
            for name in names:
                self.defined.setdefault(name, []).append(statement)
            if not names or _decorators(statement):
                self.done.append(statement)

    def class_of(self, name: str) -> ast.ClassDef | None:
        """The class of that name."""
        found = self.defined.get(name, [])
        return next((node for node in found if isinstance(node, ast.ClassDef)), None)


class _Slice:
    """Collects what is reached: `pieces` of source, short `texts`, `foreign` modules' names.

    `dynamic` is whether code is loaded in ways that cannot be followed.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.pieces: set[str] = set()
        self.texts: dict[str, None] = {}
        self.foreign: set[str] = set()
        self.dynamic = False
        self._modules: dict[Path, _Module] = {}
        self._taken: set[tuple[Path, str]] = set()

    def take_member(self, path: Path, class_name: str, member: str) -> None:
        """Take a class's member, from a base class if the class has none of its own."""
        module = self._module(path)
        node = module.class_of(class_name)
        if node is None:
            self._take_name(module, class_name)
        elif (path, f"{class_name}.{member}") not in self._taken:
            self._taken.add((path, f"{class_name}.{member}"))
            own = [statement for statement in node.body if member in _defined(statement)]
            for statement in own:
                self._take(module, statement, node)
                if "classmethod" in _decorators(statement):  # it reaches the class without a name
                    self._take(module, node)
            if not own:
                self._take_inherited(module, node, member)

    def _take_inherited(self, module: _Module, node: ast.ClassDef, member: str) -> None:
        for base in node.bases:
            name = ast.unparse(base)
            origin = self._origin(module, name)
            if origin is None:
                self._take_name(module, name.partition(".")[0])
            else:
                self.take_member(origin, name, member)

    def _origin(self, module: _Module, name: str) -> Path | None:
        """The project's file in which a class is defined that a module calls by that name."""
        if module.class_of(name) is not None:
            return module.path
        for statement in module.defined.get(name, []):
            if isinstance(statement, ast.ImportFrom) and _imports_as_is(statement, name):
                target = f"{'.' * statement.level}{statement.module or ''}"
                found = list(modules(target, module.path, self.folder))
                if found and self._module(found[-1]).class_of(name) is not None:
                    return found[-1]
        return None

    def _module(self, path: Path) -> _Module:
        """A module, with what it does on import taken when it is first met."""
        if path not in self._modules:
            module = self._modules[path] = _Module(path)
            # Our own package's front door is there for notebooks; nothing is computed with it.
            for statement in module.done if path != PACKAGE / "__init__.py" else ():
                self._take(module, statement)
        return self._modules[path]

    def _take_name(self, module: _Module, name: str) -> None:
        if (module.path, name) not in self._taken:
            self._taken.add((module.path, name))
            if name not in module.defined and "*" in module.defined:
                self._take_name(module, "*")
            for statement in module.defined.get(name, []):
                if isinstance(statement, (ast.Import, ast.ImportFrom)):
                    self._follow(module, statement, name)
                else:
                    self._take(module, statement)

    def _take_all(self, path: Path) -> None:
        module = self._module(path)
        for name in module.defined:
            self._take_name(module, name)

    def _take(self, module: _Module, node: ast.AST, owner: ast.ClassDef | None = None) -> None:
        """Take a definition and all that it names, in its module or in the class it is in."""
        piece = ast.dump(node)
        if piece in self.pieces:
            return
        self.pieces.add(piece)
        for part in ast.walk(node):
            if isinstance(part, (ast.Import, ast.ImportFrom)):
                self._follow(module, part)
            elif isinstance(part, ast.Attribute):
                self.dynamic |= part.attr in DYNAMIC
            elif isinstance(part, ast.Constant) and isinstance(part.value, str):
                self.texts[part.value[:200]] = None
            elif isinstance(part, ast.Name):
                self.dynamic |= part.id in DYNAMIC
                self._take_name(module, part.id)
                for statement in owner.body if owner is not None else ():
                    if part.id in _defined(statement):
                        self._take(module, statement, owner)

    def _follow(
        self, module: _Module, node: ast.Import | ast.ImportFrom, only: str | None = None
    ) -> None:
        """Take what an import statement brings, or the one name of it that is used."""
        for alias in node.names:
            if only in (None, "*", alias.asname or alias.name.partition(".")[0]):
                if isinstance(node, ast.Import):
                    self._bring(module, alias.name, None)
                else:
                    self._bring(module, f"{'.' * node.level}{node.module or ''}", alias.name)

    def _bring(self, module: _Module, name: str, item: str | None) -> None:
        """Take a module as a whole, or one thing in it, which may be a module itself."""
        files = list(modules(name, module.path, self.folder))
        if not files and not name.startswith("."):
            self.foreign.add(name.partition(".")[0])
        joint = "" if name.endswith(".") else "."
        inner = list(modules(f"{name}{joint}{item}", module.path, self.folder)) if item else []
        beneath = [file for file in inner if file not in files]
        for file in files[:-1]:
            self._module(file)
        if beneath or item is None or item == "*":
            for file in [*files[-1:], *beneath]:
                self._take_all(file)
        elif files:
            self._take_name(self._module(files[-1]), item)


def _defined(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds, if binding names is all that it does."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield statement.name
        case ast.Import() | ast.ImportFrom():
            for alias in statement.names:
                yield alias.asname or alias.name.partition(".")[0]
        case ast.Assign():
            names = [node for target in statement.targets for node in ast.walk(target)]
            if all(isinstance(n, (ast.Name, ast.Tuple, ast.List, ast.expr_context)) for n in names):
                yield from (node.id for node in names if isinstance(node, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.Expr(value=ast.Constant()):
            yield "__doc__"


def _decorators(statement: ast.stmt) -> list[str]:
    return [ast.unparse(node) for node in getattr(statement, "decorator_list", [])]


def _imports_as_is(statement: ast.ImportFrom, name: str) -> bool:
    return any(alias.name == name and alias.asname is None for alias in statement.names)
