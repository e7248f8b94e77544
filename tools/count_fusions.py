"""What XLA makes of a step: the ops of its text, what is left of them after XLA's optimisation, and the time of a step.

pip install numpy jax; python3 tools/count_fusions.py STEP.mlir [STEP.N.mlir for N devices]   (tried with jax 0.10.2)

Parameters, constants and tuples are not counted: they compute nothing. A fusion counts once, whatever is inside.
"""
import collections
import os
import re
import sys
import time

files = sys.argv[1:]
devices_of = lambda file: int(match[1]) if (match := re.search(r"\.(\d+)\.mlir$", file)) else 1
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={max(map(devices_of, files))}"

import jax
import numpy as np
from jax._src.lib import xla_client
from jax.sharding import Mesh, NamedSharding, PartitionSpec

NOTHING = {"parameter", "constant", "tuple", "get-tuple-element", "bitcast"}
KIND = {"f32": np.float32, "f64": np.float64}


def compiled(text, devices):
    options = xla_client.CompileOptions()
    build = options.executable_build_options
    options.num_partitions = build.num_partitions = len(devices)
    build.use_spmd_partitioning = build.use_shardy_partitioner = len(devices) > 1
    build.device_assignment = xla_client.DeviceAssignment.create(np.array([[device.id for device in devices]]))
    return devices[0].client.compile_and_load(text, xla_client.DeviceList(tuple(devices)), options)


def computed(module):
    """The ops that XLA runs one after the other, and how many ops are inside of fusions. What a reduction applies is part of it, and not counted."""
    inside, applied = (set(re.findall(rf"{key}=%?([\w.-]+)", module)) for key in (r"fusion\(.*?calls", "to_apply"))
    outer, fused, name = collections.Counter(), 0, ""
    for line in module.splitlines():
        if header := re.match(r"(?:ENTRY )?%?([\w.-]+) \(.*\{$", line):
            name = header[1]
        elif op := re.match(r"\s+(?:ROOT )?%?[\w.-]+ = .*? ([a-z][\w-]*)\(", line):
            if op[1] not in NOTHING and name not in applied:
                outer[op[1]] += name not in inside
                fused += name in inside
    return +outer, fused


def milliseconds(program, text, devices):
    """The least time of a step, on zeros, with the state handed from step to step."""
    main = text[text.index("@main(") :].split("->")[0]
    slots = [(shape, dtype, "sharding<@" in rest and '{"' in rest.split("sharding<@")[1][:40]) for shape, dtype, rest in re.findall(r"tensor<((?:\d+x)*)(f32|f64)>([^%]*)", main)]
    mesh = Mesh(np.array(devices), ("data",))
    arrays = []
    for shape, dtype, divided in slots:
        value = np.zeros([int(n) for n in shape.split("x") if n], KIND[dtype])
        spec = PartitionSpec("data") if divided and len(devices) > 1 else PartitionSpec()
        arrays.append(jax.device_put(value, NamedSharding(mesh, spec)))
    least = float("inf")
    for _ in range(300):
        began = time.perf_counter()
        *parts, loss = program.execute_sharded(arrays).disassemble_into_single_device_arrays()
        loss[0].block_until_ready()
        least = min(least, time.perf_counter() - began)
        held = [jax.make_array_from_single_device_arrays(array.shape, array.sharding, part) for array, part in zip(arrays, parts)]
        arrays = held + arrays[len(held) :]
    return least * 1e3


for file in files:
    text, devices = open(file).read(), jax.devices()[: devices_of(file)]
    program = compiled(text, devices)
    outer, fused = computed(program.hlo_modules()[0].to_string())
    ops = len(re.findall(r"^\s+%\S+ = stablehlo\.(?!constant)", text, re.M))
    kinds = ", ".join(f"{count} {op}" for op, count in outer.most_common())
    print(f"{file}: {ops} ops; after XLA {outer.total()} ({kinds}), the fusions hold {fused}; {milliseconds(program, text, devices):.3f} ms a step")
