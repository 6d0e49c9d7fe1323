"""Cutting the plane into linear regions: ours beside regioncam, on the same random networks.

Processor seconds of one thread, the least of several runs, for the regions of three ReLU layers of
64 on a square. regioncam (a Rust library, in float32) finds the polygons; ours, in float64, finds
the activation pattern and the affine map of each as well.

    python benchmarks/regions.py [--widths 64 64 64] [--seeds 3] [--repeats 5]
"""

import argparse
import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import regioncam

from mlanim.core.relu.polygons import square
from mlanim.core.relu.regions import cut
from mlanim.core.relu.relu_net import perceptron

HALF_WIDTH = 1.75
Layers = list[tuple[np.ndarray, np.ndarray]]


def network(widths: list[int], seed: int) -> Layers:
    """He's weights, and biases of deviation 0.4."""
    rng = np.random.default_rng(seed)
    return [
        (rng.standard_normal((n, m)) * (2 / m) ** 0.5, 0.4 * rng.standard_normal(n))
        for m, n in pairwise([2, *widths])
    ]


def ours(layers: Layers) -> int:
    """How many regions we find."""
    weights, biases = zip(*layers, strict=True)
    return len(cut(perceptron(weights, biases), square(HALF_WIDTH)).layers[-1])


def theirs(layers: Layers) -> int:
    """How many regions regioncam finds."""
    camera = regioncam.Regioncam(HALF_WIDTH)
    for weight, bias in layers:
        camera.linear(weight.T.astype(np.float32), bias.astype(np.float32))
        camera.relu()
    return int(camera.num_faces)


def least(count: Callable[[Layers], int], layers: Layers, repeats: int) -> tuple[int, float]:
    """What a way counts, and its least processor seconds."""
    best, found = float("inf"), 0
    for _ in range(repeats):
        start = time.process_time()
        found = count(layers)
        best = min(best, time.process_time() - start)
    return found, best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--widths", type=int, nargs="+", default=[64, 64, 64])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    for seed in range(options.seeds):
        layers = network(options.widths, seed)
        (mine, seconds), (other, other_seconds) = (
            least(way, layers, options.repeats) for way in (ours, theirs)
        )
        print(
            f"{options.widths} seed {seed}: mlanim {mine:,} regions in {seconds:.2f} s, "
            f"regioncam {other:,} in {other_seconds:.2f} s"
        )


if __name__ == "__main__":
    main()
