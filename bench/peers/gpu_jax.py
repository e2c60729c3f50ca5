"""The peer of bench/gpu.sh on a graphics processor: networks of the seed's, all at once, in JAX with vmap over the networks.

    python3 gpu_jax.py NETWORKS MNIST_FOLDER [tiny]

784-30-10, sigmoid, quadratic cost, mini-batches of 10, eta 3; a scan over the mini-batches of an epoch, compiled once. An epoch
is timed and counted thirty times. Writes a row of the table with tabs between the columns: the work, who did it, the seconds, a
note. With "tiny" it does a few steps on the CPU.
"""
import gzip
import os
import sys
import time


def row(figure, note):
    print(work, who, figure, note, sep="\t", flush=True)


networks, folder, tiny = int(sys.argv[1]), sys.argv[2], sys.argv[3:] == ["tiny"]
work = ("one network" if networks == 1 else f"{networks:,} networks") + " of the seed's"
way = ", vmap" if networks > 1 else ""
who = f"JAX{way}"
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
try:
    import jax
    import jax.numpy as jnp
    import numpy as np

    jax.config.update("jax_default_matmul_precision", "highest")  # float32, not TF32
except ImportError:
    row("–", "not run: JAX is not installed")
    sys.exit()
who = f"JAX {jax.__version__}{way}"
if not tiny and jax.default_backend() != "gpu":
    row("–", f"not run: it finds no device, only {jax.default_backend()}")
    sys.exit()


def idx(name, header):
    with gzip.open(os.path.join(folder, name + ".gz"), "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


size, steps = 10, 3 if tiny else 5000
images = jnp.asarray(idx("train-images-idx3-ubyte", 16).reshape(-1, 784)[:50000].astype(np.float32) / 255)
targets = jnp.asarray(np.eye(10, dtype=np.float32)[idx("train-labels-idx1-ubyte", 8)[:50000]])


def create(key):
    a, b, c, d = jax.random.split(key, 4)
    return (jax.random.normal(a, (784, 30)), jax.random.normal(b, (30,)),
            jax.random.normal(c, (30, 10)), jax.random.normal(d, (10,)))


def cost(parameters, x, y):
    w1, b1, w2, b2 = parameters
    a = jax.nn.sigmoid(jax.nn.sigmoid(x @ w1 + b1) @ w2 + b2)
    return 0.5 * jnp.sum((a - y) ** 2) / size


def step(parameters, batch):
    gradient = jax.grad(cost)(parameters, images[batch], targets[batch])
    return jax.tree_util.tree_map(lambda p, g: p - 3.0 * g, parameters, gradient), None


def epoch(parameters, key):
    order = jax.random.permutation(key, 50000)[:steps * size].reshape(steps, size)
    return jax.lax.scan(step, parameters, order)[0]


train = jax.jit(jax.vmap(epoch), donate_argnums=0)
keys = jax.random.split(jax.random.PRNGKey(1), networks)
parameters = jax.block_until_ready(jax.vmap(create)(keys))
start = time.perf_counter()
parameters = jax.block_until_ready(train(parameters, keys))
first = time.perf_counter() - start
start = time.perf_counter()
parameters = jax.block_until_ready(train(parameters, jax.random.split(jax.random.PRNGKey(2), networks)))
seconds = time.perf_counter() - start
row(f"{30 * seconds:.2f} s", f"{steps} steps, an epoch × 30; the first with its compiling {first:.2f} s")
