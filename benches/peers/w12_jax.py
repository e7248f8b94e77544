"""W12 in JAX: one jitted function per step, which gathers the batch, with the state donated. Measured with jax 0.10.2 (`pip install jax`).

Variants: "" normalizes in two passes and multiplies heads with einsum; "attention" takes `jax.nn.dot_product_attention`; "flat" keeps places and batch in
one axis for the layers."""
from protocol import *

if args.threads == 1:
    os.environ["XLA_FLAGS"] = (os.environ.get("XLA_FLAGS", "") + " --xla_cpu_multi_thread_eigen=false").strip()
import jax
import jax.numpy as jnp

jax.config.update("jax_platforms", "cpu")
VARIANT = args.variant


def norm(x, gain_and_bias):
    gain, bias = gain_and_bias
    centred = x - x.mean(-1, keepdims=True)
    return centred * jax.lax.rsqrt((centred * centred).mean(-1, keepdims=True) + 1e-5) * gain + bias


def linear(x, weights_and_biases):
    weights, biases = weights_and_biases
    if VARIANT == "flat" and x.ndim == 3:
        return (x.reshape(-1, x.shape[-1]) @ weights + biases).reshape(*x.shape[:2], -1)
    return x @ weights + biases


def attention(qkv):
    batch, places, _ = qkv.shape
    q, k, v = jnp.moveaxis(qkv.reshape(batch, places, 3, HEADS, WIDTH // HEADS), 2, 0)
    if VARIANT == "attention":
        return jax.nn.dot_product_attention(q, k, v, is_causal=True).reshape(batch, places, WIDTH)
    scores = jnp.einsum("bqhd,bkhd->bhqk", q * (WIDTH // HEADS) ** -0.5, k)
    scores = jnp.where(jnp.tril(jnp.ones((places, places), bool)), scores, -1e30)
    return jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(scores), v).reshape(batch, places, WIDTH)


def loss_of(p, texts):
    x = p["symbols"][texts[:, :-1]] + p["places"]
    x = x + linear(attention(linear(norm(x, p["norm1"]), p["qkv"])), p["mix"])
    x = x + linear(jax.nn.gelu(linear(norm(x, p["norm2"]), p["wider"]), approximate=False), p["narrower"])
    logits = linear(norm(x, p["norm3"]), p["out"])
    return -jnp.take_along_axis(jax.nn.log_softmax(logits), texts[:, 1:, None], axis=-1).mean()


def adamw(p, g, m, v, seen):
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
    first, second = 1 - 0.9**seen, 1 - 0.999**seen
    moved = lambda p, m, v: p * (1 - 1e-3 * 0.01) - 1e-3 * (m / first) / (jnp.sqrt(v / second) + 1e-8)
    return jax.tree.map(moved, p, m, v), m, v


def one_step(state, batch):
    texts, (p, m, v, seen) = batch, state
    loss, g = jax.value_and_grad(loss_of)(p, texts)
    p, m, v = adamw(p, g, m, v, seen + 1)
    return (p, m, v, seen + 1), loss


rows, batches = texts()
rows = jnp.asarray(rows)
start = jax.tree.map(jnp.asarray, weights())
zeros = lambda: jax.tree.map(jnp.zeros_like, start)
jitted = jax.jit(lambda state, rows, batch: one_step(state, rows[batch]), donate_argnums=0)
now = [(start, zeros(), zeros(), jnp.zeros(())), None]


def step():
    now[0], now[1] = jitted(now[0], rows, next(batches))


def finish():
    if now[1] is not None:
        now[1].block_until_ready()


run("jax" + ("-" + VARIANT if VARIANT else ""), step, lambda: float(now[1]), finish)
