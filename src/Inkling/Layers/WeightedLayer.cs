using Inkling.Numerics;

namespace Inkling.Layers;

/// <summary>
/// A layer with weights and biases: a view into the one buffer that holds all of a network's parameters, or all of its
/// gradients.
/// </summary>
/// <remarks>
/// The buffer keeps weights in panels of 16 neurons, [panels, inputs, 16]: the weights from one input to the neurons of a panel
/// are contiguous (docs/kernels.md). Padding is zero and stays zero. Inputs are in the engine's order of images, [height,
/// width, channels], in the buffer, and in PyTorch's order, [channels, height, width], in public members.
/// </remarks>
public abstract class WeightedLayer
{
    private readonly AlignedBuffer _buffer;
    private readonly int _start, _positions;

    private protected WeightedLayer(
        AlignedBuffer buffer, int start, int positions, int channels, int flattenedPixels, int neurons, bool hasBias)
    {
        _buffer = buffer;
        _start = start;
        _positions = positions;
        Channels = channels;
        FlattenedPixels = flattenedPixels;
        Neurons = neurons;
        HasBias = hasBias;
    }

    /// <summary>The number of inputs of each neuron: its fan-in.</summary>
    public int Inputs => _positions * Channels;

    /// <summary>Neurons, or a convolution's output channels.</summary>
    public int Neurons { get; }

    /// <summary>Whether biases are learned; otherwise they are 0.</summary>
    public bool HasBias { get; }

    /// <summary>The number of weights and biases.</summary>
    public int ParameterCount => (Inputs + (HasBias ? 1 : 0)) * Neurons;

    /// <summary>[neurons]: b.</summary>
    public Span<float> Biases => PaddedBiases[..Neurons];

    /// <summary>The shape of the weights in PyTorch.</summary>
    internal abstract int[] WeightShape { get; }

    /// <summary>Channels of the input: for a dense layer, the length of its vector.</summary>
    internal int Channels { get; }

    /// <summary>
    /// How many pixels each of the maps had that were flattened to the input; otherwise 1
    /// (<see cref="Layout.FlattenedPixels"/>).
    /// </summary>
    internal int FlattenedPixels { get; }

    internal int Stride => Rows.StrideOf(Neurons);

    /// <summary>[panels, inputs, 16].</summary>
    internal Span<float> Panels => _buffer.Slice(_start + Stride, Inputs * Stride);

    /// <summary>[stride].</summary>
    internal Span<float> PaddedBiases => _buffer.Slice(_start, Stride);

    /// <summary>Where the biases begin in the buffer: [stride].</summary>
    internal int BiasStart => _start;

    /// <summary>Where the weights begin in the buffer: [panels, inputs, 16].</summary>
    internal int WeightStart => _start + Stride;

    /// <summary>The range of the weights in the buffer, to which weight decay applies.</summary>
    internal Range WeightRange => WeightStart..(WeightStart + Inputs * Stride);

    /// <summary>The weight w[j,k] from input k of [channels, height, width] to neuron j.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such neuron or input.</exception>
    public float this[int neuron, int input]
    {
        get => Panels[IndexOf(neuron, input)];
        set => Panels[IndexOf(neuron, input)] = value;
    }

    /// <summary>Copies all weights: [neurons, inputs], row-major, as PyTorch and the seed lay them out.</summary>
    public float[] CopyWeights()
    {
        float[] weights = new float[Neurons * Inputs];
        ReadOnlySpan<float> panels = Panels;
        int[] order = EngineOrder();
        for (int j = 0; j < Neurons; j++)
        {
            for (int k = 0; k < order.Length; k++)
                weights[j * order.Length + k] = panels[Rows.IndexOf(j, order[k], order.Length)];
        }

        return weights;
    }

    /// <summary>Sets all weights.</summary>
    /// <param name="weights">[neurons, inputs], row-major.</param>
    /// <exception cref="ArgumentException">The length is not neurons × inputs.</exception>
    public void SetWeights(ReadOnlySpan<float> weights)
    {
        if (weights.Length != Neurons * Inputs)
            throw new ArgumentException(
                $"A layer of {Neurons} neurons with {Inputs} inputs has {Neurons * Inputs} weights, not {weights.Length}.",
                nameof(weights));
        int[] order = EngineOrder();
        for (int j = 0; j < Neurons; j++)
        {
            ReadOnlySpan<float> row = weights.Slice(j * order.Length, order.Length);
            Span<float> column = Panels[Rows.IndexOf(j, 0, order.Length)..];
            for (int k = 0; k < row.Length; k++)
                column[order[k] * Rows.Panel] = row[k];
        }
    }

    internal static int BufferLength(int inputs, int neurons) => checked((inputs + 1) * Rows.StrideOf(neurons));

