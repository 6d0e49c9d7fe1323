"""What to make: one file from one scene, as a frozen value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlanim.engine.arrays import as_plain
from mlanim.engine.errors import UsageError, shortened
from mlanim.engine.jobs.encoder import OWN, Encoder
from mlanim.engine.jobs.kinds import FIGURE_FORMATS, KINDS, PICTURES, WITH_ALPHA, Kind
from mlanim.engine.jobs.page import Page
from mlanim.engine.jobs.part import Part
from mlanim.engine.jobs.reading import sane
from mlanim.engine.jobs.scene_entry import SceneEntry
from mlanim.engine.jobs.style import Style
from mlanim.engine.jobs.voice import Voice

QUALITIES: Mapping[str, tuple[int, int, int]] = {
    "l": (854, 480, 15),
    "m": (1280, 720, 30),
    "h": (1920, 1080, 60),
    "p": (2560, 1440, 60),
    "k": (3840, 2160, 60),
}
"""Manim's sizes: width, height and frames a second by the letter of `-q`."""

THEME_USES: Mapping[str, str] = {
    "dark": "Films and decks on a screen or a projector: light text on a dark ground.",
    "light": "Bright rooms, web pages and slides that are light: dark text on white.",
    "print": "Paper, in grey too: black on white, in colours that differ in lightness.",
}
"""What each theme is for, in a sentence."""

THEMES = tuple(THEME_USES)
MOST_PIXELS = 7680
LOWEST_WITH_CAPTIONS = 180  # pixels of height, at which a caption's letters are six high
FASTEST: Mapping[str, float] = {"gif": 50.0, "apng": 60.0, "webp": 60.0}
"""Frames a second: browsers slow down a GIF whose frames last under 2/100 s, others at 1/100 s."""
FASTEST_VIDEO = 240.0
TELEVISION = (24, 30, 48, 60, 120)  # frames a second, each of which television slows down by 1/1001
MOST_PLAYS = 1000


def exact_rate(fps: float) -> float:
    """Frames a second as television has them, where a rate is written so: 23.976 is 24000/1001."""
    whole = round(fps * 1.001) if math.isfinite(fps) else 0
    exact = whole * 1000 / 1001
    is_televisions = whole in TELEVISION and abs(fps - exact) < 0.005
    return exact if is_televisions else fps


@dataclass(frozen=True)
class Job:
    """One file to make from one scene.

    `params` are the parameters as the user gave them; the scene validates them where it is
    imported, in the process that draws. `plays` is how often an animated picture plays, 0 for ever.
    `encoder` is what the user asked for of the video encoder.
    `part` is what of the video to make, if not all of it, and `voice` is laid under it. `force` is
    whether files that mlanim did not make may be replaced.
    """

    scene: SceneEntry
    kind: Kind
    output: str
    format: str
    width: int
    height: int
    fps: float
    theme: str
    transparent: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    burn_in: bool = False
    plays: int = 0
    encoder: Encoder = OWN
    page: Page | None = None
    style: Style | None = None
    part: Part | None = None
    voice: Voice | None = None
    force: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "fps", exact_rate(float(self.fps)))  # as once read from JSON
        if self.kind not in KINDS:
            raise UsageError(f"Unknown kind {shortened(self.kind)!r}; choose {', '.join(KINDS)}.")
        allowed = KINDS[self.kind].formats
        if self.format not in allowed:
            raise UsageError(
                f"Unknown format {shortened(self.format)!r} for a {self.kind}; "
                f"choose {', '.join(allowed)}."
            )
        if self.page is not None and self.kind == "figure":
            self._refuse_formats(self.page.formats)
        if self.transparent and self.format not in WITH_ALPHA:
            raise UsageError(
                f"{self.format} has no transparency; "
                "use --format webm, mov, apng or webp with --transparent."
            )
        if self.plays and self.format not in PICTURES:
            raise UsageError(
                f"--plays is for {', '.join(PICTURES)}; "
                f"how often {self.format} plays is up to its player."
            )
        if self.part is not None and self.kind != "video":
            raise UsageError("Only videos have parts; leave --slide, --from and --to out.")
        if self.voice is not None and self.format in PICTURES:
            raise UsageError(
                f"{self.format} has no sound; use --format mp4, webm or mov with --voice and --tts."
            )
        if not 0 <= self.plays <= MOST_PLAYS:
            raise UsageError(f"--plays {self.plays} is out of bounds; it is 0 to {MOST_PLAYS}.")
        if self.burn_in and (self.kind != "video" or self.transparent):
            raise UsageError(
                "--burn-in writes captions into a video's background; "
                "leave --transparent out, or --burn-in: the .srt and .vtt lie beside the video."
            )
        if self.burn_in and self.height < LOWEST_WITH_CAPTIONS:
            raise UsageError(
                f"--burn-in needs a height of at least {LOWEST_WITH_CAPTIONS} pixels, "
                f"not {self.height}: smaller captions cannot be read."
            )
        if self.encoder != OWN:
            self.encoder.check(self.format, self.transparent)
        if not (16 <= self.width <= MOST_PIXELS and 16 <= self.height <= MOST_PIXELS):
            raise UsageError(
                f"Resolution {self.width}x{self.height} is out of bounds; "
                f"each side is 16 to {MOST_PIXELS} pixels."
            )
        if self.kind == "video" and (self.width % 2 or self.height % 2):
            raise UsageError(
                f"Resolution {self.width}x{self.height} has an odd side; video needs even ones."
            )
        fastest = FASTEST.get(self.format, FASTEST_VIDEO)
        if not 1 <= self.fps <= fastest:
            raise UsageError(
                f"--fps {self.fps:g} is out of bounds; for {self.format} it is 1 to {fastest:g}."
            )
        if self.theme not in THEMES:
            raise UsageError(
                f"Unknown theme {shortened(self.theme)!r}; choose {', '.join(THEMES)}."
            )

        try:
            object.__setattr__(self, "params", as_plain(sane(self.params)))
        except ValueError as error:
            raise UsageError(f"{self.scene.name}: what is set cannot be used: {error}.") from error

    def _refuse_formats(self, formats: tuple[str, ...]) -> None:
        """A page is written in the job's format first, and in others that figures have."""
        unknown = [name for name in formats if name not in FIGURE_FORMATS]
        if unknown or self.format not in formats:
            raise UsageError(
                f"A figure in {self.format} cannot be written as {shortened(list(formats))}; "
                f"choose {', '.join(FIGURE_FORMATS)}."
            )

    @property
    def speech(self) -> Mapping[int, float]:
        """How many seconds steps take at least, by their numbers, since somebody speaks in them."""
        return self.voice.needs() if self.voice is not None else {}

    @property
    def name(self) -> str:
        """The output's file name without its extension."""
        return Path(self.output).stem
