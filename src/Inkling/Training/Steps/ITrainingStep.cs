using Inkling.Training.Optimisers;

namespace Inkling.Training.Steps;

/// <summary>
/// How a training learns from mini-batches: the parameters change by one step for each. Order, schedule, reports and checkpoints are the
/// trainer's; which kernels, threads or devices compute the step is decided here. All steps give the same parameters, up to rounding.
/// </summary>
internal interface ITrainingStep : IDisposable
{
    /// <summary>The most mini-batches that <see cref="Run"/> takes.</summary>
    int MiniBatchesAtOnce { get; }

    /// <summary>How many threads work on a mini-batch.</summary>
    int Threads { get; }

    /// <summary>The optimiser's moments, for a checkpoint; null where the gradient goes straight into the parameters.</summary>
    OptimiserState? Optimiser { get; }

    /// <summary>A step for each of several mini-batches, one after the other.</summary>
    /// <returns>Σ C_x over their examples, each mini-batch's before its step.</returns>
    double Run(in MiniBatches miniBatches);

    /// <summary>Runs a mini-batch forward and names the first layer with a number that is not finite; null where all are.</summary>
    string? FirstLayerNotFinite(ArraySegment<int> miniBatch);
}

/// <summary>Mini-batches to learn from.</summary>
/// <param name="Order">The examples from the first of these mini-batches to the epoch's last: what follows is known and can be fetched.</param>
/// <param name="Size">Examples in a mini-batch; the last of the order may have fewer.</param>
/// <param name="LearningRates">One for each mini-batch, and as many as there are mini-batches.</param>
/// <param name="StepsBefore">How many steps the training has made.</param>
/// <param name="Seed">Of the epoch, for what is random in a step.</param>
internal readonly record struct MiniBatches(
    ArraySegment<int> Order, int Size, ReadOnlyMemory<double> LearningRates, long StepsBefore, long Seed)
{
    /// <summary>How many mini-batches there are.</summary>
    public int Count => LearningRates.Length;

    /// <summary>How many examples they have together.</summary>
    public int Examples => (int)Math.Min((long)Count * Size, Order.Count);

    /// <summary>The examples of a mini-batch, or of one that comes after these; empty after the epoch's last.</summary>
    /// <param name="i">Which, from 0.</param>
    public ArraySegment<int> this[int i]
    {
        get
        {
            int start = Math.Min(i * Size, Order.Count);
            return Order.Slice(start, Math.Min(Size, Order.Count - start));
        }
    }
}
