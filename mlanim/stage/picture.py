"""What a panel shows: stated once, composed for whatever box it gets, on the stage or on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self

import numpy as np
from manim import Mobject, VGroup

from mlanim.stage.layout import Box
from mlanim.stage.plots.values import numbers
from mlanim.stage.table import Table
from mlanim.stage.track import Morph, Reading, Track, follow, now
from mlanim.words.kinds import kind_of
from mlanim.words.numbers import counted
from mlanim.words.sentence import Sentence


class Picture(VGroup):
    """A picture of data. A subclass keeps its data, and draws itself in `compose`.

    Attributes:
        least: the narrowest box that it can be composed into, manim units.
        aspect: width over height, where nothing else settles the height.
        is_text: whether more height than it asks for would show nothing more.
        handles: what a reader may drag on a live page: by parameter, the place of its handle, (3,)
            in manim units, as a function of the picture once it is composed.
    """

    least: float = 3.0
    aspect: float = 4 / 3
    is_text: bool = False
    handles: Mapping[str, Callable[[Any], np.ndarray]] = MappingProxyType({})

    def __init__(self, least: float | None = None, aspect: float | None = None):
        super().__init__()
        self.least = self.least if least is None else least
        self.aspect = self.aspect if aspect is None else aspect

    def compose(self, box: Box) -> None:
        """Add what is to be seen, within `box`; called through `placed`, once for each box."""
        raise NotImplementedError(f"{type(self).__name__} draws nothing yet: write its compose.")

    def placed(self, box: Box) -> Self:
        """The picture composed for a box, anew where it was composed before."""
        self.submobjects: list[Mobject] = []
        self.compose(box)
        return self

    def height_at(self, width: float) -> float:
        """The height that it asks for at a width, manim units."""
        return width / self.aspect

    def least_height(self, width: float) -> float:
        """The lowest box of a width that it can be composed into, manim units."""
        return self.height_at(width) if self.is_text else 0.0

    def parts(self) -> list[Any]:
        """What a lecture may bring in by itself: mobjects that know whether they are `is_later`."""
        return []

    def later(self) -> list[Mobject]:
        """The parts that a lecture has still to bring in; a figure has them from the start."""
        return [part for part in self.parts() if part.is_later]

    def tables(self) -> dict[str, Table]:
        """The numbers behind it, by name."""
        return {}


class Valued(Picture):
    """A picture of an array of numbers, which may be a reading of tracks.

    A subclass says in `checked` which arrays it takes, adds what stands in `lay_out`, and shows
    the numbers `shown` in `draw`.

    Attributes:
        may_lack: whether values may be NaN, for what is not there.
    """

    may_lack: ClassVar[bool] = False

    def __init__(self, values: Any, least: float | None = None, aspect: float | None = None):
        super().__init__(least, aspect)
        self.values = values
        self.shown = self._taken(now(values))

    def checked(self, values: np.ndarray) -> np.ndarray:
        """The values in the shape that is drawn.

        Raises:
            ValueError: for a shape that the picture cannot show.
        """
        return values

    def lay_out(self, box: Box) -> None:
        """Add what stands, and what `draw` sets."""
        raise NotImplementedError

    def draw(self) -> None:
        """Set everything to the values `shown`."""
        raise NotImplementedError

    def compose(self, box: Box) -> None:
        """Lay out, show the values, and follow them where they are a reading."""
        self.lay_out(box)
        if isinstance(self.values, Reading | Track):
            follow(self, type(self).show_values, self.values)
        else:
            self.draw()

    def show_values(self, values: Any) -> Self:
        """Show other values at once."""
        values = self._taken(values)
        if values.shape != self.shown.shape:
            raise ValueError(f"{_kind(self)} of {self.shown.shape} cannot show {values.shape}.")
        self.shown = values
        self.draw()
        return self

    def to(self, values: Any, **timing: Any) -> Morph:
        """The animation in which what is shown runs to other values.

        Raises:
            ValueError: for values of another shape, for a picture that is not composed yet, and
                for one that follows a track, which runs instead.
        """
        if isinstance(self.values, Reading | Track):
            raise ValueError(f"{_kind(self)} follows a track; sweep the track, not the picture.")
        if not self.submobjects:
            raise ValueError(f"{_kind(self)} can run to other values once it stands: enter it.")
        return Morph(self, self.shown, self._taken(values), type(self).show_values, **timing)

    def _taken(self, values: Any) -> np.ndarray:
        array = numbers(values, f"the values of {_kind(self).replace('A ', 'a ')}")
        if np.isinf(array).any() or (np.isnan(array).any() and not self.may_lack):
            raise ValueError(f"{_kind(self)} shows finite numbers, not infinities or NaN.")
        return self.checked(array)


def pictures_of(picture: Any) -> list[Picture]:
    """The pictures that a picture is made of, or itself.

    Raises:
        TypeError: for what is no picture.
    """
    if not isinstance(picture, Picture):
        raise TypeError(
            f"A picture is wanted, such as a Chart, not {kind_of(picture)}{_made_of(picture)}."
        )
    if not isinstance(picture, Rows):
        return [picture]
    return [leaf for one in picture.pictures for leaf in pictures_of(one)]


def _made_of(given: Any) -> str:
    """How what is no picture becomes one, where it can."""
    if hasattr(given, "picture"):
        return "; give its .picture"
    if isinstance(given, str | Sentence):
        return "; Paragraphs(…) shows words"
    return "; Composed(…) shows mobjects" if isinstance(given, Mobject) else ""


def _kind(picture: Picture) -> str:
    return f"A {type(picture).__name__}"


class Drawn(Picture):
    """A picture composed by a function of its box, for what is shown once.

    Args:
        compose: the box to the mobjects in it.
        height: the height that it asks for at a width, manim units.
    """

    def __init__(
        self,
        compose: Callable[[Box], Mobject | Iterable[Mobject]],
        least: float | None = None,
        aspect: float | None = None,
        height: Callable[[float], float] | None = None,
    ):
        super().__init__(least, aspect)
        self._compose, self._height = compose, height

    def compose(self, box: Box) -> None:
        """Have the function draw."""
        made = self._compose(box)
        self.add(*([made] if isinstance(made, Mobject) else made))

    def height_at(self, width: float) -> float:
        """What the function for it says."""
        return self._height(width) if self._height else super().height_at(width)


class Composed(Picture):
    """Mobjects that stand already, taken as they are and moved to the upper left of the box."""

    def __init__(self, *mobjects: Mobject):
        super().__init__()
        self.mobjects = mobjects

    def compose(self, box: Box) -> None:
        """Move them; nothing is scaled, so texts keep their size."""
        group = Mobject().add(*self.mobjects)
        group.shift(np.array([box.left, box.top, 0]) - group.get_corner([-1, 1, 0]))
        self.submobjects = list(self.mobjects)

    def height_at(self, width: float) -> float:
        """The height that they have."""
        return float(Mobject().add(*self.mobjects).height)


class Rows(Picture):
    """Pictures one over another, in shares of the height, or as they ask for it.

    Without shares text has the height that it asks for, and the others share the rest.
    """

    def __init__(self, *pictures: Picture, shares: Iterable[float] | None = None, gap: float = 0.4):
        leaves = [id(leaf) for picture in pictures for leaf in pictures_of(picture)]
        if not pictures or len(set(leaves)) < len(leaves):
            raise ValueError(f"{type(self).__name__} takes pictures, each of them once.")
        super().__init__(max(picture.least for picture in pictures))
        self.pictures, self.gap = pictures, gap
        self.shares = tuple(() if shares is None else shares)
        if self.shares and (len(self.shares) != len(pictures) or min(self.shares) <= 0):
            has = f"{type(self).__name__} of {counted(len(pictures), 'picture')}"
            raise ValueError(f"{has} has so many shares, numbers over 0, not {self.shares}.")
        self.is_text = all(picture.is_text for picture in pictures)

    def compose(self, box: Box) -> None:
        """Compose each in its part of the box."""
        for picture, part in zip(self.pictures, self._boxes(box), strict=True):
            self.add(picture.placed(part))

    def height_at(self, width: float) -> float:
        """The sum of what they ask for."""
        return sum(self._heights(width)) + self.gap * (len(self.pictures) - 1)

    def least_height(self, width: float) -> float:
        """What all need where text keeps its height and the others are pressed alike."""
        gaps = self.gap * (len(self.pictures) - 1)
        if self.shares:
            pairs = zip(self.pictures, self.shares, strict=True)
            return max(p.least_height(width) / s for p, s in pairs) * sum(self.shares) + gaps
        asked = dict(zip(self.pictures, self._heights(width), strict=True))
        text = sum(height for picture, height in asked.items() if picture.is_text)
        others = {p: height for p, height in asked.items() if height and not p.is_text}
        pressed = [p.least_height(width) / height for p, height in others.items()]
        return text + sum(others.values()) * max(pressed, default=0.0) + gaps

    def parts(self) -> list[Any]:
        """Those of each of them."""
        return [part for picture in self.pictures for part in picture.parts()]

    def tables(self) -> dict[str, Table]:
        """Those of all of them."""
        return {name: table for one in self.pictures for name, table in one.tables().items()}

    def _boxes(self, box: Box) -> list[Box]:
        return box.rows(*(self.shares or self._fitted(box)), gap=self.gap)

    def _fitted(self, box: Box) -> list[float]:
        """The heights that they ask for, those of all but text stretched or pressed to the box."""
        asked = self._heights(box.width)
        text = sum(h for p, h in zip(self.pictures, asked, strict=True) if p.is_text)
        left = box.height - self.gap * (len(asked) - 1) - text
        stretch = 1.0 if self.is_text else left / (sum(asked) - text)
        if stretch >= 1 and left < text:
            return asked
        pairs = zip(self.pictures, asked, strict=True)
        return [height if picture.is_text else stretch * height for picture, height in pairs]

    def _heights(self, width: float) -> list[float]:
        return [picture.height_at(width) for picture in self.pictures]


class Columns(Rows):
    """Pictures side by side, in shares of the width: small multiples, a picture and its numbers."""

    def __init__(self, *pictures: Picture, shares: Iterable[float] | None = None, gap: float = 0.4):
        super().__init__(*pictures, shares=shares or [1.0] * len(pictures), gap=gap)
        total = sum(self.shares)
        widths = [p.least * total / s for p, s in zip(pictures, self.shares, strict=True)]
        self.least = max(widths) + gap * (len(pictures) - 1)

    def height_at(self, width: float) -> float:
        """The most that one of them asks for."""
        room = width - self.gap * (len(self.pictures) - 1)
        pairs = zip(self.pictures, self.shares, strict=True)
        return max(picture.height_at(room * share / sum(self.shares)) for picture, share in pairs)

    def least_height(self, width: float) -> float:
        """The most that one of them needs."""
        room = width - self.gap * (len(self.pictures) - 1)
        pairs = zip(self.pictures, self.shares, strict=True)
        return max(p.least_height(room * share / sum(self.shares)) for p, share in pairs)

    def _boxes(self, box: Box) -> list[Box]:
        return box.columns(*self.shares, gap=self.gap)


def replace_parts(group: Mobject, parts: Iterable[Mobject]) -> None:
    """Have a group consist of other parts, at once.

    A play draws what stood when it began until it ends, so what leaves is emptied.
    """
    for part in group.family_members_with_points():
        part.points = part.points[:0]
    group.submobjects = list(parts)
