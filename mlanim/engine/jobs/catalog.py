"""Finds scene files and reads what they say of themselves.

Nothing is imported to find that out, but where a file that was named may have classes that do not
stand in its text: then it is imported, by a process of its own.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from mlanim.engine.errors import UsageError, reason, shortened
from mlanim.engine.installed import scene_packages
from mlanim.engine.jobs import settings
from mlanim.engine.jobs.chapters import chapter_of, in_order
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.words.nearest import CLOSE

LESSON, SCENE = "LessonScene", "Scene"
"""How the names of base classes end: of our own contract, and of any scene of manim's."""

FAMILIAR = {"manim", "mlanim", "pydantic", "numpy", "torch", *sys.stdlib_module_names}
"""Whose classes are scenes by their names, or no scenes at all."""


def builtin_folder() -> Path:
    """Where the built-in scenes are: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).parents[2]
    inside = package / "scenes"
    return inside if inside.is_dir() else package.parent / "scenes"


def scene_folders() -> list[Path]:
    """Where scenes are found by name beside the built-in ones, a single file in it being a scene's.

    They are those of installed packages, then what mlanim.toml names, then `scenes/` right here.

    Raises:
        UsageError: if mlanim.toml names a folder that is not there.
    """
    installed = [one.place for one in scene_packages() if one.place is not None]
    found = [*installed, *settings.scene_folders(Path.cwd()), Path.cwd() / "scenes"]
    return [place for place in dict.fromkeys(found) if place.exists() and place != builtin_folder()]


def find(folders: Iterable[Path] = ()) -> list[SceneEntry]:
    """All scenes of the built-in folder and of `folders`, as a course; a later folder's win."""
    return in_order({entry.name: entry for entry in _every(folders)}.values())


def find_hidden(folders: Iterable[Path]) -> list[tuple[SceneEntry, SceneEntry]]:
    """The scenes that have the name of one in a later folder, each with that one."""
    every = _every(folders)
    taken = {entry.name: entry for entry in every}
    return [(entry, taken[entry.name]) for entry in every if entry.path != taken[entry.name].path]


def find_broken(folders: Iterable[Path]) -> list[tuple[Path, str]]:
    """The files of folders that are left out, as they cannot be read as Python, each with why."""
    found = []
    for path in (path for folder in folders for path in _files(folder)):
        try:
            _parsed(path)
        except SyntaxError as error:
            found.append((path, f"line {error.lineno}: {error.msg}"))
        except (ValueError, RecursionError, MemoryError, OSError) as error:
            found.append((path, reason(error)))
    return found


def _every(folders: Iterable[Path], name: str | None = None) -> list[SceneEntry]:
    """What the files of all folders say of themselves, or those of one name."""
    places = [(path, root) for root in (builtin_folder(), *folders) for path in _files(root)]
    read = (_read_quietly(path, root) for path, root in places if name in (None, path.stem))
    return [entry for entry in read if entry is not None]


def _files(folder: Path) -> list[Path]:
    """The files of a folder of scenes, and of its chapters, which are the folders in it."""
    if folder.is_file():
        return [folder]
    return sorted([*folder.glob("*.py"), *folder.glob("[!._]*/*.py")])


def select(names: Iterable[str], folders: Iterable[Path] = ()) -> list[SceneEntry]:
    """The scenes of these names, each once, in the order given.

    A name may be a file, with any scene of manim's in it, or `file.py:Class`.

    Raises:
        UsageError: for a name that is none of these, with the nearest names.
    """
    folders = list(folders)
    chosen: dict[tuple[str, str], SceneEntry] = {}
    for name in names:
        found = next(reversed(_every(folders, name)), None)
        entry = found or _from_file(name) or _in_file_named(name, folders)
        if entry is None:
            raise UsageError(_unknown(name, [entry.name for entry in find(folders)]))
        chosen.setdefault((entry.path, entry.class_name), entry)
    return list(chosen.values())


