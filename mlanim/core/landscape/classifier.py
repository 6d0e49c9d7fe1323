"""A small tanh classifier whose loss is a function of one flat vector of parameters.

Everything about a loss landscape is a statement about that function: a grid, a slice, a path and
a Hessian are all asked of `cross_entropy`. A leading batch of parameter vectors is allowed
throughout, which is what makes a whole grid of losses cheap. Inputs are stored feature-first,
(features, examples), so that a layer reads W x + b as on paper, and a batch of networks shares
one large matrix product.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

HIDDEN_NEURONS = 16
MOONS_NOISE = 0.2


@dataclass(frozen=True)
class Examples:
    """inputs: (features, examples) float64; labels: (examples,) int64."""

    inputs: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def subset(self, index: Tensor) -> "Examples":
        """The examples named by index, (batch,) int64."""
        return Examples(self.inputs[:, index], self.labels[index])


@dataclass(frozen=True)
class Task:
    """A data set, split once, and the layer widths (inputs, hidden..., classes) of its network."""

    name: str
    widths: tuple[int, ...]
    train: Examples
    test: Examples

    def train_loss(self, theta: Tensor) -> Tensor:
        """Mean cross-entropy over all training examples; (..., parameters) -> (...)."""
        return cross_entropy(theta, self.widths, self.train)

    def test_loss(self, theta: Tensor) -> Tensor:
        """Mean cross-entropy over all test examples; (..., parameters) -> (...)."""
        return cross_entropy(theta, self.widths, self.test)


def load_task(dataset: str, seed: int) -> Task:
    """Load scikit-learn's 8x8 digits, or draw two noisy moons from the seed.

    Digits: 1,437 training and 360 test images in an order drawn from the seed, grey values scaled
    to 0..1. Moons: 400 training and 1,000 test points.

    Raises:
        ValueError: if the data set is neither "digits" nor "moons".
    """
    if dataset == "digits":
        inputs, labels, train_size = *_digits(seed), 1437
    elif dataset == "moons":
        inputs, labels, train_size = *_moons(seed), 400
    else:
        raise ValueError(f"dataset is {dataset!r}; it must be 'digits' or 'moons'.")
    columns = torch.from_numpy(inputs.T.astype(np.float64)).contiguous()
    everything = Examples(columns, torch.from_numpy(labels.astype(np.int64)))
    order = torch.arange(len(labels))
    widths = (inputs.shape[1], HIDDEN_NEURONS, int(labels.max()) + 1)
    train, test = (everything.subset(part) for part in (order[:train_size], order[train_size:]))
    return Task(dataset, widths, train, test)


def _digits(seed: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    inputs, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(labels))
    return inputs[order] / 16.0, labels[order]


def _moons(seed: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import make_moons

    return make_moons(1400, noise=MOONS_NOISE, random_state=seed)


def parameter_count(widths: tuple[int, ...]) -> int:
    """Weights and biases of fully connected layers with these widths."""
    return sum(fan_in * fan_out + fan_out for fan_in, fan_out in pairwise(widths))


def layers(theta: Tensor, widths: tuple[int, ...]) -> list[tuple[Tensor, Tensor]]:
    """Views of theta, (..., parameters), as one (weight, bias) pair per layer.

    A weight is (..., outputs, inputs), a bias (..., outputs), in the order in which
    `torch.nn.Sequential` of `Linear` layers lists its parameters. Writing to a view writes to
    theta.
    """
    pairs, start = [], 0
    for fan_in, fan_out in pairwise(widths):
        middle, end = start + fan_in * fan_out, start + (fan_in + 1) * fan_out
        weight = theta[..., start:middle].unflatten(-1, (fan_out, fan_in))
        pairs.append((weight, theta[..., middle:end]))
        start = end
    return pairs


def logits(theta: Tensor, widths: tuple[int, ...], inputs: Tensor) -> Tensor:
    """Class scores, (..., classes, examples), for theta (..., parameters)."""
    (weight, bias), *later = layers(theta, widths)
    scores = weight @ inputs + bias.unsqueeze(-1)
    for weight, bias in later:
        scores = weight @ torch.tanh(scores) + bias.unsqueeze(-1)
    return scores


def cross_entropy(theta: Tensor, widths: tuple[int, ...], examples: Examples) -> Tensor:
    """Mean of -log p(label), in nats; (..., parameters) -> (...)."""
    log_probability = logits(theta, widths, examples.inputs).log_softmax(-2)
    labels = examples.labels.expand(*log_probability.shape[:-2], 1, -1)
    return -log_probability.gather(-2, labels).squeeze(-2).mean(-1)


def accuracy(theta: Tensor, widths: tuple[int, ...], examples: Examples) -> float:
    """Share of examples, in 0..1, whose largest score is that of their label."""
    hits = logits(theta, widths, examples.inputs).argmax(-2) == examples.labels
    return hits.double().mean().item()


def gradient(theta: Tensor, widths: tuple[int, ...], examples: Examples) -> Tensor:
    """Gradient of the mean cross-entropy with respect to theta, (parameters,)."""
    theta = theta.detach().requires_grad_()
    return torch.autograd.grad(cross_entropy(theta, widths, examples), theta)[0]


def initial_weights(widths: tuple[int, ...], seed: int) -> Tensor:
    """Weights from N(0, 1 / fan-in) and zero biases (LeCun et al. 1998), (parameters,)."""
    generator = torch.Generator().manual_seed(seed)
    theta = torch.zeros(parameter_count(widths), dtype=torch.float64)
    for weight, _ in layers(theta, widths):
        draw = torch.randn(weight.shape, generator=generator, dtype=torch.float64)
        weight.copy_(draw / weight.shape[-1] ** 0.5)
    return theta


def class_frequencies(labels: Tensor, classes: int) -> Tensor:
    """Share of the examples in each class, (classes,)."""
    return one_hot(labels, classes).double().mean(0)
