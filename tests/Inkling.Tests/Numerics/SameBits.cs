using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Inkling.Tests.Numerics;

/// <summary>Small trainings that together run every kernel, and a hash of the resulting weights.</summary>
internal static class SameBits
{
    private static readonly string[] Architectures =
    [
        "1x28x28 flatten dense:20 sigmoid dense:10 sigmoid", // sparse inputs; threads share the hidden neurons
        "1x28x28 flatten dense:33 silu dense:17 tanh dropout:0.2 dense:10 softmax", // sparse inputs, layer by layer
        "1x28x28 conv:16:3x3:stride3 relu conv:16:3x3:pad1 batchnorm tanh maxpool:2 flatten dense:10 softmax", // Winograd
        "1x28x28 conv:5:5x5:stride4:nobias batchnorm relu avgpool:2 conv:7:2x2 relu gap dense:10 softmax",
    ];

    /// <summary>The SHA-256 of all weights after a few steps of each training.</summary>
    /// <param name="threads">How many threads train; where there are several numbers, each of them must give the same.</param>
    public static string OfTraining(params int[] threads)
    {
        LabelledImages digits = GeneratedDigits.Create(100, seed: 5);
        string[] hashes = [.. threads.Select(count => Hash(digits, count)).Distinct(StringComparer.Ordinal)];
        return $"training {Assert.Single(hashes)}";
    }

    private static string Hash(LabelledImages digits, int threads)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string architecture in Architectures)
            hash.AppendData(Trained(architecture, digits, threads));
        hash.AppendData(TrainedOnLines(digits, threads));
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>A training with CTC on lines of different widths.</summary>
    private static ReadOnlySpan<byte> TrainedOnLines(LabelledImages digits, int threads)
    {
        Network network = new(
            Architecture.Parse(
                "1x28x* conv:16:3x3:stride2 batchnorm relu maxpool:2x1 conv:17:3x3:pad1 silu conv:17:1x5:pad0x2 dropout:0.1 "
                    + "add:2 conv:11:6x1 softmax"),
            seed: 3);
        LabelledLines lines = new(
            Enumerable.Range(0, 32).Select(i => (
                digits.Pixels(i).ToArray().Concat(digits.Pixels(i + 1)[..(28 * (i % 28))].ToArray()).ToArray(),
                digits.Labels.Slice(i, 1 + i % 2).ToArray())),
            height: 28);
        network.Train(lines, new TrainingOptions
        {
            Epochs = 2, MiniBatchSize = 12, LearningRate = 0.01, Optimiser = new Optimiser.Adam(), Threads = threads,
        });
        return MemoryMarshal.AsBytes(network.Parameters.Span);
    }

    private static ReadOnlySpan<byte> Trained(string architecture, LabelledImages digits, int threads)
    {
        bool isFirst = architecture == Architectures[0];
        Network network =
            new(Architecture.Parse(architecture), isFirst ? Initialisation.StandardNormal : Initialisation.He, seed: 3);
        network.Train(digits, new TrainingOptions
        {
            Epochs = 2,
            MiniBatchSize = isFirst ? 9 : 70, // 70: eight shards, and two of the dense networks; the last mini-batch has 30
            LearningRate = isFirst ? 3 : 0.01,
            Optimiser = isFirst ? new Optimiser.Sgd() : new Optimiser.Adam(weightDecay: 0.01),
            Schedule = isFirst ? new Schedule.Stepped(1, 0.5) : new Schedule.OneCycle(),
            WeightAverage = isFirst ? 0 : 0.9,
            L2 = isFirst ? 0 : 0.1,
            LabelSmoothing = 0.1,
            Augmentation = architecture == Architectures[^1]
                ? new Augmentation { Rotation = 10, Scale = 0.1, Elastic = 20, Noise = 0.1 }
                : null,
            Threads = threads,
            OnEpoch = _ => { },
        });
        return MemoryMarshal.AsBytes(network.Parameters.Span);
    }
}
