using Inkling.Layers;

namespace Inkling.Training.Steps;

/// <summary>How a step is computed; by default, plain gradient descent on one thread.</summary>
/// <param name="MiniBatchSize">The most examples in a mini-batch.</param>
internal sealed record StepSettings(int MiniBatchSize)
{
    /// <summary>The most threads to use.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How a step is computed from the gradient.</summary>
    public Optimiser Optimiser { get; init; } = new Optimiser.Sgd();

    /// <summary>λ/n of L1 regularisation.</summary>
    public double L1 { get; init; }

    /// <summary>λ/n of L2 regularisation.</summary>
    public double L2 { get; init; }

    /// <summary>The fraction of each target that is spread evenly over all outputs, 0 to under 1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Receives the moving average of the parameters; null for none.</summary>
    public ParameterBuffer? Average { get; init; }

    /// <summary>The fraction of the average that remains after each step, 0 to under 1; lower in the first steps.</summary>
    public double AverageDecay { get; init; }

    /// <summary>How images are augmented, for a device that does it by itself; null for not at all.</summary>
    public Augmentation? Augmentation { get; init; }

    /// <summary>Augments an input in place, given its example's index; called from all threads. Null for none.</summary>
    public Action<int, Span<float>>? Distort { get; init; }

    /// <summary>The ranks that share each mini-batch, where it has several shards; null for this process alone.</summary>
    public RankGroup? Ranks { get; init; }

    /// <summary>Whether a step is w → w - η/m Σ ∂C_x/∂w and nothing else.</summary>
    public bool IsPlainDescent => Optimiser is Optimiser.Sgd { Momentum: 0 } && L1 == 0 && L2 == 0;
}
