namespace Inkling;

/// <summary>The function that a neuron applies to its weighted input z.</summary>
public enum ActivationFunction
{
    /// <summary>σ(z) = 1 / (1 + e^-z).</summary>
    Sigmoid,

    /// <summary>tanh z = 2σ(2z) - 1.</summary>
    Tanh,

    /// <summary>max(0, z).</summary>
    Relu,

    /// <summary>z·σ(z), smooth and, unlike ReLU, not constant for z &lt; 0 (Elfwing et al., arXiv 1702.03118; "swish").</summary>
    Silu,
}
