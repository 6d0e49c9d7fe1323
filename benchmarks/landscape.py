"""Ways to evaluate a loss grid, side by side: time of each over the time of the one in use.

Every way computes the digits network's training loss at the same 41 x 41 weight sets, on one
thread. A ratio above 1 is slower than `mlanim.core.landscape.plane.loss_grid`.

    python benchmarks/landscape.py [--resolution 41] [--repeats 3]
"""

import argparse
import time
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from mlanim.core.landscape import plane
from mlanim.core.learning.task import Task, task_named

Evaluate = Callable[[Tensor], Tensor]


def module_loss(task: Task) -> Evaluate:
    """The same loss through a `torch.nn` module: one weight set, (parameters,) -> ()."""
    inputs, hidden, classes = task.net.widths
    module = nn.Sequential(nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, classes))
    names, tensors = zip(*module.double().named_parameters(), strict=True)
    sizes = [tensor.numel() for tensor in tensors]
    rows, labels = task.data.train.inputs.T.contiguous(), task.data.train.labels

    def loss(theta: Tensor) -> Tensor:
        pieces = theta.split(sizes)
        parameters = {n: p.view_as(t) for n, p, t in zip(names, pieces, tensors, strict=True)}
        return nn.functional.cross_entropy(functional_call(module, parameters, rows), labels)

    return loss


def batched(task: Task, chunk: int) -> Evaluate:
    """The loss that takes a batch of weight sets, a few at a time."""

    def evaluate(points: Tensor) -> Tensor:
        return torch.cat([task.train_loss(part) for part in points.split(chunk)])

    return evaluate


def ways(task: Task) -> dict[str, Evaluate]:
    """Each way of taking (points, parameters) to (points,) losses, by name."""
    one = module_loss(task)
    found: dict[str, Evaluate] = {
        "functional_call in a loop": lambda points: torch.stack([one(p) for p in points])
    }
    for chunk in (8, 32, 128):
        found[f"vmap of functional_call, {chunk} at once"] = vmap(one, chunk_size=chunk)
    for chunk in (1, 4, 8, 16, 32, 128):
        found[f"batched matrix product, {chunk} at once"] = batched(task, chunk)
    return found


def best_times(evaluations: dict[str, Evaluate], points: Tensor, repeats: int) -> dict[str, float]:
    """Least processor seconds of each way; they take turns, so that a disturbance hits them all."""
    best = dict.fromkeys(evaluations, float("inf"))
    for _ in range(repeats):
        for name, evaluate in evaluations.items():
            start = time.process_time()
            evaluate(points)
            best[name] = min(best[name], time.process_time() - start)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resolution", type=int, default=41)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    task = task_named("digits", seed=0)
    centre = task.start(0)
    axes = plane.random_directions(centre, task.net, 2, torch.Generator().manual_seed(0))
    axis = plane.axis_through_zero(-1.0, 1.0, options.resolution)
    points = plane.on_plane(torch.cartesian_prod(axis, axis), centre, axes)
    with torch.no_grad():
        times = best_times(ways(task), points, options.repeats)
    in_use = times[f"batched matrix product, {plane.GRID_CHUNK} at once"]
    print(f"in use: batched matrix product, {plane.GRID_CHUNK} at once, {in_use:.2f} s")
    for name, seconds in times.items():
        print(f"{seconds / in_use:6.2f}  {name}")


if __name__ == "__main__":
    main()
