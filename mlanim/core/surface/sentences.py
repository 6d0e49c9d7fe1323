"""What holds of the loss around a network, each under the condition that makes it true."""

from __future__ import annotations

import numpy as np

from mlanim.core.landscape.spectrum import TOLERANCE, Eigenpairs, Trace
from mlanim.words.numbers import percent, significant
from mlanim.words.sentence import Sentence, sentence

NEAR_ZERO = 0.01  # of the largest |eigenvalue|: what is nearer to 0 counts as flat
SAME = 1e-6  # relative: losses that differ by less count as one
SURE = 3  # standard errors by which an estimate is over 0 before anything is divided by it

SCALINGS = {
    "filter": "[{filter}](weight) by filter", "layer": "[{layer}](input) by layer",
    "none": "[{none}](gradient) unscaled",
}  # fmt: skip


def says_of_network(parameters: int, count: int, centre: float) -> Sentence:
    """How large it is, and its loss over so many targets."""
    return sentence(
        "A network of {parameters:,} parameters: its mean loss over {count:,} targets is "
        "[{centre}](highlight)", parameters=parameters, count=count, centre=significant(centre),
    )  # fmt: skip


def says_of_plane(parameters: int, losses: np.ndarray, centre: float) -> Sentence:
    """What part of all dimensions a plane is, and whether it knows a lower place."""
    low, own = float(losses.min()), significant(centre)
    said = sentence(
        "{part} of {parameters:,} dimensions: on this plane ",
        part="Both" if parameters == 2 else "Two", parameters=parameters,
    )  # fmt: skip
    if low < centre - SAME * abs(centre):
        if f"{low:.2e}" == f"{centre:.2e}":  # they would read alike
            return said + sentence(
                "the loss comes down by [{gap}](highlight) below the weights’ own {own}",
                gap=significant(centre - low, 2), own=own,
            )  # fmt: skip
        return said + sentence(
            "the loss comes down to [{low}](highlight), below the weights’ own {own}",
            low=significant(low), own=own,
        )  # fmt: skip
    return said + sentence(
        "no point seen lies below the weights’ own loss, [{own}](highlight)", own=own
    )


def says_of_path(kept: float) -> Sentence:
    """How much of a path's variance a plane keeps, beside the limit for a long random walk.

    The k-th component of one keeps 6 / (π k)² of its variance (Antognini and Sohl-Dickstein 2018).
    """
    walk = 6 / np.pi**2 * (1 + 1 / 4)
    return sentence(
        "The plane keeps [{kept}](highlight) of the path’s variance; two components of a long "
        "random walk keep {walk}", kept=percent(kept), walk=percent(walk),
    )  # fmt: skip


def says_of_scaling(ends: dict[str, float]) -> Sentence:
    """Where a step of one along a draw ends, by how the draw is scaled."""
    values = {name: significant(end) for name, end in ends.items()}
    places = ", ".join(SCALINGS[name] for name in ends)
    return sentence(f"One step along the same random draw leads to a loss of {places}", **values)


def says_of_curvature(
    steepest: float, along: tuple[float, float], trace: Trace, parameters: int
) -> Sentence:
    """How the plane's two directions curve, beside the steepest and the mean over all directions.

    The mean over all directions of the same length is the trace over their number.
    """
    mean, error = trace.mean / parameters, trace.error / parameters
    is_sure = mean > SURE * error and steepest > 0
    return sentence(
        "The plane’s directions curve by [{a}](weight) and [{b}](input), the steepest by "
        "[{top}](gradient){times} the mean over all, {mean}", a=significant(along[0]),
        b=significant(along[1]), top=significant(steepest), mean=significant(mean),
        times=f", {significant(steepest / mean, 2)} times" if is_sure else ";",
    )  # fmt: skip


def says_of_ends(pairs: Eigenpairs) -> Sentence:
    """The ends of the spectrum, and whether the loss curves down anywhere."""
    top, low = float(pairs.values[0]), float(pairs.values[-1])
    size = float(np.abs(pairs.values).max())
    values = {"top": significant(top), "low": significant(low)}
    if not pairs.are_found:
        worst = significant(float(pairs.residuals.max()) * size, 1)
        return sentence(
            "Largest eigenvalue about [{top}](gradient), least about {low}: not settled, they may "
            "be off by {worst}", **values, worst=worst,
        )  # fmt: skip
    if size == 0:
        return sentence("All eigenvalues are 0: the loss has no curvature here")
    if low < -TOLERANCE * size:
        return sentence(
            "The largest eigenvalue is [{top}](gradient), the least [{low}](input): along some "
            "directions the loss curves down", **values,
        )  # fmt: skip
    if low > TOLERANCE * size:
        return sentence(
            "The largest eigenvalue is [{top}](gradient), the least [{low}](input): the loss "
            "curves up everywhere, of a condition of {ratio}",
            **values, ratio=significant(top / low),
        )  # fmt: skip
    return sentence(
        "The largest eigenvalue is [{top}](gradient); none is below 0 by more than {off} of it",
        top=values["top"], off=percent(TOLERANCE, 2),
    )  # fmt: skip


def says_of_shares(down: tuple[float, float], flat: float) -> Sentence:
    """The shares of eigenvalues that are flat, and that are below that, with its standard error."""
    share, error = (f"{significant(100 * part, 2)} %" for part in down)
    below = f"{share} ± {error} below" if down[0] > 0 else "none was seen below"
    return sentence(
        "About [{flat}](highlight) of all eigenvalues lie within ±{near} of the largest in size; "
        "{below}", flat=percent(flat), near=percent(NEAR_ZERO), below=below,
    )  # fmt: skip


def says_of_trace(trace: Trace, pairs: Eigenpairs, top: int, parameters: int) -> Sentence:
    """The sum of all eigenvalues, and how much of it the largest are, where that is a share."""
    held = float(pairs.values[:top].sum())
    said = sentence(
        "All {parameters:,} eigenvalues together are [{sum}](highlight) ± {error}",
        parameters=parameters, sum=significant(trace.mean), error=significant(trace.error, 2),
    )  # fmt: skip
    is_share = trace.mean > SURE * trace.error and 0 < held <= trace.mean
    if top >= parameters or not is_share:
        return said
    share = percent(held / trace.mean)
    return said + sentence("; the {top} largest are {share} of that", top=top, share=share)
