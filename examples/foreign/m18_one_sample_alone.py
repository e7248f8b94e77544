"""Softmax and cross-entropy of one sample, with a mistake (M18): its one-hot target is a single row of ten numbers, so len(t) is 10 and not 1."""
import numpy as np
from foreign import Function

rng = np.random.default_rng(18)
x, w, b, t = rng.normal(size=6), rng.normal(size=(6, 10)), rng.normal(size=10), np.eye(10)[7]

z = x @ w + b
p = np.exp(z - z.max())
p /= p.sum()

dz = (p - t) / len(t)  # the number of samples is meant, which is 1
gradients = {"w": np.outer(x, dz), "b": dz}

f = Function()
a = [f.leaf(name, value) for name, value in [("x", x[None]), ("w", w), ("b", b), ("t", [7])]]
scores = f.op("add", f.op("matmul", a[0], a[1], shape=(1, 10)), a[2], shape=(1, 10), name="scores")
f.op("softmax_cross_entropy", scores, a[3], shape=(), name="loss")
f.save("m18_one_sample_alone", gradients)
