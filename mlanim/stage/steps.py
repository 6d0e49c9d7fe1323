"""What stands on the stage of a lecture, and the plays in which it comes, moves and goes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from manim import (
    Animation,
    FadeIn,
    FadeOut,
    Mobject,
    ReplacementTransform,
    Scene,
    smooth,
    squish_rate_func,
)

from mlanim.stage import layout
from mlanim.stage.layout import STAGE, Box
from mlanim.stage.panels import (
    EDGE,
    DoesNotFit,
    Layout,
    Panel,
    Place,
    arrange,
    heads,
    refuse_shared,
)
from mlanim.stage.picture import Picture, Rows
from mlanim.stage.text.texts import Content, Text
from mlanim.stage.track import Track
from mlanim.words.kinds import kind_of

HANDOVER = 0.45
"""The share of a play in which what leaves is gone, where something else comes in its place."""


class Leave(FadeOut):
    """A mobject fades out as it stood at the beginning, whatever the tracks that it follows do."""

    def begin(self) -> None:
        """Start from what stands; what it runs between follows nothing."""
        super().begin()
        for between in (self.starting_mobject, self.target_mobject, self.target_copy):
            between.clear_updaters()

    def finish(self) -> None:
        """Be unseen, and follow nothing yet: Manim still takes back the fading afterwards."""
        self.interpolate(1)

    def clean_up_from_scene(self, scene: Scene) -> None:
        """Be gone, and follow the tracks again, for when it comes back."""
        super().clean_up_from_scene(scene)
        self.mobject.resume_updating()


class Standing:
    """A panel on the stage: its heads, and its picture composed for its place."""

    def __init__(self, place: Place):
        self.settle(place)

    def settle(self, place: Place) -> None:
        """Compose the picture for a place, anew where it was composed before."""
        self.place, self.heads, self.picture = place, heads(place), place.panel.picture
        self.picture.placed(place.box.inset(top=place.head))

    @property
    def mobjects(self) -> list[Mobject]:
        """What stands on the stage."""
        return [*self.heads, self.picture]

    @property
    def everything(self) -> list[Mobject]:
        """That, and the picture's parts, which stand by themselves once they are revealed."""
        return [*self.mobjects, *self.picture.parts()]


