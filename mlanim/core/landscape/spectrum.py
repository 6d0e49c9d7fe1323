"""The spectrum of a Hessian, from its products with vectors alone.

- the ends of the spectrum and their eigenvectors: Lanczos (1950) with full reorthogonalisation;
- the trace: Hutchinson (1989), the mean of v · H v over vectors v of random signs;
- the density of all eigenvalues: stochastic Lanczos quadrature (Golub and Welsch 1969; for
  networks Ghorbani, Krishnan and Xiao 2019, and Yao, Gholami, Keutzer and Mahoney 2020, PyHessian).

A vector is (P,), where P is as many as the network's parameters, on its device and in its type.
Random vectors are drawn on the CPU, so that the same seed draws the same ones for every device.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim import long_run

Product = Callable[[Tensor], Tensor]
"""v -> H v, (P,) to (P,), for a symmetric matrix H."""

Pair = tuple[float, Tensor]
"""An eigenvalue and its unit vector (P,)."""

TOLERANCE = 1e-4  # the largest residual of an eigenpair that counts as found, over |H|
LOOK_EVERY = 4  # products between two looks at whether the ends are found
KEEP_EVERY = 10  # draws of a trace between two times that they are kept
MOST = 160  # the most products of one Lanczos run


@dataclass(frozen=True)
class Eigenpairs:
    """Eigenvalues (k,), the largest first, their unit vectors (k, P), and how well they are found.

    residuals: (k,) |H v − λ v| over the largest |λ| seen, each from a product of its own; an
    eigenvalue is off by at most that. products: how many were taken.
    """

    values: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray
    products: int

    @property
    def are_found(self) -> bool:
        """Whether each residual is within the tolerance."""
        return bool((self.residuals <= 2 * TOLERANCE).all())


@dataclass(frozen=True)
class Trace:
    """The sum of all eigenvalues, estimated: the mean over draws (N,), and its standard error."""

    draws: np.ndarray

    @property
    def mean(self) -> float:
        """The estimate."""
        return float(self.draws.mean())

    @property
    def error(self) -> float:
        """The standard error of the mean."""
        return float(self.draws.std(ddof=1) / len(self.draws) ** 0.5)


@dataclass(frozen=True)
class Quadrature:
    """All eigenvalues as seen by N random vectors: nodes and weights (N, m), a vector a row.

    The sum of weight · f(node) over a row estimates the mean of f over all eigenvalues; for
    polynomials up to degree 2 m − 1 it is v · f(H) v exactly. Rows of fewer nodes end in weights
    of 0.
    """

    nodes: np.ndarray
    weights: np.ndarray

    def density(self, at: np.ndarray, width: float) -> np.ndarray:
        """The density at values (M,), smoothed by a normal curve of a standard deviation."""
        away = (at[:, None, None] - self.nodes) / width
        normal = np.exp(-0.5 * away**2) / (width * (2 * np.pi) ** 0.5)
        return np.asarray((self.weights * normal).sum(-1).mean(-1))

    def share_below(self, limit: float) -> tuple[float, float]:
        """The share of eigenvalues under a limit, and its standard error over the vectors."""
        shares = (self.weights * (self.nodes < limit)).sum(-1)
        return float(shares.mean()), float(shares.std(ddof=1) / len(shares) ** 0.5)


class Lanczos:
    """A Krylov space of a symmetric matrix, grown by a product at a time.

    Each new vector is orthogonalised twice against all before it, which plain Lanczos leaves out
    and then finds eigenvalues again and again (Paige 1976). `locked`, (k, P), is kept out.

    Raises:
        ValueError: for a product that is not finite.
    """

    def __init__(self, product: Product, start: Tensor, most: int, locked: Tensor):
        self.product, self.locked = product, locked
        self.basis = start.new_empty(most, len(start))
        self.diagonal: list[float] = []
        self.beside: list[float] = []
        self.scale = 0.0
        rest = self._orthogonal(start)
        self.next = rest / rest.norm()

    def grow(self) -> bool:
        """Take one product; whether there is room for another one."""
        count = len(self.diagonal)
        self.basis[count] = self.next
        image = self.product(self.next)
        self.diagonal.append(float(self.next @ image))
        size = float(image.norm())
        if not np.isfinite(size):
            raise ValueError(
                "The second derivatives of the loss are not finite at these weights; give weights "
                "and data at which the loss and its gradient are finite numbers."
            )
        self.scale = max(self.scale, size)
        rest = self._orthogonal(image)
        self.beside.append(float(rest.norm()))
        nothing = 10 * torch.finfo(rest.dtype).eps * len(rest) ** 0.5 * self.scale
        room = min(len(self.basis), len(rest) - len(self.locked)) - count - 1
        if self.beside[-1] <= nothing or not room:
            return False
        self.next = rest / self.beside[-1]
        return True

    def ritz(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Ascending values (m,), coefficients (m, m) a column each, and residuals (m,)."""
        tridiagonal = np.diag(self.diagonal)
        for side in (1, -1):
            tridiagonal += np.diag(self.beside[:-1], side)
        values, coefficients = np.linalg.eigh(tridiagonal)
        return values, coefficients, np.abs(self.beside[-1] * coefficients[-1])

    def vectors(self, coefficients: np.ndarray) -> Tensor:
        """The unit vectors (k, P) of coefficients (m, k)."""
        mixed = torch.from_numpy(np.ascontiguousarray(coefficients.T)).to(self.basis)
        return torch.nn.functional.normalize(mixed @ self.basis[: len(self.diagonal)], dim=1)

    def _orthogonal(self, vector: Tensor) -> Tensor:
        known = self.basis[: len(self.diagonal)]
        for _ in range(2):
            for others in (self.locked, known):
                vector = vector - (others @ vector) @ others
        return vector


