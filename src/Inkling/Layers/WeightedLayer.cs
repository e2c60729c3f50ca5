using Inkling.Numerics;

namespace Inkling.Layers;

/// <summary>
/// A layer with weights and biases: a view into the one buffer that holds all of a network's parameters, or all of its
/// gradients.
/// </summary>
/// <remarks>
/// In the buffer the weights lie in panels of 16 neurons, [panels, inputs, 16]: one input's weights to the neurons of a panel
/// are contiguous (docs/kernels.md). Padding is zero and stays zero. There inputs are in the order [height, width, channels],
/// in which the engine keeps images; whoever asks for weights gets and sets them in PyTorch's [channels, height, width].
/// </remarks>
public abstract class WeightedLayer
{
    private readonly AlignedBuffer _buffer;
    private readonly int _start, _positions;

    private protected WeightedLayer(AlignedBuffer buffer, int start, int positions, int channels, int flattenedPixels, int neurons, bool hasBias)
    {
        _buffer = buffer;
        _start = start;
        _positions = positions;
        Channels = channels;
        FlattenedPixels = flattenedPixels;
        Neurons = neurons;
        HasBias = hasBias;
    }

    /// <summary>Numbers that each neuron looks at: its fan-in.</summary>
    public int Inputs => _positions * Channels;

    /// <summary>Neurons, or a convolution's output channels.</summary>
    public int Neurons { get; }

    /// <summary>Whether biases are learned; otherwise they are 0.</summary>
    public bool HasBias { get; }

    /// <summary>How many weights and biases there are.</summary>
    public int ParameterCount => (Inputs + (HasBias ? 1 : 0)) * Neurons;

    /// <summary>[neurons]: b.</summary>
    public Span<float> Biases => PaddedBiases[..Neurons];

    /// <summary>The shape of the weights as PyTorch has it.</summary>
    internal abstract int[] WeightShape { get; }

    /// <summary>Channels of the input: for a dense layer, the length of its vector.</summary>
    internal int Channels { get; }

    /// <summary>How many pixels each of the maps had that were flattened to the input; otherwise 1 (<see cref="Layout.FlattenedPixels"/>).</summary>
    internal int FlattenedPixels { get; }

    internal int Stride => Rows.StrideOf(Neurons);

    /// <summary>[panels, inputs, 16].</summary>
    internal Span<float> Panels => _buffer.Slice(_start + Stride, Inputs * Stride);

    /// <summary>[stride].</summary>
    internal Span<float> PaddedBiases => _buffer.Slice(_start, Stride);

    /// <summary>Where the weights lie in the buffer: what weight decay shrinks.</summary>
    internal Range WeightRange => (_start + Stride)..(_start + Stride + Inputs * Stride);

    /// <summary>The weight w[j,k] from input k of [channels, height, width] to neuron j.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such neuron or input.</exception>
    public float this[int neuron, int input]
    {
        get => Panels[IndexOf(neuron, input)];
        set => Panels[IndexOf(neuron, input)] = value;
    }

    /// <summary>All weights, copied: [neurons, inputs], row-major, as PyTorch and the seed lay them out.</summary>
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
            throw new ArgumentException($"A layer of {Neurons} neurons with {Inputs} inputs has {Neurons * Inputs} weights, not {weights.Length}.", nameof(weights));
        Span<float> panels = Panels;
        int[] order = EngineOrder();
        for (int j = 0; j < Neurons; j++)
        {
            for (int k = 0; k < order.Length; k++)
                panels[Rows.IndexOf(j, order[k], order.Length)] = weights[j * order.Length + k];
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

    /// <summary>For each input of [channels, height, width], where it is in the engine's order.</summary>
    private int[] EngineOrder() => [.. Enumerable.Range(0, Inputs).Select(EngineInput)];

    private int EngineInput(int input) => input % _positions * Channels + Layout.ChannelOf(input / _positions, Channels, FlattenedPixels);
}

/// <summary>A fully connected layer, z = w·x + b.</summary>
public sealed class Dense : WeightedLayer
{
    /// <param name="buffer">Where the parameters lie.</param>
    /// <param name="start">From where on.</param>
    /// <param name="input">What comes in, a vector.</param>
    /// <param name="flattenedPixels">Of images that were flattened, how many pixels each map had; otherwise 1.</param>
    /// <param name="spec">The layer as data.</param>
    internal Dense(AlignedBuffer buffer, int start, Shape input, int flattenedPixels, Layer.Dense spec)
        : base(buffer, start, positions: 1, input.Size, flattenedPixels, spec.Neurons, spec.HasBias)
    {
    }

