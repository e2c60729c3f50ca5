using Inkling.Numerics;

namespace Inkling.Layers;

/// <summary>
/// One contiguous buffer for all parameters of a network (or for all of its gradients, in the same places), and the layers as
/// views of it: an operation on all parameters is one loop over <see cref="Span"/>.
/// </summary>
internal sealed class ParameterBuffer
{
    private readonly AlignedBuffer _values, _statistics;

    /// <param name="architecture">The layers.</param>
    /// <param name="memory">
    /// Parameters whose memory is used again, for what takes no more; where they were is then undefined. Null for new memory.
    /// </param>
    public ParameterBuffer(Architecture architecture, ParameterBuffer? memory = null)
    {
        Architecture = architecture;
        int length = 0, statistics = 0;
        for (int l = 0; l < architecture.Layers.Count; l++)
        {
            int channels = checked(Rows.StrideOf(architecture.ShapeBefore(l).Channels));
            length = checked(length + architecture.Layers[l] switch
            {
                Layer.Dense dense => WeightedLayer.BufferLength(architecture.ShapeBefore(l).Size, dense.Neurons),
                Layer.Convolution convolution => WeightedLayer.BufferLength(
                    architecture.ShapeBefore(l).Channels * convolution.Kernel.Area, convolution.Channels),
                Layer.BatchNormalisation => 2 * channels,
                _ => 0,
            });
            statistics += architecture.Layers[l] is Layer.BatchNormalisation ? 2 * channels : 0;
        }

        KernelArguments.Require(memory is null || memory._values.Length >= length);
        _values = memory?._values ?? new AlignedBuffer(length);
        _statistics = new AlignedBuffer(statistics);
        All = new object?[architecture.Layers.Count];
        MakeViews(architecture);
        Weighted = [.. All.OfType<WeightedLayer>()];
        Normalisations = [.. All.OfType<BatchNormalisation>()];
        foreach (BatchNormalisation normalisation in memory is null ? Normalisations : [])
        {
            normalisation.Scale.Fill(1);
            normalisation.RunningVariance.Fill(1);
        }
    }

    public Architecture Architecture { get; }

    /// <summary>The fully connected and the convolutional layers, in order.</summary>
    public WeightedLayer[] Weighted { get; }

    public BatchNormalisation[] Normalisations { get; }

    /// <summary>
    /// For each layer of the architecture, its <see cref="WeightedLayer"/> or <see cref="BatchNormalisation"/>, or null.
    /// </summary>
    public object?[] All { get; }

    /// <summary>Every parameter and the padding between them, which is zero.</summary>
    public Span<float> Span => _values.Span;

    /// <summary>
    /// Statistics, which are observed rather than learned: the running means and variances of batch normalisation.
    /// </summary>
    public Span<float> Statistics => _statistics.Span;

    public void CopyFrom(ParameterBuffer other)
    {
        other.Span.CopyTo(Span);
        other.Statistics.CopyTo(Statistics);
    }

    private void MakeViews(Architecture architecture)
    {
        int start = 0, statistics = 0;
        int[] flattenedPixels = Layout.FlattenedPixelsOf(architecture);
        for (int l = 0; l < architecture.Layers.Count; l++)
        {
            Shape input = architecture.ShapeBefore(l);
            switch (architecture.Layers[l])
            {
                case Layer.Dense spec:
                    Dense dense = new(_values, start, input, flattenedPixels[l], spec);
                    All[l] = dense;
                    start += WeightedLayer.BufferLength(dense.Inputs, dense.Neurons);
                    break;
                case Layer.Convolution spec:
                    Convolution convolution = new(_values, start, input, flattenedPixels[l], spec);
                    All[l] = convolution;
                    start += WeightedLayer.BufferLength(convolution.Inputs, convolution.Neurons);
                    break;
                case Layer.BatchNormalisation:
                    BatchNormalisation normalisation = new(
                        _values, start, _statistics, statistics, flattenedPixels[l], input.Channels);
                    All[l] = normalisation;
                    start += 2 * Rows.StrideOf(input.Channels);
                    statistics += 2 * Rows.StrideOf(input.Channels);
                    break;
            }
        }
    }
}