class Staging:
    """Knows title, caption and panels of a scene, and makes the animations that change them."""

    def __init__(self, scene: Scene):
        self.scene = scene
        self.title: Text | None = None
        self.caption: Text | None = None
        self.standing: dict[int, Standing] = {}

    def entering(
        self, panels: Sequence[Shown], wanted: Layout, keep: Sequence[Mobject],
        later: Sequence[Panel], without: Sequence[Mobject] = (),
    ) -> list[Animation]:  # fmt: skip
        """Panels come, those that stand already move to their places, and all else leaves.

        `without` are revealed parts that leave although their picture stays.
        """
        places = {id(place.panel.picture): place for place in on_stage(panels, wanted)}
        waiting = {id(panel.picture) for panel in later}
        gone = [one for key, one in self.standing.items() if key not in places]
        leaving = self.present([*(m for one in gone for m in one.everything), *without])
        _wait_again(without)
        leaving += [m for m in self.loose() if m not in keep]
        coming: list[Mobject] = []
        moving: list[Animation] = []
        known = self.standing
        self.standing = {}
        for key, place in places.items():
            if key in known:
                self.standing[key] = known[key]
                moving += self._moving(known[key], place)
            else:
                self.standing[key] = Standing(place)
                coming += [] if key in waiting else self.standing[key].mobjects
        return [*moving, *handed_over(leaving, coming)]

    def leaving(self, things: Sequence[Panel | Mobject]) -> list[Animation]:
        """Panels and mobjects go; without any, all but title and caption."""
        if things:
            gone = [self._standing(t) for t in things if isinstance(t, Panel)]
            for one in gone:
                self.standing.pop(id(one.picture), None)
            going = [m for one in gone for m in one.everything]
            loose = [thing for thing in things if isinstance(thing, Mobject)]
            _wait_again(loose)
            return [Leave(m) for m in self.present([*going, *loose])]
        kept = self.title, self.caption
        self.standing.clear()
        return [Leave(m) for m in self.loose() if m not in kept]

    def revealing(self, things: Iterable[Mobject | Panel]) -> list[Animation]:
        """Parts of pictures, or panels whose place was kept free, come in."""
        things = list(things)
        for thing in things:
            if isinstance(thing, Mobject) and hasattr(thing, "is_later"):
                thing.is_later = False
        parts = [
            self._standing(thing).mobjects if isinstance(thing, Panel) else [thing]
            for thing in things
        ]
        # While they waited nobody updated them: they come as their tracks are now.
        return [FadeIn(m.update()) for part in parts for m in part]

    def _standing(self, panel: Panel) -> Standing:
        if id(panel.picture) not in self.standing:
            raise ValueError(f"The panel {panel.name!r} does not stand on the stage; enter it.")
        return self.standing[id(panel.picture)]

    def saying(self, *content: Content) -> list[Animation]:
        """One caption replaces another; without content it goes."""
        old, self.caption = self.caption, layout.caption(*content) if content else None
        return exchange(old, self.caption)

    def loose(self) -> list[Mobject]:
        """What stands beside title, caption and panels."""
        kept = {id(self.title), id(self.caption)}
        kept |= {id(m) for one in self.standing.values() for m in one.everything}
        found = (m for m in self.scene.mobjects if id(m) not in kept)
        return [m for m in found if not isinstance(m, Track)]

    def present(self, mobjects: Iterable[Mobject]) -> list[Mobject]:
        """Those that stand on the stage by themselves, in the stage's order."""
        wanted = {id(m) for m in mobjects}
        return [m for m in self.scene.mobjects if id(m) in wanted]

    def _moving(self, standing: Standing, place: Place) -> list[Animation]:
        """A panel moves to another place, where its picture is composed anew.

        One that stays where it is may be headed by other words.
        """
        if (standing.place.box, standing.place.head) == (place.box, place.head):
            return self._headed(standing, place)
        here = {id(mobject) for mobject in self.scene.mobjects}
        revealed = [part for part in standing.picture.parts() if id(part) in here]
        self.scene.remove(*revealed)
        for part in revealed:
            owner = _owner(standing.picture, part)
            owner.add(part)
            _in_order(owner)
        before = [m.copy().clear_updaters() for m in standing.mobjects]
        self.scene.remove(*standing.mobjects)
        standing.settle(place)
        words, picture = before[:-1], before[-1]
        if not _alike(picture, standing.picture):
            return handed_over(before, standing.mobjects)
        moving = [ReplacementTransform(picture, standing.picture)]
        if len(words) != len(standing.heads):
            return [*handed_over(words, standing.heads), *moving]
        pairs = zip(words, standing.heads, strict=True)
        return [*(ReplacementTransform(old, new) for old, new in pairs), *moving]

    def _headed(self, standing: Standing, place: Place) -> list[Animation]:
        """Words over a panel give way to others, where these are other words."""
        old, new = standing.place.panel, place.panel
        standing.place = place
        if (old.heading, old.remark) == (new.heading, new.remark):
            return []
        leaving, standing.heads = standing.heads, heads(place)
        return handed_over(leaving, standing.heads)


def _alike(old: Mobject, new: Mobject) -> bool:
    """Whether one can become the other, part by part: a bar of colours may have come, or gone."""
    parts = old.submobjects, new.submobjects
    if isinstance(old, Text):
        return True
    return type(old) is type(new) and len(parts[0]) == len(parts[1]) and all(map(_alike, *parts))


def _owner(picture: Picture, part: Mobject) -> Picture:
    """The picture whose own part it is, among those that a picture is made of."""
    inner = [one for one in getattr(picture, "pictures", ()) if part in one.parts()]
    return _owner(inner[0], part) if inner else picture


