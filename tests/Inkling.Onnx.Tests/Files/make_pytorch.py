# Writes the pytorch-*.onnx beside it, and what PyTorch itself computes from three images, with PyTorch 1.13 (Debian's
# python3-torch): python3 make_pytorch.py
import json, torch, torch.nn as nn, torch.nn.functional as F

class Example(nn.Module):  # as pytorch/examples/mnist, with fewer channels
    def __init__(s):
        super().__init__()
        s.conv1 = nn.Conv2d(1, 4, 3, 1); s.conv2 = nn.Conv2d(4, 6, 3, 1)
        s.dropout1 = nn.Dropout(0.25); s.dropout2 = nn.Dropout(0.5)
        s.fc1 = nn.Linear(6 * 4 * 4, 12); s.fc2 = nn.Linear(12, 10)
    def forward(s, x):
        x = F.relu(s.conv1(x)); x = F.relu(s.conv2(x)); x = F.max_pool2d(x, 2); x = s.dropout1(x)
        x = torch.flatten(x, 1); x = F.relu(s.fc1(x)); x = s.dropout2(x); x = s.fc2(x)
        return F.log_softmax(x, dim=1)

class View(nn.Module):  # the view that tutorials have, and logits
    def __init__(s):
        super().__init__()
        s.conv = nn.Conv2d(1, 3, 5, padding=2, stride=2, bias=False); s.bn = nn.BatchNorm2d(3); s.fc = nn.Linear(3 * 2 * 3, 10)
    def forward(s, x):
        x = F.max_pool2d(F.silu(s.bn(s.conv(x))), 3, 2)
        return s.fc(x.view(x.size(0), -1))

class Gap(nn.Module):
    def __init__(s):
        super().__init__()
        s.f = nn.Sequential(nn.Conv2d(1, 5, 3), nn.BatchNorm2d(5), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(5, 10, (3, 3), padding=1), nn.Tanh(), nn.AdaptiveAvgPool2d(1))
    def forward(s, x): return F.softmax(s.f(x).squeeze(3).squeeze(2), dim=-1)

class Mean(nn.Module):
    def __init__(s):
        super().__init__(); s.c = nn.Conv2d(1, 6, (3, 5), padding=(1, 2)); s.l = nn.Linear(6, 10)
    def forward(s, x): return torch.sigmoid(s.l(torch.relu(s.c(x)).mean((2, 3))))

class Mlp(nn.Module):
    def __init__(s):
        super().__init__(); s.a = nn.Linear(120, 16, bias=False); s.b = nn.BatchNorm1d(16); s.c = nn.Linear(16, 10)
    def forward(s, x): return s.c(F.relu(s.b(s.a((x.view(-1, 120) - 0.1307) / 0.3081))))

torch.manual_seed(1)
for name, net, shape, kw in [
    ("example", Example(), (1, 12, 12), dict(dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})),
    ("example-fixed", Example(), (1, 12, 12), dict(opset_version=9)),
    ("view", View(), (1, 12, 14), dict(dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, opset_version=17, do_constant_folding=False)),
    ("view-fixed", View(), (1, 12, 14), dict(opset_version=11)),
    ("view-training", View(), (1, 12, 14), dict(opset_version=13, training=torch.onnx.TrainingMode.PRESERVE)),
    ("gap", Gap(), (1, 12, 11), dict(dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, opset_version=13)),
    ("mean", Mean(), (1, 9, 7), dict(dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, opset_version=17)),
    ("mlp", Mlp(), (1, 10, 12), dict(dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, opset_version=12, keep_initializers_as_inputs=True)),
]:
    for m in net.modules():
        if isinstance(m, (nn.BatchNorm2d, nn.BatchNorm1d)):
            nn.init.uniform_(m.weight, -1, 2); nn.init.uniform_(m.bias, -1, 1); nn.init.uniform_(m.running_mean, -1, 1); nn.init.uniform_(m.running_var, .5, 2)
    net.eval()
    x = torch.rand(3, *shape)
    dummy = x if "dynamic_axes" in kw else x[:1]
    torch.onnx.export(net, dummy, f"pytorch-{name}.onnx", input_names=["x"], output_names=["y"], **kw)
    y = net(x)
    json.dump({"input": [[round(v, 7) for v in row] for row in x.flatten(1).tolist()], "output": [[round(v, 7) for v in row] for row in y.tolist()]}, open(f"pytorch-{name}.json", "w"))
