"""W12 in PyTorch, as its users write it. Measured with torch 2.15.0 (`pip install torch numpy`).

Variants: "" is eager with AdamW's default; "fused" takes AdamW(fused=True); "compile" compiles the model and the loss, with the fused AdamW."""
from protocol import *
import torch
from torch import nn
import torch.nn.functional as F

torch.set_num_threads(args.threads)
VARIANT = args.variant


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.symbols = nn.Embedding(SYMBOLS, WIDTH)
        self.places = nn.Parameter(torch.empty(PLACES, WIDTH))
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(WIDTH) for _ in range(3))
        self.qkv, self.mix = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.wider, self.narrower = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.out = nn.Linear(WIDTH, SYMBOLS)

    def attention(self, x):
        batch, places, _ = x.shape
        q, k, v = self.qkv(x).view(batch, places, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        found = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.mix(found.transpose(1, 2).reshape(batch, places, WIDTH))

    def forward(self, symbols):
        x = self.symbols(symbols) + self.places
        x = x + self.attention(self.norm1(x))
        x = x + self.narrower(F.gelu(self.wider(self.norm2(x))))
        return self.out(self.norm3(x))


model = Transformer()
with torch.no_grad():
    for name, start in weights().items():
        target = getattr(model, name)
        if isinstance(start, list):  # torch keeps the weights of a linear layer transposed
            target.weight.copy_(torch.from_numpy(start[0].T if start[0].ndim == 2 else start[0]))
            target.bias.copy_(torch.from_numpy(start[1]))
        else:
            getattr(target, "weight", target).copy_(torch.from_numpy(start))

rows, batches = texts()
rows = torch.from_numpy(rows).long()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01, **({"fused": True} if VARIANT else {}))


def loss_of(texts):
    return F.cross_entropy(model(texts[:, :-1]).flatten(0, 1), texts[:, 1:].flatten())


if VARIANT == "compile":
    loss_of = torch.compile(loss_of)
last = [None]


def step():
    loss = loss_of(rows[torch.from_numpy(next(batches)).long()])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    last[0] = loss.detach()


run("torch" + ("-" + VARIANT if VARIANT else ""), step, lambda: last[0].item())
