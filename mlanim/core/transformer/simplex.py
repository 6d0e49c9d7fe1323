"""From scores to the simplex of probabilities, and how spread out a distribution is.

softmax(z)ᵢ = exp zᵢ / Σⱼ exp zⱼ. sparsemax(z) is the point of the simplex nearest to z: zᵢ − τ
where that is positive, else 0 (Martins and Astudillo, 2016, algorithm 1).
"""

import math

import torch
from torch import Tensor

LESS_THAN_ALL = 1 - 2**-53  # what softmax gives is less than 1 even where a float rounds it to 1


def sparsemax(scores: Tensor) -> Tensor:
    """The nearest point of the simplex to scores (..., K)."""
    z = scores - scores.amax(-1, keepdim=True)  # a shift changes nothing, and keeps a lone 1 exact
    ordered = z.sort(-1, descending=True).values
    sums, count = ordered.cumsum(-1), torch.arange(1, z.shape[-1] + 1)
    size = (1 + count * ordered > sums).sum(-1, keepdim=True)
    tau = (sums.gather(-1, size - 1) - 1) / size
    return (z - tau).clamp_min(0)


def entropy(shares: Tensor) -> Tensor:
    """In bits, of distributions (..., K)."""
    return torch.special.entr(shares).sum(-1) / math.log(2)
