"""The process in which torch runs: a job on stdin, the stored form of its data on stdout."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mlanim.render import store
from mlanim.render.errors import RenderError, UsageError
from mlanim.render.job import Job
from mlanim.render.loading import load, own_traceback
from mlanim.render.params import validated
from mlanim.stage.scene import LessonScene, SceneParams


def compute(scene_class: type[LessonScene], params: SceneParams) -> bytes:
    """Run a scene's `compute` with one thread, so that sums do not depend on the machine."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(params.seed)
    return store.dump(scene_class.compute(params))


def main() -> int:
    """Read the job, compute, write; an error's text goes to stdout with exit code 1 or 2."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    job = Job.from_json(sys.stdin.readline())
    try:
        scene_class = load(job.scene)
        payload = compute(scene_class, validated(scene_class.Params, job.settings, job.scene.name))
    except UsageError as error:
        output.write(str(error).encode())
        return 2
    except ValueError as error:  # core refuses what bounds alone cannot express
        output.write(f"{job.scene.name}: {error}".encode())
        return 2
    except RenderError as error:
        output.write(str(error).encode())
        return 1
    except Exception as error:
        output.write(own_traceback(error, Path(job.scene.path)).encode())
        return 1
    output.write(payload)
    output.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
