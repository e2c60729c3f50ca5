using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Inkling.Tests.Ranks;

/// <summary>A training that several ranks share ends in the bits of one process by itself.</summary>
public class RanksTests
{
    private static readonly LabelledImages Digits = GeneratedDigits.Create(150, seed: 5);

    private static readonly LabelledImages Validation = GeneratedDigits.Create(23, seed: 6);

    /// <summary>Networks that together have every stage, and for each of them another way of training.</summary>
    private static readonly Dictionary<string, (string Architecture, TrainingOptions Options)> Trainings =
        new(StringComparer.Ordinal)
    {
        ["dense, plain descent"] = (
            "1x28x28 flatten dense:33 sigmoid dense:10 softmax", new TrainingOptions { MiniBatchSize = 140, LearningRate = 0.5 }),
        ["dense, distorted"] = (
            "1x28x28 flatten dense:20:nobias silu dropout:0.2 dense:10 sigmoid",
            new TrainingOptions
            {
                MiniBatchSize = 100,
                LearningRate = 0.1,
                Optimiser = new Optimiser.Sgd(0.9, nesterov: true),
                L2 = 0.1,
                L1 = 0.01,
                Augmentation = new Augmentation { Rotation = 10, Scale = 0.1, Elastic = 20, Noise = 0.1 },
            }),
        ["convolutions, plain descent"] = (
            "1x28x28 conv:16:3x3:stride3 relu conv:17:3x3:pad1 tanh maxpool:2 flatten dense:10 softmax",
            new TrainingOptions { MiniBatchSize = 26, LearningRate = 0.1, LabelSmoothing = 0.1 }),
        ["batch normalisation"] = (
            "1x28x28 conv:17:5x5:stride4:nobias batchnorm relu avgpool:2 conv:7:2x2 batchnorm relu gap dense:10 softmax",
            new TrainingOptions
            {
                MiniBatchSize = 70, // the last mini-batch has 10: some shards have one example
                LearningRate = 0.01,
                Optimiser = new Optimiser.Adam(weightDecay: 0.01),
                WeightAverage = 0.9,
                Augmentation = new Augmentation { Rotation = 10, Erasing = 0.3 },
                PlainEpochs = 1,
            }),
        ["residual"] = (
            "1x28x28 batchnorm conv:16:3x3:stride4 relu conv:16:3x3:pad1 batchnorm silu dropout:0.1 conv:16:3x3:pad1 add:5 "
                + "relu flatten dense:24 relu dense:10 softmax",
            new TrainingOptions
            {
                MiniBatchSize = 49, // the last mini-batch has 3: most shards have none
                LearningRate = 0.01,
                Optimiser = new Optimiser.Adam(),
                Schedule = new Schedule.OneCycle(),
                ValidationData = Validation,
                Patience = 5,
            }),
        ["lines"] = (
            "1x28x* conv:16:3x3:stride2 batchnorm relu maxpool:2x1 conv:17:3x3:pad1 silu conv:17:1x5:pad0x2 dropout:0.1 add:2 "
                + "conv:11:6x1 softmax",
            new TrainingOptions { MiniBatchSize = 27, LearningRate = 0.01, Optimiser = new Optimiser.Adam() }),
    };

    public static TheoryData<string> Names => [.. Trainings.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_network_has_the_same_bits_for_any_number_of_ranks_and_threads(string name)
    {
        List<string> warnings = [];
        string alone = Train(name, ranks: null, threads: 1);
        foreach (int threads in new[] { 1, 2 })
        {
            foreach (int count in new[] { 1, 2, 3, 4, 7 })
            {
                string[] all = ThreadRanks.Run(
                    count, ranks => Train(name, ranks, threads, ranks.Rank == 0 ? warnings.Add : null));
                foreach (string bits in all)
                    Assert.True(alone == bits, $"{count} ranks with {threads} threads each: {bits}, not {alone}");
            }
        }

        Assert.DoesNotContain(warnings, warning => warning.Contains("too small to share", StringComparison.Ordinal));
    }

    [Fact]
    public void More_ranks_than_shards_give_the_same_bits_and_say_that_some_have_nothing_to_learn()
    {
        List<string> warnings = [];
        string alone = Train("lines", ranks: null, threads: 1);
        string[] bits = ThreadRanks.Run(7, ranks => Train("lines", ranks, 1, ranks.Rank == 0 ? warnings.Add : null));
        Assert.All(bits, rank => Assert.Equal(alone, rank));
        Assert.Equal(["Mini-batches of 27 have 5 shards: 2 of 7 ranks only evaluate."], warnings);
    }

    [Fact]
    public void The_seeds_job_cannot_be_shared_and_gives_the_same_bits()
    {
        TrainingOptions options = new() { Epochs = 2, TestData = Validation };
        List<string> warnings = [];
        Network alone = Trained(options);
        Network[] networks = ThreadRanks.Run(3, ranks => Trained(options with { Ranks = ranks, OnWarning = warnings.Add }));
        Assert.All(networks, network => Assert.Equal(Bits(alone), Bits(network)));
        Assert.Equal(["Mini-batches of 10 are too small to share: each of 3 ranks makes every step by itself."], warnings);

        static Network Trained(TrainingOptions options)
        {
            Network network = new([784, 30, 10], seed: 1);
            network.Train(Digits, options, TestContext.Current.CancellationToken);
            return network;
        }
    }

    [Fact]
    public void Only_rank_0_reports_and_reports_what_one_process_does()
    {
        List<string> alone = [], shared = [];
        Train("residual", ranks: null, threads: 1, onEpoch: epoch => alone.Add($"{epoch} {epoch.Validation} {epoch.Cost:R}"));
        ThreadRanks.Run(3, ranks => Train(
            "residual",
            ranks,
            threads: 1,
            onEpoch: epoch => shared.Add($"{epoch} {epoch.Validation} {epoch.Cost:R}")));
        Assert.Equal(2, alone.Count);
        Assert.Equal(alone, shared);
    }

    private static string Train(
        string name, RankGroup? ranks, int threads, Action<string>? onWarning = null, Action<EpochResult>? onEpoch = null)
    {
        (string architecture, TrainingOptions options) = Trainings[name];
        Network network = new(Architecture.Parse(architecture), Initialisation.He, seed: 3);
        Examples examples = network.Architecture.Input.HasAnyWidth ? Lines() : Digits;
        network.Train(
            examples,
            options with
            {
                Epochs = 2,
                Threads = threads,
                Ranks = ranks,
                OnWarning = onWarning ?? (_ => { }),
                OnEpoch = onEpoch,
                TestData = network.Architecture.Input.HasAnyWidth ? examples : Validation,
            },
            TestContext.Current.CancellationToken);
        return Bits(network);
    }

    private static LabelledLines Lines() => new(
        Enumerable.Range(0, 60).Select(i => (
            Digits.Pixels(i).ToArray().Concat(Digits.Pixels(i + 1)[..(28 * (i % 28))].ToArray()).ToArray(),
            Digits.Labels.Slice(i, 1 + i % 2).ToArray())),
        height: 28);

    private static string Bits(Network network) => Convert.ToHexString(SHA256.HashData(
        MemoryMarshal.AsBytes((ReadOnlySpan<float>)(float[])[.. network.Parameters.Span, .. network.Parameters.Statistics])));
}
