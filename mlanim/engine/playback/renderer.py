"""Manim's renderer, going through a scene's plays and handing on the frames that are wanted."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from types import CodeType, FrameType
from typing import Any, Protocol

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
    always_redraw,
)
from manim.scene.scene_file_writer import SceneFileWriter
from manim.utils.exceptions import EndSceneEarlyException

from mlanim.engine.encoding.planes import Part
from mlanim.engine.playback.motion import Motion
from mlanim.engine.playback.plan import Play
from mlanim.engine.playback.state import state_of
from mlanim.stage.arrays.batch import Batch

Take = Callable[[np.ndarray, int, list[Part] | None], None]
"""Receives a frame, (rows, columns, 4) uint8, and how often it is shown in a row.

Outside of the parts it is as the frame before; None says nothing. The next frame is drawn over
these pixels: whoever wants to keep them copies them.
"""

Expected = tuple[int, str]
"""The first frame of a play, and the scene's state there; "" for whatever it is."""

PATH_DEPENDENT = (PhaseFlow, MaintainPositionRelativeTo, UpdateFromFunc)
"""Animations whose end depends on the frames before it, and not on the time alone."""


@dataclass(frozen=True)
class Span:
    """Frames from `first` up to, and without, `end`."""

    first: float = 0
    end: float = math.inf

    def meets(self, first: int, end: float) -> bool:
        """Whether some of these frames lie in it."""
        return max(first, self.first) < min(end, self.end)

    def is_over(self, frame: int) -> bool:
        """Whether they are all done as a play ends before this frame.

        Where there are none, the frame at which they would be is still to begin.
        """
        return frame > self.end or frame == self.end > self.first

    def __contains__(self, frame: int) -> bool:
        return self.first <= frame < self.end


ALL, NONE = Span(), Span(math.inf)


class Planner(Protocol):
    """Whoever looks on while a scene is planned."""

    def is_due(self) -> bool:
        """Whether the scene's state counts now, as a play has ended."""

    def at_play(self, renderer: FrameRenderer, play: Play) -> None:
        """A play has begun; the renderer may now be told to `draw_on`."""


class Unrepeatable(BaseException):
    """A scene came out unlike what its plan says; no fault that its code could catch."""


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
        """Mix a sound in, where the sound is wanted."""
        if self.renderer.planning:
            super().add_sound(*args, **kwargs)

    def finish(self) -> None:
        """Nothing to join."""

    def save_image(self, pixels: np.ndarray) -> None:
        """Nothing to save."""


