"""How a scene stands at each of its pauses: a page of vectors, and the words that are on it."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from manim import Scene

from mlanim.engine.jobs.job import Job
from mlanim.engine.maker import Emit, Made
from mlanim.engine.playback import draw
from mlanim.engine.playback.pauses import slides_of
from mlanim.export.figures.still import frame_box, still
from mlanim.stage.extent import visible_members
from mlanim.stage.text.texts import EM_PER_FONT_UNIT, Text

NO_DATE = (1980, 1, 1, 0, 0, 0)


def make_stills(
    job: Job, scene_class: Any, params: Any, data: Any, temporary: Path, emit: Emit
) -> Made:
    """An archive with a PDF page of each pause and of the end, named by its frame, and the words.

    A frame's number is that of the first frame after the pause, as in the video of the same job.
    """
    files: dict[str, bytes] = {}

    def keep(scene: Scene) -> None:
        frame: int = scene.renderer.frames
        files[f"{frame}.pdf"] = still(scene, "pdf")
        files[f"{frame}.json"] = json.dumps(words_on(scene)).encode()

    with draw.configured(job, scene_class):
        scene, frames = draw.run_dry(scene_class, params, data, keep, emit.alone, job.speech)
        keep(scene)
        slides = slides_of(scene)
    temporary.write_bytes(archive(files))
    return Made(None, {"slides": slides, "duration": frames / job.fps})


def words_on(scene: Scene) -> list[dict[str, Any]]:
    """The texts that can be seen: what they say, and where and how large.

    Places are of the baseline's start and sizes are of an em, in widths of the frame, from its
    upper left corner.
    """
    box = frame_box(scene.renderer.camera)
    found: list[dict[str, Any]] = []
    for mobject in scene.mobjects:
        for member in mobject.get_family():
            if isinstance(member, Text) and visible_members(member):
                place = (member.origin[:2] - [box.left, box.top]) * [1, -1]
                size = member.size * EM_PER_FONT_UNIT
                x, y, em = np.round(np.array([*place, size]) / box.width, 5).tolist()
                found.append({"text": member.plain, "x": x, "y": y, "em": em})
    return found


def archive(files: dict[str, bytes]) -> bytes:
    """A ZIP of these files, without dates."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, NO_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, files[name])
    return buffer.getvalue()
