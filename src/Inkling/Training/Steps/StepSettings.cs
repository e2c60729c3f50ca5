using Inkling.Layers;

namespace Inkling.Training.Steps;

/// <summary>What a step does beside going down the gradient. As it is made, it does nothing else.</summary>
/// <param name="MiniBatchSize">The most examples in a mini-batch.</param>
internal sealed record StepSettings(int MiniBatchSize)
{
    /// <summary>The most threads.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How the gradient becomes a step.</summary>
    public Optimiser Optimiser { get; init; } = new Optimiser.Sgd();

    /// <summary>λ/n of L1 regularisation.</summary>
    public double L1 { get; init; }

    /// <summary>λ/n of L2 regularisation.</summary>
    public double L2 { get; init; }

    /// <summary>How much of each target goes to all outputs alike, 0 to 1.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Receives the moving average of the parameters; null for none.</summary>
    public ParameterBuffer? Average { get; init; }

    /// <summary>How much of the average remains at each step, 0 to 1.</summary>
    public double AverageDecay { get; init; }

    /// <summary>Changes an input, given its example's number; called from all threads. Null where inputs are learned as they are.</summary>
    public Action<int, Span<float>>? Distort { get; init; }

    /// <summary>Whether a step is w → w - η/m Σ ∂C_x/∂w and nothing else.</summary>
    public bool IsPlainDescent => Optimiser is Optimiser.Sgd { Momentum: 0 } && L1 == 0 && L2 == 0;
}
