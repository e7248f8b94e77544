"""XOR by hand: 2-3-1 with tanh, and a mean squared error. Forward and backward in NumPy; gradus judges the gradients."""
# ANCHOR: backprop
import numpy as np
from foreign import Function

rng = np.random.default_rng(1)
x, t = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float), np.array([[0], [1], [1], [0]], float)
w1, b1, w2, b2 = rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=(3, 1)), rng.normal(size=1)

h = np.tanh(x @ w1 + b1)
y = np.tanh(h @ w2 + b2)

dz2 = 2 * (y - t) / len(x) * (1 - y**2)
dz1 = dz2 @ w2.T * (1 - h**2)
gradients = {"w1": x.T @ dz1, "b1": dz1.sum(0), "w2": h.T @ dz2, "b2": dz2.sum(0)}
# ANCHOR_END: backprop

# ANCHOR: function
f = Function()
a = [f.leaf(name, value) for name, value in [("x", x), ("w1", w1), ("b1", b1), ("w2", w2), ("b2", b2), ("t", t)]]
z1 = f.op("add", f.op("matmul", a[0], a[1], shape=(4, 3)), a[2], shape=(4, 3))
hidden = f.op("tanh", z1, shape=(4, 3), name="h")
z2 = f.op("add", f.op("matmul", hidden, a[3], shape=(4, 1)), a[4], shape=(4, 1))
f.op("mean_squared_error", f.op("tanh", z2, shape=(4, 1), name="y"), a[5], shape=(), name="loss")
f.save("xor", gradients)
# ANCHOR_END: function
