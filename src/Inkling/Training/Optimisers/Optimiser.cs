namespace Inkling;

/// <summary>How a step is computed from the gradient.</summary>
public abstract class Optimiser
{
    private Optimiser()
    {
    }

    /// <summary>Its settings, by name.</summary>
    private protected abstract FormattableString Settings { get; }

    /// <summary>Its name and its settings: <c>Sgd { Momentum = 0.9, Nesterov = False }</c>.</summary>
    public sealed override string ToString() => $"{GetType().Name} {{ {FormattableString.Invariant(Settings)} }}";

    /// <summary>
    /// Stochastic gradient descent: v → μv - η∇C, w → w + v. With momentum 0 the step of Nielsen's network.py, w → w - η∇C.
    /// </summary>
    /// <param name="momentum">μ, from 0 to under 1 (Nielsen, chapter 3).</param>
    /// <param name="nesterov">
    /// Whether to use Nesterov momentum, which looks ahead: w → w + μv - η∇C with the new v (Sutskever et al. 2013).
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The momentum is out of range.</exception>
    public sealed class Sgd(double momentum = 0, bool nesterov = false) : Optimiser
    {
        /// <summary>μ.</summary>
        public double Momentum { get; } = OptionRange.Share(momentum);

        /// <summary>Whether it uses Nesterov momentum.</summary>
        public bool Nesterov { get; } = nesterov;

        private protected override FormattableString Settings => $"Momentum = {Momentum}, Nesterov = {Nesterov}";
    }

    /// <summary>Steps scaled by running means of the gradient and of its square (Kingma and Ba, arXiv 1412.6980).</summary>
    /// <param name="beta1">β₁, the decay of the gradient's running mean, from 0 to under 1.</param>
    /// <param name="beta2">β₂, the decay of the squared gradient's running mean, from 0 to under 1.</param>
    /// <param name="epsilon">ε, which keeps the divisor above 0; from 1e-37 to 1.</param>
    /// <param name="weightDecay">
    /// Decoupled weight decay, w → w - η·decay·w, on weights only: AdamW (Loshchilov and Hutter, arXiv 1711.05101). From 0 to
    /// 1e6.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public sealed class Adam(double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0) : Optimiser
    {
        private const double MinEpsilon = 1e-37; // still above 0 in single precision

        /// <summary>β₁, the decay of the gradient's running mean.</summary>
        public double Beta1 { get; } = OptionRange.Share(beta1);

        /// <summary>β₂, the decay of the squared gradient's running mean.</summary>
        public double Beta2 { get; } = OptionRange.Share(beta2);

        /// <summary>ε, which keeps the divisor above 0.</summary>
        public double Epsilon { get; } = OptionRange.From(MinEpsilon, 1, epsilon);

        /// <summary>Decoupled weight decay: each step multiplies weights by 1 - η·decay.</summary>
        public double WeightDecay { get; } = OptionRange.From(0, 1e6, weightDecay);

        private protected override FormattableString Settings =>
            $"Beta1 = {Beta1}, Beta2 = {Beta2}, Epsilon = {Epsilon}, WeightDecay = {WeightDecay}";
    }
}