def extreme_eigenpairs(
    product: Product, like: Tensor, top: int, lowest: int, seed: int, most: int = MOST
) -> Eigenpairs:
    """The `top` largest and the `lowest` least eigenvalues, with their vectors, the largest first.

    One run of Lanczos sees an eigenvalue that occurs twice once only. Further runs in what is
    orthogonal to the pairs found therefore look for others, until one finds none that belongs to
    them. Where top and lowest together are P or more, these are all eigenvalues.

    Args:
        like: (P,), a vector of the device and type of what the product takes.
        seed: draws the first vectors.
        most: the most products of a run.
    """
    if top + lowest >= len(like):
        top, lowest = len(like), 0
    name = f"ends of {len(like)}, {top} and {lowest} from seed {seed}"
    pairs, spent, scale, run = _begun(name, like)
    while len(pairs) < len(like):
        locked = torch.stack([v for _, v in pairs]) if pairs else like.new_empty(0, len(like))
        wanted = (top, lowest) if not pairs else (min(top, 1), min(lowest, 1))
        space = Lanczos(product, _normal(like, seed, run), most, locked)
        ends = _ends(space, *wanted, scale)
        spent, scale, run = spent + len(space.diagonal), max(scale, space.scale), run + 1
        kept = _kept([*pairs, *ends], top, lowest)
        if len(pairs) >= top + lowest and not _improves(kept, pairs, scale):
            break
        pairs = kept
        long_run.keep(name, found=np.array([spent, scale, run]), **_arrays(pairs))
    values, vectors = [value for value, _ in pairs], torch.stack([v for _, v in pairs])
    images = torch.stack([product(v) for v in vectors])
    off = (images - torch.tensor(values).to(like)[:, None] * vectors).norm(dim=1)
    residuals = off.double().cpu().numpy() / max(scale, np.finfo(float).tiny)
    taken = spent + len(pairs)
    return Eigenpairs(np.array(values), vectors.double().cpu().numpy(), residuals, taken)


def _begun(name: str, like: Tensor) -> tuple[list[Pair], int, float, int]:
    """The pairs of an interrupted run, with products spent, the largest |H v|, and runs."""
    begun = long_run.kept(name)
    if begun is None:
        return [], 0, 0.0, 0
    spent, scale, run = begun["found"].tolist()
    vectors = torch.from_numpy(begun["vectors"]).to(like)
    return list(zip(begun["values"].tolist(), vectors, strict=True)), int(spent), scale, int(run)


