"""Three optimisers on one plane through weight space, and how much of their paths it keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mlanim import long_run
from mlanim.core.landscape.plane import (
    distance_kept,
    loss_grid,
    losses_at,
    pca_directions,
    plane_coordinates,
    random_walks,
)
from mlanim.core.learning.optimizers import OPTIMIZERS
from mlanim.core.learning.training import TrainingRun, train
from mlanim.core.repeatable import one_thread
from mlanim.core.surface import grids
from mlanim.core.surface.learners import Learner, learner_asked_for
from mlanim.words.numbers import format_number, percent, significant
from mlanim.words.sentence import Sentence, sentence

POINTS = 81  # of a path
RATES = {"sgd": 0.3, "momentum": 0.3, "adam": 0.02}
NAMES = {"sgd": "SGD", "momentum": "Momentum", "adam": "Adam"}
DIRECTIONS = {"pca": "component", "random": "direction"}
WALKS = 60
LOG_FROM_RATIO = 20.0


@dataclass(frozen=True)
class Path:
    """One run, at T evenly spaced steps, and its projection onto the plane.

    kept: share of the summed squared distance to the plane's origin that the plane shows;
    walks_kept: the same of random walks in the path's stead, one a draw.
    """

    name: str
    rate: float
    steps: np.ndarray  # (T,)
    loss: np.ndarray  # (T,) training loss at the run's own weights
    places: np.ndarray  # (T, 2) by least squares
    plane_loss: np.ndarray  # (T,) training loss at those places, which is the colour there
    kept: float
    walks_kept: np.ndarray  # (WALKS,)
    end: str  # what the table says of its last weights

    @property
    def gap(self) -> float:
        """The most by which the run's loss and the colour under it differ."""
        return float(np.abs(self.loss - self.plane_loss).max())


@dataclass(frozen=True)
class LossLandscape:
    """All that the scene shows. Losses are cross-entropies over the whole training set, in nats."""

    x: np.ndarray  # (C,)
    y: np.ndarray  # (R,)
    loss: np.ndarray  # (R, C), its rows along y
    window: grids.Window  # a square around the paths
    levels: np.ndarray  # (L,) for contours
    numbered: np.ndarray  # those of them that have their number on the line
    is_log: bool  # whether losses spread so far that heights are logarithms
    axes: tuple[str, str]
    paths: dict[str, Path]
    probe: np.ndarray  # (PROBES, 2) a way over the plane to its origin
    probe_loss: np.ndarray  # (PROBES,)
    heads: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]  # a row for each path
    says_network: Sentence
    says_batch_norm: Sentence | None
    says_rules: Sentence
    says_how_much: Sentence
    says_kept: Sentence
    says_gap: Sentence
    says_height: Sentence


@one_thread()
def loss_landscape_lesson(
    dataset: str, directions: str, optimizer: str, seed: int, resolution: int, *, model: str = "",
    data: str = "", loss: str = "cross_entropy", checkpoint: str = "", device: str = "cpu",
    epochs: int = 20, rates: float = 1.0,
) -> LossLandscape:  # fmt: skip
    """Train a network thrice from one start, and scan a plane through weight space.

    Args:
        dataset: what our own network learns, where no model is given.
        directions: "pca", the first two principal components of the three paths together, each
            path counting alike, or "random", two filter-normalised Gaussian directions.
        optimizer: the run whose last weights are the plane's origin.
        resolution: points along the height of the plane.
        model, data, loss, checkpoint, device: a user's network, as for `loss_function`; it starts
            from the weights that it has.
        rates: what all learning rates are multiplied by.

    Raises:
        ValueError: if an argument is not one of those allowed, or a run diverges.
    """
    if directions not in DIRECTIONS or optimizer not in OPTIMIZERS:
        raise ValueError(
            f"directions is {directions!r} and optimizer {optimizer!r}; they must be one of "
            f"{', '.join(DIRECTIONS)} and one of {', '.join(OPTIMIZERS)}."
        )
    learner = learner_asked_for(dataset, model, data, loss, checkpoint, device, seed)
    runs = {name: _run(learner, name, rates * RATES[name], epochs, seed) for name in OPTIMIZERS}
    paths = torch.stack([run.path.double().cpu() for run in runs.values()])
    origin = list(runs).index(optimizer)
    axes, centre = _axes(learner, paths, origin, directions, seed), paths[origin, -1]
    places = [plane_coordinates(path, centre, axes) for path in paths]
    window = grids.window_around(torch.cat(places), directions)
    x, y = grids.grid_around(window, resolution)
    losses = grids.finite(loss_grid(learner.losses, centre, axes, x, y).numpy(), "the plane")
    walks = _walks_kept(learner, paths.shape, origin, directions, seed)
    found = {
        name: _path(learner, name, rates * RATES[name], run.steps, path, at, centre, axes, kept)
        for (name, run), path, at, kept in zip(runs.items(), paths, places, walks.T, strict=True)
    }
    probe = grids.probe_of(window)
    names = tuple(f"{nth} {DIRECTIONS[directions]}" for nth in ("first", "second"))
    is_log = bool(0 < LOG_FROM_RATIO * losses.min() < losses.max())
    levels, numbered = grids.contour_steps(losses)
    return LossLandscape(
        x=x.numpy(), y=y.numpy(), loss=losses, window=window, levels=levels, numbered=numbered,
        is_log=is_log, axes=(names[0], names[1]), paths=found, probe=probe.numpy(),
        probe_loss=losses_at(learner.losses, probe, centre, axes).numpy(),
        heads=("", "shown", "random walk", learner.head),
        table=tuple(_row(path) for path in found.values()),
        says_batch_norm=learner.says_batch_norm, **_sentences(learner, found, is_log),
    )  # fmt: skip


