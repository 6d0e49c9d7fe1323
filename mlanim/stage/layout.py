"""Where things go: the safe area, columns of panels, headings and captions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from manim import Mobject

from mlanim.stage.text.texts import Content, Text
from mlanim.stage.theme import FRAME_HEIGHT, FRAME_WIDTH, MARGIN

TITLE_BASELINE = FRAME_HEIGHT / 2 - MARGIN - 0.33
CAPTION_BASELINE = -FRAME_HEIGHT / 2 + MARGIN + 0.1
STAGE_TOP = TITLE_BASELINE - 0.5
STAGE_BOTTOM = CAPTION_BASELINE + 0.6
LEFT_EDGE = -FRAME_WIDTH / 2 + MARGIN
RIGHT_EDGE = FRAME_WIDTH / 2 - MARGIN
HEADING_DROP = 0.3  # from a panel's top to its heading's baseline


@dataclass(frozen=True)
class Box:
    """A rectangle of the frame, manim units."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """Right minus left."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Top minus bottom."""
        return self.top - self.bottom

    @property
    def centre(self) -> np.ndarray:
        """The middle, (3,)."""
        return np.array([(self.left + self.right) / 2, (self.bottom + self.top) / 2, 0.0])

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.width, self.height

    def corners(self) -> np.ndarray:
        """The corners (4, 2), from the lower left one around."""
        left, bottom, right, top = self.left, self.bottom, self.right, self.top
        return np.array([[left, bottom], [right, bottom], [right, top], [left, top]])

    def inset(self, left: float = 0, bottom: float = 0, right: float = 0, top: float = 0) -> Box:
        """A smaller box."""
        return Box(self.left + left, self.bottom + bottom, self.right - right, self.top - top)

    def shifted(self, x: float, y: float) -> Box:
        """The box elsewhere."""
        return Box(self.left + x, self.bottom + y, self.right + x, self.top + y)

    def columns(self, *shares: float, gap: float = 0.6) -> list[Box]:
        """Side by side in the given proportions, `gap` apart."""
        room = self.width - gap * (len(shares) - 1)
        boxes, left = [], self.left
        for share in shares:
            width = room * share / sum(shares)
            boxes.append(Box(left, self.bottom, left + width, self.top))
            left += width + gap
        return boxes

    def rows(self, *shares: float, gap: float = 0.5) -> list[Box]:
        """One over another, from the top, in the given proportions."""
        room = self.height - gap * (len(shares) - 1)
        boxes, top = [], self.top
        for share in shares:
            height = room * share / sum(shares)
            boxes.append(Box(self.left, top - height, self.right, top))
            top -= height + gap
        return boxes


SAFE = Box(LEFT_EDGE, -FRAME_HEIGHT / 2 + MARGIN, RIGHT_EDGE, FRAME_HEIGHT / 2 - MARGIN)
"""Nothing that matters lies outside this."""

STAGE = Box(LEFT_EDGE, STAGE_BOTTOM, RIGHT_EDGE, STAGE_TOP)
"""What the title and the caption leave."""


def title(*content: Content) -> Text:
    """The title line, top left."""
    return Text(*content, size="title", weight="semibold").baseline_at(
        [LEFT_EDGE, TITLE_BASELINE, 0]
    )


def caption(*content: Content) -> Text:
    """The caption line, bottom left."""
    return Text(*content, role="muted").baseline_at([LEFT_EDGE, CAPTION_BASELINE, 0])


def heading(box: Box, *content: Content, role: str = "text") -> Text:
    """A panel's heading; headings of panels with one top share one baseline."""
    text = Text(*content, weight="semibold", role=role)
    return text.baseline_at([box.left, box.top - HEADING_DROP, 0])


def keep_within(mobject: Mobject, box: Box, up_and_down: bool = True) -> None:
    """Move a mobject sideways, and up and down, as far as it takes to lie within a box."""
    (left, bottom, _), (right, top, _) = (
        mobject.get_corner([-1, -1, 0]),
        mobject.get_corner([1, 1, 0]),
    )
    across = max(0.0, box.left - left) - max(0.0, right - box.right)
    up = max(0.0, box.bottom - bottom) - max(0.0, top - box.top) if up_and_down else 0.0
    mobject.shift([across, up, 0])


def fit(mobject: Mobject, box: Box) -> Mobject:
    """Move a mobject to the box's centre; nothing is scaled, so texts keep their size."""
    return mobject.move_to(box.centre)
