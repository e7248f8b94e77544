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
np.seterr(invalid="ignore")  # infinity less infinity, where both are infinite
WITHIN, KIND = {"f32": 1e-5, "f64": 1e-12}, {"f32": np.float32, "f64": np.float64}


def arrays(entries, number):
    return [np.array(entry["numbers"], KIND[number]).reshape(entry["shape"]) for entry in entries]


def difference(results, expected):
    worst = 0.0
    for got, wanted in zip(map(np.asarray, results), map(np.asarray, expected), strict=True):
        assert got.shape == wanted.shape, f"{got.shape} where {wanted.shape} is expected"
        same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
        apart = np.where(same, 0, np.abs(got - wanted) / np.maximum(np.abs(wanted), 1))
        worst = max(worst, np.where(np.isnan(apart), np.inf, apart).max(initial=0))
    return worst


def run(compiled, place, number):
    given = [jax.device_put(x) for x in arrays(place["arguments"], number)]
    losses = []
    for batch in place.get("batches", []):  # a training; a single run has none
        *given, loss = compiled.execute(given + [jax.device_put(x) for x in arrays(batch, number)])
        losses.append(loss)
    results = losses + given if losses else compiled.execute(given)
    return difference(results, place.get("losses", []) + arrays(place["results"], number))


began, worst, wrong = time.time(), {}, 0
for case in json.load(open(sys.argv[1])):
    name, number = case["name"], case["number"]
    compiled = backend.compile_and_load(case["text"], devices, xla_client.CompileOptions())
    found = run(compiled, case.get("random", case), number)
    hard = [run(compiled, place, number) <= WITHIN[number] for place in case.get("hard", [])]
    wrong += not found <= WITHIN[number]
    worst[number] = max(worst.get(number, (0, "")), (found, name))
    verdict = ("" if found <= WITHIN[number] else "  WRONG") + (f"   hard places: {hard.count(False)} of {len(hard)} differ" if hard else "")
    print(f"{name:<44} {number} {found:8.1e}{verdict}")
for number, (found, name) in worst.items():
    print(f"{number}: worst {found:.1e} ({name}), {WITHIN[number]:.0e} is allowed")
print(f"{wrong} wrong, {time.time() - began:.1f} s, jax {jax.__version__}")
sys.exit(wrong > 0)
