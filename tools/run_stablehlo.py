"""Has XLA run what examples/stablehlo.rs wrote, and compares with the numbers that gradus computed.

pip install numpy jax; python3 tools/run_stablehlo.py CASES.json   (tried with jax 0.10.2)

A module is compiled by a private interface of jax, since a public one takes no text. A difference counts relative to the number, or to 1 if that is larger.
"""
import json
import sys
import time

import jax
import numpy as np
from jax._src.lib import xla_client
from jax.extend.backend import get_backend

jax.config.update("jax_enable_x64", True)
backend = get_backend("cpu")
devices = xla_client.DeviceList(tuple(backend.local_devices()[:1]))
WITHIN = {"f32": 1e-5, "f64": 1e-12}
KIND = {"f32": np.float32, "f64": np.float64}


def arrays(entries, number):
    return [np.array(entry["numbers"], KIND[number]).reshape(entry["shape"]) for entry in entries]


def difference(pairs):
    worst = 0.0
    for got, expected in pairs:
        got, expected = np.asarray(got), np.asarray(expected)
        assert got.shape == expected.shape, f"{got.shape} where {expected.shape} is expected"
        same = (got == expected) | (np.isnan(got) & np.isnan(expected))
        apart = np.where(same, 0, np.abs(got - expected) / np.maximum(np.abs(expected), 1))
        worst = max(worst, np.where(np.isnan(apart), np.inf, apart).max(initial=0))
    return worst


def run(compiled, given, expected, number):
    return difference(zip(compiled.execute([jax.device_put(x) for x in arrays(given, number)]), arrays(expected, number), strict=True))


def train(compiled, case, number):
    given, losses = [jax.device_put(x) for x in arrays(case["arguments"], number)], []
    for batch in case["batches"]:
        *given, loss = compiled.execute(given + [jax.device_put(x) for x in arrays(batch, number)])
        losses.append(loss)
    return difference(zip(losses + given, case["losses"] + arrays(case["results"], number), strict=True))


began, worst, wrong = time.time(), {}, 0
for case in json.load(open(sys.argv[1])):
    name, number = case["name"], case["number"]
    compiled = backend.compile_and_load(case["text"], devices, xla_client.CompileOptions())
    if "batches" in case:
        found, hard = train(compiled, case, number), []
    else:
        found = run(compiled, case["random"]["arguments"], case["random"]["results"], number)
        hard = [run(compiled, place["arguments"], place["results"], number) for place in case["hard"]]
    others = sum(not apart <= WITHIN[number] for apart in hard)
    wrong += not found <= WITHIN[number]
    worst[number] = max(worst.get(number, (0, "")), (found, name))
    verdict = "" if found <= WITHIN[number] else "  WRONG"
    print(f"{name:<44} {number} {found:8.1e}{verdict}" + (f"   hard places: {others} of {len(hard)} differ" if hard else ""))
for number, (found, name) in worst.items():
    print(f"{number}: worst {found:.1e} ({name}), {WITHIN[number]:.0e} is allowed")
print(f"{wrong} wrong, {time.time() - began:.1f} s, jax {jax.__version__}")
sys.exit(wrong > 0)
