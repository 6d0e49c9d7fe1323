"""`new`: a scene to start from, written into the project at hand."""

from __future__ import annotations

import keyword
from pathlib import Path

import click

from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.files import replacing

TEMPLATE = Path(__file__).with_name("scene.py.txt")


@click.command()
@click.argument("name")
def new(name: str) -> None:
    """Write a scene that works, to change into your own.

    It is written to scenes/NAME.py of the folder that you are in, or to scenes/CHAPTER/NAME.py, and
    `mlanim list` shows it at once. A file that is there already stays.

    \b
    Examples:
      mlanim new overshoot
      mlanim new learning/overshoot
    """
    path = _path(name)
    if path.exists():
        raise UsageError(f"{path} is there already; give another name, or remove it first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(scene_named(path.stem).encode())
    click.echo(path)
    click.echo(f"Next: mlanim watch {path.stem}, and change {path}.", err=True)


def scene_named(name: str) -> str:
    """The source of the scene of that name."""
    title = "".join(part.capitalize() for part in name.split("_"))
    return TEMPLATE.read_text(encoding="utf-8").replace("NAME", title)


def _path(name: str) -> Path:
    *chapter, stem = name.removesuffix(".py").split("/")
    parts = [*chapter, stem]
    good = all(part.isidentifier() and not keyword.iskeyword(part) for part in parts)
    if not good or len(chapter) > 1 or not stem.islower():
        raise UsageError(
            f"{shortened(name)!r} is no name for a scene; give small letters, digits and _, as in "
            "gradient_noise, with a chapter before it if you like, as in learning/gradient_noise."
        )
    return Path("scenes", *parts).with_suffix(".py")
