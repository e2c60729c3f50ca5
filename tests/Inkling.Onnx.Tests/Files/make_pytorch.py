"""Writes the pytorch-*.onnx beside it, and what PyTorch itself computes from three images (pytorch-*.json).

Made with PyTorch 1.13, Debian's python3-torch.
"""
import json

import torch
from torch import nn
from torch.nn import functional as F


class Example(nn.Module):
    """As in pytorch/examples/mnist, with fewer channels."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, 1)
        self.conv2 = nn.Conv2d(4, 6, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(6 * 4 * 4, 12)
        self.fc2 = nn.Linear(12, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = F.max_pool2d(x, 2)
        x = torch.flatten(self.dropout1(x), 1)
        x = self.dropout2(F.relu(self.fc1(x)))
        return F.log_softmax(self.fc2(x), dim=1)


class View(nn.Module):
    """Flattened as tutorials do it; gives logits."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 3, 5, padding=2, stride=2, bias=False)
        self.bn = nn.BatchNorm2d(3)
        self.fc = nn.Linear(3 * 2 * 3, 10)

    def forward(self, x):
        x = F.max_pool2d(F.silu(self.bn(self.conv(x))), 3, 2)
        return self.fc(x.view(x.size(0), -1))


class Gap(nn.Module):
    """Ends in the means of ten maps."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 5, 3), nn.BatchNorm2d(5), nn.ReLU(), nn.AvgPool2d(2),
            nn.Conv2d(5, 10, (3, 3), padding=1), nn.Tanh(), nn.AdaptiveAvgPool2d(1))

    def forward(self, x):
        return F.softmax(self.layers(x).squeeze(3).squeeze(2), dim=-1)


class Mean(nn.Module):
    """A kernel that is not square, and means by hand."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 6, (3, 5), padding=(1, 2))
        self.fc = nn.Linear(6, 10)

    def forward(self, x):
        return torch.sigmoid(self.fc(torch.relu(self.conv(x)).mean((2, 3))))


class Mlp(nn.Module):
    """Pixels normalised inside; batch normalisation of vectors."""

    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(120, 16, bias=False)
        self.bn = nn.BatchNorm1d(16)
        self.fc2 = nn.Linear(16, 10)

    def forward(self, x):
        x = (x.view(-1, 120) - 0.1307) / 0.3081
        return self.fc2(F.relu(self.bn(self.fc1(x))))


torch.manual_seed(1)
ANY_BATCH = {"dynamic_axes": {"x": {0: "n"}, "y": {0: "n"}}}
NETWORKS = [
    ("example", Example(), (1, 12, 12), ANY_BATCH),
    ("example-fixed", Example(), (1, 12, 12), {"opset_version": 9}),
    ("view", View(), (1, 12, 14), {**ANY_BATCH, "opset_version": 17, "do_constant_folding": False}),
    ("view-fixed", View(), (1, 12, 14), {"opset_version": 11}),
    ("view-training", View(), (1, 12, 14), {"opset_version": 13, "training": torch.onnx.TrainingMode.PRESERVE}),
    ("gap", Gap(), (1, 12, 11), {**ANY_BATCH, "opset_version": 13}),
    ("mean", Mean(), (1, 9, 7), {**ANY_BATCH, "opset_version": 17}),
    ("mlp", Mlp(), (1, 10, 12), {**ANY_BATCH, "opset_version": 12, "keep_initializers_as_inputs": True}),
]


def rounded(rows):
    return [[round(number, 7) for number in row] for row in rows.tolist()]


for name, network, shape, options in NETWORKS:
    for module in network.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):  # as if it had learned and seen something
            nn.init.uniform_(module.weight, -1, 2)
            nn.init.uniform_(module.bias, -1, 1)
            nn.init.uniform_(module.running_mean, -1, 1)
            nn.init.uniform_(module.running_var, 0.5, 2)
    network.eval()
    images = torch.rand(3, *shape)
    traced = images if "dynamic_axes" in options else images[:1]
    torch.onnx.export(network, traced, f"pytorch-{name}.onnx", input_names=["x"], output_names=["y"], **options)
    with open(f"pytorch-{name}.json", "w") as file:
        json.dump({"input": rounded(images.flatten(1)), "output": rounded(network(images))}, file)
