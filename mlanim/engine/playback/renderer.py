"""Manim's renderer, going through a scene's plays and handing on the frames that are wanted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from types import CodeType
from typing import Any

import numpy as np
from manim import (
    BLACK,
    Animation,
    AnimationGroup,
    CairoRenderer,
    Camera,
    MaintainPositionRelativeTo,
    Mobject,
    PhaseFlow,
    Scene,
    UpdateFromFunc,
    VMobject,
    Wiggle,
    always_redraw,
    config,
)
from manim.scene.scene_file_writer import SceneFileWriter
from manim.utils.exceptions import EndSceneEarlyException

from mlanim.engine.encoding.planes import Rectangle
from mlanim.engine.errors import NotPainted, Unrepeatable, UsageError
from mlanim.engine.playback.made import made_by
from mlanim.engine.playback.motion import Motion
from mlanim.engine.playback.plan import Play
from mlanim.engine.playback.state import state_of
from mlanim.stage.arrays.batch import Batch

Take = Callable[[np.ndarray, int, list[Rectangle] | None], None]
"""Receives a frame, (rows, columns, 4) uint8, and how often it is shown in a row.

Outside of the parts it is as the frame before; None says nothing. The next frame is drawn over
these pixels: whoever wants to keep them copies them.
"""

Expected = tuple[int, str]
"""The first frame of a play, and the scene's state there; "" for whatever it is."""

PATH_DEPENDENT = (PhaseFlow, MaintainPositionRelativeTo, UpdateFromFunc, Wiggle)
"""Animations whose end depends on the frames before it, and not on the time alone.

A wiggle turns the direction in which colours run further with each frame.
"""


@dataclass(frozen=True)
class Span:
    """Frames from `first` up to, and without, `end`."""

    first: float = 0
    end: float = math.inf

    @property
    def is_empty(self) -> bool:
        """Whether there are none; the frame at which they would be is still to begin."""
        return self.first == self.end

    def __contains__(self, frame: int) -> bool:
        return self.first <= frame < self.end

    def meets(self, first: int, end: int) -> bool:
        """Whether any of them lies from `first` up to, and without, `end`."""
        return max(self.first, first) < min(self.end, end)


ALL, NONE = Span(), Span(math.inf)


class FrameSelection:
    """Which frames of a scene are drawn while it runs: those of one span; then the scene ends.

    Whoever draws several spans is asked at the end of each for the next, and is told of the plays.
    A scene that comes to the frame of `expected` in another state ends at once. `is_heard` is
    whether the scene's sounds are mixed, `is_watched` whether it may look at its own film: then
    what it may see is painted, wanted or not.
    """

    is_heard = False
    is_watched = False

    def __init__(self, wanted: Span = ALL, expected: Expected = (0, "")):
        self.wanted, self.expected = wanted, expected

    def play_comes(self, scene: Scene, frame: int) -> None:
        """A play is about to begin at a frame."""

    def play_begins(self, play: Play) -> None:
        """A play has begun."""

    def play_ends(self, frame: int) -> None:
        """A play has ended before a frame."""

    def is_over(self, states: dict[float, str]) -> bool:
        """Whether nothing follows the span that has ended; else `wanted` is the next one."""
        return True


@dataclass(frozen=True)
class Section:
    """A part that a scene begins with `next_section`."""

    name: str
    kind: str
    frame: int


class Writer(SceneFileWriter):
    """Manim's writer without its files; it keeps what the scene says of sections and of sound."""

    def __init__(self, settings: Any, renderer: FrameRenderer):
        self.renderer = renderer
        self.begun: list[Section] = []
        super().__init__(settings)

    def next_section(self, name: str, type_: str, skip_animations: bool) -> None:
        """Begin a section; one without frames is none."""
        super().next_section(name, type_, skip_animations)
        if self.begun and self.begun[-1].frame == self.renderer.frames:
            self.begun.pop()
        if not skip_animations:
            self.begun.append(Section(name, str(type_), self.renderer.frames))
        if self.renderer.frames:
            self.renderer.at_section()

    def add_sound(self, *args: Any, **kwargs: Any) -> None:
        """Mix a sound in, where the sound is wanted and its section is shown."""
        if self.renderer.is_heard and not self.sections[-1].skip_animations:
            super().add_sound(*args, **kwargs)

    def finish(self) -> None:
        """Nothing to join."""

    def save_image(self, pixels: np.ndarray) -> None:
        """Nothing to save."""


