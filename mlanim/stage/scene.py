"""The contract of a scene: parameters, one computation, a lecture with pauses, and a figure."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from manim import (
    Animation,
    FadeIn,
    FadeOut,
    Mobject,
    Scene,
    config,
    smooth,
    squish_rate_func,
)
from pydantic import BaseModel, ConfigDict, Field

from mlanim.stage import layout, theme
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.data import as_record
from mlanim.stage.panels import Builder, Height, Panel
from mlanim.stage.table import Table
from mlanim.stage.text.texts import Content, Text


class SceneParams(BaseModel):
    """What a user may set. Each scene's `Params` derives from this and describes every field."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of everything random.")


@dataclasses.dataclass(frozen=True)
class Slide:
    """A pause: when it comes, what the lecturer says there, and how the next part starts."""

    time: float
    notes: str = ""
    loop: bool = False
    auto: bool = False


class LessonScene(Scene):
    """A lecture and a figure drawn from what `compute` returned.

    A subclass gives a one-line docstring (the title), a module docstring (the gallery's text), a
    `category`, `Params`, `compute`, `construct` and `figure`.
    """

    category: ClassVar[str] = ""
    Params: ClassVar[type[SceneParams]] = SceneParams

    params: SceneParams
    data: Any

    def __init__(self, *, params: SceneParams | None = None, data: Any = None, **kwargs: Any):
        config.background_color = theme.color("background")
        kwargs.setdefault("camera_class", StageCamera)
        super().__init__(**kwargs)
        self.slides: list[Slide] = []
        self.panels: dict[str, Panel] = {}
        self.at_pause: Callable[[LessonScene], None] | None = None
        self._caption: Text | None = None
        if params is not None:
            self.params, self.data = params, data

    @staticmethod
    def compute(params: Any) -> Any:
        """Run the PyTorch side; the result is a frozen dataclass of arrays and plain values."""
        raise NotImplementedError

    def setup(self) -> None:
        """Under plain manim nobody has computed yet: do it with the default parameters."""
        if not hasattr(self, "params"):
            self.params = self.Params()
            self.data = as_record(self.compute(self.params))

    def figure(self) -> None:
        """Say which panels the still has, with `self.panel(name, …)`."""
        raise NotImplementedError

    def panel(
        self,
        name: str,
        *content: Mobject | Builder,
        heading: Content | None = None,
        remark: tuple[Content, ...] = (),
        height: float | Callable[[float], float] | None = None,
        aspect: float = 4 / 3,
        least: float = 4.0,
        share: float = 1.0,
        data: Table | Mapping[str, Table] | None = None,
        says: str = "",
    ) -> None:
        """Add a panel to the figure, or mobjects to the panel of that name.

        Args:
            content: a function that composes the panel into the box it is given and returns its
                mobjects; or mobjects, to be taken as they stand.
            heading, remark: a line over it, and quieter words behind the line.
            height: of what the function composes, manim units, or a function of the width;
                without it the height follows from `aspect`, width over height.
            least: the narrowest box that the function can fill, manim units.
            share: its part of a row's width, beside the other panels' shares.
            data: the numbers behind it.
            says: a sentence that describes it to those who cannot see it.
        """
        mobjects = tuple(part for part in content if isinstance(part, Mobject))
        build = next((part for part in content if not isinstance(part, Mobject)), None)
        before = self.panels[name].mobjects if name in self.panels else ()
        self.panels[name] = Panel(
            name=name,
            build=build,
            mobjects=(*before, *mobjects),
            heading=heading,
            remark=remark,
            height=_as_function(height, aspect),
            least=least,
            share=share,
            data=_as_tables(name, data),
            says=says,
        )

    def next_slide(self, notes: str = "", loop: bool = False, auto: bool = False) -> None:
        """Pause here: a deck stops after this; `notes` is what the lecturer says to it.

        What stands is held until the notes can have been read as captions, unless it loops.
        """
        self.wait(theme.BEAT if loop else max(theme.BEAT, self._unread(notes)))
        self.slides.append(Slide(round(float(self.time), 6), notes, loop, auto))
        if self.at_pause is not None:
            self.at_pause(self)

    def _unread(self, notes: str) -> float:
        """Seconds that reading the notes takes beyond the time since the last pause."""
        since = float(self.time) - (self.slides[-1].time if self.slides else 0.0)
        return len(notes) / theme.READING_SPEED - since

    def show_title(self, *content: Content) -> Text:
        """Fade in the title line and keep it."""
        title = layout.title(*content)
        self.play(FadeIn(title), run_time=theme.BEAT)
        return title

    def say(self, *content: Content, **timing: float) -> None:
        """Replace the caption line."""
        animations = self.saying(*content)
        if animations:
            self.play(*animations, **({"run_time": theme.BEAT} | timing))

    def saying(self, *content: Content) -> list[Animation]:
        """The animations that replace the caption, or clear it, to play along with others."""
        old, self._caption = self._caption, layout.caption(*content) if content else None
        return exchange(old, self._caption)

    def leaving(self, *keep: Mobject) -> list[Animation]:
        """The animations in which all but `keep` fade out, to play along with others."""
        kept = {id(mobject) for mobject in keep}
        leaving = [mobject for mobject in self.mobjects if id(mobject) not in kept]
        if self._caption in leaving:
            self._caption = None
        return [FadeOut(mobject) for mobject in leaving]

    def clear_stage(self, *keep: Mobject, **timing: float) -> None:
        """Fade out all but `keep`: what has had its say leaves."""
        animations = self.leaving(*keep)
        if animations:
            self.play(*animations, **({"run_time": theme.BEAT} | timing))


def exchange(
    old: Mobject | None, new: Mobject | None, start: float = 0, end: float = 1
) -> list[Animation]:
    """One text after another at one place: the old one is gone before the new one comes.

    It happens between `start` and `end`, shares of the play's time.
    """
    if old is None or new is None:
        timing = squish_rate_func(smooth, start, end)
        leaving = [FadeOut(old, rate_func=timing)] if old else []
        return [*leaving, *([FadeIn(new, rate_func=timing)] if new else [])]
    middle = start + 0.45 * (end - start)
    return [
        FadeOut(old, rate_func=squish_rate_func(smooth, start, middle)),
        FadeIn(new, rate_func=squish_rate_func(smooth, middle, end)),
    ]


def _as_function(height: float | Callable[[float], float] | None, aspect: float) -> Height:
    if callable(height):
        return height
    return (lambda width: width / aspect) if height is None else (lambda _: height)


def _as_tables(name: str, data: Table | Mapping[str, Table] | None) -> dict[str, Table]:
    if data is None:
        return {}
    return {name: data} if isinstance(data, Table) else dict(data)
