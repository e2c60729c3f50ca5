using Inkling.Numerics;

namespace Inkling.Layers;

/// <summary>Checks that all parameters of a network are finite.</summary>
internal static class FiniteParameters
{
    /// <summary>A description of the first parameters that are NaN or infinite; null if all are finite.</summary>
    public static string? FirstNotFinite(ParameterBuffer parameters)
    {
        if (Vectors.AreFinite(parameters.Span) && Vectors.AreFinite(parameters.Statistics))
            return null;
        for (int l = 0; l < parameters.All.Length; l++)
        {
            string? part = parameters.All[l] switch
            {
                WeightedLayer layer when !Vectors.AreFinite(layer.Panels) => "weights",
                WeightedLayer layer when !Vectors.AreFinite(layer.PaddedBiases) => "biases",
                BatchNormalisation layer
                    when !Vectors.AreFinite(layer.PaddedScale) || !Vectors.AreFinite(layer.PaddedShift) =>
                    "scales and shifts",
                BatchNormalisation layer
                    when !Vectors.AreFinite(layer.PaddedRunningMean) || !Vectors.AreFinite(layer.PaddedRunningVariance) =>
                    "means and variances",
                _ => null,
            };
            if (part is not null)
                return $"the {part} of layer {l + 1}, {parameters.Architecture.Layers[l]}";
        }

        return "the weights";
    }
}
