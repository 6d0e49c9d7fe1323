"""What a shell completes: scenes by name, and their parameters after --set; nothing is imported."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from mlanim.engine.jobs.scene_entry import SceneEntry

PARAMS = "SceneParams"


class SceneName(click.ParamType):
    """A scene's name, or a file."""

    name = "scene"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The scenes whose names begin so, with their titles; and files."""
        found = [
            CompletionItem(entry.name, help=entry.title)
            for entry in known_scenes()
            if entry.name.startswith(incomplete)
        ]
        return found or [CompletionItem(incomplete, type="file")]


class Assignment(click.ParamType):
    """NAME=VALUE."""

    name = "setting"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The parameters of the scenes that stand in the line so far."""
        # An option that lacks its value yet leaves the words before it unread, in `args`.
        words = ("scenes", "scene", "source")
        given: Any = next((ctx.params[word] for word in words if ctx.params.get(word)), ())
        names = {*ctx.args, *([given] if isinstance(given, str) else given)}
        paths = [Path(entry.path) for entry in known_scenes() if entry.name in names]
        found = [name for path in paths for name in parameters(path)]
        return [CompletionItem(f"{name}=") for name in found if name.startswith(incomplete)]


def known_scenes() -> list[SceneEntry]:
    """The scenes by name; where mlanim.toml is wrong, which a shell cannot tell, the built-in."""
    from mlanim.engine.errors import UsageError
    from mlanim.engine.jobs.catalog import find, scene_folders

    try:
        return find(scene_folders())
    except UsageError:
        return find()


def parameters(path: Path) -> list[str]:
    """The names of a scene's parameters, as its text says them.

    Raises:
        SyntaxError, OSError: if it cannot be read as Python.
    """
    tree = ast.parse(path.read_bytes())
    own = [
        field.target.id
        for node in tree.body
        if isinstance(node, ast.ClassDef) and any(_is_params(base) for base in node.bases)
        for field in node.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
    ]
    return [*own, "seed"]


def _is_params(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id == PARAMS
