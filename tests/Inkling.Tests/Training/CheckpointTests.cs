namespace Inkling.Tests.Training;

/// <summary>A training that is interrupted goes on to the same bits.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling checkpoint ").FullName;
    private readonly LabelledImages _images = GeneratedDigits.Create(60, seed: 1);

    private string File => Path.Combine(_folder, "run.checkpoint");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void Interrupted_after_any_step_it_ends_with_the_same_bits(int steps)
    {
        Network whole = Train(Options, null);
        using CancellationTokenSource stop = new();
        TrainingProgress progress = new();
        Task interrupted = Task.Run(() => Fresh().Train(_images, Options with { Checkpoint = File, Progress = progress }, stop.Token), TestContext.Current.CancellationToken);
        SpinWait.SpinUntil(() => progress.Examples >= steps * 16 || interrupted.IsCompleted);
        stop.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(interrupted.GetAwaiter().GetResult);
        List<int> epochs = [];
        Network resumed = Train(Options with { OnEpoch = epoch => epochs.Add(epoch.Epoch) }, File);
        Assert.Equal(Bits(whole), Bits(resumed));
        Assert.Equal([0, 1, 2], epochs); // those finished before are told again
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over_for_the_one_before_it()
    {
        Network whole = Train(Options, null);
        using CancellationTokenSource stop = new();
        Assert.ThrowsAny<OperationCanceledException>(() => Fresh().Train(_images, Options with { Checkpoint = File, OnEpoch = epoch => Stop(epoch, stop) }, stop.Token));
        byte[] content = System.IO.File.ReadAllBytes(File);
        content[^20] ^= 1;
        System.IO.File.WriteAllBytes(File, content);
        Assert.Equal(Bits(whole), Bits(Train(Options, File)));

        static void Stop(EpochResult epoch, CancellationTokenSource stop)
        {
            if (epoch.Epoch == 1)
                stop.Cancel();
        }
    }

    [Fact]
    public void Where_all_are_damaged_it_says_so_and_leaves_them()
    {
        System.IO.File.WriteAllText(File, "not a checkpoint");
        Assert.Contains(File, Assert.Throws<InklingException>(() => Train(Options, File)).Message, StringComparison.Ordinal);
        Assert.Equal("not a checkpoint", System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void The_checkpoint_of_another_training_is_refused_with_both_descriptions()
    {
        Train(Options with { Epochs = 1 }, File);
        InklingException refusal = Assert.ThrowsAny<InklingException>(() => Train(Options with { Epochs = 1, LearningRate = 0.02 }, File));
        Assert.Contains("rate 0.01", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("rate 0.02", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void The_number_of_threads_does_not_show_in_the_result(int threads) =>
        Assert.Equal(Bits(Train(Options with { Threads = 3 }, null)), Bits(Train(Options with { Threads = threads }, null)));

    private static TrainingOptions Options => new()
    {
        Epochs = 3,
        MiniBatchSize = 16,
        LearningRate = 0.01,
        Optimiser = new Optimiser.Adam(WeightDecay: 0.01),
        Schedule = new Schedule.OneCycle(),
        WeightAverage = 0.9,
        Augmentation = new Augmentation { Shift = 1, Rotation = 10, Elastic = 10, Thickness = 0.5, Erasing = 0.5, Noise = 0.1 },
        ValidationData = GeneratedDigits.Create(20, seed: 2),
        Threads = 2,
        OnEpoch = _ => { },
    };

    private static Network Fresh() =>
        new(Architecture.Parse("1x28x28 conv:17:5x5:stride2:nobias batchnorm relu conv:33:3x3:pad1 silu maxpool:2 flatten dropout:0.3 dense:40 tanh dense:10 softmax"), seed: 4);

    private static float[] Bits(Network network) => [.. network.Parameters.Span, .. network.Parameters.Statistics];

    private Network Train(TrainingOptions options, string? checkpoint)
    {
        Network network = Fresh();
        network.Train(_images, options with { Checkpoint = checkpoint }, TestContext.Current.CancellationToken);
        return network;
    }
}
