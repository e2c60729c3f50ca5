namespace Inkling;

/// <summary>All intermediate values of a forward pass on one input.</summary>
public sealed class ForwardTrace
{
    internal ForwardTrace(IReadOnlyList<float[]> weightedInputs, IReadOnlyList<float[]> activations) =>
        (WeightedInputs, Activations) = (weightedInputs, activations);

    /// <summary>z = w·a + b for each layer but the inputs.</summary>
    public IReadOnlyList<float[]> WeightedInputs { get; }

    /// <summary>a = σ(z) for each layer, the input itself first; the last are the outputs.</summary>
    public IReadOnlyList<float[]> Activations { get; }
}
