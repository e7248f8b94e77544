"""Model parallel: one wide layer of a step of gradus, whose weights are cut over their columns, so that each device has only a part of them.

pip install numpy jax; python3 tools/run_wide_layer.py STEP.json STEP.mlir STEP.N.mlir BATCHES.npz WEIGHTS --devices N   (tried with jax 0.10.2)

STEP.mlir is `step.to_stablehlo()`, STEP.N.mlir `step.to_stablehlo_on(N)`, in which an annotation for XLA's partitioner Shardy says where each array is. Here
every device gets the whole batch, and `[{}, {"data"}]` at the array WEIGHTS, as it comes in and as it goes out, says that device K has the columns of part K.
The program stays the same: Shardy finds that the product, too, can be cut over columns, and where the parts are needed together. One device is the witness.
"""
import argparse, json, re

parser = argparse.ArgumentParser()
for name in ("step", "alone", "together", "batches", "weights"):
    parser.add_argument(name)
parser.add_argument("--devices", type=int, default=4)
parser.add_argument("--steps", type=int, default=40)
args = parser.parse_args()

import jax, numpy as np
from jax._src.lib import xla_client
from jax.sharding import Mesh, NamedSharding, PartitionSpec

jax.config.update("jax_num_cpu_devices", args.devices)
program, batches = (step := json.load(open(args.step)))["program"], np.load(args.batches)
kind = {"f32": np.float32, "f64": np.float64}[program["number"]]
start = {p["name"]: np.array([float(x) for x in p["numbers"]], kind).reshape(p["shape"]) for p in program["params"]}
order = [held["name"] for held in step["held"]]
inputs = {leaf["name"]: leaf["shape"][0] for leaf in program["steps"] if leaf.get("leaf") in ("input", "var") and leaf.get("name")}
allowed = re.sub(r"[^A-Za-z0-9_]", ".", args.weights)

def cut(text):
    """The text with the whole batch on every device, and the weights cut over their columns."""
    whole, columns = text.replace('{"data"}', "{}"), '[{}, {"data"}]'
    coming = rf'(%{re.escape(allowed)}: tensor<\S+> {{sdy.sharding = #sdy.sharding<@mesh, )\[{{}}, {{}}\]'
    going = rf'\[{{}}, {{}}\](>, jax.result_info = "{re.escape(args.weights)}")'
    text, came = re.subn(coming, rf"\g<1>{columns}", whole)
    text, went = re.subn(going, rf"{columns}\g<1>", text)
    assert (came, went) == (1, 1), f"{args.weights} is no matrix that the step takes and hands on"
    return text

def train(text, devices, columns):
    """The losses, and how many numbers of the weights a device has."""
    mesh, build = Mesh(np.array(devices), ("data",)), (options := xla_client.CompileOptions()).executable_build_options
    options.num_partitions = build.num_partitions = len(devices)
    build.use_spmd_partitioning = build.use_shardy_partitioner = len(devices) > 1
    build.device_assignment = xla_client.DeviceAssignment.create(np.array([[device.id for device in devices]]))
    compiled = devices[0].client.compile_and_load(text, xla_client.DeviceList(tuple(devices)), options)
    place = lambda name: NamedSharding(mesh, PartitionSpec(None, "data") if columns and name == args.weights else PartitionSpec())
    spread = lambda name, value: jax.make_array_from_callback(value.shape, place(name), lambda part: value[part])
    held, losses = [spread(name, start[name]) for name in order], []
    for taken in range(args.steps):
        rows = lambda name, count: batches[name][np.arange(taken * count, (taken + 1) * count) % len(batches[name])].astype(kind)
        batch = [spread(name, rows(name, count)) for name, count in inputs.items()]
        *parts, loss = compiled.execute_sharded(held + batch).disassemble_into_single_device_arrays()
        held = [jax.make_array_from_single_device_arrays(start[name].shape, place(name), part) for name, part in zip(order, parts)]
        losses.append(float(loss[0]))
    return losses, held[order.index(args.weights)].addressable_shards[0].data.size

alone, whole = train(open(args.alone).read(), jax.devices()[:1], False)
together, part = train(cut(open(args.together).read()), jax.devices(), True)
apart = max(abs(a - b) for a, b in zip(alone, together))
print(f"{args.weights}: {part} of {whole} numbers on each of {args.devices} devices; in {args.steps} steps losses from {together[0]:.4f} to {together[-1]:.4f}, at most {apart:.1e} from those of one device")
assert part * args.devices == whole and apart <= 1e-5
