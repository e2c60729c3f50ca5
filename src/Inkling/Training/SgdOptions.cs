namespace Inkling;

/// <summary>What stochastic gradient descent can be told beyond the seed's five parameters.</summary>
public sealed class SgdOptions
{
    /// <summary>Examples to choose the best epoch by; they are evaluated after each, as the test data are.</summary>
    public Examples? ValidationData { get; init; }

    /// <summary>
    /// Called after each epoch, in order, one at a time, in place of printing the seed's lines. It runs beside the training
    /// of the next epoch; what it throws ends the training.
    /// </summary>
    public Action<EpochResult>? OnEpoch { get; init; }

    /// <summary>How far training has come, for a progress bar to look at.</summary>
    public TrainingProgress? Progress { get; init; }

    /// <summary>
    /// With 1, everything happens in the caller's thread; with more, evaluation runs beside training. The result is the
    /// same to the bit.
    /// </summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>How far training has come. Written by the training thread, read by any other.</summary>
public sealed class TrainingProgress
{
    private long _examples;

    /// <summary>How many examples have been learned from, over all epochs.</summary>
    public long Examples => Interlocked.Read(ref _examples);

    internal void Add(int examples) => Volatile.Write(ref _examples, _examples + examples);
}
