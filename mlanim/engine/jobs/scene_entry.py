"""One scene as the catalog knows it."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class SceneEntry:
    """One scene: its name on the command line, its text, and where it is.

    `chapter` is the folder that it is in, `order` its place there, and `after` the names of scenes
    that are to be seen before. `explore` says which parameters are worth a slider.
    """

    name: str
    title: str
    chapter: str
    path: str
    class_name: str
    description: str
    order: float = 0.0
    after: tuple[str, ...] = ()
    explore: tuple[str, ...] = ()

    def summary(self) -> dict[str, object]:
        """What `list --json` prints of it."""
        fields = asdict(self)
        return {key: fields[key] for key in ("name", "title", "chapter", "order", "after", "path")}
