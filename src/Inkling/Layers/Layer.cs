using Inkling.Numerics;

namespace Inkling.Layers;

/// <summary>
/// A layer of an <see cref="Architecture"/>, as data: its kind and its size. The weights belong to the network
/// (<see cref="Dense"/>, <see cref="Convolution"/>, <see cref="BatchNormalisation"/>).
/// </summary>
public abstract record Layer
{
    private protected Layer()
    {
    }

    /// <summary>The layer as an architecture's text writes it: <c>conv:20:5x5</c>.</summary>
    public abstract override string ToString();

    /// <summary>The output shape for an input shape.</summary>
    /// <exception cref="InvalidOperationException">
    /// The layer cannot take that input; the message continues after the layer's name.
    /// </exception>
    internal abstract Shape OutputOf(Shape input);

    /// <summary>The number of learned weights, biases, scales and shifts.</summary>
    internal virtual int ParametersFor(Shape input) => 0;

    /// <summary>
    /// Upper bound of the numbers that the engine keeps for the layer and works with, besides its input and output; throws if
    /// that overflows.
    /// </summary>
    internal virtual long WorkingNumbersFor(Shape input) => ParametersFor(input);

    /// <summary>The multiply-adds of a forward pass on one example.</summary>
    internal virtual long MultiplyAddsFor(Shape input) => 0;

    /// <summary>A fully connected layer: z = w·a + b.</summary>
    /// <param name="Neurons">The number of neurons, at least 1.</param>
    /// <param name="HasBias">False for z = w·a, as before batch normalisation.</param>
    /// <param name="Inputs">The required length of its input; null for any.</param>
    public sealed record Dense(int Neurons, bool HasBias = true, int? Inputs = null) : Layer
    {
        /// <inheritdoc/>
        public override string ToString() => Text($"dense:{Neurons}{(HasBias ? "" : ":nobias")}");

        internal override Shape OutputOf(Shape input)
        {
            Require(Neurons >= 1, $"needs at least 1 neuron");
            Require(input.IsVector, $"takes a vector, and is given {input}; put flatten before it");
            Require(Inputs is null || Inputs == input.Channels, $"takes {Inputs} numbers, and is given {input}");
            return new Shape(Neurons);
        }

        internal override int ParametersFor(Shape input) => checked((input.Size + (HasBias ? 1 : 0)) * Neurons);

        /// <summary>Weights and their transpose.</summary>
        internal override long WorkingNumbersFor(Shape input) =>
            checked(((long)input.Size + 1) * Rows.LongStrideOf(Neurons) + Rows.LongStrideOf(input.Size) * Neurons);

        internal override long MultiplyAddsFor(Shape input) => (long)input.Size * Neurons;
    }

    /// <summary>A 2-D convolution (cross-correlation, as PyTorch and Keras compute it).</summary>
    /// <param name="Channels">Output channels (feature maps), at least 1.</param>
    /// <param name="Kernel">Height and width of the kernel, at least 1.</param>
    /// <param name="Stride">Pixels between two windows, at least 1.</param>
    /// <param name="Padding">Zeros added on each side of the input, less than the kernel.</param>
    /// <param name="HasBias">False for no bias, as before batch normalisation.</param>
    public sealed record Convolution(int Channels, int Kernel, int Stride = 1, int Padding = 0, bool HasBias = true) : Layer
    {
        /// <inheritdoc/>
        public override string ToString() =>
            Text($"conv:{Channels}:{Kernel}x{Kernel}{(Stride == 1 ? "" : Text($":stride{Stride}"))}")
            + Text($"{(Padding == 0 ? "" : Text($":pad{Padding}"))}{(HasBias ? "" : ":nobias")}");

        internal override Shape OutputOf(Shape input)
        {
            Require(
                Channels >= 1 && Kernel >= 1 && Stride >= 1,
                $"needs at least 1 channel, a kernel of at least 1x1 and a stride of at least 1");
            Require(Padding >= 0 && Padding < Kernel, $"has a padding that is not from 0 to {Kernel - 1}, less than its kernel");
            long frameHeight = input.Height + 2L * Padding, frameWidth = input.Width + 2L * Padding;
            int height = checked((int)((frameHeight - Kernel) / Stride + 1)),
                width = checked((int)((frameWidth - Kernel) / Stride + 1));
            Require(
                frameHeight >= Kernel && frameWidth >= Kernel,
                $"has a kernel of {Kernel}x{Kernel}, larger than its input {input}{
                    (Padding == 0 ? "" : Text($" with padding {Padding}"))}");
            return new Shape(Channels, height, width);
        }

        internal override int ParametersFor(Shape input) =>
            checked((input.Channels * Kernel * Kernel + (HasBias ? 1 : 0)) * Channels);