class FrameRenderer(CairoRenderer):
    """Goes through the plays of a scene and draws the frames of `wanted`.

    What comes before them is passed over: in one step where a play's end depends on its time
    alone, else frame by frame as when drawn. The scene ends as soon as they are drawn: with the
    play, where that ends there, so that no code beyond it counts.

    `states` holds the scene's state at the first of them and where the last one has been, so that
    neighbours can be compared. A scene that comes to the frame of `expected` in another state ends
    at once. With `planning`, plays are noted and sounds are mixed.

    A clear background is black as well, since pixels are premultiplied: else its colour shines
    through every soft edge. With `nearest`, a still wait takes the nearest number of frames;
    Manim cuts the number off, and 0.6 s at 5 frames a second, by the arithmetic of floats, to two.
    """

    def __init__(
        self,
        camera_class: type[Camera],
        take: Take,
        wanted: Span = ALL,
        nearest: bool = True,
        planning: bool = False,
        expected: Expected = (0, ""),
    ):
        super().__init__(camera_class=camera_class)
        if self.camera.background_opacity == 0:
            self.camera.background_color = BLACK
        self.take, self.wanted = take, wanted
        self.nearest, self.planning, self.expected = nearest, planning, expected
        self.at_section: Callable[[], None] = lambda: None
        self.at_hold: Callable[[], None] = lambda: None
        self.planner: Planner | None = None
        self.frames = 0
        self.plays: list[Play] = []
        self.states: dict[float, str] = {}
        self._passed_over = 0.0  # seconds of sections that show nothing

    def draw_on(self, take: Take, wanted: Span) -> None:
        """Plan no more, but draw: from the play on that has just begun."""
        self.take, self.wanted, self.planning = take, wanted, False

    def init_scene(self, scene: Scene, session_spec: Any, file_writer_settings: Any) -> None:
        """Give the scene a writer."""
        self.file_writer: Any = Writer(file_writer_settings, self)

    def play(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        """Run one play."""
        self.skip_animations = self.file_writer.sections[-1].skip_animations
        scene.compile_animation_data(*args, **kwargs)
        scene.begin_animations()
        self.file_writer.add_partial_movie_file(None)
        if self.skip_animations:
            self._pass_over(scene)
        elif scene.is_current_animation_frozen_frame():
            self._hold(scene)
        else:
            self._run(scene)
        self.skip_animations = False
        self.num_plays += 1
        if self.frames in (self.wanted.first, self.wanted.end) or self._is_due():
            self._reached(scene, self.frames)
        if self.wanted.is_over(self.frames):
            raise EndSceneEarlyException

    def _pass_over(self, scene: Scene) -> None:
        """A play of a section that is not shown."""
        if not scene.is_current_animation_frozen_frame():
            scene.update_to_time(scene.duration)
            _finish(scene)
        self._passed_over += scene.duration
        self._at(self.frames)

    def _hold(self, scene: Scene) -> None:
        """A play in which nothing moves."""
        rate = self.camera.frame_rate
        held = round(scene.duration * rate) if self.nearest else int(scene.duration / (1 / rate))
        first, end = self.frames, self.frames + max(held, 1)
        self._begin(scene, end - first, still=True)
        self.at_hold()
        for bound in (self.wanted.first, self.wanted.end):
            if first <= bound < end:
                self._reached(scene, bound)
        shown = min(end, self.wanted.end) - max(first, self.wanted.first)
        if shown > 0:
            self.save_static_frame_data(scene, scene.static_mobjects)
            self.update_frame(scene, mobjects=scene.moving_mobjects)
            self.take(self.camera.pixel_array, int(shown), None)
        self._at(end)
        self._note()

    def _run(self, scene: Scene) -> None:
        """A play in which something moves."""
        times = np.arange(0, scene.duration, 1 / self.camera.frame_rate)
        first = self.frames
        self._begin(scene, len(times), still=False)
        self.static_image = None
        if self.wanted.meets(first, first + len(times)):
            self.save_static_frame_data(scene, scene.static_mobjects)
        motion = Motion(scene)
        for index in self._visited(scene, first, len(times)):
            self._at(first + index)
            motion.to(times[index])
            self._draw(scene)
            self._at(self.frames + 1)
            if scene.stop_condition is not None and scene.stop_condition():
                break
        self._note()
        _finish(scene)
        scene.update_mobjects(0)
        self.static_image = None

    def _draw(self, scene: Scene) -> None:
        """Draw the present frame if it is wanted."""
        if self.frames in (self.wanted.first, self.wanted.end):
            self._reached(scene, self.frames)
        if self.frames >= self.wanted.end:
            raise EndSceneEarlyException
        if self.frames in self.wanted:
            parts = self._redraw(scene)
            self.take(self.camera.pixel_array, 1, parts)

    def _redraw(self, scene: Scene) -> list[Part] | None:
        """Paint the present frame; the parts outside of which it is as the last one painted."""
        camera: Any = self.camera
        if not (scene.moving_mobjects and camera.paints_parts):
            self.update_frame(scene, scene.moving_mobjects)
            return None
        base = camera.background if self.static_image is None else self.static_image
        return camera.redraw(base, scene.moving_mobjects)

    def _visited(self, scene: Scene, first: int, count: int) -> Iterator[int]:
        """Which of a play's frames are gone through: from the first wanted one, or just the last.

        All of them where what happens at a frame depends on those before it.
        """
        if must_be_stepped(scene):
            return iter(range(count))
        visits = Span(self.wanted.first, self.wanted.end + 1)  # one that is empty is looked at
        if not visits.meets(first, first + count):
            return iter((count - 1,))
        return iter(range(max(0, int(self.wanted.first) - first), count))

    def _begin(self, scene: Scene, frames: int, still: bool) -> None:
        """Compare the scene with its plan, or foresee a play for one."""
        frame, state = self.expected
        if state and frame == self.frames and state_of(scene) != state:
            raise Unrepeatable
        if self.planning:
            items = 0 if still else _items(scene.moving_mobjects)
            place = self.frames, frames, still
            self._play = Play(*place, state_of(scene), line_of(scene), items)
            if self.planner is not None:
                self.planner.at_play(self, self._play)

    def _is_due(self) -> bool:
        return self.planning and self.planner is not None and self.planner.is_due()

    def _reached(self, scene: Scene, frame: float) -> None:
        if self.wanted is not ALL and frame not in self.states:
            self.states[frame] = state_of(scene)

    def _note(self) -> None:
        """Keep the play that is over, in its true length."""
        if self.planning:
            self.plays.append(replace(self._play, frames=self.frames - self._play.first))

    def _at(self, frame: int) -> None:
        self.frames = frame
        self.time = frame / self.camera.frame_rate + self._passed_over

    def scene_finished(self, scene: Scene) -> None:
        """A scene without a play is one frame of what stands."""
        if self.frames == 0:
            self.static_image = None
            self._at(1)
            if 0 in self.wanted:
                self.update_frame(scene)
                self.take(self.camera.pixel_array, 1, None)


def line_of(scene: Scene) -> int:
    """The line at which the scene's `construct` is now, or 0 if it is not running."""
    code = getattr(type(scene).construct, "__code__", None)
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame.f_lineno if frame is not None else 0


def _items(mobjects: Iterable[Mobject]) -> int:
    """What there is to be drawn anew in each frame, as a play counts it."""
    members = {part for mobject in mobjects for part in mobject.family_members_with_points()}
    return sum(len(member.rgbas) if isinstance(member, Batch) else 4 for member in members)


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
            not _is_path_independent(updater)
            for root in roots
            if isinstance(root, Mobject)
            for mobject in root.get_family()
            for updater in mobject.updaters
        )
    )


def _builds_on_frames(animation: Animation) -> bool:
    return isinstance(animation, PATH_DEPENDENT) and not _is_path_independent(animation)


def _is_path_independent(motion: object) -> bool:
    """Whether an animation or an updater is marked so, or is what `always_redraw` adds."""
    code = getattr(motion, "__code__", None)
    return getattr(motion, "path_independent", False) or code in _REDRAWING


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