def the_scene(name: str) -> SceneEntry:
    """The scene of that name, file or `file.py:Class`.

    Raises:
        UsageError: if there is none, with the nearest names.
    """
    return select([name], scene_folders())[0]


def instead_of(entry: SceneEntry) -> dict[str, str]:
    """Which parameters are another scene's, by name: with one of them that scene is made instead.

    A scene says so as `instead = {"model": "attention_heads"}`.
    """
    try:
        tree = _parsed(Path(entry.path))
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        return {}
    nodes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    found = [_constant(node, "instead") for node in nodes if node.name == entry.class_name]
    return {str(k): str(v) for one in found if isinstance(one, dict) for k, v in one.items()}


def made_with(entry: SceneEntry, params: Iterable[str]) -> SceneEntry:
    """The scene that is made with parameters of these names: that one, or another instead of it."""
    others = instead_of(entry)
    return next((the_scene(others[name]) for name in params if name in others), entry)


def read(path: Path, root: Path | None = None) -> SceneEntry | None:
    """What a file in a folder of scenes says of itself; None if it has no LessonScene.

    `root` is the folder in which it was found, in which other folders are chapters.

    Raises:
        SyntaxError, ValueError: if it is not Python.
    """
    tree = _parsed(path)
    lessons = _deriving(tree, LESSON)
    return _entry(path, tree, lessons[0], path.stem, root) if lessons else None


def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=str(path))


def _entry(
    path: Path, tree: ast.Module, node: ast.ClassDef, name: str, root: Path | None = None
) -> SceneEntry:
    title = (ast.get_docstring(node) or node.name).splitlines()[0].strip()
    text = inspect.cleandoc(ast.get_docstring(tree) or "")
    order, after, explored = (_constant(node, name) for name in ("order", "after", "explore"))
    return SceneEntry(
        name,
        title,
        chapter_of(path, root),
        str(path.resolve()),
        node.name,
        text,
        float(order) if isinstance(order, (int, float)) else 0.0,
        names_in(after),
        names_in(explored),
    )


def names_in(after: object) -> tuple[str, ...]:
    """The texts of a declaration such as `after`: one, or several."""
    if isinstance(after, str):
        return (after,)
    return tuple(map(str, after)) if isinstance(after, (list, tuple)) else ()


def _read_quietly(path: Path, root: Path) -> SceneEntry | None:
    """Like `read`; a broken file in a folder must not take the others down with it."""
    try:
        return read(path, root)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        return None


def _in_file_named(name: str, folders: Iterable[Path]) -> SceneEntry | None:
    """The scene in the file of that name, if it is plain Manim's or cannot be read as Python.

    Raises:
        UsageError: if the file has no scene, or several.
    """
    files = (path for folder in (*folders, builtin_folder()) for path in _files(folder))
    return next((_from_file(str(path)) for path in files if path.stem == name), None)


def _from_file(name: str) -> SceneEntry | None:
    file, class_name = _file_and_class(name)
    path = Path(file)
    if path.suffix != ".py" or not os.path.isfile(path):  # unlike is_file, takes any name
        return None
    try:
        tree = _parsed(path)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return SceneEntry(
            path.stem, path.stem, chapter_of(path), str(path.resolve()), class_name, ""
        )
    written = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    node = next((node for node in written if node.name == class_name), None)
    scenes = _deriving(tree, SCENE)
    if node is None and not class_name and len(scenes) == 1 and _says_all(tree, scenes):
        node = scenes[0]
    if node is None:
        return _chosen(_imported(path), class_name, path)
    by_file = len(scenes) == 1 and node in _deriving(tree, LESSON)
    return _entry(path, tree, node, path.stem if by_file else node.name)


def _file_and_class(name: str) -> tuple[str, str]:
    """A file and the class named after the last colon; a path may have colons, too."""
    file, _, class_name = name.rpartition(":")
    return (file, class_name) if file.endswith(".py") else (name, "")


