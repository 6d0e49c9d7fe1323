"""Finds scene files and reads what they say of themselves, without importing them."""

from __future__ import annotations

import ast
import difflib
import inspect
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from mlanim.render.errors import UsageError, shortened


@dataclass(frozen=True)
class SceneEntry:
    """One scene: its name on the command line, its text, and where it is."""

    name: str
    title: str
    category: str
    path: str
    class_name: str
    description: str

    def summary(self) -> dict[str, str]:
        """What `list --json` prints of it."""
        fields = asdict(self)
        return {key: fields[key] for key in ("name", "title", "category", "path")}


def builtin_folder() -> Path:
    """Where the built-in scenes are: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "scenes"
    return inside if inside.is_dir() else package.parent / "scenes"


def find(folders: Iterable[Path] = ()) -> list[SceneEntry]:
    """All scenes of the built-in folder and of `folders`, by name; a later folder's win."""
    entries: dict[str, SceneEntry] = {}
    for folder in (builtin_folder(), *folders):
        for path in sorted(folder.glob("*.py")):
            entry = _read_quietly(path)
            if entry is not None:
                entries[entry.name] = entry
    return [entries[name] for name in sorted(entries)]


def select(names: Iterable[str], folders: Iterable[Path] = ()) -> list[SceneEntry]:
    """The scenes of these names, each once, in the order given; a name may be a file.

    Raises:
        UsageError: for a name that is neither, with the nearest names.
    """
    known = {entry.name: entry for entry in find(folders)}
    chosen: dict[str, SceneEntry] = {}
    for name in names:
        entry = known.get(name) or _from_file(name) or _broken(name, folders)
        if entry is None:
            raise UsageError(_unknown(name, list(known)))
        chosen.setdefault(entry.path, entry)
    return list(chosen.values())


def read(path: Path, class_name: str | None = None) -> SceneEntry | None:
    """What a scene file says of itself; None if no class in it derives from LessonScene.

    Raises:
        SyntaxError, UnicodeDecodeError: if it is not Python.
    """
    tree = ast.parse(path.read_bytes(), filename=str(path))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and _is_lesson(node) and class_name in (None, node.name):
            title = (ast.get_docstring(node) or node.name).splitlines()[0].strip()
            text = inspect.cleandoc(ast.get_docstring(tree) or "")
            return SceneEntry(
                path.stem, title, _category(node), str(path.resolve()), node.name, text
            )
    return None


def _read_quietly(path: Path) -> SceneEntry | None:
    """Like `read`; a broken file in a folder must not take the others down with it."""
    try:
        return read(path)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        return None


def _broken(name: str, folders: Iterable[Path]) -> SceneEntry | None:
    """The file of that name that cannot be read as Python, so that rendering it says why."""
    for folder in (*folders, builtin_folder()):
        for path in folder.glob("*.py"):
            if path.stem == name:
                return SceneEntry(name, name, "", str(path.resolve()), "", "")
    return None


def _from_file(name: str) -> SceneEntry | None:
    file, _, class_name = name.partition(":")
    path = Path(file)
    if path.suffix != ".py" or not os.path.isfile(path):  # unlike is_file, takes any name
        return None
    try:
        entry = read(path, class_name or None)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return SceneEntry(path.stem, path.stem, "", str(path.resolve()), class_name, "")
    if entry is None:
        wanted = f"no class {class_name!r}" if class_name else "no class"
        raise UsageError(f"{path} has {wanted} that derives from LessonScene.")
    return entry


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(known)}."
    return f"Unknown scene {shortened(name)!r}. {hint}"


def _is_lesson(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).split(".")[-1].endswith("LessonScene") for base in node.bases)


def _category(node: ast.ClassDef) -> str:
    for statement in node.body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        named = any(isinstance(target, ast.Name) and target.id == "category" for target in targets)
        if named and isinstance(value, ast.Constant):
            return str(value.value)
    return ""
