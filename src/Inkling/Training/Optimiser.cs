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
    public sealed record Sgd(double Momentum = 0, bool Nesterov = false) : Optimiser;

    /// <summary>Steps scaled by running means of the gradient and of its square (Kingma and Ba, arXiv 1412.6980).</summary>
    /// <param name="Beta1">How slowly the gradient's mean forgets.</param>
    /// <param name="Beta2">How slowly the square's mean forgets.</param>
    /// <param name="Epsilon">Keeps the divisor over 0.</param>
    /// <param name="WeightDecay">w → w - η·decay·w apart from the gradient, on weights only: AdamW (Loshchilov and Hutter, arXiv 1711.05101).</param>
    public sealed record Adam(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0) : Optimiser;
}