    private int IndexOf(int neuron, int input)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(neuron);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(neuron, Neurons);
        ArgumentOutOfRangeException.ThrowIfNegative(input);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(input, Inputs);
        return Rows.IndexOf(neuron, EngineInput(input), Inputs);
    }

    /// <summary>The index in the engine's order of each input of [channels, height, width].</summary>
    private int[] EngineOrder()
    {
        int[] order = new int[Inputs];
        for (int k = 0; k < order.Length; k++)
            order[k] = EngineInput(k);
        return order;
    }

    private int EngineInput(int input) =>
        input % _positions * Channels + Layout.ChannelOf(input / _positions, Channels, FlattenedPixels);
}

/// <summary>A fully connected layer, z = w·x + b.</summary>
internal sealed class Dense : WeightedLayer
{
    /// <param name="buffer">The buffer that contains the parameters.</param>
    /// <param name="start">The offset of this layer's parameters.</param>
    /// <param name="input">The shape of the input, a vector.</param>
    /// <param name="flattenedPixels">For flattened images, how many pixels each map had; otherwise 1.</param>
    /// <param name="spec">The layer as data.</param>
    internal Dense(AlignedBuffer buffer, int start, Shape input, int flattenedPixels, Layer.Dense spec)
        : base(buffer, start, positions: 1, input.Size, flattenedPixels, spec.Neurons, spec.HasBias)
    {
    }

    internal override int[] WeightShape => [Neurons, Inputs];
}

/// <summary>A convolutional layer: a neuron's weights are shared by all positions in the image.</summary>
internal sealed class Convolution : WeightedLayer
{
    private readonly int[] _weightShape;

    internal Convolution(AlignedBuffer buffer, int start, Shape input, int flattenedPixels, Layer.Convolution spec)
        : base(buffer, start, spec.Kernel.Area, input.Channels, flattenedPixels, spec.Channels, spec.HasBias) =>
        _weightShape = [spec.Channels, input.Channels, spec.Kernel.Height, spec.Kernel.Width];

    internal override int[] WeightShape => _weightShape;
}

/// <summary>
/// The learned scale γ and shift β of a batch normalisation, and its running statistics. After flattened feature maps each
/// number is a channel, and channels are in the engine's order of maps, [height, width, channels]; saved networks have
/// PyTorch's order.
/// </summary>
public sealed class BatchNormalisation
{
    private readonly AlignedBuffer _parameters, _statistics;
    private readonly int _start, _statisticsStart, _channels;

    /// <param name="parameters">The buffer that contains γ and β.</param>
    /// <param name="start">The offset of this layer's parameters.</param>
    /// <param name="statistics">The buffer that contains means and variances.</param>
    /// <param name="statisticsStart">The offset of this layer's statistics.</param>
    /// <param name="flattenedPixels">
    /// Numbers in each feature map, if maps were flattened before it and each number is a channel; otherwise 1.
    /// </param>
    /// <param name="channels">The number of channels.</param>
    internal BatchNormalisation(
        AlignedBuffer parameters, int start, AlignedBuffer statistics, int statisticsStart, int flattenedPixels, int channels)
    {
        _parameters = parameters;
        _start = start;
        _statistics = statistics;
        _statisticsStart = statisticsStart;
        FlattenedPixels = flattenedPixels;
        _channels = channels;
    }

    /// <summary>[channels]: γ.</summary>
    public Span<float> Scale => PaddedScale[.._channels];

    /// <summary>[channels]: β.</summary>
    public Span<float> Shift => PaddedShift[.._channels];

    /// <summary>[channels]: the running mean over the training data, used in inference instead of the mini-batch's.</summary>
    public Span<float> RunningMean => PaddedRunningMean[.._channels];

    /// <summary>[channels]: the running variance, likewise.</summary>
    public Span<float> RunningVariance => PaddedRunningVariance[.._channels];

    internal int FlattenedPixels { get; }

    internal Span<float> PaddedScale => _parameters.Slice(_start, Stride);

    internal Span<float> PaddedShift => _parameters.Slice(_start + Stride, Stride);

    internal Span<float> PaddedRunningMean => _statistics.Slice(_statisticsStart, Stride);

    internal Span<float> PaddedRunningVariance => _statistics.Slice(_statisticsStart + Stride, Stride);

    private int Stride => Rows.StrideOf(_channels);

    /// <summary>
    /// One of the four spans, copied in PyTorch's order: that of [channels, height, width] where maps were flattened.
    /// </summary>
    internal float[] Ordered(ReadOnlySpan<float> values)
    {
        float[] ordered = new float[_channels];
        for (int c = 0; c < _channels; c++)
            ordered[c] = values[Layout.ChannelOf(c, _channels, FlattenedPixels)];
        return ordered;
    }

    /// <summary>Sets one of the four spans from PyTorch's order.</summary>
    internal void SetOrdered(Span<float> values, ReadOnlySpan<float> ordered)
    {
        for (int c = 0; c < _channels; c++)
            values[Layout.ChannelOf(c, _channels, FlattenedPixels)] = ordered[c];
    }
}
