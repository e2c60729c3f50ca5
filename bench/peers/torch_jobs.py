"""The peer of three jobs: the same networks and the same training in PyTorch on the CPU.

    python3 torch_jobs.py JOB MNIST_FOLDER THREADS

JOB is seed (784-30-10, sigmoid, quadratic cost, mini-batches of 10, evaluated after each epoch), wide
(784-100-100-10, ReLU, mini-batches of 800, Adam) or conv (conv32 3x3, pool, conv64 3x3, pool, 10; mini-batches of
128, Adam). Writes "ready" and the version of PyTorch; then, for each line it reads, it trains a piece, of seed and wide an
epoch, of conv a third of one, and writes the seconds that this took. Data are in memory as one tensor.
"""
import gzip
import os
import sys
import time

import torch
from torch import nn


def idx(folder, name, header):
    plain = os.path.join(folder, name)
    opener = open if os.path.exists(plain) else gzip.open
    with opener(plain if opener is open else plain + ".gz", "rb") as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)


def main(job, folder, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    images = idx(folder, "train-images-idx3-ubyte", 16).reshape(-1, 784).float() / 255
    labels = idx(folder, "train-labels-idx1-ubyte", 8).long()
    test_images = idx(folder, "t10k-images-idx3-ubyte", 16).reshape(-1, 784).float() / 255
    test_labels = idx(folder, "t10k-labels-idx1-ubyte", 8).long()
    piece = len(images)
    if job == "seed":
        piece = 50000
        images, labels = images[:50000], labels[:50000]
        network, size = nn.Sequential(nn.Linear(784, 30), nn.Sigmoid(), nn.Linear(30, 10), nn.Sigmoid()), 10
        for parameter in network.parameters():
            nn.init.normal_(parameter)
        optimiser = torch.optim.SGD(network.parameters(), lr=3.0)
        targets = nn.functional.one_hot(labels, 10).float()
        cost = lambda a, batch: 0.5 * ((a - targets[batch]) ** 2).sum() / len(batch)
    elif job == "wide":
        network, size = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 100), nn.ReLU(), nn.Linear(100, 10)), 800
        optimiser = torch.optim.Adam(network.parameters(), lr=0.003)
        cost = lambda a, batch: nn.functional.cross_entropy(a, labels[batch])
    else:
        piece = 20000
        images, test_images = images.reshape(-1, 1, 28, 28), test_images.reshape(-1, 1, 28, 28)
        network, size = nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1600, 10)), 128
        optimiser = torch.optim.Adam(network.parameters(), lr=0.001)
        cost = lambda a, batch: nn.functional.cross_entropy(a, labels[batch])
    print("ready PyTorch", torch.__version__, flush=True)
    while sys.stdin.readline():
        start = time.perf_counter()
        order = torch.randperm(len(images))[:piece]
        for k in range(0, piece, size):
            batch = order[k:k + size]
            loss = cost(network(images[batch]), batch)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
        if job == "seed":
            with torch.no_grad():
                (network(test_images).argmax(1) == test_labels).sum().item()
        print(time.perf_counter() - start, flush=True)


main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
