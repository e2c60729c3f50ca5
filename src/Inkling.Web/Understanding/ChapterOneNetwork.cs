using Inkling.Web.Learning;

namespace Inkling.Web.Understanding;

/// <summary>A trained network, with digits to show and to judge it by.</summary>
/// <param name="Network">784-30-10; not changed by anybody.</param>
/// <param name="Test">Test images.</param>
/// <param name="Samples">Indices of test images that show 0 to 9.</param>
internal sealed record TrainedNetwork(Network Network, LabelledImages Test, IReadOnlyList<int> Samples);

/// <summary>
/// The network of chapter 1, 784-30-10, for figures: trained once, in a second or two, when a page first shows it, on MNIST
/// where it is on this machine and otherwise on generated digits.
/// </summary>
internal sealed class ChapterOneNetwork(TrainingData data)
{
    /// <summary>The network's hidden neurons.</summary>
    public const int Hidden = 30;

    private const int Epochs = 10, MostTested = 2000;

    private readonly Lock _gate = new();
    private Task<TrainedNetwork>? _training;

    /// <summary>The network; the same for everybody who asks.</summary>
    /// <exception cref="InklingException">The data are damaged.</exception>
    public Task<TrainedNetwork> LoadAsync()
    {
        lock (_gate)
            return _training is { IsFaulted: false } training ? training : _training = Task.Run(TrainAsync);
    }

    private async Task<TrainedNetwork> TrainAsync()
    {
        ImageData images = await data.LoadAsync(data.Available()[0].Name);
        Network network = new([784, Hidden, 10]);
        network.Train(images.Training, new TrainingOptions { Epochs = Epochs, Threads = 1 });
        LabelledImages test = images.Test.Slice(0, Math.Min(MostTested, images.Test.Count));
        float[][] outputs = network.Outputs(test, threads: 1);
        // Of each digit the first that is read rightly.
        int[] samples = [.. Enumerable.Range(0, 10).Select(digit => Math.Max(0, Enumerable.Range(0, test.Count)
            .FirstOrDefault(i => test.Labels[i] == digit && Array.IndexOf(outputs[i], outputs[i].Max()) == digit, -1)))];
        return new TrainedNetwork(network, test, samples);
    }
}