        /// <summary>
        /// Weights, rotated weights for backpropagation, and the zero-padded frames that an input and its errors are copied
        /// into.
        /// </summary>
        internal override long WorkingNumbersFor(Shape input)
        {
            checked
            {
                long places = (long)Kernel * Kernel;
                long frame = (input.Height + 2L * Padding) * (input.Width + 2L * Padding) * input.Channels;
                long errorFrame = ((long)input.Height + Kernel) * ((long)input.Width + Kernel) * Channels;
                return (input.Channels * places + 1) * Rows.LongStrideOf(Channels)
                    + Rows.LongStrideOf(input.Channels) * places * Channels + frame + errorFrame;
            }
        }

        internal override long MultiplyAddsFor(Shape input) => (long)OutputOf(input).Size * input.Channels * Kernel * Kernel;
    }

    /// <summary>Max pooling: the largest number of each window.</summary>
    /// <param name="Size">Height and width of the window.</param>
    /// <param name="Stride">Pixels between two windows; 0 for the window's width.</param>
    public sealed record MaxPool(int Size, int Stride = 0) : Layer
    {
        /// <inheritdoc/>
        public override string ToString() => Text($"maxpool:{Size}{(Step == Size ? "" : Text($":stride{Step}"))}");

        internal int Step => Stride == 0 ? Size : Stride;

        internal override Shape OutputOf(Shape input) => Pooled(input, Size, Step);
    }

    /// <summary>Average pooling: the mean of each window.</summary>
    /// <param name="Size">Height and width of the window.</param>
    /// <param name="Stride">Pixels between two windows; 0 for the window's width.</param>
    public sealed record AveragePool(int Size, int Stride = 0) : Layer
    {
        /// <inheritdoc/>
        public override string ToString() => Text($"avgpool:{Size}{(Step == Size ? "" : Text($":stride{Step}"))}");

        internal int Step => Stride == 0 ? Size : Stride;

        internal override Shape OutputOf(Shape input) => Pooled(input, Size, Step);
    }

    /// <summary>Global average pooling: the mean of each feature map (Lin, Chen and Yan, arXiv 1312.4400).</summary>
    public sealed record GlobalAveragePool : Layer
    {
        /// <inheritdoc/>
        public override string ToString() => "gap";

        internal override Shape OutputOf(Shape input) => new(input.Channels);
    }

    /// <summary>
    /// Normalises each channel to mean 0 and variance 1 over the mini-batch, then applies a learned scale and shift; inference
    /// uses running means and variances instead of the mini-batch's (Ioffe and Szegedy, arXiv 1502.03167).
    /// </summary>
    public sealed record BatchNormalisation : Layer
    {
        /// <inheritdoc/>
        public override string ToString() => "batchnorm";

        internal override Shape OutputOf(Shape input) => input;

        internal override int ParametersFor(Shape input) => checked(2 * input.Channels);
    }

    /// <summary>
    /// During training, sets each number to 0 with this probability and scales up the others (Srivastava et al. 2014).
    /// </summary>
    /// <param name="Rate">From 0 to under 1.</param>
    public sealed record Dropout(double Rate) : Layer
    {
        /// <inheritdoc/>
        public override string ToString() => Text($"dropout:{Rate}");

        internal override Shape OutputOf(Shape input)
        {
            Require(Rate is >= 0 and < 1, $"needs a rate from 0 to under 1");
            return input;
        }
    }

    /// <summary>Flattens feature maps to one vector, for a dense layer.</summary>
    public sealed record Flatten : Layer
    {
        /// <inheritdoc/>
        public override string ToString() => "flatten";

        internal override Shape OutputOf(Shape input) => new(input.Size);
    }

    /// <summary>An activation function, applied to each number.</summary>
    /// <param name="Function">The function.</param>
    public sealed record Activation(ActivationFunction Function) : Layer
    {
        /// <inheritdoc/>
        public override string ToString() => Function switch
        {
            ActivationFunction.Sigmoid => "sigmoid",
            ActivationFunction.Tanh => "tanh",
            ActivationFunction.Relu => "relu",
            _ => "silu",
        };

        internal override Shape OutputOf(Shape input)
        {
            Require(Enum.IsDefined(Function), $"is not an activation function");
            return input;
        }
    }

    /// <summary>
    /// e^z divided by the sum over all channels: outputs that are a probability distribution. Allowed only as the last layer.
    /// </summary>
    public sealed record Softmax : Layer
    {
        /// <inheritdoc/>
        public override string ToString() => "softmax";

        internal override Shape OutputOf(Shape input)
        {
            Require(input.IsVector, $"takes a vector, and is given {input}");
            return input;
        }
    }

    private protected static string Text(FormattableString text) => FormattableString.Invariant(text);

    private protected static void Require(bool condition, FormattableString otherwise)
    {
        if (!condition)
            throw new InvalidOperationException(Text(otherwise));
    }

    private protected static Shape Pooled(Shape input, int size, int step)
    {
        Require(size >= 1 && step >= 1, $"needs a window of at least 1");
        Require(size <= input.Height && size <= input.Width, $"has a window of {size}x{size}, larger than its input {input}");
        return new Shape(input.Channels, (input.Height - size) / step + 1, (input.Width - size) / step + 1);
    }
}
