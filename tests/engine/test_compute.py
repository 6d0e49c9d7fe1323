"""The same parameters give the same bytes, and what was interrupted goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

SCENE = '''
"""Computes what depends on memory unless the process takes care.

Counts how many different answers equal calls gave.
"""

from mlanim.stage.panels import Panel
from mlanim.stage.picture import Composed
from mlanim.stage.scene import LessonScene
from mlanim.stage.text.texts import Text


class Memory(LessonScene):
    @staticmethod
    def compute(params):
        import os
        import sys
        import numpy as np
        import torch

        draw = torch.Generator().manual_seed(0)
        left, right = (torch.randn(82, generator=draw, dtype=torch.float64) for _ in range(2))
        plane = torch.linalg.qr(torch.randn(82, 2, generator=draw, dtype=torch.float64))[0]
        points = torch.randn(82, 81, generator=draw, dtype=torch.float64)
        dots, fits = set(), set()
        for trial in range(300):
            there, here = (np.empty(90)[at:][:82] for at in (trial % 8, trial // 8 % 8))
            products = torch.from_numpy(there).copy_(left) @ torch.from_numpy(here).copy_(right)
            dots.add(float(products))
            used = [torch.randint(0, 9, (2,), dtype=torch.int32) for _ in range(trial % 40)]
            del used
            fits.add(torch.linalg.lstsq(plane, points).solution.numpy().tobytes())
        return {
            "dots": len(dots),
            "fits": len(fits),
            "threads": os.environ["OMP_NUM_THREADS"],
            "compilers": "torch._dynamo" in sys.modules,
        }

    def figure(self):
        return [Panel("one", Composed(Text("one")))]
'''


def test_neither_alignment_nor_old_memory_nor_threads_show_and_no_compiler_is_loaded(
    mlanim: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "memory.py").write_text(SCENE)
    done = mlanim("figure", "memory.py", "--dpi", "30", "-o", "memory.png")
    assert done.code == 0, done.err
    about = json.loads((tmp_path / "memory.json").read_text())
    assert about["results"] == {"dots": 1, "fits": 1, "threads": "1", "compilers": False}


LONG = '''
"""Computes in five parts, and is killed after the third of the first run."""

from pathlib import Path

from mlanim.stage.panels import Panel
from mlanim.stage.picture import Composed
from mlanim.stage.scene import LessonScene, SceneParams
from mlanim.stage.text.texts import Text


class Params(SceneParams):
    size: float = 1.0


class Long(LessonScene[Params, dict]):
    @staticmethod
    def compute(params):
        import os
        import sys
        import time
        import numpy as np
        from mlanim.long_run import keep, kept, progress

        name = f"parts of {params.size}"
        had = kept(name)
        parts = list(had["parts"]) if had else []
        began = len(parts)
        for part in range(began, 5):
            parts.append(part * params.size)
            keep(name, parts=np.array(parts))
            progress(len(parts), 5)
            if len(parts) == 3 and params.size == 2:
                os.kill(os.getpid(), 9)
            time.sleep(0.21)
        return {"parts": np.array(parts), "began": began, "torch": "torch" in sys.modules}

    def figure(self):
        return [Panel("one", Composed(Text("one")))]
'''


def test_a_computation_tells_how_far_it_is_and_goes_on_where_it_was_interrupted(
    mlanim: Callable[..., Any], tmp_path: Path
) -> None:
    scene = tmp_path / "long.py"
    scene.write_text(LONG)
    words = ("figure", "long.py", "--set", "size=2", "--dpi", "30", "-o")
    killed = mlanim(*words, "long.png")
    assert killed.code == 1
    assert "SIGKILL" in killed.err
    done = mlanim(*words, "long.png", "--json")
    assert done.code == 0, done.err
    told = [json.loads(line) for line in done.out.splitlines()]
    assert [(one["done"], one["total"]) for one in told if one["event"] == "compute"] == [
        (0, 0), (4, 5), (5, 5)
    ]  # fmt: skip
    about = json.loads((tmp_path / "long.json").read_text())
    assert about["results"]["began"] == 3
    assert not about["results"]["torch"], "what computes without it does not wait for it"
    again = mlanim(*words, "again.png", "--fresh")
    assert again.code == 1, "what was kept is forgotten once all is there"
