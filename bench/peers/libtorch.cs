#:package TorchSharp
#:package libtorch-cpu-linux-x64
#:property PublishAot=false
// The peer of three jobs in libtorch through TorchSharp: as torch_jobs.py, which says what they are and how it is asked.
// usage: libtorch JOB MNIST_FOLDER THREADS
// libtorch 2.10 needs GLIBCXX_3.4.32, which Debian 12 lacks: "compare --chroot DIR" publishes this into a newer system, and runs
// it there.
using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

using TextWriter output = Console.Out;
Console.SetOut(Console.Error); // TorchSharp says there what it tries
string job = args[0], folder = args[1];
set_num_threads(int.Parse(args[2], CultureInfo.InvariantCulture));
random.manual_seed(1);
Tensor images = Images("train-images-idx3-ubyte"), labels = Labels("train-labels-idx1-ubyte");
Tensor testImages = Images("t10k-images-idx3-ubyte"), testLabels = Labels("t10k-labels-idx1-ubyte");
if (job == "seed")
    (images, labels) = (images.slice(0, 0, 50_000, 1), labels.slice(0, 0, 50_000, 1));
Tensor targets = functional.one_hot(labels, 10).to(float32);

(Module<Tensor, Tensor> network, int size, int imagesAPiece) = job switch
{
    "seed" => (Sequential(Linear(784, 30), Sigmoid(), Linear(30, 10), Sigmoid()), 10, 50_000),
    "wide" => (Sequential(Linear(784, 100), ReLU(), Linear(100, 100), ReLU(), Linear(100, 10)), 800, 60_000),
    _ => ((Module<Tensor, Tensor>)Sequential(
        Conv2d(1, 32, 3), ReLU(), MaxPool2d(2), Conv2d(32, 64, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(1600, 10)),
        128, 20_000)
};
if (job == "conv")
    images = images.reshape(-1, 1, 28, 28);
using (no_grad())
{
    if (job == "seed")
    {
        foreach (var parameter in network.parameters())
            init.normal_(parameter);
    }
}

optim.Optimizer optimiser = job == "seed"
    ? optim.SGD(network.parameters(), 3.0)
    : optim.Adam(network.parameters(), job == "wide" ? 0.003 : 0.001);

output.WriteLine($"ready libtorch {__version__}");
output.Flush();
while (Console.ReadLine() is not null)
{
    long start = Stopwatch.GetTimestamp();
    using Tensor order = randperm(images.shape[0], int64);
    for (int k = 0; k < imagesAPiece; k += size)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor batch = order.slice(0, k, Math.Min(k + size, imagesAPiece), 1);
        Tensor a = network.call(images.index(batch));
        Tensor loss = job == "seed"
            ? 0.5 * (a - targets.index(batch)).pow(2).sum() / batch.shape[0]
            : functional.cross_entropy(a, labels.index(batch));
        optimiser.zero_grad();
        loss.backward();
        optimiser.step();
    }

    if (job == "seed")
    {
        using DisposeScope scope = NewDisposeScope();
        using (no_grad())
            _ = network.call(testImages).argmax(1).eq(testLabels).sum().ToInt64();
    }

    output.WriteLine(Stopwatch.GetElapsedTime(start).TotalSeconds.ToString("R", CultureInfo.InvariantCulture));
    output.Flush();
}

Tensor Images(string name) => tensor(Idx(name, 16).Select(pixel => pixel / 255f).ToArray()).reshape(-1, 784);

Tensor Labels(string name) => tensor(Idx(name, 8).Select(label => (long)label).ToArray());

IEnumerable<byte> Idx(string name, int header)
{
    byte[] file = File.ReadAllBytes(Path.Combine(folder, name));
    int count = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(4));
    return file.Skip(header).Take(header == 8 ? count : count * 784);
}
