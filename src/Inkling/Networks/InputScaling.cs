using Inkling.Execution.Stages;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Networks;

/// <summary>Puts a scaling of the input, x·scale + shift, into a network.</summary>
internal static class InputScaling
{
    /// <summary>A copy of a network that gives for x what the network gives for x·scale + shift.</summary>
    /// <remarks>
    /// The scaling is folded into the first layer with weights: w·(s·x + t) + b = (s·w)·x + (b + t·Σw). Behind padding that is
    /// only right without a shift, as the zeros around the image are not shifted; then, and before any other kind of layer, the
    /// scaling becomes a batch normalisation, whose statistics are those of MNIST's pixels, so that training that goes on from
    /// there, with the statistics of its mini-batches, begins with about the same outputs.
    /// </remarks>
    /// <exception cref="ArgumentException">A number would overflow.</exception>
    public static Network Apply(Network network, double scale, double shift)
    {
        Architecture architecture = network.Architecture;
        int first = architecture.Layers.Index().First(layer => layer.Item is not (Layer.Flatten or Layer.Dropout)).Index;
        bool isBranch = architecture.Layers.Index().Any(l => l.Item is Layer.Add add && l.Index - add.Layers <= first);
        bool canFold = !isBranch && architecture.Layers[first] switch
        {
            Layer.Dense => true,
            Layer.Convolution convolution => shift == 0 || convolution.Padding == 0,
            _ => false,
        };
        List<Layer> layers = [.. architecture.Layers];
        if (!canFold)
            layers.Insert(0, new Layer.BatchNormalisation());
        else if (shift != 0)
            layers[first] = layers[first].WithBias(true);
        ParameterBuffer parameters = new(new Architecture(architecture.Input, layers, architecture.Cost));
        for (int l = 0; l < architecture.Layers.Count; l++)
            Copy(network.Parameters.All[l], parameters.All[canFold ? l : l + 1]);
        if (canFold)
            Fold((WeightedLayer)parameters.All[first]!, scale, shift);
        else
            Fill((BatchNormalisation)parameters.All[0]!, scale, shift);
        if (FiniteParameters.FirstNotFinite(parameters) is { } lost)
            throw new ArgumentException($"With pixels normalised so, {lost} are too large for numbers.", nameof(scale));
        return new Network(parameters, network.Random.Clone()) { Temperature = network.Temperature, History = network.History };
    }

    private static void Fold(WeightedLayer layer, double scale, double shift)
    {
        Span<float> panels = layer.Panels, biases = layer.Biases;
        for (int j = 0; j < layer.Neurons; j++)
        {
            double sum = 0;
            for (int k = 0; k < layer.Inputs; k++)
            {
                ref float weight = ref panels[Rows.IndexOf(j, k, layer.Inputs)];
                sum += weight;
                weight = (float)(weight * scale);
            }

            if (shift != 0)
                biases[j] = (float)(biases[j] + shift * sum);
        }
    }

    private static void Fill(BatchNormalisation layer, double scale, double shift)
    {
        double mean = PixelNormalisation.Mnist.Mean, deviation = PixelNormalisation.Mnist.Deviation;
        layer.Scale.Fill((float)(scale * deviation));
        layer.Shift.Fill((float)(shift + scale * mean));
        layer.RunningMean.Fill((float)mean);
        layer.RunningVariance.Fill((float)(deviation * deviation - BatchNormalisationStage.Epsilon));
    }

    private static void Copy(object? from, object? to)
    {
        if (from is WeightedLayer weighted && to is WeightedLayer layer)
        {
            weighted.Panels.CopyTo(layer.Panels);
            weighted.PaddedBiases.CopyTo(layer.PaddedBiases);
        }
        else if (from is BatchNormalisation normalisation && to is BatchNormalisation own)
        {
            normalisation.Scale.CopyTo(own.Scale);
            normalisation.Shift.CopyTo(own.Shift);
            normalisation.RunningMean.CopyTo(own.RunningMean);
            normalisation.RunningVariance.CopyTo(own.RunningVariance);
        }
    }
}