def _says_all(tree: ast.Module, scenes: list[ast.ClassDef]) -> bool:
    """Whether a file has no other scenes than those that are plain to see in its text."""
    own = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    strange = set(_strange_names(tree)) - own
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    within = {id(member) for node in classes for member in node.body}  # nobody's by their own name
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name_of(node.func) == "type" and len(node.args) > 1:
            return False
    return all(
        node.name in own
        and not {_name_of(word) for word in _decorators(node)} & {*strange, *_functions(tree)}
        and (node in scenes or not {_name_of(base) for base in node.bases} & strange)
        for node in classes
        if id(node) not in within
    )


def _decorators(node: ast.ClassDef) -> list[ast.expr]:
    return [word.func if isinstance(word, ast.Call) else word for word in node.decorator_list]


def _functions(tree: ast.Module) -> Iterator[str]:
    return (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _name_of(node: ast.expr) -> str:
    """The first part of a dotted name, "" for anything else."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _strange_names(tree: ast.Module) -> Iterator[str]:
    """The names that a file imports, but for those from where scenes are named so, or are none."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            module = getattr(node, "module", None) or ""
            for alias in node.names:
                if (module or alias.name).partition(".")[0] not in FAMILIAR:
                    yield alias.asname or alias.name.partition(".")[0]


def _imported(path: Path) -> list[SceneEntry] | None:
    """The scenes that a file has once it is imported; None if it cannot be."""
    options = ["-P", "-B", "-m", "mlanim.engine.playback.classes"]  # it leaves nothing behind
    command = [sys.executable, *options, str(path.resolve())]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        return None
    return [
        SceneEntry(**{**told, "after": tuple(told["after"]), "explore": tuple(told["explore"])})
        for told in json.loads(done.stdout)
    ]


def _chosen(scenes: list[SceneEntry] | None, class_name: str, path: Path) -> SceneEntry:
    """The scene of that name, or the only one; if there is no telling, rendering says why."""
    if scenes is None:
        stem = class_name or path.stem
        return SceneEntry(stem, stem, chapter_of(path), str(path.resolve()), class_name, "")
    if not scenes:
        raise UsageError(f"{path} has no class that derives from a Scene of manim's.")
    names = ", ".join(entry.class_name for entry in scenes)
    if not class_name and len(scenes) > 1:
        raise UsageError(
            f"{path} has several scenes, {names}; choose as {path}:{scenes[0].class_name}."
        )
    for entry in scenes:
        if class_name in ("", entry.class_name):
            return entry
    raise UsageError(f"{path} has no class {shortened(class_name)!r}; it has {names}.")


def _unknown(name: str, known: list[str]) -> str:
    file, _ = _file_and_class(name)
    if file.endswith(".py"):
        return f"There is no file {shortened(file)}."
    near = difflib.get_close_matches(name, known, n=3, cutoff=CLOSE)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(known)}."
    gone = [one.fault for one in scene_packages() if one.place is None]
    return " ".join([f"Unknown scene {shortened(name)!r}. {hint}", *gone])


def _deriving(tree: ast.Module, ending: str) -> list[ast.ClassDef]:
    """Classes with a base whose name ends so, in the file's order; not those they build upon."""
    found: dict[str, ast.ClassDef] = {}
    bases: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            names = [_base_name(base) for base in node.bases]
            if any(name in found or name.endswith(ending) for name in names):
                found[node.name] = node
                bases.update(names)
    return [node for name, node in found.items() if name not in bases]


def _base_name(base: ast.expr) -> str:
    """A base's last name, without what stands in brackets behind it."""
    named = base.value if isinstance(base, ast.Subscript) else base
    return ast.unparse(named).split(".")[-1]


def _constant(node: ast.ClassDef, name: str) -> object:
    """What a class sets an attribute to, if that stands there as it is; else None."""
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                pass
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if (
                found == name
            ):
                pass
            case _:
                continue
        try:
            return ast.literal_eval(value)
        except ValueError:
            return None
    return None
