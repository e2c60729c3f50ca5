using Inkling.Layers;

namespace Inkling;

/// <summary>∂C/∂w and ∂C/∂b for every weight and bias of a network.</summary>
public sealed class Gradient
{
    internal Gradient(Architecture architecture)
    {
        Values = new ParameterBuffer(architecture);
        Values.Span.Clear();
    }

    /// <summary>The layers with weights, with the derivative of the cost in place of each weight and bias.</summary>
    public IReadOnlyList<WeightedLayer> WeightedLayers => Values.Weighted;

    /// <summary>The same for each batch normalisation's scale and shift.</summary>
    public IReadOnlyList<BatchNormalisation> Normalisations => Values.Normalisations;

    /// <summary>The value of the cost whose gradient this is.</summary>
    public double Cost { get; internal set; }

    internal ParameterBuffer Values { get; }
}
