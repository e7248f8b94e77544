"""A residual block, with a mistake (M20): the ReLU's backward writes its zeros into the array that it is given, and the other branch reads that array, too."""
import numpy as np
from foreign import Function


def relu_backward(y, dy):
    dy[y <= 0] = 0  # dy * (y > 0) is right: it makes an array of its own
    return dy


rng = np.random.default_rng(21)
x, w, t = rng.normal(size=(4, 3)), rng.normal(size=(3, 3)), rng.normal(size=(4, 3))
h = np.maximum(x @ w, 0)
y = x + h

dy = 2 * (y - t) / y.size
dz = relu_backward(h, dy)
gradients = {"w": x.T @ dz, "x": dz @ w.T + dy}

f = Function()
a = [f.leaf(name, value) for name, value in [("x", x), ("w", w), ("t", t)]]
hidden = f.op("relu", f.op("matmul", a[0], a[1], shape=(4, 3)), shape=(4, 3), name="h")
total = f.op("add", a[0], hidden, shape=(4, 3), name="y")
f.op("mean_squared_error", total, a[2], shape=(), name="loss")
f.save("m20_written_over", gradients)
