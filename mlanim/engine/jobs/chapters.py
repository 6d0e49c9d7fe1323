"""The chapters of the course, and the order in which its scenes are to be seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs.scene_entry import SceneEntry

CHAPTERS = (
    "neuron", "composition", "learning", "generalisation", "representation", "combination",
    "transformer", "encoding", "learning_rules", "frameworks", "gates", "diagnosis",
)  # fmt: skip
"""The folders of `scenes/`, in the order of the course. A user's other folders follow them."""


def chapter_of(path: Path, root: Path | None = None) -> str:
    """The chapter of a scene's file: the folder that it is in, if that is in a folder of scenes.

    That is `root`, where the file was found through it; else any by the name `scenes`.
    """
    if root not in (None, path, path.parent):
        return path.parent.name
    folder = path.resolve().parent
    return folder.name if folder.parent.name == "scenes" else ""


def chapter_title(chapter: str) -> str:
    """A chapter's name as a heading; "" for that of scenes that are in none."""
    return chapter.replace("_", " ").capitalize()


def in_order(entries: Iterable[SceneEntry]) -> list[SceneEntry]:
    """Scenes as a course: by chapter, then by their place in it, each after those that it names."""
    waiting = sorted(entries, key=_place)
    found: list[SceneEntry] = []
    while waiting:
        ready = next((entry for entry in waiting if not _waits(entry, waiting)), waiting[0])
        waiting.remove(ready)
        found.append(ready)
    return found


def of_chapter(chapter: str, entries: Sequence[SceneEntry]) -> list[SceneEntry]:
    """The scenes of a chapter, in their order.

    Raises:
        UsageError: if there are none, with the chapters that have some.
    """
    found = [entry for entry in entries if entry.chapter == chapter]
    if not found:
        known = dict.fromkeys(entry.chapter for entry in entries if entry.chapter)
        raise UsageError(
            f"There are no scenes in the chapter {shortened(chapter)!r}; choose {', '.join(known)}."
        )
    return found


def _place(entry: SceneEntry) -> tuple[int, str, float, str]:
    rank = CHAPTERS.index(entry.chapter) if entry.chapter in CHAPTERS else len(CHAPTERS)
    return rank + (not entry.chapter), entry.chapter, entry.order, entry.name


def _waits(entry: SceneEntry, waiting: Sequence[SceneEntry]) -> bool:
    """Whether a scene of the same chapter that is to be seen before is still to come."""
    return any(
        other.name in entry.after and other.chapter == entry.chapter and other is not entry
        for other in waiting
    )
