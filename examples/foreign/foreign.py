"""Writes a function and gradients for `gradus check --foreign`, with NumPy alone.

The function is a list of steps, the format of gradus::program: leaves with their numbers, then ops of the results of earlier steps.
"""
import json

import numpy as np


class Function:
    def __init__(self):
        self.steps = []

    def leaf(self, name, numbers):
        numbers = np.asarray(numbers, np.float64)
        return self._step({"leaf": "var", "name": name, "numbers": numbers.ravel().tolist()}, numbers.shape)

    def op(self, op, *of, shape, name="", **fields):
        return self._step({"op": op, "of": list(of), "name": name} | ({"with": fields} if fields else {}), shape)

    def _step(self, step, shape):
        self.steps.append(step | {"shape": list(shape), "node": len(self.steps), "file": "", "line": 0})
        return len(self.steps) - 1

    def save(self, path, gradients):
        """Writes PATH.json, and PATH.npz with the gradients: that of x is called grad_x."""
        lines = ",\n".join(json.dumps(step) for step in self.steps)
        with open(f"{path}.json", "w") as file:
            file.write('{"gradus_program": 1, "number": "f64", "params": [],\n"steps": [\n' + lines + "\n]}\n")
        np.savez(f"{path}.npz", **{f"grad_{name}": np.asarray(gradient, np.float64) for name, gradient in gradients.items()})
