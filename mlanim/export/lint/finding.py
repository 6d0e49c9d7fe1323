"""What the lint says: one finding for each fault, however often it is seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

WARNINGS = (
    "pause without notes", "stage nearly empty", "series differ by colour alone", "curve hidden",
)  # fmt: skip
"""Rules about what a viewer misses; the others are about what cannot be read, or is wrong."""

ON_PAGE = "figure at "


@dataclass(frozen=True)
class Sighting:
    """Where a finding was seen: in which theme, at which place of the film or on which page."""

    theme: str
    slide: int | None = None
    time: float | None = None  # seconds
    width: str | None = None  # of the page that a figure is on

    @property
    def place(self) -> str:
        """The place in words."""
        if self.width is not None:
            return f"{ON_PAGE}{self.width}"
        if self.time is None:
            return "the end"
        slide = "" if self.slide is None else f"slide {self.slide} at "
        return f"{slide}{self.time:.1f} s"


@dataclass(frozen=True)
class Finding:
    """One fault: its rule, what has it, the value measured and the value allowed.

    `says` is the sentence for people. `line` is the line of the scene's file that made the object.
    """

    rule: str
    objects: tuple[str, ...]
    says: str
    measured: float = 0.0
    allowed: float = 0.0
    unit: str = ""
    side: str = ""
    line: int = 0
    seen: tuple[Sighting, ...] = ()

    @property
    def is_warning(self) -> bool:
        """Whether it is no fault, but something to think about."""
        return self.rule in WARNINGS

    @property
    def excess(self) -> float:
        """How far the value measured is from the one allowed."""
        return abs(self.measured - self.allowed)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        seen = [
            {"theme": s.theme, "place": s.place, "slide": s.slide, "time": s.time, "width": s.width}
            for s in self.seen
        ]
        return {
            "rule": self.rule,
            "warning": self.is_warning,
            "objects": list(self.objects),
            "side": self.side or None,
            "measured": round(self.measured, 4),
            "allowed": round(self.allowed, 4),
            "unit": self.unit or None,
            "says": self.says,
            "line": self.line or None,
            "seen": seen,
        }

    def __str__(self) -> str:
        where = f" [{sightings_in_words(self.seen)}]" if self.seen else ""
        return f"{'warning: ' if self.is_warning else ''}{self.says}{where}"


def merged(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once, as it was at its worst, with all places where it was seen."""
    kept: dict[tuple[object, ...], Finding] = {}
    for finding in findings:
        key = finding.rule, finding.objects, finding.side, finding.line
        before = kept.get(key, finding)
        worst = max(before, finding, key=lambda f: f.excess)
        seen = dict.fromkeys((*before.seen, *finding.seen))
        kept[key] = replace(worst, seen=tuple(seen))
    return list(kept.values())


def sightings_in_words(seen: Iterable[Sighting]) -> str:
    """Places with the themes that have the finding there: "slide 2 at 3.4 s: dark, light"."""
    themes: dict[str, list[str]] = {}
    for sighting in seen:
        themes.setdefault(sighting.place, []).append(sighting.theme)
    places: dict[str, list[str]] = {}
    for place, names in themes.items():
        places.setdefault(", ".join(dict.fromkeys(names)), []).append(place)
    return "; ".join(f"{_listed(where)}: {names}" for names, where in places.items())


def _listed(places: list[str]) -> str:
    """Places with what they have in common said once: "figure at 8.6cm, 17.8cm"."""
    pages = [place.removeprefix(ON_PAGE) for place in places if place.startswith(ON_PAGE)]
    pauses = [place for place in places if not place.startswith(ON_PAGE)]
    return ", ".join([*pauses, *([ON_PAGE + ", ".join(pages)] if pages else [])])
