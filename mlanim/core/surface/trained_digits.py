"""Our own example of a trained network: a small one that has learnt some of the digits."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils import vector_to_parameters

from mlanim.core.data.examples import digits
from mlanim.core.learning.task import Task
from mlanim.core.learning.training import batches, train
from mlanim.core.models.mlp import MLP

EXAMPLES, HIDDEN, BATCH_SIZE, EPOCHS, RATE, KEPT = 400, 16, 32, 8, 0.02, 27


def trained_digits(seed: int) -> tuple[nn.Module, tuple[Tensor, Tensor], Tensor]:
    """The network, its inputs (N, 64) and labels (N,), and the path of its training (T, P)."""
    data = digits(seed)
    some = torch.arange(EXAMPLES)
    task = Task(MLP((data.features, HIDDEN, data.classes)), data)
    steps = EPOCHS * -(-EXAMPLES // BATCH_SIZE)
    order = batches(EXAMPLES, BATCH_SIZE, seed)
    run = train(task.train_loss, task.start(seed), "adam", RATE, steps, order, KEPT)
    module = nn.Sequential(
        nn.Linear(data.features, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, data.classes)
    ).double()
    vector_to_parameters(run.end, module.parameters())
    chosen = data.train.subset(some)
    return module, (chosen.inputs.T.contiguous(), chosen.labels), run.path