def _arrays(pairs: list[Pair]) -> dict[str, np.ndarray]:
    vectors = torch.stack([vector for _, vector in pairs])
    return {"values": np.array([value for value, _ in pairs]), "vectors": vectors.cpu().numpy()}


def _ends(space: Lanczos, top: int, lowest: int, scale: float) -> list[Pair]:
    """Grow a space until its ends are found, and give them."""
    while space.grow():
        count = len(space.diagonal)
        long_run.progress(count, len(space.basis))
        if count % LOOK_EVERY or count < top + lowest:
            continue
        off = space.ritz()[2] / max(space.scale, scale)
        if max([*off[:lowest], *off[count - top :]], default=0.0) <= TOLERANCE:
            break
    values, coefficients, off = space.ritz()
    count = len(values)
    chosen = sorted({*range(min(lowest, count)), *range(max(count - top, 0), count)})
    vectors = space.vectors(coefficients[:, chosen])
    return list(zip(values[chosen].tolist(), vectors, strict=True))


def _kept(pairs: list[Pair], top: int, lowest: int) -> list[Pair]:
    """The largest and the least of pairs, the largest first."""
    ranked = sorted(pairs, key=lambda pair: -pair[0])
    return ranked if len(ranked) <= top + lowest else ranked[:top] + ranked[len(ranked) - lowest :]


def _improves(kept: list[Pair], before: list[Pair], scale: float) -> bool:
    """Whether any eigenvalue is another one than before, by more than the tolerance."""
    change = np.abs([a - b for (a, _), (b, _) in zip(kept, before, strict=True)])
    return bool((change > TOLERANCE * scale).any())


def hutchinson_trace(product: Product, like: Tensor, draws: int, seed: int) -> Trace:
    """The trace from vectors of random signs; an interrupted one goes on where it stopped.

    Raises:
        ValueError: for fewer than two draws, which have no standard error.
    """
    if draws < 2:
        raise ValueError(f"A trace from {draws} draws has no standard error; take two or more.")
    name = f"trace of {len(like)} by {draws} draws from seed {seed}"
    begun = long_run.kept(name)
    found = [] if begun is None else begun["draws"].tolist()
    for draw in range(len(found), draws):
        signs = _signs(like, seed, draw)
        found.append(float(signs @ product(signs)))
        if (draw + 1) % KEEP_EVERY == 0:
            long_run.keep(name, draws=np.array(found))
        long_run.progress(draw + 1, draws)
    return Trace(np.array(found))


def lanczos_quadrature(
    product: Product, like: Tensor, probes: int, steps: int, seed: int
) -> Quadrature:
    """Nodes and weights for the density of all eigenvalues.

    An interrupted one goes on where it stopped.

    Args:
        probes: how many random vectors, two or more for a standard error.
        steps: the products for each.
    """
    name = f"density of {len(like)} by {steps} steps from seed {seed}"
    begun = long_run.kept(name)
    shape = probes, min(steps, len(like))
    nodes, weights = np.zeros(shape), np.zeros(shape)
    first = 0
    if begun is not None:
        first = len(begun["nodes"])
        nodes[:first], weights[:first] = begun["nodes"], begun["weights"]
    for probe in range(first, probes):
        start = _signs(like, seed, probe)
        space = Lanczos(product, start, steps, like.new_empty(0, len(like)))
        while space.grow():
            pass
        values, coefficients, _ = space.ritz()
        nodes[probe, : len(values)], weights[probe, : len(values)] = values, coefficients[0] ** 2
        long_run.keep(name, nodes=nodes[: probe + 1], weights=weights[: probe + 1])
        long_run.progress(probe + 1, probes)
    return Quadrature(nodes, weights)


def _normal(like: Tensor, seed: int, draw: int) -> Tensor:
    return torch.randn(len(like), generator=_generator(seed, draw), dtype=torch.float64).to(like)


def _signs(like: Tensor, seed: int, draw: int) -> Tensor:
    coins = torch.randint(2, (len(like),), generator=_generator(seed, draw))
    return (2 * coins - 1).to(like)


def _generator(seed: int, draw: int) -> torch.Generator:
    """Of one draw by itself, so that a computation can go on at any of them."""
    mixed = np.random.SeedSequence((seed, draw)).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(mixed >> np.uint64(1)))
