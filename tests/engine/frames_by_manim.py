"""Runs `manim render` on files, each in a fork of its own, and keeps the frames as it draws them.

Called with a folder and the files; for each it leaves NAME.npz with `frames` (N, rows, columns, 4)
before any encoding, the rate, and the frames at which sections begin. What manim says, and how it
failed, goes to NAME.log.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np
from manim import Scene
from manim.cli.render.commands import render
from manim.scene.scene_file_writer import SceneFileWriter

SIZE, FPS = (214, 120), 10
OPTIONS = ["-r", f"{SIZE[0]},{SIZE[1]}", "--fps", str(FPS), "--seed", "0", "--dry_run"]
QUIET = ["--disable_caching", "--progress_bar", "none", "-v", "WARNING"]


def main(folder: Path, files: list[Path]) -> None:
    """Render each file's scene in a process that has only imported manim."""
    for file in files:
        process = os.fork()
        if process == 0:
            _in_fork(folder, file)
        os.waitpid(process, 0)


def _in_fork(folder: Path, file: Path) -> None:
    log = os.open(folder / f"{file.stem}.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.chdir(folder)  # where manim leaves its texts
    code = 0
    try:
        _keep(folder, file)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    os._exit(code)


def _keep(folder: Path, file: Path) -> None:
    frames: list[np.ndarray] = []
    begun: list[int] = []
    scenes: list[Scene] = []
    next_section, finished = SceneFileWriter.next_section, Scene.render

    def write_frame(_: Any, pixels: np.ndarray, repeat: int = 1) -> None:
        frames.extend([pixels.copy()] * repeat)

    def begin_section(writer: Any, *args: Any, **kwargs: Any) -> None:
        begun.append(len(frames))
        next_section(writer, *args, **kwargs)

    def rendered(scene: Scene, *args: Any) -> bool:
        scenes.append(scene)
        return finished(scene, *args)

    SceneFileWriter.write_frame = write_frame
    SceneFileWriter.next_section = begin_section
    Scene.render = rendered
    render.main([str(file), *OPTIONS, *QUIET], standalone_mode=False)
    camera: Any = scenes[0].renderer.camera
    still = frames or [camera.pixel_array.copy()]  # of a scene without a play
    np.savez(
        folder / f"{file.stem}.npz",
        frames=np.array(still),
        rate=camera.frame_rate,
        begun=sorted({*begun, len(still)}),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(word) for word in sys.argv[2:]])
