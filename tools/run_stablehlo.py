"""Has XLA run what examples/elsewhere.rs wrote, and compares with the numbers that gradus computed.

pip install numpy jax; python3 tools/run_stablehlo.py CASES.json   (tried with jax 0.10.2)

A module is compiled by a private interface of jax, since a public one takes no text.
"""
import json
import sys
import time

import jax
from compare import Table
from jax._src.lib import xla_client
from jax.extend.backend import get_backend

jax.config.update("jax_enable_x64", True)
backend = get_backend("cpu")
devices = xla_client.DeviceList(tuple(backend.local_devices()[:1]))
began, table = time.time(), Table()
for case in json.load(open(sys.argv[1])):
    compiled = backend.compile_and_load(case["text"], devices, xla_client.CompileOptions())
    table.row(case, lambda given: compiled.execute([jax.device_put(x) for x in given]))
print(f"{table.end()}, {time.time() - began:.1f} s, jax {jax.__version__}")
sys.exit(table.wrong > 0)
