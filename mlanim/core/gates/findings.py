"""What can be said of gates, each sentence under the condition that makes it true."""

import torch

from mlanim.core.gates.gates import Interpolation
from mlanim.core.vectors.alignment import Array
from mlanim.core.vectors.vectors import Projection, angle_between, norm, numerical_floor
from mlanim.words.sentence import Sentence, sentence, shown_as

ROUNDING = 1e-12  # of a vector's length: what is shorter is 0, but for float64's rounding

ABOUT = {
    "scalar": (
        "Scalar gate", "mixtures of experts", "One number for the whole signal",
        "A scalar gate leaves the vector on its own line.",
    ),
    "vector": (
        "Vector gate", "LSTM, GRU and GLU", "A number for each feature",
        "Each feature has its share, the same for every point of the sheet.",
    ),
    "mask": (
        "Mask", "dropout and pruning", "Only 0 or 1 for each feature",
        "A mask is a projection along the axes.",
    ),
    "matrix": (
        "Matrix gate", "linear layers", "Outputs that may draw on every feature",
        "A matrix gate can mix features. Attention does not: its weights mix positions.",
    ),
    "projection": (
        "Projection", "PCA and erasing a concept", "Whatever is not on one line goes",
        "Projecting twice changes nothing more. The query and key maps of attention lack that.",
    ),
    "rotation": (
        "Rotation", "rotary positions", "A turn about the origin",
        "Lengths, angles and areas stay, and turning back restores the input.",
    ),
}  # fmt: skip
"""Of each gate on the sheet its name, what it is used for, what it is, and a lecturer's words."""

FORMULAS = {
    "scalar": "$display(output(bold(y)) = weight(g) input(bold(x)_1))$",
    "vector": "$display(output(bold(y)) = weight(bold(g)) dot.o input(bold(x)_1))$",
    "mask": "$display(output(bold(y)) = weight(bold(m)) dot.o input(bold(x)_1))$",
    "matrix": "$display(output(bold(y)) = "
    'weight(mat(delim: "[", {a:2}, {b:2}; {c:2}, {d:2})) input(bold(x)_1))$',
    "projection": "$display(output(bold(y)) = "
    "frac(weight(bold(x)_2 bold(x)_2^top), weight(abs(bold(x)_2)^2)) input(bold(x)_1))$",
    "rotation": "$display(output(bold(y)) = weight(R(theta)) input(bold(x)_1))$",
}


def formula(name: str, matrix: torch.Tensor) -> Sentence:
    """The gate's formula; that of the matrix gate has its entries (2, 2)."""
    entries = dict(zip("abcd", matrix.ravel().tolist(), strict=True)) if name == "matrix" else {}
    return sentence(FORMULAS[name], **entries)


def scalar(gate: float) -> Sentence:
    """One share for a whole vector."""
    if gate == 0:
        return sentence("A gate of 0 is shut: nothing of the vector is left")
    if gate == 1:
        return sentence("A gate of 1 is open: the vector passes as it is")
    return sentence(
        "One share for the whole vector: its direction stays, [{gate:%}](output) of its length is "
        "left", gate=gate,
    )  # fmt: skip


def vector(gates: torch.Tensor, x: torch.Tensor) -> Sentence:
    """A share for each axis, both (2,)."""
    first, second = gates.tolist()
    if first == second:
        return sentence("Both axes have the share {gate:g}: a scalar gate again", gate=first)
    y = gates * x
    kept = float(norm(y) / norm(x))
    if kept == 0:
        return sentence("The axis on which all of this vector lies is shut: nothing is left")
    if not bool(x.all()):
        return sentence(
            "This vector lies on one axis, whose share leaves it [{kept:%}](output) of its length",
            kept=kept,
        )
    turn = float(torch.rad2deg(angle_between(x, y)))
    return sentence(
        "One share for each axis: the vector turns by {turn:g}° and keeps [{kept:%}](output) of "
        "its length", turn=turn, kept=kept,
    )  # fmt: skip


def mask(split: Projection) -> Sentence:
    """A gate of 0 and 1 that keeps the first of two axes."""
    kept, lost = float(split.kept[0]), float(split.lost[1])
    if lost == 0:
        return sentence("A mask shuts the second axis, on which this vector had nothing to lose")
    if kept == 0:
        return sentence("A mask shuts the second axis, on which all of this vector lay")
    return sentence(
        "A gate of only 0 and 1: the second axis is lost, [{lost:%}](highlight) of the vector’s "
        "energy", lost=lost**2 / (lost**2 + kept**2),
    )  # fmt: skip


