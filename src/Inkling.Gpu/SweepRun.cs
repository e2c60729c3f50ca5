namespace Inkling.Gpu;

/// <summary>One of many trainings: a network with one hidden layer, as in chapter 1 of Nielsen's book.</summary>
/// <param name="Hidden">Hidden neurons, 1 to 128.</param>
/// <param name="LearningRate">η.</param>
/// <param name="Seed">Of the initial weights and of the order of images.</param>
public sealed record SweepRun(int Hidden, double LearningRate, int Seed);

/// <summary>What the trainings of a sweep have in common.</summary>
public sealed record SweepOptions
{
    /// <summary>Passes over the training images, 1 or more.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Images in a mini-batch, 1 to 16.</summary>
    public int MiniBatchSize { get; init; } = 10;

    /// <summary>Images on which all networks are evaluated after each epoch; null for none.</summary>
    public LabelledImages? TestData { get; init; }

    /// <summary>Called after each epoch of those runs that are trained together.</summary>
    public Action<SweepEpoch>? OnEpoch { get; init; }

    /// <summary>
    /// Called with a run's index and its network when it is trained: runs with as many hidden neurons end together, before
    /// others begin. Not called for a network that diverged.
    /// </summary>
    public Action<int, Network>? OnTrained { get; init; }
}

/// <summary>An epoch of runs that are trained together.</summary>
/// <param name="Runs">Which runs, by their index in the list that was given.</param>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Right">How many test images each of them reads rightly; empty without test data.</param>
public sealed record SweepEpoch(IReadOnlyList<int> Runs, int Epoch, IReadOnlyList<int> Right);
