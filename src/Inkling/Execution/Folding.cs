using Inkling.Execution.Stages;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Execution;

/// <summary>
/// Builds a network that gives the same outputs with fewer layers. Dropout is left out: it does nothing when reading. Batch
/// normalisation behind a convolution or a dense layer is merged into its weights and biases: γ(w·x - μ)/σ + β (Jacob et al.,
/// arXiv 1712.05877, section 3.2). Max pooling moves before ReLU, which then has fewer numbers to process; ReLU is monotonic, so
/// the result is the same. The new order of layers need not be one that could be trained.
/// </summary>
internal static class Folding
{
    private const float Epsilon = BatchNormalisationStage.Epsilon;

    /// <param name="parameters">The network's.</param>
    /// <param name="inPlace">
    /// Whether to reuse their memory. Parameters only move towards the start of the buffer; the original network is unusable
    /// afterwards.
    /// </param>
    public static ParameterBuffer Fold(ParameterBuffer parameters, bool inPlace)
    {
        IReadOnlyList<Layer> layers = parameters.Architecture.Layers;
        HashSet<int> branches = []; // the layers before which a residual connection begins: what it adds must be kept as it is
        foreach ((int l, Layer layer) in layers.Index())
        {
            if (layer is Layer.Add add)
                branches.Add(l - add.Layers);
        }

        int[] places = new int[layers.Count]; // for each layer, how many layers are kept of those before it
        List<Layer> kept = [];
        List<(int Weights, int Normalisation)> sources = []; // for each layer kept, where its parameters come from; -1 for none
        for (int l = 0; l < layers.Count; l++)
        {
            places[l] = kept.Count;
            switch (layers[l])
            {
                case Layer.Dropout when !branches.Contains(l):
                    break;
                case Layer.Add add:
                    kept.Add(new Layer.Add(kept.Count - places[l - add.Layers]));
                    sources.Add((-1, -1));
                    break;
                case Layer.BatchNormalisation
                    when !branches.Contains(l) && kept.Count > 0
                        && sources[^1] is (>= 0, -1) && kept[^1] is Layer.Convolution or Layer.Dense:
                    kept[^1] = kept[^1].WithBias(true);
                    sources[^1] = (sources[^1].Weights, l);
                    break;
                case Layer.MaxPool
                    when !branches.Contains(l) && kept.Count > 0
                        && kept[^1] is Layer.Activation { Function: ActivationFunction.Relu }:
                    kept.Insert(kept.Count - 1, layers[l]);
                    sources.Insert(sources.Count - 1, (l, -1));
                    break;
                default:
                    kept.Add(layers[l]);
                    sources.Add((layers[l] is Layer.BatchNormalisation ? -1 : l, layers[l] is Layer.BatchNormalisation ? l : -1));
                    break;
            }
        }

        ParameterBuffer folded = new(parameters.Architecture.Folded(kept), inPlace ? parameters : null);
        for (int l = 0; l < kept.Count; l++)
            Copy(parameters, sources[l].Weights, sources[l].Normalisation, folded.All[l]);
        return folded;
    }

    private static void Copy(ParameterBuffer from, int weights, int normalisation, object? to)
    {
        BatchNormalisation? seen = normalisation >= 0 ? (BatchNormalisation)from.All[normalisation]! : null;
        if (to is BatchNormalisation own)
        {
            seen!.PaddedScale.CopyTo(own.PaddedScale);
            seen.PaddedShift.CopyTo(own.PaddedShift);
            seen.RunningMean.CopyTo(own.RunningMean);
            seen.RunningVariance.CopyTo(own.RunningVariance);
        }
        else if (to is WeightedLayer layer)
        {
            WeightedLayer source = (WeightedLayer)from.All[weights]!;
            source.PaddedBiases.CopyTo(layer.PaddedBiases); // they lie before the panels, which may move over them
            source.Panels.CopyTo(layer.Panels);
            if (seen is null)
                return;
            Span<float> biases = layer.Biases, scales = new float[layer.Stride];
            for (int j = 0; j < layer.Neurons; j++)
            {
                scales[j] = seen.Scale[j] / MathF.Sqrt(seen.RunningVariance[j] + Epsilon);
                biases[j] = seen.Shift[j] + scales[j] * (biases[j] - seen.RunningMean[j]);
            }

            for (int start = 0; start < layer.Stride; start += Rows.Panel)
                Vectors.MultiplyRows(
                    layer.Panels.Slice(start * layer.Inputs, layer.Inputs * Rows.Panel), scales.Slice(start, Rows.Panel));
        }
    }
}
