"""A layer that is used twice, with a mistake (M20): each backward assigns its gradient (=), so that of the last call is all that is left."""
import numpy as np
from foreign import Function


class Layer:
    def __init__(self, w):
        self.w, self.inputs = w, []

    def forward(self, x):
        self.inputs.append(x)
        return np.tanh(x @ self.w)

    def backward(self, y, dy):
        x, dz = self.inputs.pop(), dy * (1 - y**2)
        self.dw = x.T @ dz  # += is right, from zeros
        return dz @ self.w.T


rng = np.random.default_rng(20)
x, t, layer = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), Layer(rng.normal(size=(3, 3)))
h = layer.forward(x)
y = layer.forward(h)
dx = layer.backward(h, layer.backward(y, 2 * (y - t) / y.size))

f = Function()
a = [f.leaf(name, value) for name, value in [("x", x), ("w", layer.w), ("t", t)]]
first = f.op("tanh", f.op("matmul", a[0], a[1], shape=(4, 3)), shape=(4, 3), name="h")
second = f.op("tanh", f.op("matmul", first, a[1], shape=(4, 3)), shape=(4, 3), name="y")
f.op("mean_squared_error", second, a[2], shape=(), name="loss")
f.save("m20_assigned_not_added", {"w": layer.dw, "x": dx})
