"""`new`: a scene or a lecture to start from, written into the project at hand."""

from __future__ import annotations

import keyword
from pathlib import Path

import click

from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.files import replacing

TEMPLATE = Path(__file__).with_name("scene.py.txt")
LECTURE = Path(__file__).with_name("lecture.toml.txt")


@click.command()
@click.argument("name")
def new(name: str) -> None:
    """Write a scene, or a lecture, that works, to change into your own.

    `mlanim new lecture` writes lecture.toml here. Any other NAME is a scene's: it is written to
    scenes/NAME.py of the folder that you are in, or to scenes/CHAPTER/NAME.py, and `mlanim list`
    shows it at once. A file that is there already stays.

    \b
    Examples:
      mlanim new overshoot
      mlanim new learning/overshoot
      mlanim new lecture
    """
    is_lecture = name == "lecture" or name.endswith(".toml")
    path = Path(name).with_suffix(".toml") if is_lecture else _path(name)
    if path.exists():
        raise UsageError(f"{path} is there already; give another name, or remove it first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write((lecture_named(path.name) if is_lecture else scene_named(path.stem)).encode())
    click.echo(path)
    command = f"deck {path} --watch --open" if is_lecture else f"watch {path.stem}"
    click.echo(f"Next: mlanim {command}, and change {path}.", err=True)


def lecture_named(name: str) -> str:
    """The lecture of that name."""
    return LECTURE.read_text(encoding="utf-8").replace("NAME", name)


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
