using Inkling.Layers;

namespace Inkling.Formats;

/// <summary>A tensor of a network as files have it: PyTorch's name, shape and order, however it lies in memory.</summary>
/// <param name="Name">As <c>layers.0.weight</c>.</param>
/// <param name="Shape">As PyTorch has it.</param>
/// <param name="Get">Copies its values, row-major.</param>
/// <param name="Set">Sets its values, row-major.</param>
internal sealed record NamedTensor(string Name, int[] Shape, Func<float[]> Get, Action<ReadOnlySpan<float>> Set)
{
    /// <summary>How many numbers it holds.</summary>
    public int Length => Shape.Aggregate(1, (product, size) => checked(product * size));

    /// <summary>The tensors of all layers, in order; <c>layers.N</c> is the Nth layer that has parameters.</summary>
    /// <param name="parameters">Where the values are.</param>
    /// <param name="prefix">Put before each name.</param>
    /// <param name="withStatistics">Whether batch normalisation's running means and variances are among them.</param>
    public static IEnumerable<NamedTensor> Of(ParameterBuffer parameters, string prefix = "", bool withStatistics = true)
    {
        int n = 0;
        foreach (object? layer in parameters.All)
        {
            string name = $"{prefix}layers.{n}";
            switch (layer)
            {
                case WeightedLayer weighted:
                    n++;
                    yield return new NamedTensor(
                        $"{name}.weight", weighted.WeightShape, weighted.CopyWeights, weighted.SetWeights);
                    if (!weighted.HasBias)
                        break;
                    yield return new NamedTensor(
                        $"{name}.bias",
                        [weighted.Neurons],
                        () => weighted.Biases.ToArray(),
                        values => values.CopyTo(weighted.Biases));
                    break;
                case BatchNormalisation normalisation:
                    n++;
                    yield return OfChannels($"{name}.weight", normalisation, () => normalisation.Scale);
                    yield return OfChannels($"{name}.bias", normalisation, () => normalisation.Shift);
                    if (!withStatistics)
                        break;
                    yield return OfChannels($"{name}.running_mean", normalisation, () => normalisation.RunningMean);
                    yield return OfChannels($"{name}.running_var", normalisation, () => normalisation.RunningVariance);
                    break;
            }
        }
    }

    private static NamedTensor OfChannels(string name, BatchNormalisation layer, ChannelValues values) => new(
        name, [values().Length], () => layer.Ordered(values()), ordered => layer.SetOrdered(values(), ordered));

    private delegate Span<float> ChannelValues();
}
