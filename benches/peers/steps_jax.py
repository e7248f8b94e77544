"""Speed of exported steps on XLA, beside JAX's own program of the same net, in turns in one process: W1, W2 and W3 (chapters 15, 16 and 18), W6, W7 and W12.

cargo run --release -p gradus-pjrt --features train --example steps -- DIR; python3 benches/peers/steps_jax.py DIR
cargo run --release -p gradus-pjrt --features train --example workloads -- DIR2; python3 benches/peers/steps_jax.py DIR2

Both are texts that XLA compiles in the same way and runs in the same way, with the state donated, so what differs is the program. Their losses must agree.
A time is that of one step, with its inputs on the device; the least of all is what the step takes where nothing else runs.
"""
import functools
import json
import os
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
from jax._src.lib import xla_client

STEPS = 20
device = jax.devices("cpu")[0]


def layers(x, params, activation, last):
    *hidden, (w, b) = list(zip(params[::2], params[1::2]))
    for weights, bias in hidden:
        x = activation(x @ weights + bias)
    return last(x @ w + b)


def cross_entropy(scores, labels):
    return -jnp.take_along_axis(jax.nn.log_softmax(scores), labels.astype(int)[:, None], 1).mean()


def w1(params, pixels, one_hot):
    return ((layers(pixels, params, jax.nn.sigmoid, jax.nn.sigmoid) - one_hot) ** 2).sum() / (2 * len(pixels))


def w2(params, pixels, labels):
    return cross_entropy(layers(pixels, params, jax.nn.relu, lambda x: x), labels)


def w3(params, pixels, labels):
    return w2(params, (pixels - 0.1307) / 0.3081, labels)


