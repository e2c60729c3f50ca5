
namespace Inkling.Tests.Training;

/// <summary>A small training with all kinds of state that a checkpoint must keep, and a folder for its file.</summary>
internal sealed class CheckpointFolder : IDisposable
{
    public static readonly LabelledImages Images = GeneratedDigits.Create(60, seed: 1);

    public static readonly LabelledImages Validation = GeneratedDigits.Create(20, seed: 2);

    /// <summary>Three epochs of four steps.</summary>
    public static TrainingOptions Options => new()
    {
        Epochs = 3,
        MiniBatchSize = 16,
        LearningRate = 0.01,
        Optimiser = new Optimiser.Adam(weightDecay: 0.01),
        Schedule = new Schedule.OneCycle(),
        WeightAverage = 0.9,
        Augmentation = new Augmentation { Shift = 1, Rotation = 10, Elastic = 10, Thickness = 0.5, Erasing = 0.5, Noise = 0.1 },
        ValidationData = Validation,
        Threads = 2,
        OnEpoch = _ => { },
        OnWarning = line => Assert.Fail(line),
    };

    public string Folder { get; } = Directory.CreateTempSubdirectory("inkling checkpoint ").FullName;

    public string File => Path.Combine(Folder, "run.checkpoint");

    public string Previous => File + ".previous";

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public static Network Fresh(int seed = 4) =>
        new(
            Architecture.Parse(
                "1x28x28 conv:17:5x5:stride2:nobias batchnorm relu conv:33:3x3:pad1 silu maxpool:2 flatten "
                + "dropout:0.3 dense:40 tanh dense:10 softmax"),
            seed: seed);

    public static float[] Bits(Network network) => [.. network.Parameters.Span, .. network.Parameters.Statistics];

    public Network Train(TrainingOptions options) => Train(options, File);

    [System.Diagnostics.CodeAnalysis.SuppressMessage(
        "Performance", "CA1822:Mark members as static", Justification = "Called as the other Train is.")]
    public Network Train(TrainingOptions options, string? checkpoint, LabelledImages? images = null, Network? network = null)
    {
        network ??= Fresh();
        network.Train(images ?? Images, options with { Checkpoint = checkpoint }, TestContext.Current.CancellationToken);
        return network;
    }

    /// <summary>Trains, from the checkpoint if there is one, until interrupted after this many steps in all.</summary>
    public void TrainUntilStep(int steps)
    {
        using CancellationTokenSource stop = new();
        Assert.ThrowsAny<OperationCanceledException>(() => Fresh().Train(
            Images, Options with { Checkpoint = File, BetweenSteps = moment => StopAt(steps, moment, stop) }, stop.Token));
    }

    public static int StopAt(int steps, TrainingMoment moment, CancellationTokenSource stop)
    {
        if (4 * moment.Epoch + (moment.Examples + 15) / 16 >= steps)
            stop.Cancel();
        return 1;
    }

    /// <summary>Trains for two epochs, so that there is a checkpoint and a previous one.</summary>
    public void TrainTwoOfThreeEpochs() => TrainUntilStep(8);
}
