"""A part of a video: one slide, or what lies between two times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mlanim.engine.errors import UsageError, shortened
from mlanim.words.numbers import counted


@dataclass(frozen=True)
class Part:
    """Slide `slide`, counted from 1, or what is seen from `start` to `end` seconds."""

    slide: int | None = None
    start: float | None = None
    end: float | None = None

    def __post_init__(self) -> None:
        if self.slide is not None and (self.start, self.end) != (None, None):
            raise UsageError("Give --slide, or --from and --to, not both.")
        if self.slide is not None and self.slide < 1:
            raise UsageError(f"--slide {self.slide} is out of bounds; the first slide is 1.")
        if min(self.start or 0, self.end or 0) < 0:
            raise UsageError("--from and --to are out of bounds; a film begins at 0s.")
        if self.end is not None and self.end <= (self.start or 0):
            raise UsageError(f"--to {self.end:g}s is not after --from {self.start or 0:g}s.")

    @property
    def suffix(self) -> str:
        """What is added to a file's name for this part."""
        if self.slide is not None:
            return f"-slide{self.slide}"
        end = "" if self.end is None else f"{self.end:g}s"
        return f"-{self.start or 0:g}s-{end}".rstrip("-")

    def frames(self, pauses: Sequence[int], total: int, fps: float) -> tuple[int, int]:
        """The first frame and the one after the last, of `total`; `pauses` are where slides end.

        Raises:
            UsageError: if there is no such slide, or nothing at that time.
        """
        if self.slide is not None:
            return self._of_slide(pauses, total)
        first = round((self.start or 0) * fps)
        end = total if self.end is None else min(total, max(round(self.end * fps), first + 1))
        if first >= total:
            raise UsageError(
                f"--from {self.start:g}s is after the end; the video takes {total / fps:.2f} s."
            )
        return first, end

    def _of_slide(self, pauses: Sequence[int], total: int) -> tuple[int, int]:
        assert self.slide is not None
        bounds = sorted({0, *pauses, total})
        if self.slide >= len(bounds):
            count = len(bounds) - 1
            raise UsageError(
                f"--slide {self.slide}: there {'is' if count == 1 else 'are'} "
                f"{counted(count, 'slide')}, 1 to {count}."
            )
        return bounds[self.slide - 1], bounds[self.slide]


def seconds(text: str, option: str) -> float:
    """`2s`, `2.5` or `1:05` in seconds.

    Raises:
        UsageError: for anything else, naming the option.
    """
    match = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,6}(?:\.\d{0,6})?)\s*s?", text.strip())
    if match is None:
        raise UsageError(f"{option} {shortened(text)!r} is no time; give seconds, as 2s or 1:05.")
    return 60 * int(match.group(1) or 0) + float(match.group(2))
