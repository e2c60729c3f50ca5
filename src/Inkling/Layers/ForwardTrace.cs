namespace Inkling;

/// <summary>Everything there is to see when a network reads one input.</summary>
/// <param name="WeightedInputs">z = w·a + b for each layer but the inputs.</param>
/// <param name="Activations">a = σ(z) for each layer, the input itself first; the last are the outputs.</param>
public sealed record ForwardTrace(IReadOnlyList<float[]> WeightedInputs, IReadOnlyList<float[]> Activations);
