"""The contract of a scene: parameters, one computation, a lecture in steps, and a figure.

class Slope(LessonScene[SlopeParams, "SlopeData"]):
    \"\"\"What a derivative is\"\"\"

    @staticmethod
    def compute(params: SlopeParams) -> SlopeData: ...

    def tangent(self) -> Panel: ...

    def construct(self) -> None:
        self.enter(self.tangent(), say="A curve has a slope at each of its points")
        self.sweep(self.x.to(3.0))
        self.step(self.data.finding, notes="…")

    def figure(self) -> list[Panel]:
        return [self.tangent()]
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from inspect import get_annotations, getattr_static
from types import FunctionType
from typing import Any, ClassVar, Generic, TypeVar, get_args

from manim import Animation, Mobject, Scene, config
from manim.mobject.mobject import _AnimationBuilder
from pydantic import BaseModel, ConfigDict, Field

from mlanim.stage import layout, theme
from mlanim.stage.answers import computed
from mlanim.stage.arrays.camera import StageCamera
from mlanim.stage.data import as_record
from mlanim.stage.declared import check_defaults, check_explored
from mlanim.stage.panels import Layout, Panel
from mlanim.stage.steps import Shown, Staging
from mlanim.stage.text.texts import Colored, Content, Math, Text
from mlanim.words.duration import check_seconds
from mlanim.words.kinds import kind_of
from mlanim.words.sentence import Run, Sentence, as_sentence, as_text


class SceneParams(BaseModel):
    """What a user may set. Each scene's `Params` derives from this and describes every field."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of everything random.")

    def __getattr__(self, name: str) -> Any:
        if type(self) is not SceneParams or name.startswith("_"):
            return super().__getattr__(name)  # type: ignore[misc]
        raise AttributeError(
            f"The scene has no parameter {name!r}, as its class names no parameters: write "
            "class Name(LessonScene[NameParams, Any]), with NameParams of SceneParams."
        )


P = TypeVar("P", bound=SceneParams)
D = TypeVar("D")
Said = str | Sentence
"""What a viewer reads: a template as for `mlanim.words.sentence.sentence`, or a sentence."""


NO_COMPUTE = (
    "The scene has no compute: write a static method compute(params) that returns its data, a "
    "frozen dataclass of arrays and plain values; {} where there is nothing to compute."
)

ASKED = Run("? ", "highlight")
"""What marks a caption as a question."""


@dataclasses.dataclass(frozen=True)
class Slide:
    """A pause: when it comes, what the lecturer says there, and how the next part starts.

    `said` is what the captions said since the pause before it.
    """

    time: float
    notes: str = ""
    loop: bool = False
    auto: bool = False
    said: str = ""


