"""Compares the numbers of another engine with those that examples/elsewhere.rs wrote. A difference counts relative to the number, or to 1 if that is larger."""
import numpy as np

np.seterr(invalid="ignore")  # infinity less infinity, where both are infinite
WITHIN, KIND = {"f32": 1e-5, "f64": 1e-12}, {"f32": np.float32, "f64": np.float64}


def arrays(entries, number):
    return [np.array(entry["numbers"], KIND[number]).reshape(entry["shape"]) for entry in entries]


def difference(run, place, number):
    """The largest difference of one case or place. `run` makes results of arguments; a training hands them on, with batches, which come again and again."""
    given, losses, batches = arrays(place["arguments"], number), [], place.get("batches", [])
    for step in range(len(place.get("losses", []))):
        *given, loss = run(given + arrays(batches[step % len(batches)], number))
        losses.append(loss)
    results = losses + list(given) if losses else run(given)
    worst = 0.0
    for got, wanted in zip(map(np.asarray, results), map(np.asarray, place.get("losses", []) + arrays(place["results"], number)), strict=True):
        assert got.shape == wanted.shape, f"{got.shape} where {wanted.shape} is expected"
        same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
        apart = np.where(same, 0, np.abs(got - wanted) / np.maximum(np.abs(wanted), 1))
        worst = max(worst, np.where(np.isnan(apart), np.inf, apart).max(initial=0))
    return worst


class Table:
    """A line for each case, and what was worst."""

    def __init__(self):
        self.worst, self.wrong = {}, 0

    def row(self, case, run):
        name, number, allowed = case["name"], case["number"], case.get("within", WITHIN[case["number"]])
        found = difference(run, case.get("random", case), number)
        hard = [difference(run, place, number) <= allowed for place in case.get("hard", [])]
        self.wrong += not found <= allowed
        self.worst[number] = max(self.worst.get(number, (0, "")), (found, name))
        verdict = ("" if found <= allowed else "  WRONG") + (f"   hard places: {hard.count(False)} of {len(hard)} differ" if hard else "")
        print(f"{name:<44} {number} {found:8.1e}{verdict}")

    def end(self):
        for number, (found, name) in self.worst.items():
            print(f"{number}: worst {found:.1e} ({name})")
        return f"{self.wrong} wrong"
