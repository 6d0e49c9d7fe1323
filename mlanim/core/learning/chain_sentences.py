"""What is said of the rates of a neuron, each sentence under the condition that makes it true."""

from __future__ import annotations

import numpy as np

from mlanim.words.sentence import Sentence, sentence

AGREE = 1e-6  # of a rate's size, or of 1 where it is smaller
KINKED = ("ReLU", "leaky ReLU")  # where z is 0
STOPPED = -4.0  # z at which the neuron is looked at once more


def says_backward(title: str, values: np.ndarray, rates: np.ndarray) -> Sentence:
    """Which way the loss goes when w is raised a little, from values (8,) and rates (4,)."""
    z, loss, slope, rate = values[4], values[7], rates[1], rates[3]
    if z == 0 and title in KINKED and loss:
        return sentence(
            "At $z$ = 0 [{title}](output) has a kink, no slope: autograd takes {slope:g}, so its "
            "dL/dw is [{rate:g}](gradient)", title=title, slope=slope, rate=rate,
        )  # fmt: skip
    if rate == 0:
        why = "a small change does nothing" if loss else "the loss is 0 and can only grow"
        return sentence(f"Back to [w](weight): dL/dw = [0](gradient), {why}")
    return sentence(
        "Back to [w](weight): dL/dw = [{rate:g}](gradient), so raising it a little {does} "
        "[L](highlight)", rate=rate, does="raises" if rate > 0 else "lowers",
    )  # fmt: skip


def says_product(rates: np.ndarray) -> Sentence:
    """The product of the three rates of (4,); one below 0 stands in brackets."""
    factors = [
        f"({{{name}:g}})" if rate < 0 else f"{{{name}:g}}"
        for name, rate in zip("zaL", rates[:3], strict=True)
    ]
    return sentence(
        f"The rates multiply: {' · '.join(factors)} = [{{all:g}}](gradient)",
        z=rates[0], a=rates[1], L=rates[2], all=rates[3],
    )  # fmt: skip


def says_nudge(rates: np.ndarray, measured: np.ndarray, z: float) -> Sentence:
    """Whether nudges find autograd's rates (4,); if not, they reach over a kink."""
    gaps = np.abs(rates - measured)
    if np.all(gaps <= AGREE * np.maximum(1, np.abs(rates))):
        return sentence(
            "Nudges confirm autograd: the four rates agree within {gap:g}",
            gap=10.0 ** np.ceil(np.log10(max(float(gaps.max()), 1e-15))),
        )
    where = "The nudge reaches over a kink: it says {nudged:g}, autograd {rate:g}" if z else (
        "At a kink there is no one slope: a nudge says {nudged:g}, autograd chooses {rate:g}"
    )  # fmt: skip
    return sentence(
        where,
        nudged=measured[int(gaps.argmax())], rate=rates[int(gaps.argmax())],
    )  # fmt: skip


def says_stopped(title: str, first: np.ndarray, last: np.ndarray) -> Sentence:
    """What links (3,) carry where z is `STOPPED`, beside what they carried at first."""
    if last[1] == 0:
        return sentence(
            "At $z$ = {z:g} [{title}](output) is flat: da/dz = [0](gradient), and dL/dw = 0",
            z=STOPPED, title=title,
        )  # fmt: skip
    return sentence(
        "At $z$ = {z:g} [{title}](output) has da/dz = [{last:g}](gradient); it was {first:g}",
        z=STOPPED, title=title, last=last[1], first=first[1],
    )  # fmt: skip
