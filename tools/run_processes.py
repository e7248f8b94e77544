"""Trains a step of gradus on the devices of several processes, of one machine or of several: XLA computes, JAX's distributed runtime connects them.

pip install numpy jax safetensors; then in each of N processes, which are counted from 0, with the same files (tried with jax 0.10.2):
python3 tools/run_processes.py STEP.json STEP.mlir BATCHES.npz --processes N --process K --devices D [--address HOST:PORT] [--steps S] [--checkpoint FILE]

STEP.json is `step.to_json()`, STEP.mlir `step.to_stablehlo_on(N * D)`; BATCHES.npz has an array for each input, with samples along the first axis, and a step
takes those behind the ones before: if it sums over devices itself (all_reduce), each device has such a batch. Process 0 writes the checkpoint, every --every steps; all begin at the one that is there.
"""
import argparse, hashlib, json, os, sys

parser, numbers = argparse.ArgumentParser(), {"processes": 1, "process": 0, "devices": 1, "steps": 40, "every": 10}
for name, default in {"step": None, "text": None, "batches": None, **numbers, "checkpoint": "", "address": "localhost:12355"}.items():
    parser.add_argument(name) if default is None else parser.add_argument(f"--{name}", type=type(default), default=default)
args = parser.parse_args()
reads, writes = os.pipe()
if os.fork() == 0:  # It outlives this process, which XLA ends without a word of Python's when another one is gone.
    os.close(writes)
    if not os.read(reads, 1):
        print(f"process {args.process} ended before its training: another process is gone, or see above. Start all again, and they go on from the checkpoint.", file=sys.stderr)
    os._exit(0)

import jax, numpy as np
from jax._src.lib import xla_client
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from safetensors.numpy import load_file, save_file

jax.config.update("jax_num_cpu_devices", args.devices)
if args.processes > 1:
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(args.address, args.processes, args.process, heartbeat_timeout_seconds=20)
step, data, taken = json.load(open(args.step)), np.load(args.batches), 0
program, order = step["program"], [held["name"] for held in step["held"]]
kind = {"f32": np.float32, "f64": np.float64}[program["number"]]
state = {p["name"]: np.array([float(x) for x in p["numbers"]], kind).reshape(p["shape"]) for p in program["params"]}
devices, sums = jax.devices(), any(op.get("op") == "all_reduce" for op in program["steps"])
inputs = {leaf["name"]: leaf["shape"][0] * (len(devices) if sums else 1) for leaf in program["steps"] if leaf.get("leaf") in ("input", "var") and leaf.get("name")}
data = {name: data[name].astype(kind) for name in inputs}
if args.checkpoint and os.path.exists(args.checkpoint):
    taken = int((state := load_file(args.checkpoint)).pop("taken"))

mesh, build = Mesh(np.array(devices), ("data",)), (options := xla_client.CompileOptions()).executable_build_options
options.num_replicas, options.num_partitions = build.num_replicas, build.num_partitions = (len(devices), 1) if sums else (1, len(devices))
build.use_spmd_partitioning = build.use_shardy_partitioner = len(devices) > 1 and not sums
build.device_assignment = xla_client.DeviceAssignment.create(np.array([device.id for device in devices]).reshape(build.num_replicas, -1))
compiled = devices[0].client.compile_and_load(open(args.text).read(), xla_client.DeviceList(tuple(devices)), options)
on = lambda *axes: NamedSharding(mesh, PartitionSpec(*axes))
spread = lambda value, *axes: jax.make_array_from_callback(value.shape, on(*axes), lambda part: value[part])
back = lambda: {name: np.asarray(array.addressable_shards[0].data) for name, array in zip(order, held)}
held = [spread(state[name]) for name in order]
for taken in range(taken, args.steps):
    rows = lambda name, count: data[name][np.arange(taken * count, (taken + 1) * count) % len(data[name])]
    batch = [spread(rows(name, count), *["data"] * (count % len(devices) == 0)) for name, count in inputs.items()]
    *parts, loss = compiled.execute_sharded(held + batch).disassemble_into_single_device_arrays()
    held = [jax.make_array_from_single_device_arrays(array.shape, on(), part) for array, part in zip(held, parts)]
    print(f"step {taken} loss {float(loss[0]):.9g}", flush=True)
    if args.checkpoint and args.process == 0 and (taken + 1) % args.every == 0:
        save_file(back() | {"taken": np.array(taken + 1)}, args.checkpoint + ".part")
        os.replace(args.checkpoint + ".part", args.checkpoint)
print("ends with", hashlib.sha256(b"".join(array.tobytes() for array in back().values())).hexdigest())
os.write(writes, b".")
