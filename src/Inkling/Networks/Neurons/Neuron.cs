namespace Inkling;

/// <summary>Code shared by perceptrons and sigmoid neurons.</summary>
internal static class Neuron
{
    public static double WeightedInput(ReadOnlySpan<double> weights, ReadOnlySpan<double> inputs, double bias)
    {
        if (inputs.Length != weights.Length)
            throw new ArgumentException($"The neuron has {weights.Length} inputs, not {inputs.Length}.", nameof(inputs));
        double z = bias;
        for (int k = 0; k < weights.Length; k++)
            z += weights[k] * inputs[k];
        return z;
    }
}
