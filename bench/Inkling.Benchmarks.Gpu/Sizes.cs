namespace Inkling.Benchmarks.Gpu;

/// <summary>How much work each part does.</summary>
internal sealed record Sizes
{
    /// <summary>What is reported of a real device.</summary>
    public static Sizes Full { get; } = new();

    /// <summary>Enough for every line to run on an emulated device.</summary>
    public static Sizes Tiny { get; } = new()
    {
        IsTiny = true,
        Networks = 2,
        Hidden = 4,
        SweepEpochs = 1,
        CheckedImages = 20,
        LayerBatches = 1,
        LayerBatch = 2,
        ConvolutionImages = 4,
        BestImages = 2,
        TimedEpochs = 1,
        Convolutional = Architecture.Parse("1x28x28 conv:2:5x5 relu maxpool:2 flatten dense:10 softmax"),
        Repetitions = 1,
    };

    /// <summary>Whether generated digits are used in place of MNIST.</summary>
    public bool IsTiny { get; private init; }

    /// <summary>Networks of the sweep.</summary>
    public int Networks { get; private init; } = 1000;

    /// <summary>Hidden neurons of each.</summary>
    public int Hidden { get; private init; } = 30;

    /// <summary>Epochs of each.</summary>
    public int SweepEpochs { get; private init; } = 30;

    /// <summary>Images on which the CPU's networks are trained for comparison.</summary>
    public int CheckedImages { get; private init; } = 5000;

    /// <summary>Mini-batches after which each kind of layer is compared with the CPU's.</summary>
    public int LayerBatches { get; private init; } = 4;

    /// <summary>Images in each of them.</summary>
    public int LayerBatch { get; private init; } = 32;

    /// <summary>A common small convolutional network.</summary>
    public Architecture Convolutional { get; private init; } = Architecture.Parse(
        "1x28x28 conv:32:3x3 relu maxpool:2 conv:64:3x3 relu maxpool:2 flatten dense:10 softmax");

    /// <summary>Images of an epoch of conv32-conv64.</summary>
    public int ConvolutionImages { get; private init; } = 60_000;

    /// <summary>Images of an epoch of <c>best</c>.</summary>
    public int BestImages { get; private init; } = 55_000;

    /// <summary>Epochs that are timed, the first of which compiles.</summary>
    public int TimedEpochs { get; private init; } = 3;

    /// <summary>Launches of each product.</summary>
    public int Repetitions { get; private init; } = 50;
}
