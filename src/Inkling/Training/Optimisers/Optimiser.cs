namespace Inkling;

/// <summary>How a step is computed from the gradient.</summary>
public abstract record Optimiser
{
    private Optimiser()
    {
    }

    /// <summary>
    /// Stochastic gradient descent: v → μv - η∇C, w → w + v. With momentum 0 the step of Nielsen's network.py, w → w - η∇C.
    /// </summary>
    /// <param name="Momentum">μ, from 0 to under 1 (Nielsen, chapter 3).</param>
    /// <param name="Nesterov">
    /// Whether to use Nesterov momentum, which looks ahead: w → w + μv - η∇C with the new v (Sutskever et al. 2013).
    /// </param>
    public sealed record Sgd(double Momentum = 0, bool Nesterov = false) : Optimiser
    {
        /// <summary>μ, from 0 to under 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public double Momentum { get; init => field = OptionRange.Share(value); } = OptionRange.Share(Momentum);
    }

    /// <summary>Steps scaled by running means of the gradient and of its square (Kingma and Ba, arXiv 1412.6980).</summary>
    /// <param name="Beta1">β₁, the decay of the gradient's running mean, from 0 to under 1.</param>
    /// <param name="Beta2">β₂, the decay of the squared gradient's running mean, from 0 to under 1.</param>
    /// <param name="Epsilon">ε, which keeps the divisor above 0; from 1e-37 to 1.</param>
    /// <param name="WeightDecay">
    /// Decoupled weight decay, w → w - η·decay·w, on weights only: AdamW (Loshchilov and Hutter, arXiv 1711.05101). From 0 to
    /// 1e6.
    /// </param>
    public sealed record Adam(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0)
        : Optimiser
    {
        private const double MinEpsilon = 1e-37; // still above 0 in single precision

        /// <summary>β₁, the decay of the gradient's running mean, from 0 to under 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public double Beta1 { get; init => field = OptionRange.Share(value); } = OptionRange.Share(Beta1);

        /// <summary>β₂, the decay of the squared gradient's running mean, from 0 to under 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public double Beta2 { get; init => field = OptionRange.Share(value); } = OptionRange.Share(Beta2);

        /// <summary>ε, which keeps the divisor above 0; from 1e-37 to 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public double Epsilon { get; init => field = OptionRange.From(MinEpsilon, 1, value); } =
            OptionRange.From(MinEpsilon, 1, Epsilon);

        /// <summary>Decoupled weight decay: each step multiplies weights by 1 - η·decay; from 0 to 1e6.</summary>
        /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
        public double WeightDecay { get; init => field = OptionRange.From(0, 1e6, value); } =
            OptionRange.From(0, 1e6, WeightDecay);
    }
}
