using Inkling.Execution.Ranks;
using Inkling.Training.Optimisers;

namespace Inkling.Training.Steps;

/// <summary>
/// Updates the parameters by one step for each mini-batch. The <see cref="Trainer"/> decides order, schedule, reports and
/// checkpoints; an implementation decides which kernels, threads or devices compute the step. All implementations give the same
/// parameters, up to rounding.
/// </summary>
internal interface ITrainingStep : IDisposable
{
    /// <summary>The most mini-batches that <see cref="Run"/> accepts.</summary>
    int MiniBatchesAtOnce { get; }

    /// <summary>How many threads work on a mini-batch.</summary>
    int Threads { get; }

    /// <summary>The optimiser's moments, for a checkpoint; null where the gradient is added directly to the parameters.</summary>
    OptimiserState? Optimiser { get; }

    /// <summary>What this rank does of each mini-batch; null where every rank makes the whole step by itself.</summary>
    RankShare? Share => null;

    /// <summary>Makes one step for each of the mini-batches, in order.</summary>
    /// <returns>Σ C_x over their examples, each mini-batch's measured before its step.</returns>
    double Run(in MiniBatches miniBatches);

    /// <summary>
    /// Brings the parameters, their average and the optimiser's moments up to date in the buffers that the step was created
    /// with, where it keeps them on a device. The first <see cref="Run"/> takes them from there.
    /// </summary>
    void Fetch()
    {
    }

    /// <summary>Runs a mini-batch forward and names the first layer that outputs NaN or infinity; null if none does.</summary>
    string? FirstLayerNotFinite(ArraySegment<int> miniBatch);
}

/// <summary>Consecutive mini-batches to train on.</summary>
/// <param name="Order">
/// Indices of the examples from the first of these mini-batches to the end of the epoch, so that those that follow can be
/// prefetched.
/// </param>
/// <param name="Size">Examples in a mini-batch; the last of the order may have fewer.</param>
/// <param name="LearningRates">One for each mini-batch; its length is the number of mini-batches.</param>
/// <param name="StepsBefore">How many steps the training has already made.</param>
/// <param name="ExamplesBefore">How many examples of the epoch come before these: the place of their first one.</param>
/// <param name="Seed">The epoch's seed; what is random for an example depends on it and on the example's place.</param>
/// <param name="IsAugmented">Whether images are augmented in this epoch, where that is asked for.</param>
internal readonly record struct MiniBatches(
    ArraySegment<int> Order,
    int Size,
    ReadOnlyMemory<double> LearningRates,
    long StepsBefore = 0,
    int ExamplesBefore = 0,
    long Seed = 0,
    bool IsAugmented = true)
{
    /// <summary>How many mini-batches there are.</summary>
    public int Count => LearningRates.Length;

    /// <summary>How many examples they have together.</summary>
    public int Examples => (int)Math.Min((long)Count * Size, Order.Count);

    /// <summary>The examples of a mini-batch, which may be one after these; empty after the epoch's last.</summary>
    /// <param name="i">The mini-batch's index, from 0.</param>
    public ArraySegment<int> this[int i]
    {
        get
        {
            int start = Math.Min(i * Size, Order.Count);
            return Order.Slice(start, Math.Min(Size, Order.Count - start));
        }
    }
}
