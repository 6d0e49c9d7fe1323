"""Small networks of kinds that users bring, with data for them, and the plain way to their loss."""

import torch
from torch import nn


class Reader(nn.Module):
    """A transformer encoder, with layer norms, that classifies sequences of tokens."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 8)
        layer = nn.TransformerEncoderLayer(8, 2, 12, dropout=0.3, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        self.output = nn.Linear(8, 3)

    def forward(self, tokens):
        return self.output(self.encoder(self.embedding(tokens)).mean(1))


def make_mlp():
    return nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Dropout(0.5), nn.Linear(6, 3))


def make_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(36, 3)
    )


def make_data(*shape, rows=20):
    generator = torch.Generator().manual_seed(0)
    targets = torch.arange(rows) % 3
    if not shape:
        return torch.randint(7, (rows, 5), generator=generator), targets
    return torch.randn(rows, *shape, generator=generator), targets


def net_and_data(kind):
    """A network of a kind, with statistics in its batch norm as if it had been trained."""
    torch.manual_seed(3)
    make, shape = {"mlp": (make_mlp, (2,)), "cnn": (make_cnn, (1, 5, 5)), "reader": (Reader, ())}[
        kind
    ]
    net, data = make(), make_data(*shape)
    net.train()(data[0])
    return net.eval(), data


def plain_loss(net, data, theta, dtype=torch.float64):
    """Set the weights, run the network, take the mean cross-entropy."""
    inputs, targets = data
    net = net.to(dtype)
    nn.utils.vector_to_parameters(theta.to(dtype), net.parameters())
    with torch.no_grad():
        inputs = inputs.to(dtype) if inputs.is_floating_point() else inputs
        return nn.functional.cross_entropy(net(inputs), targets).item()
