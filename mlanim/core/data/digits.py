"""Handwritten digits (UCI, as scikit-learn brings them), and a small network that reads them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mlanim.core.repeatable import one_thread

SEEN = 1437  # of 1,797; the other 360 were written by people of whom the network has seen nothing


@dataclass(frozen=True)
class ReadDigits:
    """The unseen digits, and what a network makes of them."""

    images: Tensor  # (M, 8, 8) in 0 to 1
    labels: Tensor  # (M,)
    scores: Tensor  # (M, 10) before any softmax, float64
    right: int  # how many it reads right


@one_thread()
def read_digits(seed: int, hidden: int = 32, steps: int = 100, rate: float = 0.01) -> ReadDigits:
    """What a network with one hidden layer scores, after `steps` of Adam on all seen digits."""
    from sklearn.datasets import load_digits

    pixels, labels = map(torch.tensor, load_digits(return_X_y=True))
    images = pixels.float() / 16
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in range(steps):
        optimiser.zero_grad()
        nn.functional.cross_entropy(net(images[:SEEN]), labels[:SEEN]).backward()
        optimiser.step()
    with torch.no_grad():
        scores = net(images[SEEN:]).double()
    unseen = labels[SEEN:]
    right = int((scores.argmax(1) == unseen).sum())
    return ReadDigits(images[SEEN:].reshape(-1, 8, 8).double(), unseen, scores, right)
