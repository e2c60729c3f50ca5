namespace Inkling;

/// <summary>
/// An artificial neuron with a binary output: 1 where w·x + b &gt; 0, otherwise 0.
/// </summary>
/// <remarks>Rosenblatt 1958; Nielsen, chapter 1, "Perceptrons".</remarks>
public sealed class Perceptron
{
    private readonly double[] _weights;

    /// <param name="weights">How much each input matters.</param>
    /// <param name="bias">How easily the perceptron gives 1: minus its threshold.</param>
    public Perceptron(ReadOnlySpan<double> weights, double bias)
    {
        _weights = weights.ToArray();
        Bias = bias;
    }

    /// <summary>The NAND gate: weights -2, -2 and bias 3. Every other gate can be built from it.</summary>
    public static Perceptron Nand { get; } = new([-2, -2], bias: 3);

    /// <summary>How much each input matters.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>How easily the perceptron gives 1: minus its threshold.</summary>
    public double Bias { get; }

    /// <summary>A perceptron given by its threshold: 1 where w·x is over it, otherwise 0.</summary>
    public static Perceptron WithThreshold(ReadOnlySpan<double> weights, double threshold) => new(weights, -threshold);

    /// <summary>The weighted input w·x + b.</summary>
    /// <exception cref="ArgumentException">There are more or fewer inputs than weights.</exception>
    public double WeightedInput(params ReadOnlySpan<double> inputs) => Neuron.WeightedInput(_weights, inputs, Bias);

    /// <summary>1 where w·x + b &gt; 0, otherwise 0.</summary>
    /// <exception cref="ArgumentException">There are more or fewer inputs than weights.</exception>
    public int Output(params ReadOnlySpan<double> inputs) => WeightedInput(inputs) > 0 ? 1 : 0;
}
