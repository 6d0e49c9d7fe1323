"""The loss over a plane and along a line of weights, kept as it grows.

A scan tells its progress and keeps its losses, so that one that was interrupted goes on with the
first that is missing (`mlanim.long_run`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from mlanim import long_run
from mlanim.core.landscape.loss_function import LossFunction

KEPT_AT_ONCE = 8  # points, where more are not computed together

Axis = np.ndarray | Tensor | Sequence[float]


def scan_plane(lf: LossFunction, directions: Tensor, x: Axis, y: Axis) -> np.ndarray:
    """The loss at theta + x directions[0] + y directions[1], (R, C): rows follow y, columns x.

    Args:
        directions: (2, P); x: (C,); y: (R,).
    """
    across, down = (torch.as_tensor(axis, dtype=torch.float64) for axis in (x, y))
    rows, columns = torch.meshgrid(down, across, indexing="ij")
    at = torch.stack([columns.flatten(), rows.flatten()], 1)
    return scan_points(lf, lf.theta, directions, at).reshape(rows.shape)


def scan_line(lf: LossFunction, a: Tensor, b: Tensor, points: int) -> np.ndarray:
    """The loss at evenly spaced points from a to b, both (P,), with both ends, (points,)."""
    share = torch.linspace(0, 1, points, dtype=torch.float64)[:, None]
    return scan_points(lf, a, (b - a)[None], share)


def scan_points(lf: LossFunction, centre: Tensor, directions: Tensor, at: Tensor) -> np.ndarray:
    """The loss at centre + at @ directions: (P,), (k, P) and (points, k) to (points,)."""
    centre, directions, at = (tensor.to(lf.theta) for tensor in (centre, directions, at))
    name = f"scan-{fingerprint(lf, centre, directions, at)}"
    losses = (long_run.kept(name) or {"losses": np.empty(0)})["losses"]
    while len(losses) < len(at):
        long_run.progress(len(losses), len(at))
        some = at[len(losses) :][: max(lf.portions.sets, KEPT_AT_ONCE)]
        found = lf.on_plane(centre, directions, some)
        losses = np.concatenate([losses, found.double().cpu().numpy()])
        long_run.keep(name, losses=losses)
    long_run.progress(len(at), len(at))
    return losses


def fingerprint(lf: LossFunction, *of: Tensor) -> str:
    """A name for a computation on tensors; the loss function is told by its value at its centre."""
    told = hashlib.blake2b(digest_size=16)
    for tensor in (lf.theta, lf(lf.theta), *of):
        told.update(tensor.cpu().numpy().tobytes())
    return told.hexdigest()
