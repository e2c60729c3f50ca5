using Inkling.Gpu.Kernels;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Gpu;

/// <summary>
/// Parameters in a device's memory, without padding: of a layer with weights [inputs, neurons], then its biases; of a
/// normalisation its scales, then its shifts. Inputs and channels are in the engine's order, as maps are there.
/// </summary>
internal sealed class DeviceParameters
{
    private readonly ParameterBuffer _shape;
    private readonly int[] _starts, _statisticsStarts;
    private readonly float[] _values, _statistics; // on the way from and to the device

    /// <param name="memory">Where they are allocated.</param>
    /// <param name="shape">Parameters of the same layers.</param>
    public DeviceParameters(DeviceMemory memory, ParameterBuffer shape)
    {
        _shape = shape;
        _starts = new int[shape.All.Length + 1];
        _statisticsStarts = new int[shape.All.Length + 1];
        for (int l = 0; l < shape.All.Length; l++)
        {
            (int parameters, int statistics) = shape.All[l] switch
            {
                WeightedLayer layer => (layer.ParameterCount, 0),
                BatchNormalisation layer => (2 * layer.Scale.Length, 2 * layer.Scale.Length),
                _ => (0, 0),
            };
            _starts[l + 1] = checked(_starts[l] + parameters);
            _statisticsStarts[l + 1] = _statisticsStarts[l] + statistics;
        }

        _values = new float[_starts[^1]];
        _statistics = new float[_statisticsStarts[^1]];
        Values = memory.Allocate<float>(_values.Length);
        Statistics = memory.Allocate<float>(_statistics.Length);
    }

    /// <summary>All parameters.</summary>
    public Floats Values { get; }

    /// <summary>The running means and variances of all normalisations: of each [2, channels].</summary>
    public Floats Statistics { get; }

    /// <summary>Where a layer's parameters begin.</summary>
    public int StartOf(int layer) => _starts[layer];

    /// <summary>The parameters of a layer.</summary>
    public Floats Of(int layer) => Values.SubView(_starts[layer], _starts[layer + 1] - _starts[layer]);

    /// <summary>The statistics of a layer.</summary>
    public Floats StatisticsOf(int layer) =>
        Statistics.SubView(_statisticsStarts[layer], _statisticsStarts[layer + 1] - _statisticsStarts[layer]);

    /// <summary>Copies parameters to the device.</summary>
    public void Write(ParameterBuffer from)
    {
        Exchange(from, isWriting: true);
        DeviceMemory.Write<float>(Values, _values);
        DeviceMemory.Write<float>(Statistics, _statistics);
    }

    /// <summary>Copies parameters from the device.</summary>
    public void Read(ParameterBuffer to)
    {
        DeviceMemory.Read(Values, _values.AsSpan());
        DeviceMemory.Read(Statistics, _statistics.AsSpan());
        Exchange(to, isWriting: false);
    }

    private void Exchange(ParameterBuffer with, bool isWriting)
    {
        for (int l = 0; l < _shape.All.Length; l++)
        {
            Span<float> own = _values.AsSpan(_starts[l], _starts[l + 1] - _starts[l]);
            switch (with.All[l])
            {
                case WeightedLayer layer:
                    Exchange(layer, own, isWriting);
                    break;
                case BatchNormalisation layer:
                    int channels = layer.Scale.Length;
                    Span<float> statistics = _statistics.AsSpan(_statisticsStarts[l], 2 * channels);
                    Exchange(layer.Scale, own[..channels], isWriting);
                    Exchange(layer.Shift, own[channels..], isWriting);
                    Exchange(layer.RunningMean, statistics[..channels], isWriting);
                    Exchange(layer.RunningVariance, statistics[channels..], isWriting);
                    break;
            }
        }
    }

    private static void Exchange(WeightedLayer layer, Span<float> own, bool isWriting)
    {
        (int inputs, int neurons) = (layer.Inputs, layer.Neurons);
        Span<float> panels = layer.Panels;
        for (int first = 0; first < neurons; first += Rows.Panel)
        {
            int count = Math.Min(Rows.Panel, neurons - first);
            for (int k = 0; k < inputs; k++)
                Exchange(panels.Slice(Rows.IndexOf(first, k, inputs), count), own.Slice(k * neurons + first, count), isWriting);
        }

        if (layer.HasBias)
            Exchange(layer.Biases, own[(inputs * neurons)..], isWriting);
    }

    private static void Exchange(Span<float> host, Span<float> own, bool isWriting)
    {
        if (isWriting)
            host.CopyTo(own);
        else
            own.CopyTo(host);
    }
}

/// <summary>Where the gradient of all parameters is written, in partial sums, and where the optimiser finds it.</summary>
internal sealed class GradientPlan(DeviceParameters parameters)
{
    private readonly List<ParameterPart> _parts = [];

    /// <summary>Numbers of all partial sums.</summary>
    public int Length { get; private set; }

    /// <summary>The parts, in the order of parameters.</summary>
    public ParameterPart[] Parts => [.. _parts];

    /// <summary>Makes room for the gradient of a layer: weights that decay, then biases that do not.</summary>
    /// <param name="layer">Which layer; after all before it.</param>
    /// <param name="weights">How many of its parameters decay.</param>
    /// <param name="others">How many do not.</param>
    /// <param name="splits">How many partial sums there are of each.</param>
    /// <param name="left">How many the optimiser adds up.</param>
    /// <returns>Where the room begins: [splits, weights + others].</returns>
    public int Add(int layer, int weights, int others, int splits, int left)
    {
        int start = Length, from = parameters.StartOf(layer);
        ParameterPart part = new()
        {
            End = from + weights,
            ToGradient = start - from,
            SplitStride = weights + others,
            Splits = left,
            Decay = 1,
        };
        if (weights > 0)
            _parts.Add(part);
        if (others > 0)
            _parts.Add(part with { End = from + weights + others, Decay = 0 });
        Length = checked(start + splits * (weights + others));
        return start;
    }
}