class LessonScene(Scene, Generic[P, D]):
    """A lecture and a figure drawn from what `compute` returned.

    A subclass gives a one-line docstring (the title), a module docstring (the gallery's text), its
    types of parameters and data, `compute`, `construct` and `figure`.
    """

    Params: ClassVar[type[SceneParams]] = SceneParams
    explore: ClassVar[str | tuple[str, ...]] = ()
    """Which parameters are worth a slider on a live page, as `mlanim explore --sweep` takes them:
    "angle=0:180:5", or "activation" for all that is allowed."""

    params: P
    data: D

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Take the type of the parameters from between the brackets.

        Raises:
            TypeError: for a class that has something else by the name of a word of the lesson, and
                for one whose `explore` names what is no parameter.
        """
        super().__init_subclass__(**kwargs)
        taken = {name for name, word in WORDS.items() if getattr_static(cls, name) is not word}
        taken |= WORDS.keys() & get_annotations(cls).keys()
        if taken:
            raise TypeError(_taken(cls, min(taken)))
        for base in getattr(cls, "__orig_bases__", ()):
            given = [one for one in get_args(base) if isinstance(one, type)]
            if given and issubclass(given[0], SceneParams) and "Params" not in cls.__dict__:
                cls.Params = given[0]
        check_defaults(cls.Params)
        check_explored(cls)
        order = getattr(cls, "order", 0)
        if not isinstance(order, int | float):
            raise TypeError(
                f"{cls.__name__}.order is {order!r}; it is a number, the place in the chapter."
            )

    def __init__(self, *, params: P | None = None, data: Any = None, **kwargs: Any):
        config.background_color = theme.color("background")
        kwargs.setdefault("camera_class", StageCamera)
        super().__init__(**kwargs)
        self.slides: list[Slide] = []
        self.at_pause: Callable[[LessonScene[Any, Any]], None] | None = None
        self.speech_seconds: Mapping[int, float] = {}  # by the step in which somebody speaks
        self._said: list[str] = []
        self._read_by = 0.0  # seconds: when the caption that stands can have been read
        self._staging = Staging(self)
        if params is not None:
            self.params, self.data = params, data

    def __setattr__(self, name: str, value: Any) -> None:
        """Keep what stands in a field from replacing a word of the lesson.

        Raises:
            TypeError: for a field by the name of such a word.
        """
        if name in WORDS:
            raise TypeError(_taken(type(self), name))
        super().__setattr__(name, value)

    @property
    def caption(self) -> Text | None:
        """The caption line as it stands."""
        return self._staging.caption

    @staticmethod
    def compute(params: Any) -> Any:
        """Run the PyTorch side; the result is a frozen dataclass of arrays and plain values."""
        raise NotImplementedError(NO_COMPUTE)

    def setup(self) -> None:
        """Under plain manim nobody has computed yet: do it with the default parameters.

        The title stands from the first frame on, so that a player's thumbnail says what it is.
        """
        if not hasattr(self, "params"):
            self.params = self.Params()  # type: ignore[assignment]
            self.data = as_record(computed(type(self).compute, self.params))
        self._staging.title = layout.title(_title_of(type(self)))
        self.add(self._staging.title)

    def construct(self) -> None:
        """Tell the lecture."""
        raise NotImplementedError("The scene has no construct: write one that enters its panels.")

    def figure(self) -> list[Panel]:
        """The panels of the still."""
        raise NotImplementedError("The scene has no figure: write one that returns its panels.")

    def live(self) -> list[Panel]:
        """The panels of a live page, where the still would not change with a slider."""
        return self.figure()

    # Steps.

    def enter(
        self, *panels: Shown, say: Said | None = None, keep: Sequence[Mobject] = (),
        later: Sequence[Panel] = (), without: Sequence[Mobject] = (), layout: Layout = "row",
        along: Sequence[Animation] = (), seconds: float = theme.MOVE,
    ) -> None:  # fmt: skip
        """Bring in panels, laid out over the stage; what stood there leaves.

        A panel whose picture stands already stays, and moves to where it belongs now. A list of
        panels stands one under another, where one panel would.

        Args:
            say: a caption to come with them.
            keep: other mobjects that stay.
            later: panels among them whose place stays free until `reveal`.
            without: revealed parts that leave although their picture stays.
            layout: side by side in their shares, one over another, or in a grid.
            along: animations at the same time, such as a track that runs back to its start.
        """
        entering = self._staging.entering(panels, layout, keep, later, without)
        self._plays([*entering, *along], say, seconds)

    def leave(
        self, *things: Panel | Mobject, say: Said | None = None, seconds: float = theme.BEAT
    ) -> None:
        """Let panels and mobjects go, or all that stands but the title and the caption."""
        self._plays(self._staging.leaving(things), say, seconds)

    def reveal(
        self, *things: Mobject | Panel, say: Said | None = None, seconds: float = theme.MOVE
    ) -> None:
        """Fade in marks that were to come later, panels whose place is free, or any mobjects."""
        self._plays(self._staging.revealing(things), say, seconds)

    def sweep(
        self, *animations: Animation, say: Said | None = None, seconds: float = theme.SLOW
    ) -> None:
        """Let tracks run, pictures morph and axes zoom, together: `self.sweep(x.to(3))`.

        `say` replaces the caption; "" clears it, as what it says will not be true on the way.
        """
        if not animations and say is None:
            raise TypeError(
                "Nothing is to run: give an animation, such as self.sweep(track.to(3))."
            )
        self._plays(list(animations), say, seconds)

    def morph(
        self, picture: Any, values: Any, say: Said | None = None, seconds: float = theme.MOVE
    ) -> None:
        """Let a picture that has `to(values)` run to other values.

        Raises:
            TypeError: for a picture that has none.
        """
        if not hasattr(picture, "to"):
            raise TypeError(
                "What runs to other values is a picture of values, such as Bars or a Matrix, not "
                f"{kind_of(picture)}; a chart's marks follow tracks."
            )
        self._plays([picture.to(values)], say, seconds)

    def say(self, *said: Content, seconds: float = theme.BEAT, **timing: float) -> None:
        """Replace the caption line: by one sentence or template, or by content piece by piece."""
        check_seconds(seconds)
        content = [_as_content(one) for one in said] if len(said) == 1 else said
        self._let_read()
        animations = self.saying(*content)
        if animations:
            self.play(*animations, **({"run_time": seconds} | timing))

    def step(
        self, said: Said | None = None, *animations: Animation, notes: str, loop: bool = False,
        auto: bool = False, seconds: float = theme.SLOW,
    ) -> None:  # fmt: skip
        """Say what was seen, leave time to read it, and pause; `notes` is for the lecturer.

        Animations run before that, for so many seconds. The caption that stood goes meanwhile, as
        what it says will not be true on the way; where nothing new is said it stays. One that
        stood at no pause yet is first left as long as reading it takes.
        """
        _check_notes(notes)
        if said is not None:
            self._let_read()
        if animations:
            self._plays(list(animations), None if said is None else "", seconds)
        if said is not None:
            self.say(said)
        self.wait(theme.MOVE)
        self.next_slide(notes, loop, auto)

    def ask(self, question: Said, *, notes: str) -> None:
        """Let a question stand at a pause: viewers predict before the next step answers it."""
        self.step(Sentence((ASKED, *as_sentence(question).runs)), notes=notes)

    def next_slide(self, notes: str = "", loop: bool = False, auto: bool = False) -> None:
        """Pause here: a deck stops after this; `notes` is what the lecturer says to it.

        What stands is held until the notes can have been read as captions, unless it loops; or,
        where a voice says them, until that has ended.
        """
        _check_notes(notes)
        since = float(self.time) - (self.slides[-1].time if self.slides else 0.0)
        read = 0.0 if loop else len(notes) / theme.READING_SPEED  # seconds
        needed = self.speech_seconds.get(len(self.slides) + 1, read)
        self.wait(max(theme.BEAT, needed - since))
        self._read_by = 0.0
        said, self._said = as_text(self._said), []
        self.slides.append(Slide(round(float(self.time), 6), notes, loop, auto, said))
        if self.at_pause is not None:
            self.at_pause(self)

    def saying(self, *content: Content) -> list[Animation]:
        """The animations that replace the caption, or clear it, to play along with others."""
        animations = self._staging.saying(*content)
        self._read_by = 0.0
        if content and self.caption is not None:
            self._said.append(self.caption.plain.removeprefix(ASKED.text))
            self._read_by = float(self.time) + len(self.caption.plain) / theme.READING_SPEED
        return animations

    def _let_read(self) -> None:
        """Leave the caption that another replaces until it can have been read."""
        left = round(self._read_by - float(self.time), 1)
        if left > 0:
            self.wait(left)

    def _plays(self, animations: list[Animation], say: Said | None, seconds: float) -> None:
        for one in animations:
            if not isinstance(one, Animation | _AnimationBuilder):
                raise TypeError(
                    f"What runs is an animation, such as track.to(3), not {kind_of(one)}."
                )
        check_seconds(seconds)
        said = [] if say is None else self.saying(*([_as_content(say)] if say else []))
        if animations or said:
            self.play(*animations, *said, run_time=seconds)

    @property
    def standing(self) -> list[Panel]:
        """The panels that stand on the stage now."""
        return [one.place.panel for one in self._staging.standing.values()]


WORDS = {
    name: word
    for name, word in vars(LessonScene).items()
    if isinstance(word, FunctionType | property)
    and not name.startswith("_")
    and name not in ("setup", "construct", "figure", "live")
}
"""What a scene calls, by name, without what it writes itself, such as `compute` and `figure`."""


def _taken(scene: type, name: str) -> str:
    return (
        f"{scene.__name__}.{name} would replace the word of the lesson by that name, and "
        f"`self.{name}` mean something else; give it another name."
    )


def _check_notes(notes: Any) -> None:
    if not isinstance(notes, str):
        raise TypeError(f"Notes are a text for the lecturer, not {kind_of(notes)}.")


def _as_content(said: Any) -> Content:
    """A caption as content.

    Raises:
        TypeError: for what is no sentence.
    """
    if isinstance(said, str):
        return as_sentence(said)
    if not isinstance(said, Sentence | Math | Colored):
        raise TypeError(f"A caption is a sentence, not {said!r}; write it as a text.")
    return said


def _title_of(scene: type) -> str:
    return (scene.__doc__ or scene.__name__).strip().splitlines()[0]
