using Inkling.Formats;
using Inkling.Layers;
using Inkling.Networks;
using Inkling.Numerics;

namespace Inkling.Onnx;

/// <summary>Builds a network from the layers that were read.</summary>
internal sealed partial class Chain
{
    /// <summary>Builds the network.</summary>
    /// <param name="description">Inkling's metadata in the file; null for none. Ignored where it does not fit the graph.</param>
    /// <exception cref="ArgumentException">The layers do not make a network.</exception>
    public Network ToNetwork(NetworkDescription? description)
    {
        Architecture? described = description?.Architecture;
        if (described is null
            || described.Input != _input
            || !(LayersShownInGraph(described.Layers, described.Input) is var essence
                && (essence == Own() || essence == $"{Own()} {described.Layers[^1]}")))
        {
            description = null;
            bool givesLogits = LastLayer is not (Layer.Softmax or Layer.Activation);
            described = new Architecture(
                _input, [.. _steps.Select(step => step.Layer), .. givesLogits ? [new Layer.Softmax()] : Array.Empty<Layer>()]);
        }

        Network network = new(new ParameterBuffer(described), new RandomStream(seed: 1))
        {
            Temperature = description?.Temperature ?? Temperature,
            History = description?.History
        };
        if (_steps.Find(step => step.Numbers.Any(numbers => !Array.TrueForAll(numbers, float.IsFinite))) is { } overflown)
            throw new ArgumentException($"The weights of {overflown.Layer} are too large.", nameof(description));
        foreach ((object? own, Step step) in
            network.Parameters.All.Where(own => own is not null).Zip(_steps.Where(step => step.Numbers.Any())))
        {
            if (own is WeightedLayer layer)
            {
                layer.SetWeights(step.Weights);
                step.Biases?.CopyTo(layer.Biases);
            }
            else if (own is BatchNormalisation normalisation)
            {
                normalisation.SetOrdered(normalisation.Scale, step.Statistics![0]);
                normalisation.SetOrdered(normalisation.Shift, step.Statistics[1]);
                normalisation.SetOrdered(normalisation.RunningMean, step.Statistics[2]);
                normalisation.SetOrdered(normalisation.RunningVariance, step.Statistics[3]);
            }
        }

        bool isScaled = Math.Abs(_scale - 1) >= 1e-6 || Math.Abs(_shift) >= 1e-6;
        return isScaled ? InputScaling.Apply(network, _scale, _shift) : network;

        string Own() => LayersShownInGraph([.. _steps.Select(step => step.Layer)], _input);
    }

    /// <summary>The layers that a graph contains: all but dropout and the flattening of a vector, which do nothing.</summary>
    private static string LayersShownInGraph(IReadOnlyList<Layer> layers, Shape shape)
    {
        List<Layer> kept = [];
        int[] places = new int[layers.Count]; // for each layer, how many are kept of those before it
        foreach ((int l, Layer layer) in layers.Index())
        {
            places[l] = kept.Count;
            if (layer is Layer.Add add)
                kept.Add(new Layer.Add(kept.Count - places[l - add.Layers]));
            else if (layer is not Layer.Dropout && !(layer is Layer.Flatten && shape.IsVector))
                kept.Add(layer);
            shape = layer.OutputOf(shape);
        }

        return string.Join(' ', kept);
    }

    /// <summary>A place in the chain: how many layers there are before it, and the last of them.</summary>
    public readonly record struct Place(int Layers, object? Last);

    /// <summary>A layer and its parameters in PyTorch's order.</summary>
    private sealed record Step(Layer Layer)
    {
        public float[]? Weights { get; init; }

        public float[]? Biases { get; init; }

        /// <summary>A batch normalisation's γ, β, means and variances.</summary>
        public float[][]? Statistics { get; init; }

        public IEnumerable<float[]> Numbers => new[] { Weights, Biases }.OfType<float[]>().Concat(Statistics ?? []);
    }
}
