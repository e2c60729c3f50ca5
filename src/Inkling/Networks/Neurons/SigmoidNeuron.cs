namespace Inkling;

/// <summary>
/// A smooth version of the perceptron: its output is σ(w·x + b), so that a small change of a weight or of the bias makes a
/// small change of the output, which makes learning by small steps possible.
/// </summary>
/// <remarks>Nielsen, chapter 1, "Sigmoid neurons".</remarks>
public sealed class SigmoidNeuron
{
    private readonly double[] _weights;

    /// <param name="weights">How much each input matters.</param>
    /// <param name="bias">Minus the weighted sum at which the output is ½.</param>
    public SigmoidNeuron(ReadOnlySpan<double> weights, double bias)
    {
        _weights = weights.ToArray();
        Bias = bias;
    }

    /// <summary>How much each input matters.</summary>
    public IReadOnlyList<double> Weights => _weights;

    /// <summary>Minus the weighted sum at which the output is ½.</summary>
    public double Bias { get; }

    /// <summary>σ(z) = 1 / (1 + e^-z): close to 0 for large negative z, ½ at 0, close to 1 for large z.</summary>
    public static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    /// <summary>σ'(z) = σ(z) (1 - σ(z)): ¼ at 0, almost 0 where the neuron is saturated.</summary>
    internal static double SigmoidSlope(double z) => Sigmoid(z) * (1 - Sigmoid(z));

    /// <summary>The step function, which a perceptron has in place of σ: 1 where z &gt; 0, otherwise 0.</summary>
    public static double Step(double z) => z > 0 ? 1 : 0;

    /// <summary>The weighted input w·x + b.</summary>
    /// <exception cref="ArgumentException">There are more or fewer inputs than weights.</exception>
    public double WeightedInput(params ReadOnlySpan<double> inputs) => Neuron.WeightedInput(_weights, inputs, Bias);

    /// <summary>σ(w·x + b), between 0 and 1.</summary>
    /// <exception cref="ArgumentException">There are more or fewer inputs than weights.</exception>
    public double Output(params ReadOnlySpan<double> inputs) => Sigmoid(WeightedInput(inputs));

    /// <summary>
    /// How much the output would change, to first order: Σ ∂output/∂w_j Δw_j + ∂output/∂b Δb (Nielsen, chapter 1, equation 5).
    /// At most a quarter of Σ |x_j Δw_j| + |Δb|, since σ' is at most ¼: small changes stay small.
    /// </summary>
    /// <param name="inputs">x.</param>
    /// <param name="weightChanges">Δw, one for each weight.</param>
    /// <param name="biasChange">Δb.</param>
    /// <exception cref="ArgumentException">There are more or fewer inputs or changes than weights.</exception>
    public double OutputChange(ReadOnlySpan<double> inputs, ReadOnlySpan<double> weightChanges, double biasChange) =>
        SigmoidSlope(WeightedInput(inputs)) * Neuron.WeightedInput(weightChanges, inputs, biasChange);
}
