"""Softmax and cross-entropy, with a mistake (M3): the loss has 1e-7 in its logarithm, and the gradient is that of a loss without it."""
import numpy as np
from foreign import Function

rng = np.random.default_rng(3)
x, w, b = rng.normal(size=(5, 4)), rng.normal(size=(4, 3)), rng.normal(size=3)
t = np.eye(3)[rng.integers(0, 3, 5)]

z = x @ w + b
p = np.exp(z - z.max(1, keepdims=True))
p /= p.sum(1, keepdims=True)
loss = -np.sum(t * np.log(p + 1e-7)) / len(x)

dz = (p - t) / len(x)  # of -ln p
gradients = {"w": x.T @ dz, "b": dz.sum(0)}

f = Function()
a = [f.leaf(name, value) for name, value in [("x", x), ("w", w), ("b", b), ("t", t), ("epsilon", 1e-7), ("minus_n", -len(x))]]
scores = f.op("add", f.op("matmul", a[0], a[1], shape=(5, 3)), a[2], shape=(5, 3))
shares = f.op("softmax", scores, shape=(5, 3), name="p", axis=1)
logs = f.op("ln", f.op("add", shares, a[4], shape=(5, 3)), shape=(5, 3))
total = f.op("sum", f.op("mul", a[3], logs, shape=(5, 3)), shape=(), axes="all", keepdims=False)
f.op("div", total, a[5], shape=(), name="loss")
f.save("m03_epsilon_in_the_log", gradients)
