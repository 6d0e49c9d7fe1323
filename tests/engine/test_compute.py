"""The same parameters give the same bytes, wherever arrays lie and whatever lay there before."""

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