    internal override int[] WeightShape => [Neurons, Inputs];
}

/// <summary>A convolutional layer: a neuron's weights are shared by all places of the image.</summary>
public sealed class Convolution : WeightedLayer
{
    private readonly int[] _weightShape;

    internal Convolution(AlignedBuffer buffer, int start, Shape input, int flattenedPixels, Layer.Convolution spec)
        : base(buffer, start, spec.Kernel * spec.Kernel, input.Channels, flattenedPixels, spec.Channels, spec.HasBias) =>
        _weightShape = [spec.Channels, input.Channels, spec.Kernel, spec.Kernel];

    internal override int[] WeightShape => _weightShape;
}

/// <summary>
/// What a batch normalisation has learned, γ and β, and what it has seen. Behind flattened feature maps each number is a
/// channel, and channels are in the order [height, width, channels], in which the engine keeps maps; saved networks have
/// PyTorch's order.
/// </summary>
public sealed class BatchNormalisation
{
    private readonly AlignedBuffer _parameters, _statistics;
    private readonly int _start, _statisticsStart, _channels;

    /// <param name="parameters">Where γ and β lie.</param>
    /// <param name="start">From where on.</param>
    /// <param name="statistics">Where means and variances lie.</param>
    /// <param name="statisticsStart">From where on.</param>
    /// <param name="flattenedPixels">Numbers of each feature map, where maps were flattened before it and each number is a channel; otherwise 1.</param>
    /// <param name="channels">Channels in all.</param>
    internal BatchNormalisation(AlignedBuffer parameters, int start, AlignedBuffer statistics, int statisticsStart, int flattenedPixels, int channels)
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

    /// <summary>[channels]: the mean over what was learned from, which takes the mini-batch's place when the network reads.</summary>
    public Span<float> RunningMean => PaddedRunningMean[.._channels];

    /// <summary>[channels]: the variance likewise.</summary>
    public Span<float> RunningVariance => PaddedRunningVariance[.._channels];

    internal int FlattenedPixels { get; }

    internal Span<float> PaddedScale => _parameters.Slice(_start, Stride);

    internal Span<float> PaddedShift => _parameters.Slice(_start + Stride, Stride);

    internal Span<float> PaddedRunningMean => _statistics.Slice(_statisticsStart, Stride);

    internal Span<float> PaddedRunningVariance => _statistics.Slice(_statisticsStart + Stride, Stride);

    private int Stride => Rows.StrideOf(_channels);

    /// <summary>One of the four, copied in PyTorch's order: that of [channels, height, width] where maps were flattened.</summary>
    internal float[] Ordered(ReadOnlySpan<float> values)
    {
        float[] ordered = new float[_channels];
        for (int c = 0; c < _channels; c++)
            ordered[c] = values[Layout.ChannelOf(c, _channels, FlattenedPixels)];
        return ordered;
    }

    /// <summary>Sets one of the four from PyTorch's order.</summary>
    internal void SetOrdered(Span<float> values, ReadOnlySpan<float> ordered)
    {
        for (int c = 0; c < _channels; c++)
            values[Layout.ChannelOf(c, _channels, FlattenedPixels)] = ordered[c];
    }
}
