namespace Inkling;

/// <summary>How a step is made of a gradient.</summary>
public abstract record Optimiser
{
    private Optimiser()
    {
    }

    /// <summary>
    /// Stochastic gradient descent: v → μv - η∇C, w → w + v. With momentum 0 the seed's step, w → w - η∇C.
    /// </summary>
    /// <param name="Momentum">μ, from 0 to under 1 (Nielsen, chapter 3).</param>
    /// <param name="Nesterov">Whether the step looks ahead, w → w + μv - η∇C (Sutskever et al. 2013).</param>
    public sealed record Sgd(double Momentum = 0, bool Nesterov = false) : Optimiser
    {
        /// <summary>μ, from 0 to under 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
        public double Momentum { get; init => field = OptionRange.Share(value); } = OptionRange.Share(Momentum);
    }

    /// <summary>Steps scaled by running means of the gradient and of its square (Kingma and Ba, arXiv 1412.6980).</summary>
    /// <param name="Beta1">How slowly the gradient's mean forgets, from 0 to under 1.</param>
    /// <param name="Beta2">How slowly the square's mean forgets, from 0 to under 1.</param>
    /// <param name="Epsilon">Keeps the divisor over 0; from 1e-37 to 1.</param>
    /// <param name="WeightDecay">w → w - η·decay·w apart from the gradient, on weights only: AdamW (Loshchilov and Hutter, arXiv 1711.05101). From 0 to 1e6.</param>
    public sealed record Adam(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0) : Optimiser
    {
        private const double MinEpsilon = 1e-37; // over 0 in single precision too

        /// <summary>How slowly the gradient's mean forgets, from 0 to under 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
        public double Beta1 { get; init => field = OptionRange.Share(value); } = OptionRange.Share(Beta1);

        /// <summary>How slowly the square's mean forgets, from 0 to under 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
        public double Beta2 { get; init => field = OptionRange.Share(value); } = OptionRange.Share(Beta2);

        /// <summary>Keeps the divisor over 0; from 1e-37 to 1.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
        public double Epsilon { get; init => field = OptionRange.From(MinEpsilon, 1, value); } = OptionRange.From(MinEpsilon, 1, Epsilon);

        /// <summary>What weights shrink by at each step, times η; from 0 to 1e6.</summary>
        /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
        public double WeightDecay { get; init => field = OptionRange.From(0, 1e6, value); } = OptionRange.From(0, 1e6, WeightDecay);
    }
}
