
namespace Inkling.Tests.Training;

/// <summary>Where training stops early, the best network is kept.</summary>
public sealed class EarlyStoppingTests : IDisposable
{
    private static readonly LabelledImages Training = GeneratedDigits.Create(80, seed: 3),
        Validation = GeneratedDigits.Create(100, seed: 4);

    private readonly CheckpointFolder _folder = new();

    public static TheoryData<TrainingOptions> Options =>
    [
        Common with { Patience = 3 }, Common with { Schedule = new Schedule.HalveOnStall(2, 2) },
        Common with { Patience = 3, WeightAverage = 0.5 }
    ];

    private static TrainingOptions Common
        => new() { Epochs = 40, MiniBatchSize = 8, LearningRate = 1, ValidationData = Validation };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Options), DisableDiscoveryEnumeration = true)]
    public void The_network_ends_as_it_was_after_the_best_epoch(TrainingOptions options)
    {
        List<EpochResult> epochs = [];
        Network network = Train(options with { OnEpoch = epochs.Add }, null);
        EpochResult best = epochs.MaxBy(epoch => epoch.Validation!.Value.Correct)!; // the first, if several are equal
        // Training must have stopped early and after the best epoch, or nothing is tested.
        Assert.True(best.Epoch < epochs[^1].Epoch && epochs.Count < 40, $"epoch {best.Epoch} of {epochs.Count}");
        Assert.Equal(best.Validation, network.Evaluate(Validation));
        Assert.Equal(CheckpointFolder.Bits(best.Network!), CheckpointFolder.Bits(network));
        Assert.Contains($"epoch {best.Epoch} kept", network.History, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Options), DisableDiscoveryEnumeration = true)]
    public void Interrupted_after_any_epoch_it_ends_with_the_same_best(TrainingOptions options)
    {
        int epochs = 0;
        Network whole = Train(options with { OnEpoch = _ => epochs++ }, null);
        for (int last = 0; last < epochs; last++)
        {
            string file = $"{_folder.File}{last}";
            using CancellationTokenSource stop = new();
            TrainingOptions stopping = options with { Checkpoint = file, OnEpoch = epoch => StopAfter(epoch, last, stop) };
            Assert.ThrowsAny<OperationCanceledException>(() => Fresh().Train(
                Training, stopping with { BetweenSteps = moment => StopBefore(moment, last, stop) }, stop.Token));
            Assert.Equal(CheckpointFolder.Bits(whole), CheckpointFolder.Bits(Train(options with { OnEpoch = _ => { } }, file)));
        }

        static void StopAfter(EpochResult epoch, int last, CancellationTokenSource stop)
        {
            if (epoch.Epoch == last)
                throw new OperationCanceledException();
        }

        static int StopBefore(TrainingMoment moment, int last, CancellationTokenSource stop)
        {
            if (moment.Epoch > last)
                stop.Cancel();
            return 1;
        }
    }

    [Fact]
    public void Whoever_is_told_of_an_epoch_may_go_on_with_its_network()
    {
        TrainingOptions options = Common with { Patience = 3 };
        Network expected = Train(options with { OnEpoch = _ => { } }, null);
        Network trained =
            Train(options with { OnEpoch = epoch => epoch.Network!.UpdateMiniBatch(Training, [0, 1, 2], eta: 1) }, null);
        Assert.Equal(CheckpointFolder.Bits(expected), CheckpointFolder.Bits(trained));
    }

    private static Network Fresh() => new(Architecture.Parse("784 dense:20 tanh dense:10 softmax"), seed: 2);

    private static Network Train(TrainingOptions options, string? checkpoint)
    {
        Network network = Fresh();
        network.Train(Training, options with { Checkpoint = checkpoint }, TestContext.Current.CancellationToken);
        return network;
    }
}
