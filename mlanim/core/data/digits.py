"""Handwritten digits (UCI, as scikit-learn brings them), and a small network that reads them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mlanim.core.repeatable import one_thread

SEEN = 1437  # of 1,797; the other 360 were written by people of whom the network has seen nothing


@one_thread()
def read_digits(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Unseen digits, (M, 8, 8) in 0 to 1, their labels, (M,), and a network's scores, (M, 10).

    The network has one hidden layer and has learnt all seen digits; no softmax follows it.
    """
    from sklearn.datasets import load_digits

    pixels, labels = map(torch.tensor, load_digits(return_X_y=True))
    images = pixels.float() / 16
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(100):
        optimiser.zero_grad()
        nn.functional.cross_entropy(net(images[:SEEN]), labels[:SEEN]).backward()
        optimiser.step()
    with torch.no_grad():
        scores = net(images[SEEN:]).double()
    return images[SEEN:].reshape(-1, 8, 8).double(), labels[SEEN:], scores
