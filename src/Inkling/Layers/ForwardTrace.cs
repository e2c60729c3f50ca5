namespace Inkling;

/// <summary>All intermediate values of a forward pass on one input.</summary>
/// <param name="WeightedInputs">z = w·a + b for each layer but the inputs.</param>
/// <param name="Activations">a = σ(z) for each layer, the input itself first; the last are the outputs.</param>
public sealed record ForwardTrace(IReadOnlyList<float[]> WeightedInputs, IReadOnlyList<float[]> Activations);
