"""Loss grids side by side: ours, a plain loop over the points, and the loss_landscapes package.

For each network the same losses are computed at the same points, on one thread, by turns; times
are the least processor seconds of several repeats. A ratio above 1 says that ours is faster. The
package's grid is shifted by one step in every other row; ours is asked at the package's points.

The second table gives ways to evaluate the loss of the networks that the scenes train by
themselves: time over the time of `mlanim.core.landscape.plane.loss_grid`, which is in use there.

    python benchmarks/landscape.py [--resolution 21] [--repeats 3]
"""

import argparse
import copy
import time
from collections.abc import Callable
from itertools import pairwise

import loss_landscapes
import numpy as np
import torch
from loss_landscapes.metrics import Loss as TheirLoss
from torch import Tensor, nn
from torch.func import functional_call, vmap

from mlanim.core.landscape import plane
from mlanim.core.landscape.directions import random_direction
from mlanim.core.landscape.loss_function import LossFunction, loss_function
from mlanim.core.landscape.scan import scan_plane, scan_points
from mlanim.core.learning.task import Task, task_named

Evaluate = Callable[[], np.ndarray]


class Reader(nn.Module):
    """A transformer encoder that classifies sequences of tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 32)
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.output = nn.Linear(32, 10)

    def forward(self, tokens: Tensor) -> Tensor:
        """Scores (rows, 10) of tokens (rows, positions)."""
        return self.output(self.encoder(self.embedding(tokens)).mean(1))


def convolutions() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10),
    )  # fmt: skip


def perceptron(*widths: int) -> nn.Module:
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.Tanh()]
    return nn.Sequential(*layers[:-1])


def networks() -> dict[str, tuple[nn.Module, Tensor]]:
    """Networks with random weights, and random inputs for each."""
    return {
        "MLP 2-16-2, 400 points": (perceptron(2, 16, 2), torch.randn(400, 2)),
        "MLP 64-32-10, 512 digits": (perceptron(64, 32, 10), torch.randn(512, 64)),
        "MLP 784-256-10, 512 images": (perceptron(784, 256, 10), torch.randn(512, 784)),
        "CNN with batch norm, 128 8x8 images": (convolutions(), torch.randn(128, 1, 8, 8)),
        "transformer, 64 sequences of 12": (Reader(), torch.randint(0, 20, (64, 12))),
        "transformer, 256 sequences of 12": (Reader(), torch.randint(0, 20, (256, 12))),
    }


def plain_loop(
    module: nn.Module, inputs: Tensor, targets: Tensor, lf: LossFunction, axes: Tensor, axis: Tensor
) -> np.ndarray:
    """What one would write: set the weights, run the network, note the loss."""
    losses = np.empty((len(axis), len(axis)))
    with torch.no_grad():
        for i, y in enumerate(axis):
            for j, x in enumerate(axis):
                theta = lf.theta + x * axes[0] + y * axes[1]
                nn.utils.vector_to_parameters(theta, module.parameters())
                losses[i, j] = nn.functional.cross_entropy(module(inputs), targets).item()
    return losses


def their_points(steps: int) -> Tensor:
    """Where `planar_interpolation` evaluates: rows of one step more, or none, by turns."""
    at = [(i / steps, (j + (i % 2 == 0)) / steps) for i in range(steps) for j in range(steps)]
    return torch.tensor(at, dtype=torch.float64)


def theirs(
    module: nn.Module, inputs: Tensor, targets: Tensor, lf: LossFunction, axes: Tensor, steps: int
) -> np.ndarray:
    ends = []
    for direction in (torch.zeros_like(axes[0]), *axes):
        ends.append(copy.deepcopy(module))
        nn.utils.vector_to_parameters(lf.theta + direction, ends[-1].parameters())
    metric = TheirLoss(nn.functional.cross_entropy, inputs, targets)
    with torch.no_grad():
        return loss_landscapes.planar_interpolation(*ends, metric, steps)


def best_times(ways: dict[str, Evaluate], repeats: int) -> dict[str, float]:
    """Least processor seconds of each way; they take turns, so that a disturbance hits them all."""
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(repeats):
        for name, evaluate in ways.items():
            start = time.process_time()
            evaluate()
            best[name] = min(best[name], time.process_time() - start)
    return best


def compare(name: str, module: nn.Module, inputs: Tensor, steps: int, repeats: int) -> str:
    """A row of the table."""
    module.eval()
    targets = torch.arange(len(inputs)) % module(inputs[:1]).shape[1]
    lf = loss_function(module, (inputs, targets), device="cpu")
    generator = torch.Generator().manual_seed(0)
    axes = torch.stack([random_direction(lf, generator) for _ in range(2)])
    axis = torch.linspace(-1, 1, steps)
    ways: dict[str, Evaluate] = {
        "ours": lambda: scan_plane(lf, axes, axis, axis),
        "loop": lambda: plain_loop(module, inputs, targets, lf, axes, axis),
        "package": lambda: theirs(module, inputs, targets, lf, axes, steps),
    }
    times = best_times(ways, repeats)
    same = np.abs(ways["ours"]() / ways["loop"]() - 1).max()
    at = scan_points(lf, lf.theta, axes, their_points(steps)).reshape(steps, steps)
    alike = np.abs(at / ways["package"]() - 1).max()
    cells = [f"{lf.portions.sets}", *(f"{times[way]:.2f} s" for way in ways)]
    cells += [f"{times[way] / times['ours']:.2f}x" for way in ("loop", "package")]
    return f"| {name} | {' | '.join(cells)} | {same:.0e} | {alike:.0e} |"


def module_loss(task: Task) -> Callable[[Tensor], Tensor]:
    """The same loss through a `torch.nn` module: one weight set, (parameters,) -> ()."""
    module = perceptron(*task.net.widths)
    names, tensors = zip(*module.double().named_parameters(), strict=True)
    sizes = [tensor.numel() for tensor in tensors]
    rows, labels = task.data.train.inputs.T.contiguous(), task.data.train.labels

    def loss(theta: Tensor) -> Tensor:
        pieces = theta.split(sizes)
        parameters = {n: p.view_as(t) for n, p, t in zip(names, pieces, tensors, strict=True)}
        return nn.functional.cross_entropy(functional_call(module, parameters, rows), labels)

    return loss


def ways_of_a_task(task: Task, points: Tensor) -> dict[str, Evaluate]:
    """Each way of taking (points, parameters) to (points,) losses, by name."""
    one = module_loss(task)
    found: dict[str, Evaluate] = {
        "functional_call in a loop": lambda: torch.stack([one(p) for p in points]).numpy(),
        "vmap of functional_call, 8 at once": lambda: vmap(one, chunk_size=8)(points).numpy(),
    }
    for chunk in (1, 4, 8, 16, 32):
        found[f"batched matrix product, {chunk} at once"] = lambda chunk=chunk: torch.cat(  # type: ignore[misc]
            [task.train_loss(part) for part in points.split(chunk)]
        ).numpy()
    return found


def print_ways(dataset: str, steps: int, repeats: int) -> None:
    task = task_named(dataset, seed=0)
    centre = task.start(0)
    axes = plane.random_directions(centre, task.net, 2, torch.Generator().manual_seed(0))
    axis = plane.axis_through_zero(-1.0, 1.0, steps)
    points = plane.on_plane(torch.cartesian_prod(axis, axis), centre, axes)
    with torch.no_grad():
        times = best_times(ways_of_a_task(task, points), repeats)
    in_use = times[f"batched matrix product, {plane.GRID_CHUNK} at once"]
    print(f"\n{dataset}; in use: {plane.GRID_CHUNK} at once, {in_use:.2f} s")
    for name, seconds in times.items():
        print(f"{seconds / in_use:6.2f}  {name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resolution", type=int, default=21)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    print(
        "| network | sets at once | ours | plain loop | loss_landscapes | loop / ours "
        "| package / ours | differs from the loop | from the package |"
    )
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for name, (module, inputs) in networks().items():
        print(compare(name, module, inputs, options.resolution, options.repeats), flush=True)
    for dataset in ("digits", "moons"):
        print_ways(dataset, options.resolution, options.repeats)


if __name__ == "__main__":
    main()
