"""Writes the models beside this file, as PyTorch exports them, each with an input and what PyTorch computes.

pip install torch onnx onnxscript; python3 tests/onnx/models.py   (written with torch 2.13.0)

A file is named after its net, the version of ONNX's operators, and the exporter: `script` is the older one, `dynamo` the newer one.
"""
import pathlib
import warnings

import numpy as np
import torch
from torch import nn

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent


class Transformer(nn.Module):
    """Embeddings of symbols and places, a block with causal attention in two heads and a hidden layer, and scores."""

    def __init__(self, symbols=7, places=5, width=8, heads=2):
        super().__init__()
        self.symbols, self.places = nn.Embedding(symbols, width), nn.Embedding(places, width)
        self.first, self.second, self.last = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.hidden = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.scores, self.heads = nn.Linear(width, symbols, bias=False), heads

    def forward(self, read):
        names, places = read.shape
        x = self.symbols(read) + self.places(torch.arange(places))
        q, k, v = (part.reshape(names, places, self.heads, -1).transpose(1, 2) for part in self.qkv(self.first(x)).chunk(3, dim=-1))
        weights = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5
        weights = weights.masked_fill(torch.triu(torch.ones(places, places, dtype=torch.bool), 1), float("-inf")).softmax(-1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(names, places, -1))
        return self.scores(self.last(x + self.hidden(self.second(x))))


def mlp():
    return nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 3), nn.LogSoftmax(dim=1))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(3, 4, 3, stride=2, padding=1, bias=False), nn.LeakyReLU(0.1), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(4, 5), nn.Softmax(dim=1),
    )


def write(name, net, x, opset, dynamo):
    net.eval()
    path = HERE / f"{name}_{opset}_{'dynamo' if dynamo else 'script'}.onnx"
    options = dict(external_data=False, verbose=False) if dynamo else {}
    torch.onnx.export(net, (x,), path, opset_version=opset, dynamo=dynamo, input_names=["x"], output_names=["y"], **options)
    np.savez(path.with_suffix(".npz"), x=x.numpy().astype(np.float32), y=net(x).detach().numpy())


torch.manual_seed(17)
for opset, dynamo in [(13, False), (20, False), (21, True)]:
    write("mlp", mlp(), torch.randn(2, 4), opset, dynamo)
for opset, dynamo in [(15, False), (18, True)]:
    net = cnn()
    net(torch.randn(16, 1, 8, 8))  # so that the means of the normalization are not 0
    write("cnn", net, torch.randn(2, 1, 8, 8), opset, dynamo)
for opset, dynamo in [(14, False), (17, False), (19, True)]:
    write("transformer", Transformer(), torch.randint(0, 7, (2, 5)), opset, dynamo)
