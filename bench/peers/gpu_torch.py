"""The peer of bench/gpu.sh on a graphics processor: the same networks and the same training in PyTorch, in float32 without TF32.

    python3 gpu_torch.py JOB MODE MNIST_FOLDER [tiny]

JOB is seed (784-30-10, sigmoid, quadratic cost, mini-batches of 10, 30 epochs), conv (conv32 3x3, pool, conv64 3x3, pool, 10;
mini-batches of 128, Adam) or best (Inkling's ten convolutions with batch normalisation; mini-batches of 64, AdamW, an average of
the weights; without augmentation). MODE is eager, or graph for a step that is captured as a CUDA graph and replayed. Images are
on the device. Writes a row of the table with tabs between the columns: the work, who did it, the seconds, a note. With "tiny"
it does a step or two on the CPU.
"""
import gzip
import os
import sys
import time


def row(work, who, figure, note):
    print(work, who, figure, note, sep="\t", flush=True)


WORK = {"seed": "one network of the seed's", "conv": "conv32-conv64, an epoch", "best": "best, an epoch"}
job, mode, folder, tiny = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:] == ["tiny"]
way, who = "CUDA graph" if mode == "graph" else "eager", "PyTorch"
try:
    import torch
    from torch import nn
except ImportError:
    row(WORK[job], f"{who}, {way}", "–", "not run: PyTorch is not installed")
    sys.exit()
who = f"PyTorch {torch.__version__}, {way}"
if not tiny and not torch.cuda.is_available():
    row(WORK[job], who, "–", "not run: it finds no device for CUDA")
    sys.exit()
if tiny and mode == "graph":
    row(WORK[job], who, "–", "not run: there are no CUDA graphs on the CPU")
    sys.exit()


def idx(name, header):
    with gzip.open(os.path.join(folder, name + ".gz"), "rb") as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)


torch.manual_seed(1)
torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = True
device = torch.device("cpu" if tiny else "cuda")
count = 256 if tiny else {"seed": 50000, "conv": 60000, "best": 55000}[job]
images = idx("train-images-idx3-ubyte", 16).reshape(-1, 784)[:count].to(device).float() / 255
labels = idx("train-labels-idx1-ubyte", 8)[:count].to(device).long()
average = None
if job == "seed":
    network, size = nn.Sequential(nn.Linear(784, 30), nn.Sigmoid(), nn.Linear(30, 10), nn.Sigmoid()), 10
    for parameter in network.parameters():
        nn.init.normal_(parameter)
    network.to(device)
    targets = nn.functional.one_hot(labels, 10).float()
    optimiser = torch.optim.SGD(network.parameters(), lr=3.0)
elif job == "conv":
    images = images.reshape(-1, 1, 28, 28)
    network, size = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(1600, 10)).to(device), 128
    optimiser = torch.optim.Adam(network.parameters(), lr=0.001, capturable=not tiny)
else:
    images, layers, before = images.reshape(-1, 1, 28, 28), [], 1
    for channels in [32, 48, 48, 64, 64, 96, 96, 128, 128, 144]:
        layers += [nn.Conv2d(before, channels, 3, bias=False), nn.BatchNorm2d(channels), nn.ReLU()]
        before = channels
    network, size = nn.Sequential(
        *layers, nn.Flatten(), nn.Linear(144 * 8 * 8, 10, bias=False), nn.BatchNorm1d(10)).to(device), 64
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.004, weight_decay=0.01, capturable=not tiny)
    average = [parameter.detach().clone() for parameter in network.parameters()]


def step(batch):
    outputs = network(images.index_select(0, batch))
    if job == "seed":
        loss = 0.5 * ((outputs - targets.index_select(0, batch)) ** 2).sum() / size
    else:
        loss = nn.functional.cross_entropy(outputs, labels.index_select(0, batch))
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    optimiser.step()
    if average is not None:
        with torch.no_grad():
            torch._foreach_mul_(average, 0.999)
            torch._foreach_add_(average, list(network.parameters()), alpha=0.001)


def wait():
    if not tiny:
        torch.cuda.synchronize()


size = 4 if tiny else size
steps = 2 if tiny else count // size
static = torch.arange(size, device=device)
if mode == "graph":
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step(static)
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step(static)
seconds = []
for _ in range(1 if tiny else 2):
    order = torch.randperm(count, device=device)
    wait()
    start = time.perf_counter()
    for k in range(steps):
        batch = order[k * size:(k + 1) * size]
        if mode == "graph":
            static.copy_(batch)
            graph.replay()
        else:
            step(batch)
    wait()
    seconds.append(time.perf_counter() - start)
times = 30 if job == "seed" else 1
memory = "" if tiny else f"; {torch.cuda.max_memory_reserved() / 1e6:,.0f} MB of its memory"
note = f"{steps} steps of {size}" + (", an epoch × 30" if times > 1 else "") + memory
row(WORK[job], who, f"{min(seconds) * times:.2f} s", note)
