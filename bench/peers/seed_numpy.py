"""The peer of the seed's job: the seed's algorithm in numpy, image by image, as its code does it.

    python3 seed_numpy.py MNIST_FOLDER

writes "ready" and the version of numpy; then, for each line it reads, it trains for an epoch, evaluates all 10,000 test
images, and writes the seconds that this took. Reading the files is not counted.
"""
import gzip
import os
import random
import sys
import time

import numpy as np


def idx(folder, name, header):
    plain = os.path.join(folder, name)
    opener = open if os.path.exists(plain) else gzip.open
    with opener(plain if opener is open else plain + ".gz", "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def feed_forward(weights, biases, a):
    for w, b in zip(weights, biases):
        a = sigmoid(np.dot(w, a) + b)
    return a


def backprop(weights, biases, x, y):
    activations, a = [x], x
    for w, b in zip(weights, biases):
        a = sigmoid(np.dot(w, a) + b)
        activations.append(a)
    delta = (a - y) * a * (1 - a)
    nabla_b, nabla_w = [delta], [np.dot(delta, activations[-2].T)]
    for layer in range(len(weights) - 2, -1, -1):
        a = activations[layer + 1]
        delta = np.dot(weights[layer + 1].T, delta) * a * (1 - a)
        nabla_b.insert(0, delta)
        nabla_w.insert(0, np.dot(delta, activations[layer].T))
    return nabla_b, nabla_w


def update_mini_batch(weights, biases, mini_batch, eta):
    sum_b = [np.zeros(b.shape) for b in biases]
    sum_w = [np.zeros(w.shape) for w in weights]
    for x, y in mini_batch:
        nabla_b, nabla_w = backprop(weights, biases, x, y)
        sum_b = [s + n for s, n in zip(sum_b, nabla_b)]
        sum_w = [s + n for s, n in zip(sum_w, nabla_w)]
    step = eta / len(mini_batch)
    return [w - step * s for w, s in zip(weights, sum_w)], [b - step * s for b, s in zip(biases, sum_b)]


def main(folder):
    random.seed(1)
    np.random.seed(1)
    images = idx(folder, "train-images-idx3-ubyte", 16).reshape(-1, 784, 1)[:50000] / 255.0
    targets = np.eye(10)[idx(folder, "train-labels-idx1-ubyte", 8)[:50000]].reshape(-1, 10, 1)
    training = list(zip(images, targets))
    test = list(zip(idx(folder, "t10k-images-idx3-ubyte", 16).reshape(-1, 784, 1) / 255.0, idx(folder, "t10k-labels-idx1-ubyte", 8)))
    sizes = [784, 30, 10]
    biases = [np.random.randn(y, 1) for y in sizes[1:]]
    weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]
    print("ready numpy", np.__version__, flush=True)
    while sys.stdin.readline():
        start = time.perf_counter()
        random.shuffle(training)
        for k in range(0, len(training), 10):
            weights, biases = update_mini_batch(weights, biases, training[k:k + 10], 3.0)
        sum(int(np.argmax(feed_forward(weights, biases, x)) == y) for x, y in test)
        print(time.perf_counter() - start, flush=True)


main(sys.argv[1])