class FrameRenderer(CairoRenderer):
    """Goes through the plays of a scene and draws the frames that its course wants.

    What comes before them is passed over: in one step where a play's end depends on its time
    alone, else frame by frame as when drawn. The scene ends as soon as they are drawn.

    `states` holds the scene's state at the bounds of what was drawn, so that neighbours can be
    compared. With `planning`, plays are noted with the states in which they begin.

    A clear background is black as well, since pixels are premultiplied: else its colour shines
    through every soft edge. With `nearest`, a still wait takes the nearest number of frames;
    Manim cuts the number off, and 0.6 s at 5 frames a second, by the arithmetic of floats, to two.
    """

    def __init__(
        self,
        camera_class: type[Camera],
        take: Take,
        course: FrameSelection,
        nearest: bool = True,
        planning: bool = False,
    ):
        super().__init__(camera_class=camera_class)
        if self.camera.background_opacity == 0:
            self.camera.background_color = BLACK
        self.take, self.course = take, course
        self.nearest, self.planning = nearest, planning
        self.at_section: Callable[[], None] = lambda: None
        self.at_hold: Callable[[], None] = lambda: None
        self.frames = 0
        self.plays: list[Play] = []
        self.states: dict[float, str] = {}
        self.static_image: np.ndarray | None = None
        self._is_primed = False
        self._passed_over = 0.0  # seconds of sections that show nothing

    @property
    def wanted(self) -> Span:
        """The frames that are drawn now, or next."""
        return self.course.wanted

    @property
    def is_heard(self) -> bool:
        """Whether sounds are mixed."""
        return self.planning or self.course.is_heard

    def init_scene(self, scene: Scene, session_spec: Any, file_writer_settings: Any) -> None:
        """Give the scene a writer, and a camera that tells when it is looked at."""
        self.file_writer: Any = Writer(file_writer_settings, self)
        picture = self.camera.get_image

        def looked_at(pixels: np.ndarray | None = None) -> Any:
            if pixels is None:
                self._check_painted()
            return picture(pixels)

        self.camera.get_image = looked_at

    def get_frame(self) -> np.ndarray:
        """The last frame, for a scene that looks at its own film; it has to be there."""
        self._check_painted()
        return super().get_frame()

    def _check_painted(self) -> None:
        if self.frames and self.frames - 1 not in self.wanted and not self.course.is_watched:
            raise NotPainted

    def save_static_frame_data(self, scene: Scene, static_mobjects: Iterable[Mobject]) -> Any:
        """Keep a picture of what stands still in the present play."""
        self.static_image = None
        standing = list(static_mobjects)
        if standing:
            self.update_frame(scene, mobjects=standing)
            self.static_image = super().get_frame()
        return self.static_image

    def play(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        """Run one play."""
        self.skip_animations = is_left_out(scene)
        scene.compile_animation_data(*args, **kwargs)
        scene.begin_animations()
        self.file_writer.add_partial_movie_file(None)
        if self.skip_animations:
            self._pass_over(scene)
        else:
            self._come_to_play(scene)
            if scene.is_current_animation_frozen_frame():
                self._hold(scene)
            else:
                self._run(scene)
            self.course.play_ends(self.frames)
        self.skip_animations = False
        self.num_plays += 1

    def _pass_over(self, scene: Scene) -> None:
        """A play of a section that is not shown."""
        if not scene.is_current_animation_frozen_frame():
            scene.update_to_time(scene.duration)
            _finish(scene)
        self._passed_over += scene.duration
        self._at(self.frames)

    def _come_to_play(self, scene: Scene) -> None:
        """Compare the scene with its plan, and go on to another span if one ends here."""
        self._state = state_of(scene) if self.planning else ""
        frame, state = self.course.expected
        if state and frame == self.frames and (self._state or state_of(scene)) != state:
            raise Unrepeatable
        self._first_of_play = self.frames
        if not self._is_primed and any(isinstance(m, VMobject) for m in scene.mobjects):
            self._is_primed = True  # a camera keeps the matrix of the first picture for all others
            self.camera.get_cairo_context(self.camera.pixel_array)
        self.course.play_comes(scene, self.frames)
        if not self.wanted.is_empty:
            self._look_at_bounds(scene)

    def _foresee(
        self,
        scene: Scene,
        first: int,
        frames: int,
        still: bool,
        made: int = 0,
        remade: int = 0,
    ) -> None:
        """Tell of a play once it is known what a frame of it costs."""
        items = 0 if still else _items(scene.moving_mobjects)
        play = Play(first, frames, still, self._state, items, made, remade)
        if self.planning:
            self.plays.append(play)
        self.course.play_begins(play)

    def _hold(self, scene: Scene) -> None:
        """A play in which nothing moves."""
        rate = self.camera.frame_rate
        held = round(scene.duration * rate) if self.nearest else int(scene.duration / (1 / rate))
        end = self.frames + max(held, 1)
        self._foresee(scene, self.frames, end - self.frames, still=True)
        self.at_hold()
        is_painted = False
        if self.wanted.is_empty:
            self._look_at_bounds(scene)
        while self.frames < end:
            bounds = (self.wanted.first, self.wanted.end)
            stop = int(min(end, *(bound for bound in bounds if bound > self.frames), end))
            if self.frames in self.wanted:
                if not is_painted:
                    self.save_static_frame_data(scene, scene.static_mobjects)
                    self.update_frame(scene, mobjects=scene.moving_mobjects)
                is_painted = True
                self.take(self.camera.pixel_array, stop - self.frames, None)
            self._at(stop)
            if stop < end:
                self._look_at_bounds(scene)
        if self.course.is_watched and not is_painted:
            self.save_static_frame_data(scene, scene.static_mobjects)
            self.update_frame(scene, mobjects=scene.moving_mobjects)

    def _run(self, scene: Scene) -> None:
        """A play in which something moves."""
        times = np.arange(0, scene.duration, 1 / self.camera.frame_rate)
        first = self.frames
        is_stepped, is_scripted = must_be_stepped(scene), _has_code_of_its_own(scene)
        self.static_image = None
        if self.course.is_watched or self.wanted.meets(first, first + len(times)):
            self.save_static_frame_data(scene, scene.static_mobjects)
        if not is_scripted:
            self._foresee(scene, first, len(times), still=False)
        motion = Motion(scene)
        index = self._next(first, -1, len(times), is_stepped, is_scripted)
        while index < len(times):
            self._at(first + index)
            if is_scripted and index == 0:
                made = made_by(partial(motion.to, times[index]))
                each = (0, made) if is_stepped else (made, 0)
                self._foresee(scene, first, len(times), False, *each)
            else:
                motion.to(times[index])
            self._draw(scene)
            self._at(self.frames + 1)
            if scene.stop_condition is not None and scene.stop_condition():
                break
            index = self._next(first, index, len(times), is_stepped, is_scripted)
        _finish(scene)
        scene.update_mobjects(0)
        self.static_image = None

    def _draw(self, scene: Scene) -> None:
        """Draw the present frame if it is wanted."""
        if self.frames > self._first_of_play or self.wanted.is_empty:
            self._look_at_bounds(scene)
        if self.frames in self.wanted:
            parts = self._redraw(scene)
            self.take(self.camera.pixel_array, 1, parts)
        elif self.course.is_watched:
            self._redraw(scene)

    def _look_at_bounds(self, scene: Scene) -> None:
        """Take note of the state where what is drawn begins or ends; there, go on to the next."""
        if self.frames in (self.wanted.first, self.wanted.end):
            self._reached(scene, self.frames)
        if self.frames >= self.wanted.end and self.course.is_over(self.states):
            raise EndSceneEarlyException

    def _redraw(self, scene: Scene) -> list[Rectangle] | None:
        """Paint the present frame; the parts outside of which it is as the last one painted."""
        camera: Any = self.camera
        if not (scene.moving_mobjects and camera.paints_parts):
            self.update_frame(scene, scene.moving_mobjects)
            return None
        base = camera.background if self.static_image is None else self.static_image
        return camera.redraw(base, scene.moving_mobjects)

    def _next(self, first: int, index: int, count: int, all: bool, begin: bool) -> int:
        """The index of the next of a play's frames that is gone through; `count` at its end.

        Those that are wanted, and the last; all of them where a frame depends on those before it,
        and the first where it tells what a frame costs.
        """
        if all or (begin and index < 0) or index == count - 1:
            return index + 1
        wanted = max(index + 1, int(min(self.wanted.first, first + count)) - first)
        return wanted if first + wanted <= min(self.wanted.end, first + count - 1) else count - 1

    def _reached(self, scene: Scene, frame: float) -> None:
        if self.wanted is not ALL and frame not in self.states:
            self.states[frame] = state_of(scene)

    def _at(self, frame: int) -> None:
        self.frames = frame
        self.time = frame / self.camera.frame_rate + self._passed_over

    def scene_finished(self, scene: Scene) -> None:
        """A scene without a play is one frame of what stands."""
        if self.num_plays == 0 and not self.frames:  # nor one that was cut off
            self.static_image = None
            self._at(1)
            if 0 in self.wanted:
                self.update_frame(scene)
                self.take(self.camera.pixel_array, 1, None)


def _items(mobjects: Iterable[Mobject]) -> int:
    """What there is to be drawn anew in each frame, as a play counts it."""
    members = {part for mobject in mobjects for part in mobject.family_members_with_points()}
    return sum(len(member.rgbas) if isinstance(member, Batch) else 16 for member in members)


def _has_code_of_its_own(scene: Scene) -> bool:
    """Whether the scene's own code runs in each frame of the present play."""
    animations = list(_nested(scene.animations or []))
    roots = [*scene.mobjects, *scene.foreground_mobjects, *(a.mobject for a in animations)]
    return (
        bool(scene.updaters)
        or any(isinstance(a, UpdateFromFunc) or _has_steps_of_its_own(a) for a in animations)
        or any(m.updaters for root in roots if isinstance(root, Mobject) for m in root.get_family())
    )


def is_left_out(scene: Scene) -> bool:
    """Whether the play that comes is passed over: in such a section, or before the first wanted.

    Raises:
        EndSceneEarlyException: if it is beyond the last one that the file wants.
        UsageError: if the scene has changed the rate.
    """
    renderer: Any = scene.renderer
    if 0 <= config.upto_animation_number < renderer.num_plays:
        raise EndSceneEarlyException
    if config.frame_rate != renderer.camera.frame_rate:
        raise UsageError(
            f"{type(scene).__name__} sets the frame rate to {config.frame_rate:g} while it runs at "
            f"{renderer.camera.frame_rate:g}; a film has one: set config.frame_rate at the top of "
            "the file, or give --fps."
        )
    skips = renderer.file_writer.sections[-1].skip_animations
    return bool(skips or renderer.num_plays < config.from_animation_number)


def must_be_stepped(scene: Scene) -> bool:
    """Whether the present play has to be gone through frame by frame to come out as when drawn.

    What says of itself that it is `path_independent` need not be.
    """
    animations = list(_nested(scene.animations or []))
    roots = [*scene.mobjects, *scene.foreground_mobjects, *(a.mobject for a in animations)]
    return (
        scene.stop_condition is not None
        or bool(scene.updaters or scene.meshes)
        or any(_builds_on_frames(animation) for animation in animations)
        or any(
            not (_is_path_independent(updater) or _is_redrawn(mobject, updater))
            for root in roots
            if isinstance(root, Mobject)
            for mobject in root.get_family()
            for updater in mobject.updaters
        )
    )


def _builds_on_frames(animation: Animation) -> bool:
    may = isinstance(animation, PATH_DEPENDENT) or _has_steps_of_its_own(animation)
    return may and not _is_path_independent(animation)


def _has_steps_of_its_own(animation: Animation) -> bool:
    """Whether an animation's frames are made by code that is neither Manim's nor ours."""
    steps = (getattr(animation, name) for name in _STEPS)
    return any(step.__module__.partition(".")[0] not in _KNOWN for step in steps)


_STEPS = ("interpolate", "interpolate_mobject", "interpolate_submobject")
_KNOWN = ("manim", "mlanim")


def _is_path_independent(motion: object) -> bool:
    """Whether an animation or an updater is marked so."""
    return bool(getattr(motion, "path_independent", False))


def _is_redrawn(mobject: Mobject, updater: object) -> bool:
    """Whether `always_redraw` draws a mobject, and each frame is what it draws then.

    Manim's `become` gives a member the curves of the frame's drawing; to those below it, it adds
    what they had more of in the frame before, so that these build on earlier frames.
    """
    return getattr(updater, "__code__", None) in _REDRAWING and not mobject.submobjects


def _redrawing() -> set[CodeType]:
    """The code of the updaters that `always_redraw` makes: each frame is what it draws then."""
    (updater,) = always_redraw(Mobject).updaters
    return {updater.__code__}


_REDRAWING = _redrawing()


def _nested(animations: list[Animation]) -> Iterator[Animation]:
    for animation in animations:
        yield animation
        if isinstance(animation, AnimationGroup):
            yield from _nested(animation.animations)


def _finish(scene: Scene) -> None:
    for animation in scene.animations or []:
        animation.finish()
        animation.clean_up_from_scene(scene)