def _run(learner: Learner, name: str, rate: float, epochs: int, seed: int) -> TrainingRun:
    """One training; where it was finished before an interruption, its path is as it was.

    Raises:
        ValueError: if it diverges, or never moves.
    """
    kept_as = f"run by {name} of {len(learner.start)} from seed {seed}"
    before = long_run.kept(kept_as)
    if before is not None:
        path, losses = (torch.from_numpy(before[name]) for name in ("path", "losses"))
        return TrainingRun(before["steps"], path, losses)
    long_run.progress(list(OPTIMIZERS).index(name), len(OPTIMIZERS))
    steps = epochs * learner.epoch
    run = train(learner.loss, learner.start, name, rate, steps, learner.batches(), POINTS)
    if not bool(run.path.isfinite().all()):
        raise ValueError(
            f"Training by {NAMES[name]} at a rate of {rate:g} diverges; give smaller rates."
        )
    if torch.equal(run.path[-1], run.path[0]):
        raise ValueError(
            f"Training by {NAMES[name]} does not move the weights: the loss is flat where it "
            "starts; give a checkpoint that can still learn."
        )
    kept = {"path": run.path.cpu().numpy(), "losses": run.losses.cpu().numpy()}
    long_run.keep(kept_as, steps=run.steps, **kept)
    return run


def _axes(learner: Learner, paths: Tensor, origin: int, directions: str, seed: int) -> Tensor:
    """The plane's two directions, (2, P), for paths (runs, T, P)."""
    if directions == "pca":
        return pca_directions(paths)
    return learner.directions(paths[origin, -1], 2, torch.Generator().manual_seed(seed))


def _walks_kept(
    learner: Learner, shape: torch.Size, origin: int, directions: str, seed: int
) -> Tensor:
    """What a plane made alike of random walks from one start keeps of each, (WALKS, runs)."""
    generator, kept = torch.Generator().manual_seed(seed), []
    for _ in range(WALKS):
        walks = random_walks(shape[0], shape[1], shape[2], generator)
        axes = _axes(learner, walks, origin, directions, seed)
        kept.append([distance_kept(walk, walks[origin, -1], axes) for walk in walks])
    return torch.tensor(kept)


def _path(
    learner: Learner, name: str, rate: float, steps: np.ndarray, path: Tensor, places: Tensor,
    centre: Tensor, axes: Tensor, walks: Tensor,
) -> Path:  # fmt: skip
    return Path(
        name=NAMES[name], rate=rate, steps=steps,
        loss=torch.stack([learner.losses(theta).detach() for theta in path]).numpy(),
        places=places.numpy(),
        plane_loss=losses_at(learner.losses, places, centre, axes).numpy(),
        kept=distance_kept(path, centre, axes), walks_kept=walks.numpy(),
        end=learner.ends(path[-1]),
    )  # fmt: skip


def _row(path: Path) -> tuple[str, ...]:
    mean, spread = path.walks_kept.mean(), path.walks_kept.std(ddof=1)
    walks = f"{100 * mean:.0f} ± {100 * spread:.0f} %"
    return path.name, percent(path.kept), walks, path.end


def _sentences(learner: Learner, paths: dict[str, Path], is_log: bool) -> dict[str, Sentence]:
    widest = max(paths.values(), key=lambda path: path.gap)
    return {
        "says_network": learner.says,
        "says_rules": sentence(
            "One start, the same batches; the rules differ, and so do the rates: [SGD](gradient) "
            "{sgd:g}, [Momentum](weight) {momentum:g}, Adam {adam:g}",
            **{name: path.rate for name, path in paths.items()},
        ),
        "says_how_much": sentence(
            "How much of a path through {count:,} dimensions does a plane show?",
            count=len(learner.start),
        ),
        "says_kept": says_of_walks(paths),
        "says_gap": sentence(
            "The plane is a shadow: {name}'s loss differs from the colour under it by up to "
            "[{gap}](highlight)", name=widest.name, gap=short_gap(widest.gap),
        ),
        "says_height": sentence(
            "The same plane in space: the height is the training loss{scale}",
            scale=", on a logarithmic scale" if is_log else "",
        ),
    }  # fmt: skip


def short_gap(gap: float) -> str:
    """A gap of losses with two places where these tell it, else with digits that count."""
    return format_number(gap, 2) if gap == 0 or 0.1 <= gap < 1000 else significant(gap)


def says_of_walks(paths: dict[str, Path]) -> Sentence:
    """How much the plane shows of each path, beside what such a plane shows of random walks."""
    above = {path.name: int((path.walks_kept >= path.kept).sum()) for path in paths.values()}
    name = max(above, key=lambda name: above[name])
    if above[name] == 0:
        return sentence(
            "Of each path the plane keeps more than such a plane keeps of any of {all} random "
            "walks", all=WALKS,
        )  # fmt: skip
    return sentence(
        "Of {name}'s path the plane keeps no more than of {count} in {all} random walks",
        name=name, count=above[name], all=WALKS,
    )  # fmt: skip
