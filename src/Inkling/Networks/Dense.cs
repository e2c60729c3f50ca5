using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// A fully connected layer, z = w·x + b: a view into the one buffer that holds all of a network's weights and biases, or
/// all of its gradients.
/// </summary>
/// <remarks>
/// In the buffer the weights lie in panels of 16 neurons, [panels, inputs, 16]: one input's weights to the neurons of a panel
/// are contiguous (docs/kernels.md). Padding is zero and stays zero.
/// </remarks>
public sealed class Dense
{
    private readonly AlignedBuffer _buffer;
    private readonly int _start;

    internal Dense(AlignedBuffer buffer, int start, int inputs, int neurons)
    {
        _buffer = buffer;
        _start = start;
        Inputs = inputs;
        Neurons = neurons;
    }

    /// <summary>Neurons of the layer before.</summary>
    public int Inputs { get; }

    /// <summary>Neurons of this layer.</summary>
    public int Neurons { get; }

    /// <summary>How many weights and biases there are.</summary>
    public int ParameterCount => (Inputs + 1) * Neurons;

    /// <summary>[neurons]: b.</summary>
    public Span<float> Biases => PaddedBiases[..Neurons];

    internal int Stride => Rows.StrideOf(Neurons);

    /// <summary>[panels, inputs, 16].</summary>
    internal Span<float> Panels => _buffer.Slice(_start + Stride, Inputs * Stride);

    /// <summary>[stride].</summary>
    internal Span<float> PaddedBiases => _buffer.Slice(_start, Stride);

    /// <summary>The weight w[j,k] from neuron k of the layer before to neuron j of this one.</summary>
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
        for (int j = 0; j < Neurons; j++)
        {
            for (int k = 0; k < Inputs; k++)
                weights[j * Inputs + k] = this[j, k];
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
        for (int j = 0; j < Neurons; j++)
        {
            for (int k = 0; k < Inputs; k++)
                this[j, k] = weights[j * Inputs + k];
        }
    }

    internal static int BufferLength(int inputs, int neurons) => checked((inputs + 1) * Rows.StrideOf(neurons));

    private int IndexOf(int neuron, int input)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(neuron);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(neuron, Neurons);
        ArgumentOutOfRangeException.ThrowIfNegative(input);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(input, Inputs);
        return Rows.IndexOf(neuron, input, Inputs);
    }
}