def _in_order(picture: Picture) -> None:
    """What stands first, then its parts in their order, as it is composed again."""
    order = {id(part): rank for rank, part in enumerate(picture.parts())}

    def rank(member: Mobject) -> tuple[int, int]:
        if id(member) not in order:
            return 1, 0
        return (0 if getattr(member, "is_behind", False) else 2), order[id(member)]

    picture.submobjects = sorted(picture.submobjects, key=rank)


Shown = Panel | Sequence[Panel]
"""A panel, or several that stand one under another where one would."""


def on_stage(shown: Sequence[Shown], wanted: Layout) -> list[Place]:
    """The places of panels over all of the stage."""
    for one in shown:
        _refuse_others(one)
    panels = [panel for one in shown for panel in ([one] if isinstance(one, Panel) else one)]
    refuse_shared(panels)
    places = _within(STAGE, [_as_one(one) for one in shown], wanted)
    return [
        place
        for one, whole in zip(shown, places, strict=True)
        for place in ([whole] if isinstance(one, Panel) else _within(whole.box, one, "column"))
    ]


def _within(box: Box, panels: Sequence[Panel], wanted: Layout) -> list[Place]:
    """The places of panels over all of a box."""
    width, height = (side + 2 * EDGE for side in box.size)
    try:
        _, places = arrange(panels, width, height, wanted, squeezed=0.1)
    except DoesNotFit as error:
        room = {"width": width, "height": height}[error.side]
        raise ValueError(
            f"The stage has no room for {', '.join(repr(panel.name) for panel in panels)}: needed "
            f"is a {error.side} of {error.needed:.1f} units, and there are {room:.1f}; enter "
            "fewer, choose another layout, or change the shares."
        ) from None
    x, y = box.left - EDGE, box.top + EDGE
    return [dataclasses.replace(place, box=place.box.shifted(x, y)) for place in places]


def _refuse_others(shown: Any) -> None:
    """Raise a TypeError for what is neither a panel nor a list of panels."""
    listed = list(shown) if isinstance(shown, list | tuple) else [shown]
    strange = [one for one in listed if not isinstance(one, Panel)]
    if strange or not listed:
        given = kind_of(strange[0]) if strange else "an empty list"
        raise TypeError(f'`enter` brings in panels, not {given}; write Panel("name", picture).')


def _as_one(shown: Shown) -> Panel:
    """A panel that needs what several need together."""
    if isinstance(shown, Panel):
        return shown
    share = max(panel.share for panel in shown)
    return Panel("", Rows(*(panel.picture for panel in shown)), share=share)


def _wait_again(parts: Iterable[Mobject]) -> None:
    """Parts of pictures that leave may be revealed once more."""
    for part in parts:
        if hasattr(part, "is_later"):
            part.is_later = True


def handed_over(leaving: Sequence[Mobject], coming: Sequence[Mobject]) -> list[Animation]:
    """What leaves is gone before what comes is there, so that the two never lie over each other."""
    middle = HANDOVER if leaving and coming else 1.0
    start = middle if leaving and coming else 0.0
    return [
        *(Leave(m, rate_func=squish_rate_func(smooth, 0, middle)) for m in leaving),
        *(FadeIn(m, rate_func=squish_rate_func(smooth, start, 1)) for m in coming),
    ]


def exchange(
    old: Mobject | None, new: Mobject | None, start: float = 0, end: float = 1
) -> list[Animation]:
    """One text after another at one place: the old one is gone before the new one comes.

    It happens between `start` and `end`, shares of the play's time.
    """
    if old is None or new is None:
        timing = squish_rate_func(smooth, start, end)
        leaving = [Leave(old, rate_func=timing)] if old else []
        return [*leaving, *([FadeIn(new, rate_func=timing)] if new else [])]
    middle = start + 0.45 * (end - start)
    return [
        Leave(old, rate_func=squish_rate_func(smooth, start, middle)),
        FadeIn(new, rate_func=squish_rate_func(smooth, middle, end)),
    ]
