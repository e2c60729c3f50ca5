namespace Inkling;

/// <summary>∂C/∂w and ∂C/∂b for every weight and bias of a network.</summary>
public sealed class Gradient
{
    internal Gradient(ParameterBuffer values, double cost)
    {
        Values = values;
        Cost = cost;
    }

    /// <summary>The layers of the network with, in place of each weight and bias, the derivative of the cost with respect to it.</summary>
    public IReadOnlyList<Dense> Layers => Values.Layers;

    /// <summary>The cost that this is the gradient of.</summary>
    public double Cost { get; }

    internal ParameterBuffer Values { get; }
}