def pooled(maps):
    """The largest of each window of 2 by 2; a `reduce_window` takes JAX several times as long."""
    batch, rows, columns, channels = maps.shape
    return maps.reshape(batch, rows // 2, 2, columns // 2, 2, channels).max((2, 4))


def w7(params, pixels, labels):
    *convolutions, w3, b3, w4, b4 = params
    maps = pixels.reshape(-1, 28, 28, 1)
    for kernels, bias in zip(convolutions[::2], convolutions[1::2]):
        maps = jax.lax.conv_general_dilated(maps, kernels, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        maps = pooled(jax.nn.relu(maps + bias))
    return cross_entropy(layers(maps.reshape(len(pixels), -1), [w3, b3, w4, b4], jax.nn.relu, lambda x: x), labels)


def channels_last(array):
    """Parameters of W7 as JAX likes them: ours have the channels first, and those of the first full layer too."""
    if array.ndim == 4:
        return array.transpose(2, 3, 1, 0)
    return array.reshape(32, 7, 7, -1).transpose(1, 2, 0, 3).reshape(array.shape) if array.shape[:1] == (1568,) else array


def w7_channels_first(params, pixels, labels):
    *convolutions, w3, b3, w4, b4 = params
    maps = pixels.reshape(-1, 1, 28, 28)
    for kernels, bias in zip(convolutions[::2], convolutions[1::2]):
        maps = jax.lax.conv_general_dilated(maps, kernels, (1, 1), "SAME", dimension_numbers=("NCHW", "OIHW", "NCHW"))
        batch, channels, rows, columns = maps.shape
        maps = jax.nn.relu(maps + bias[:, None, None]).reshape(batch, channels, rows // 2, 2, columns // 2, 2).max((3, 5))
    return cross_entropy(layers(maps.reshape(len(pixels), -1), [w3, b3, w4, b4], jax.nn.relu, lambda x: x), labels)


def norm(x, gain, bias):
    centred = x - x.mean(-1, keepdims=True)
    return centred * jax.lax.rsqrt((centred * centred).mean(-1, keepdims=True) + 1e-5) * gain + bias


def w12(params, symbols, following):
    wte, wpe, *norm1, qkv, qkv_bias, mix, mix_bias, gain2, bias2, wider, wider_bias, narrower, narrower_bias, gain, bias, out, out_bias = params
    x = wte[symbols.astype(int)] + wpe
    batch, places, width = x.shape
    q, k, v = jnp.moveaxis((norm(x, *norm1) @ qkv + qkv_bias).reshape(batch, places, 3, 4, width // 4), 2, 0)
    scores = jnp.einsum("bqhd,bkhd->bhqk", q * (width // 4) ** -0.5, k)
    scores = jnp.where(jnp.tril(jnp.ones((places, places), bool)), scores, -1e30)
    x = x + jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(scores), v).reshape(batch, places, width) @ mix + mix_bias
    x = x + jax.nn.gelu(norm(x, gain2, bias2) @ wider + wider_bias, approximate=False) @ narrower + narrower_bias
    return cross_entropy((norm(x, gain, bias) @ out + out_bias).reshape(batch * places, -1), following)


def sgd(loss):
    def step(*given, count):
        *params, rate = given[:-2]
        value, gradients = jax.value_and_grad(loss)(params, *given[-2:])
        return *(param - rate * gradient for param, gradient in zip(params, gradients)), rate, value

    return step


def adam(loss, decay=0.0):
    def step(*given, count):
        params, moments, rate, steps = given[:count], given[count:-4], given[-4], given[-3] + 1
        value, gradients = jax.value_and_grad(loss)(params, *given[-2:])
        first = [0.9 * m + 0.1 * g for m, g in zip(moments[::2], gradients)]
        second = [0.999 * v + 0.001 * g * g for v, g in zip(moments[1::2], gradients)]
        # As 1 - 0.999 ** steps it would have few digits in f32.
        seen = [-jnp.expm1(steps * np.log(beta)) for beta in (0.9, 0.999)]
        scaled = [m / seen[0] / (jnp.sqrt(v / seen[1]) + 1e-8) for m, v in zip(first, second)]
        new = [param * (1 - rate * decay) - rate * change for param, change in zip(params, scaled)]
        return *new, *(moment for pair in zip(first, second) for moment in pair), rate, steps, value

    return step


def compiled(text):
    return device.client.compile_and_load(text, xla_client.DeviceList((device,)), xla_client.CompileOptions())


# Name of the file, of the workload, JAX's programs, and the number of rounds.
WORKLOADS = [
    ("ch15", "W1", {"jax": sgd(w1)}, 60),
    ("ch16", "W2", {"jax": sgd(w2)}, 60),
    ("ch18", "W3", {"jax": adam(w3)}, 60),
    ("w6", "W6", {"jax": sgd(w2)}, 8),
    ("w7", "W7", {"jax, channels last": adam(w7), "jax, channels first": adam(w7_channels_first)}, 30),
    ("w12", "W12", {"jax": adam(w12, decay=0.01)}, 6),
]
for name, workload, peers, rounds in WORKLOADS:
    if not os.path.exists(f"{sys.argv[1]}/{name}.json"):
        continue
    file, folder = json.load(open(f"{sys.argv[1]}/{name}.json")), np.load(f"{sys.argv[1]}/batches.npz")
    start = {p["name"]: np.array(p["numbers"], np.float32).reshape(p["shape"]) for p in file["program"]["params"]}
    held = [start[role["name"]] for role in file["held"]]
    leaves = [leaf for leaf in file["program"]["steps"] if leaf.get("leaf") == "input" and leaf.get("name")]
    rows = lambda leaf, k: np.arange(k * leaf["shape"][0], (k + 1) * leaf["shape"][0]) % len(folder[leaf["name"]])
    batches = [[jax.device_put(folder[leaf["name"]][rows(leaf, k)]) for leaf in leaves] for k in range(STEPS)]
    count = sum("gradient" in role for role in file["held"])
    starts, texts = {"ours": held}, {"ours": open(f"{sys.argv[1]}/{name}.mlir").read()}
    for engine, program in peers.items():
        starts[engine] = [channels_last(x) if engine.endswith("last") else x for x in held]
        own = jax.jit(functools.partial(program, count=count), donate_argnums=tuple(range(len(held))), keep_unused=True)
        texts[engine] = own.lower(*starts[engine], *batches[0]).as_text()
    programs = {engine: compiled(text) for engine, text in texts.items()}
    states, losses, times = {engine: [jax.device_put(x) for x in starts[engine]] for engine in programs}, {}, {engine: [] for engine in programs}
    for _ in range(rounds):
        for engine, run in programs.items():
            for batch in batches:
                began = time.perf_counter()
                *states[engine], loss = run.execute(states[engine] + batch)
                loss.block_until_ready()
                times[engine].append(time.perf_counter() - began)
                losses.setdefault(engine, []).append(float(loss))
    apart = max(abs(a - b) for peer in peers for a, b in zip(losses["ours"][:STEPS], losses[peer][:STEPS]))
    assert apart < 1e-5, f"{name}: the losses are {apart} apart"
    least = {engine: 1e6 * min(took) for engine, took in times.items()}
    middle = {engine: 1e6 * float(np.median(took)) for engine, took in times.items()}
    print(f"{workload}: " + ", ".join(f"{engine} {least[engine]:.0f} us (median {middle[engine]:.0f})" for engine in programs), end="; ")
    ratios = ", ".join(f"ours / {peer} {least['ours'] / least[peer]:.2f} (medians {middle['ours'] / middle[peer]:.2f})" for peer in peers)
    print(f"{ratios}; first losses {apart:.0e} apart", flush=True)