def matrix(entries: torch.Tensor) -> Sentence:
    """Any linear map of the plane, (2, 2): what it makes of a circle, and what it mixes."""
    sigma = torch.linalg.svdvals(entries)
    floor = float(numerical_floor(sigma))
    rank = int((sigma > floor).sum())
    is_round = rank == 2 and float(sigma[0] - sigma[1]) <= floor
    shape = "a circle" if is_round else ("a point", "a piece of a line", "an ellipse")[rank]
    mixing = int((entries.abs() > floor).all(1).sum())
    draws = ("no output draws", "one output draws", "each output draws")[mixing]
    return sentence(
        "Any linear map: the circle becomes {shape}, and {draws} on both features",
        shape=shape, draws=draws,
    )  # fmt: skip


def projection(x: torch.Tensor, split: Projection) -> Sentence:
    """x (2,) on the line of another vector."""
    least = ROUNDING * float(norm(x))
    if split.lost_norm <= least:
        return sentence(
            "$input(bold(x)_1)$ lies on the line of $weight(bold(x)_2)$: all of it stays"
        )
    if split.kept_norm <= least:
        return sentence(
            "$input(bold(x)_1)$ stands at right angles to $weight(bold(x)_2)$: nothing is left"
        )
    return sentence(
        "Onto the line of $weight(bold(x)_2)$: what stands at right angles, "
        "[{lost:g}](highlight) long, is lost", lost=float(split.lost_norm),
    )  # fmt: skip


def rotation(degrees: float) -> Sentence:
    """A turn of the plane."""
    if degrees == 0:
        return sentence("A turn by 0° leaves everything where it is")
    return sentence(
        "A turn by {angle:g}° keeps every length, angle and area: turning back undoes it",
        angle=degrees,
    )


def offset(ahead: int, score: float) -> Sentence:
    """What stays while query and key walk on together."""
    return sentence(
        "Both turn, and the angle between them stays: at $m - n$ = {ahead:+0} every score is "
        "[{score:2}](highlight)", ahead=ahead, score=score,
    )  # fmt: skip


def sign(ahead: int, score: float, behind: float) -> Sentence:
    """Whether it matters which of two positions comes first."""
    places = {"ahead": ahead, "behind": -ahead, "score": score}
    if shown_as(score, "2") == shown_as(behind, "2"):
        return sentence("Here {ahead:+0} and {behind:+0} both give {score:2}", **places)
    return sentence(
        "{behind:+0} gives [{other:2}](highlight), {ahead:+0} gave {score:2}: it is the signed "
        "offset that counts", other=behind, **places,
    )  # fmt: skip


def lengths(blend: Interpolation) -> Sentence:
    """How short a vector gets between two others, on the line and on the arc."""
    if not 0 < blend.nearest < 1 or blend.line_least >= blend.arc_least:
        return sentence(
            "On both ways the shortest is the shorter end, {least:g} long", least=blend.arc_least
        )
    if shown_as(blend.line_least, "2") == shown_as(blend.arc_least, "2"):
        return sentence(
            "The line gets shorter than the arc by less than 0.01, near a length of {least:2}",
            least=blend.arc_least,
        )
    return sentence(
        "The [line](highlight) cuts the corner and dips to a length of {line:2}; the "
        "[arc](output) stays at {arc:2} or more", line=blend.line_least, arc=blend.arc_least,
    )  # fmt: skip


def addition(blend: Interpolation) -> Sentence:
    """What a residual connection makes of the same two vectors."""
    return sentence(
        "A residual connection adds instead: x₁ + x₂ is {length:2} long.",
        length=blend.addition_norm,
    )


def corners() -> Sentence:
    """What soft logic is."""
    return sentence("At the corners this is Boolean logic; between them it has slopes to follow")


def middle(at: float, lowest: float) -> Sentence:
    """A law of Boolean logic that soft logic breaks: where a OR NOT a is least, and how much."""
    return sentence(
        "Not every law survives: $a$ OR NOT $a$ falls from 1 to [{lowest:g}](highlight), at "
        "$a$ = {at:g}", lowest=lowest, at=at,
    )  # fmt: skip


def values(row: Array) -> Sentence:
    """A row (5,) of a truth table: a, b, NOT a, a AND b, a OR b."""
    a, b, no, both, either = (round(float(value), 9) for value in row)  # off float64's last digits
    return sentence(
        "At a = {a:g} and b = {b:g}, NOT a is {no:g}, AND is {both:g} and OR is {either:g}.",
        a=a, b=b, no=no, both=both, either=either,
    )  # fmt: skip
