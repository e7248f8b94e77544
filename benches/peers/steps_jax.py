"""Speed of exported steps on XLA, beside JAX's own program of the same net, in turns in one process: W1, W2 and W3 (chapters 15, 16 and 18).

cargo run --release -p gradus-pjrt --features train --example steps -- DIR; python3 benches/peers/steps_jax.py DIR

Both are texts that XLA compiles in the same way and runs in the same way, with the state donated, so what differs is the program. Their losses must agree.
A time is that of one step, with its inputs on the device; the least of all is what the step takes where nothing else runs.
"""
import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
from jax._src.lib import xla_client

ROUNDS, STEPS = 60, 20
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


def sgd(loss):
    def step(*given, count):
        *params, rate = given[:-2]
        value, gradients = jax.value_and_grad(loss)(params, *given[-2:])
        return *(param - rate * gradient for param, gradient in zip(params, gradients)), rate, value

    return step


def adam(loss):
    def step(*given, count):
        params, moments, rate, steps = given[:count], given[count:-4], given[-4], given[-3] + 1
        value, gradients = jax.value_and_grad(loss)(params, *given[-2:])
        first = [0.9 * m + 0.1 * g for m, g in zip(moments[::2], gradients)]
        second = [0.999 * v + 0.001 * g * g for v, g in zip(moments[1::2], gradients)]
        # As 1 - 0.999 ** steps it would have few digits in f32.
        seen = [-jnp.expm1(steps * np.log(beta)) for beta in (0.9, 0.999)]
        scaled = [m / seen[0] / (jnp.sqrt(v / seen[1]) + 1e-8) for m, v in zip(first, second)]
        new = [param - rate * change for param, change in zip(params, scaled)]
        return *new, *(moment for pair in zip(first, second) for moment in pair), rate, steps, value

    return step


def compiled(text):
    return device.client.compile_and_load(text, xla_client.DeviceList((device,)), xla_client.CompileOptions())


for number, (chapter, program) in enumerate({"ch15": sgd(w1), "ch16": sgd(w2), "ch18": adam(w3)}.items(), 1):
    file, folder = json.load(open(f"{sys.argv[1]}/{chapter}.json")), np.load(f"{sys.argv[1]}/batches.npz")
    start = {p["name"]: np.array(p["numbers"], np.float32).reshape(p["shape"]) for p in file["program"]["params"]}
    held = [start[role["name"]] for role in file["held"]]
    leaves = [leaf for leaf in file["program"]["steps"] if leaf.get("leaf") == "input" and leaf.get("name")]
    batches = [[jax.device_put(folder[leaf["name"]][k * leaf["shape"][0] :][: leaf["shape"][0]]) for leaf in leaves] for k in range(STEPS)]
    count = sum("gradient" in role for role in file["held"])
    own = jax.jit(lambda *given: program(*given, count=count), donate_argnums=tuple(range(len(held))), keep_unused=True)
    texts = {"ours": open(f"{sys.argv[1]}/{chapter}.mlir").read(), "jax": own.lower(*held, *batches[0]).as_text()}
    programs = {name: compiled(text) for name, text in texts.items()}
    states, losses, times = {name: [jax.device_put(x) for x in held] for name in programs}, {}, {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, run in programs.items():
            for batch in batches:
                began = time.perf_counter()
                *states[name], loss = run.execute(states[name] + batch)
                loss.block_until_ready()
                times[name].append(time.perf_counter() - began)
                losses.setdefault(name, []).append(float(loss))
    apart = max(abs(a - b) for a, b in zip(losses["ours"][:STEPS], losses["jax"][:STEPS]))
    assert apart < 1e-5, f"{chapter}: the losses are {apart} apart"
    least = {name: 1e6 * min(took) for name, took in times.items()}
    middle = {name: 1e6 * float(np.median(took)) for name, took in times.items()}
    print(f"W{number}: " + ", ".join(f"{name} {least[name]:.0f} us (median {middle[name]:.0f})" for name in programs), end="; ")
    print(f"ours / jax {least['ours'] / least['jax']:.2f}; first losses {apart:.0e} apart")
