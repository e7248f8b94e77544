"""Makes layers.safetensors: every layer of gradus::nn, and two small models, as PyTorch computes them in f32.

Run by hand: pip install torch numpy safetensors, and then python3 tests/golden/layers.py. For each case the file has
- weights/CASE.NAME: all parameters and buffers, under PyTorch's names
- x/CASE, y/CASE: an input and the output; cotangent/CASE: random numbers of the output's shape
- after/CASE.NAME: the gradient of sum(cotangent * y) for each parameter, and each buffer as the pass leaves it
- gradient/CASE: the gradient for the input, unless it is symbols
tests/io/layers.rs compares.
"""

import pathlib

import safetensors.torch
import torch
from torch import nn


class States(nn.Module):
    """The states of a recurrent layer after each step."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0]


class Attention(nn.Module):
    """Self-attention, in which each place may see only itself and those before it."""

    def __init__(self, layer, causal):
        super().__init__()
        self.layer, self.causal = layer, causal

    def forward(self, x):
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1) if self.causal else None
        return self.layer(x, x, x, attn_mask=later, need_weights=False)[0]


class Block(nn.Module):
    """A block of a GPT: attention and two linear layers, each of which adds to what it gets."""

    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        x = x + Attention(self.attention, causal=True)(self.norm1(x))
        return x + self.down(nn.functional.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    """Symbols to a score for each symbol that may come next."""

    def __init__(self, symbols, places, width, heads):
        super().__init__()
        self.tokens, self.places = nn.Embedding(symbols, width), nn.Embedding(places, width)
        self.block1, self.block2 = Block(width, heads), Block(width, heads)
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, symbols)

    def forward(self, symbols):
        x = self.tokens(symbols.long()) + self.places(torch.arange(symbols.shape[1]))
        return self.head(self.norm(self.block2(self.block1(x))))


class Cnn(nn.Module):
    """A small net of convolutions."""

    def __init__(self):
        super().__init__()
        self.conv1, self.norm = nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.conv2, self.out = nn.Conv2d(4, 6, 3), nn.Linear(6, 3)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.norm(self.conv1(x)).relu(), 2)
        x = nn.functional.avg_pool2d(self.conv2(x).relu(), 2)
        return self.out(x.flatten(1))


class Symbols(nn.Module):
    """An embedding of symbols that are stored as floating-point numbers."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, symbols):
        return self.layer(symbols.long())


def cases():
    """Each case: its name, the layer that owns the weights, what computes with it, and an input."""
    def case(name, layer, *shape, by=lambda layer: layer):
        return name, layer, by(layer), torch.randn(shape)

    yield case("linear", nn.Linear(4, 3), 5, 4)
    yield case("linear_of_sequences", nn.Linear(4, 3), 2, 3, 4)
    yield case("conv2d", nn.Conv2d(2, 3, 3), 2, 2, 5, 6)
    yield case("conv2d_strided", nn.Conv2d(3, 2, (3, 2), stride=(2, 1), padding=(2, 1)), 2, 3, 6, 5)
    yield case("conv2d_dilated", nn.Conv2d(2, 2, 3, padding=2, dilation=(2, 1)), 1, 2, 6, 5)
    yield case("conv2d_grouped", nn.Conv2d(4, 6, 3, stride=2, padding=1, groups=2), 2, 4, 5, 5)
    yield case("conv2d_depthwise", nn.Conv2d(3, 3, 2, groups=3), 2, 3, 4, 4)
    yield case("max_pool2d", nn.MaxPool2d(2), 2, 3, 4, 6)
    yield case("max_pool2d_strided", nn.MaxPool2d(3, stride=(2, 1), padding=1), 2, 2, 5, 6)
    yield case("avg_pool2d", nn.AvgPool2d(2), 2, 3, 4, 6)
    yield case("avg_pool2d_strided", nn.AvgPool2d(3, stride=(2, 1), padding=1), 2, 2, 5, 6)
    yield case("batch_norm", nn.BatchNorm1d(4), 6, 4)
    yield case("batch_norm_of_images", nn.BatchNorm2d(3, momentum=0.3), 2, 3, 3, 2)
    yield case("batch_norm_eval", nn.BatchNorm2d(3).eval(), 2, 3, 3, 2)
    yield case("layer_norm", nn.LayerNorm(5), 2, 3, 5)
    yield case("rms_norm", nn.RMSNorm(5, eps=1e-6), 2, 3, 5)
    yield case("rnn", nn.RNN(3, 4, batch_first=True), 2, 5, 3, by=States)
    yield case("gru", nn.GRU(3, 4, batch_first=True), 2, 5, 3, by=States)
    yield case("lstm", nn.LSTM(3, 4, batch_first=True), 2, 5, 3, by=States)
    attention = lambda: nn.MultiheadAttention(6, 3, batch_first=True)
    yield case("attention", attention(), 2, 4, 6, by=lambda layer: Attention(layer, causal=False))
    yield case("attention_causal", attention(), 2, 4, 6, by=lambda layer: Attention(layer, causal=True))
    yield case("block", Block(8, 2), 2, 5, 8)
    for activation in [nn.Sigmoid, nn.Tanh, nn.ReLU, nn.GELU, nn.SiLU, nn.Softplus, nn.Identity]:
        name, layer, run, x = case(activation.__name__.lower(), activation(), 4, 9)
        yield name, layer, run, 3 * x
    yield case("dropout_eval", nn.Dropout(0.5).eval(), 3, 4)
    yield case("cnn", Cnn(), 3, 1, 10, 10)
    table, gpt = nn.Embedding(5, 3), Gpt(symbols=7, places=6, width=8, heads=2)
    yield "embedding", table, Symbols(table), torch.tensor([[0.0, 4, 4], [2, 0, 1]])
    yield "gpt", gpt, gpt, torch.tensor([[3.0, 1, 4, 1, 5], [2, 6, 5, 3, 5]])


def make():
    torch.manual_seed(7)
    arrays = {}
    for name, layer, run, x in cases():
        # Normalizing layers begin with ones and zeros, which would hide a mistake.
        for weights in layer.parameters():
            weights.data += 0.2 * torch.randn_like(weights)
        for buffer in layer.buffers():
            if buffer.is_floating_point():
                buffer += torch.rand_like(buffer)
        for key, weights in layer.state_dict().items():
            arrays[f"weights/{name}.{key}"] = weights.clone()
        is_symbols = name in ["embedding", "gpt"]
        x.requires_grad = not is_symbols
        y = run(x)
        cotangent = torch.randn_like(y)
        y.backward(cotangent)
        arrays |= {f"x/{name}": x, f"y/{name}": y, f"cotangent/{name}": cotangent}
        if not is_symbols:
            arrays[f"gradient/{name}"] = x.grad
        arrays |= {f"after/{name}.{key}": weights.grad for key, weights in layer.named_parameters()}
        arrays |= {f"after/{name}.{key}": buffer for key, buffer in layer.named_buffers()}
    arrays = {key: array.detach().clone(memory_format=torch.contiguous_format) for key, array in arrays.items()}
    safetensors.torch.save_file(arrays, pathlib.Path(__file__).parent / "layers.safetensors")


if __name__ == "__main__":
    make()
