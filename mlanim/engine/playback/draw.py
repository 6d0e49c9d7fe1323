"""Runs a scene as manim is configured for a job: without drawing, or drawing some of its frames."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, TypeVar

import manim.scene.scene
import numpy as np
from manim import MultiCamera, Scene, config
from manim.utils.exceptions import EndSceneEarlyException

from mlanim.engine.camera.fast import fast
from mlanim.engine.encoding import captions
from mlanim.engine.encoding.sound import Sound
from mlanim.engine.errors import NotPainted, UsageError
from mlanim.engine.jobs.job import Job
from mlanim.engine.jobs.style import theme_of
from mlanim.engine.mobjects.formulas import kept_formulas
from mlanim.engine.mobjects.quick import quick_mobjects
from mlanim.engine.playback.configuration import SET_IN_JOB, asked
from mlanim.engine.playback.default_colors import default_colors
from mlanim.engine.playback.loading import set_by_file
from mlanim.engine.playback.pauses import slides_of
from mlanim.engine.playback.plan import Plan
from mlanim.engine.playback.renderer import (
    NONE,
    Expected,
    FrameRenderer,
    FrameSelection,
    Span,
    Take,
)
from mlanim.engine.playback.speech_time import hold_for
from mlanim.stage import theme
from mlanim.stage.colors.palette import Theme
from mlanim.stage.scene import LessonScene, SceneParams

Result = TypeVar("Result")

SILENCE: Mapping[int, float] = MappingProxyType({})
"""How long somebody speaks in each step of a scene where nobody does."""


@contextmanager
def configured(job: Job, scene_class: type[Scene] | None = None) -> Iterator[None]:
    """Manim's configuration for a job; what a scene's file set as it was imported stays set.

    A lecture's frame has room for all of its stage, whatever the shape of the picture. A scene of
    Manim's own begins with the theme's background and ink; as Manim has it, that is dark.
    """
    look = theme_of(job.theme, job.style)
    theme.use(look)
    own = set_by_file(scene_class) if scene_class is not None else {}
    with asked(job), quick_mobjects(), kept_formulas():
        if scene_class is None or issubclass(scene_class, LessonScene):
            aspect = job.width / job.height
            config.frame_width = max(theme.FRAME_WIDTH, theme.FRAME_HEIGHT * aspect)
            config.frame_height = config.frame_width / aspect
            colors: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
        else:
            colors = _colors_of(look)
        with colors:
            config.update({name: own[name] for name in own if name not in SET_IN_JOB})
            yield


def _colors_of(look: Theme) -> contextlib.AbstractContextManager[None]:
    """A theme's colours for a scene of Manim's own."""
    if look.is_dark:
        return contextlib.nullcontext()
    return default_colors(look.roles["background"], look.roles["text"])


def plan(
    scene_class: type[Scene],
    params: SceneParams,
    data: Any,
    is_watched: bool = False,
    speech: Mapping[int, float] = SILENCE,
) -> Plan:
    """A dry pass over the scene; call it within `configured`.

    With `is_watched`, the scene may look at its own film. `speech` is how many seconds its steps
    take at least, by their numbers.
    """
    return plan_of(run_dry(scene_class, params, data, is_watched=is_watched, speech=speech)[0])


def run_dry(
    scene_class: type[Scene],
    params: SceneParams,
    data: Any,
    at_pause: Callable[[Any], None] | None = None,
    is_watched: bool = False,
    speech: Mapping[int, float] = SILENCE,
) -> tuple[Any, int]:
    """Run a scene without drawing; `at_pause` is called with it at each pause.

    With `is_watched`, the scene may look at its own film.
    """
    scene, renderer = built(
        scene_class, params, data, ignore, NONE, True, speech=speech, is_watched=is_watched
    )
    if at_pause is not None:
        renderer.at_section = lambda: at_pause(scene)
        if isinstance(scene, LessonScene):
            scene.at_pause = at_pause
    scene.render()
    return scene, renderer.frames


def built(
    scene_class: type[Scene],
    params: SceneParams,
    data: Any,
    take: Take,
    wanted: Span | FrameSelection,
    planning: bool = False,
    expected: Expected = (0, ""),
    kind: Callable[..., FrameRenderer] = FrameRenderer,
    speech: Mapping[int, float] = SILENCE,
    is_watched: bool = False,
) -> tuple[Any, Any]:
    """A scene made as manim makes it, but for its renderer, and that renderer, which `kind` makes.

    `wanted` is what is drawn of it. The camera is of the class that the scene asks for. Files of
    LessonScene's contract are drawn with waits of the nearest length; in any other the frames are
    those that manim would draw. Steps take at least as many seconds as `speech` has for them. With
    `is_watched`, the scene may look at its own film.
    """
    ours = issubclass(scene_class, LessonScene)
    if not ours and scene_class.construct is Scene.construct and scene_class.setup is Scene.setup:
        raise UsageError(f"{scene_class.__name__} has no construct, so there is nothing to see.")
    course = FrameSelection(wanted, expected) if isinstance(wanted, Span) else wanted
    course.is_watched = course.is_watched or is_watched

    def renderer(camera_class: Any, **_: Any) -> FrameRenderer:
        return kind(fast(camera_class), take, course, ours, planning)

    theirs = manim.scene.scene.CairoRenderer
    manim.scene.scene.CairoRenderer = renderer
    config.seed = set_by_file(scene_class).get("seed", params.seed)
    asked_for = {name: config[name] for name in SET_IN_JOB}
    try:
        scene = scene_class(params=params, data=data) if ours else scene_class()
    finally:
        manim.scene.scene.CairoRenderer = theirs
    for name, value in asked_for.items():
        if getattr(scene.camera, name) != value:
            raise UsageError(
                f"{scene_class.__name__} sets {name} to {getattr(scene.camera, name):g} as it is "
                f"made, where {value:g} was asked for; set it at the top of the file, as in "
                f"config.{name} = {getattr(scene.camera, name):g}."
            )
    if speech:
        hold_for(scene, speech)
    scene.tear_down = _to_its_end(scene.tear_down)
    return scene, scene.renderer


def _to_its_end(tear_down: Callable[[], None]) -> Callable[[], None]:
    """A scene's `tear_down`, in which the film may end as well as in `construct`."""

    def run() -> None:
        with contextlib.suppress(EndSceneEarlyException):
            tear_down()

    return run


def watched_if_it_looks(run: Callable[[bool], Result]) -> Result:
    """Run a scene, and once more, watched, if it looks at its own film."""
    try:
        return run(False)
    except NotPainted:
        return run(True)


def plan_of(scene: Any) -> Plan:
    """The plan of a scene that has run."""
    renderer = scene.renderer
    writer = renderer.file_writer
    sound = Sound.of(writer.audio_segment) if writer.includes_sound else None
    plays, divisible = tuple(renderer.plays), is_divisible(scene)
    said = captions.subcaptions(writer.subcaptions)
    return Plan(renderer.frames, slides_of(scene), sound, plays, divisible, said)


def is_divisible(scene: Any) -> bool:
    """Whether a scene can be drawn in segments: its camera does not reshape what it shows."""
    return not isinstance(scene.renderer.camera, MultiCamera)


def ignore(pixels: np.ndarray, repeat: int, parts: object) -> None:
    """Take no frame."""
