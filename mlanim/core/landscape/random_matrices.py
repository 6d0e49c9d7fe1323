"""Random symmetric matrices: Wigner's semicircle, and how often no direction leads down.

The Gaussian orthogonal ensemble: A = (G + Gᵀ) / 2 of independent standard normal G, so that the
eigenvalues of a d × d matrix fill ±√(2 d) (Wigner 1958).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DRAWS, CHUNK, BINS = 100_000, 20_000, 41
TOGETHER = 40_000  # eigenvalues of the histogram

POSITIVE_OF_TWO = (2 - np.sqrt(2)) / 4
"""The chance that both eigenvalues of a 2 × 2 matrix are positive, exactly."""


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of many matrices, over √d.

    edges: (B + 1,); matrices: (K,) how many are counted; density: (K, B) on so many; xs,
    semicircle: (X,) the limit; negative: the share of eigenvalues below zero in each matrix,
    (matrices,).
    """

    edges: np.ndarray
    matrices: np.ndarray
    density: np.ndarray
    xs: np.ndarray
    semicircle: np.ndarray
    negative: np.ndarray


def drawn(count: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Random symmetric matrices, (count, size, size)."""
    plain = rng.standard_normal((count, size, size))
    return np.asarray((plain + plain.transpose(0, 2, 1)) / 2)


def spectrum(size: int, seed: int) -> Spectrum:
    """The eigenvalues of as many matrices as have `TOGETHER` of them."""
    rng = np.random.default_rng(seed)
    values = np.linalg.eigvalsh(drawn(max(2, TOGETHER // size), size, rng))
    edges = np.linspace(-1.6, 1.6, BINS + 1)
    counts = np.array([np.histogram(one, edges)[0] for one in values / np.sqrt(size)])
    some = np.unique(np.geomspace(1, len(values), 40).round().astype(np.int64))
    density = counts.cumsum(axis=0)[some - 1] / (some[:, None] * size * np.diff(edges))
    xs = np.linspace(-np.sqrt(2), np.sqrt(2), 121)
    return Spectrum(
        edges, some, density, xs, semicircle(xs),
        (values < 0).mean(axis=1),
    )  # fmt: skip


def semicircle(xs: np.ndarray) -> np.ndarray:
    """The density of eigenvalues over √d in the limit of large d."""
    return np.asarray(np.sqrt(np.maximum(2 - xs**2, 0)) / np.pi)


def all_positive(sizes: range, seed: int) -> np.ndarray:
    """How many of `DRAWS` matrices of each size have positive eigenvalues alone, (sizes,)."""
    rng = np.random.default_rng([seed, 1])
    counts = [
        sum(
            int((np.linalg.eigvalsh(drawn(CHUNK, size, rng))[:, 0] > 0).sum())
            for _ in range(DRAWS // CHUNK)
        )
        for size in sizes
    ]
    return np.array(counts)
