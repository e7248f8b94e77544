"""The protocol of `benches/protocol/mod.rs`, for peers in Python: pinned to a number of processors, on given data, warmed up, in repetitions
that no other process disturbed. Import it before numpy, jax or torch: it sets what they read when they start.

`python w12_jax.py --threads 1 --variant flat` prints one JSON line; `--check` prints losses instead, which must fall alike in all peers."""
import argparse, json, os, statistics, time

_arguments = argparse.ArgumentParser()
_arguments.add_argument("--threads", type=int, default=1)
_arguments.add_argument("--variant", default="", help="see the peer's own text")
_arguments.add_argument("--check", action="store_true", help="print the loss of some steps instead of times")
args = _arguments.parse_args()

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = str(args.threads)
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[-args.threads :]))

ROWS, PLACES, SYMBOLS, WIDTH, HEADS, BATCH = 60_000, 64, 64, 128, 4, 32


def texts():
    """Rows of symbols, one more than there are places, and the batches of one shuffled order, endlessly."""
    import numpy

    random = numpy.random.default_rng(12345)
    rows = random.integers(0, SYMBOLS, (ROWS, PLACES + 1), dtype=numpy.int32)
    order = random.permutation(ROWS).astype(numpy.int32)

    def batches():
        while True:
            for start in range(0, ROWS // BATCH * BATCH, BATCH):
                yield order[start : start + BATCH]

    return rows, batches()


def weights():
    """The start of every parameter: normal with a deviation of 0.02; biases 0, gains 1."""
    import numpy

    random = numpy.random.default_rng(7)
    normal = lambda *shape: (0.02 * random.standard_normal(shape)).astype(numpy.float32)
    layer = lambda n_in, n_out: [normal(n_in, n_out), numpy.zeros(n_out, numpy.float32)]
    norm = lambda: [numpy.ones(WIDTH, numpy.float32), numpy.zeros(WIDTH, numpy.float32)]
    return {
        "symbols": normal(SYMBOLS, WIDTH), "places": normal(PLACES, WIDTH),
        "norm1": norm(), "qkv": layer(WIDTH, 3 * WIDTH), "mix": layer(WIDTH, WIDTH),
        "norm2": norm(), "wider": layer(WIDTH, 4 * WIDTH), "narrower": layer(4 * WIDTH, WIDTH),
        "norm3": norm(), "out": layer(WIDTH, SYMBOLS),
    }  # fmt: skip


def _busy():
    """Busy seconds of our processors, and of this process."""
    ours = {f"cpu{cpu}" for cpu in os.sched_getaffinity(0)}
    ticks = 0
    with open("/proc/stat") as stat:
        for line in stat:
            fields = line.split()
            if fields[0] in ours:
                ticks += sum(int(fields[i]) for i in (1, 2, 3, 6, 7, 8))
    return ticks / os.sysconf("SC_CLK_TCK"), time.process_time()


def bench(peer, step, finish=lambda: None):
    """Warms up for 0.5 s, then times 7 repetitions of 0.3 s; prints milliseconds per step, by the clock and of processor time."""
    start, steps = time.perf_counter(), 0
    while time.perf_counter() - start < 0.5 or steps < 3:
        step()
        finish()
        steps += 1
    steps = max(1, round(0.3 * steps / (time.perf_counter() - start)))
    measured, start = [], time.perf_counter()
    while True:
        (before, own_before), begin = _busy(), time.perf_counter()
        for _ in range(steps):
            step()
        finish()
        wall = time.perf_counter() - begin
        after, own_after = _busy()
        others = max(0.0, (after - before) - (own_after - own_before)) / wall / args.threads
        measured.append((others, wall / steps * 1e3, (own_after - own_before) / steps * 1e3))
        clean = sum(others < 0.05 for others, _, _ in measured)
        budget = float(os.environ.get("PEERS_BUDGET_S", "25"))
        if clean >= 7 or (time.perf_counter() - start > budget and len(measured) >= 7):
            break
    best = sorted(measured)[:7]
    values = [value for _, value, _ in best]
    line = {"peer": peer, "workload": "W12", "threads": args.threads, "unit": "ms_per_step"}
    line |= {"median": round(statistics.median(values), 3), "min": round(min(values), 3)}
    line |= {"cpu": round(statistics.median(cpu for _, _, cpu in best), 3), "n": len(values), "dtype": "f32"}
    if best[-1][0] >= 0.05:
        line["disturbed"] = round(best[-1][0], 2)
    print(json.dumps(line), flush=True)


def run(peer, step, loss, finish=lambda: None):
    """Measures; or, with --check, prints the loss of steps 1, 2, 10 and 100."""
    if not args.check:
        return bench(peer, step, finish)
    for number in range(1, 101):
        step()
        if number in (1, 2, 10, 100):
            print(peer, "step", number, "loss %.6f" % loss())
