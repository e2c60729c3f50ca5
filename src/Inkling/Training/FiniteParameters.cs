namespace Inkling;

/// <summary>Whether all that a network has learned are numbers.</summary>
internal static class FiniteParameters
{
    /// <summary>In words, the first parameters that are NaN or infinite; null where all are finite.</summary>
    public static string? FirstOther(ParameterBuffer parameters)
    {
        if (AreFinite(parameters.Span) && AreFinite(parameters.Statistics))
            return null;
        for (int l = 0; l < parameters.All.Length; l++)
        {
            string? part = parameters.All[l] switch
            {
                WeightedLayer layer when !AreFinite(layer.Panels) => "weights",
                WeightedLayer layer when !AreFinite(layer.PaddedBiases) => "biases",
                BatchNormalisation layer when !AreFinite(layer.PaddedScale) || !AreFinite(layer.PaddedShift) => "scales and shifts",
                BatchNormalisation layer when !AreFinite(layer.PaddedRunningMean) || !AreFinite(layer.PaddedRunningVariance) => "means and variances",
                _ => null,
            };
            if (part is not null)
                return $"the {part} of layer {l + 1}, {parameters.Architecture.Layers[l]}";
        }

        return "the weights";
    }

    private static bool AreFinite(ReadOnlySpan<float> numbers) => !numbers.ContainsAny(float.NaN, float.PositiveInfinity, float.NegativeInfinity);
}
