"""The small GPT of chapter 23 in PyTorch: loads the net that the chapter has trained, and compares its scores with those that gradus computed.

    cargo run --release -- ch23
    pip install torch numpy safetensors
    python3 tutorials/ch23_words_and_attention/gpt.py

It reads out/ch23, or the folder that it is given. With --make FOLDER it makes a net and its scores there instead, under the names torch_gpt and
torch_gpt_scores: tutorials/tests/gpt has such files, and a test has gradus compute the same scores.
"""

import pathlib
import sys

import safetensors.torch
import torch
from torch import nn

HEADS = 4


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, HEADS, batch_first=True)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(width, 4 * width), "c_proj": nn.Linear(4 * width, width)})

    def forward(self, x):
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        normal = self.ln_1(x)
        x = x + self.attn(normal, normal, normal, attn_mask=later, need_weights=False)[0]
        return x + self.mlp.c_proj(nn.functional.gelu(self.mlp.c_fc(self.ln_2(x))))


class Gpt(nn.Module):
    def __init__(self, symbols, places, width, blocks):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(symbols, width), nn.Embedding(places, width)
        self.h = nn.ModuleList(Block(width) for _ in range(blocks))
        self.ln_f, self.lm_head = nn.LayerNorm(width), nn.Linear(width, symbols)

    def forward(self, symbols):
        x = self.wte(symbols.long()) + self.wpe(torch.arange(symbols.shape[1]))
        for block in self.h:
            x = block(x)
        return self.lm_head(self.ln_f(x))


def load(path):
    """The net of a file, which says how large it is."""
    arrays = safetensors.torch.load_file(path)
    (symbols, width), places = arrays["wte.weight"].shape, len(arrays["wpe.weight"])
    net = Gpt(symbols, places, width, blocks=sum(name.endswith("ln_1.weight") for name in arrays))
    net.load_state_dict(arrays, strict=True)
    return net.eval()


@torch.no_grad()
def compare(folder):
    net, told = load(folder / "gpt.safetensors"), safetensors.torch.load_file(folder / "gpt_scores.safetensors")
    scores = net(told["symbols"])
    apart = (scores - told["scores"]).abs().max().item()
    print(f"{scores.numel()} scores, up to {scores.abs().max().item():.1f}: PyTorch's differ from gradus's by at most {apart:.1e}")
    assert apart < 1e-5


@torch.no_grad()
def make(folder):
    torch.manual_seed(7)
    net = Gpt(symbols=27, places=6, width=8, blocks=2).eval()
    for param in net.parameters():
        param.add_(0.3 * torch.randn(param.shape))
    symbols = torch.randint(27, (3, 5)).float()
    safetensors.torch.save_file(net.state_dict(), folder / "torch_gpt.safetensors")
    safetensors.torch.save_file({"symbols": symbols, "scores": net(symbols)}, folder / "torch_gpt_scores.safetensors")


if sys.argv[1:2] == ["--make"]:
    make(pathlib.Path(sys.argv[2]))
else:
    compare(pathlib.Path(sys.argv[1] if sys.argv[1:] else "out/ch23"))
