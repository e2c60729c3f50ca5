using Inkling.Numerics;

namespace Inkling.Layers;

/// <summary>
/// A layer of an <see cref="Architecture"/>, as data: its kind and its size. The weights belong to the network
/// (<see cref="WeightedLayer"/>, <see cref="Layers.BatchNormalisation"/>).
/// </summary>
public abstract class Layer
{
    private protected Layer()
    {
    }

    /// <summary>The layer as an architecture's text writes it.</summary>
    private protected abstract string Name { get; }

    /// <summary>The layer as an architecture's text writes it: <c>conv:20:5x5</c>.</summary>
    public sealed override string ToString() => Name;

    /// <summary>The output shape for an input shape.</summary>
    /// <exception cref="InvalidOperationException">
    /// The layer cannot take that input; the message continues after the layer's name.
    /// </exception>
    internal abstract Shape OutputOf(Shape input);

    /// <summary>The output's width for an input's that is not too narrow.</summary>
    internal virtual int WidthBehind(int width) => width;

    /// <summary>The narrowest input for an output of at least this width.</summary>
    internal virtual long LeastWidthBefore(long width) => width;

    /// <summary>The number of learned weights, biases, scales and shifts.</summary>
    internal virtual int ParametersFor(Shape input) => 0;

    /// <summary>
    /// Upper bound of the numbers that the engine keeps for the layer and works with, besides its input and output; throws if
    /// that overflows.
    /// </summary>
    internal virtual long WorkingNumbersFor(Shape input) => ParametersFor(input);

    /// <summary>The same layer with or without biases; itself where it has no weights.</summary>
    internal virtual Layer WithBias(bool hasBias) => this;

    /// <summary>The multiply-adds of a forward pass on one example.</summary>
    internal virtual long MultiplyAddsFor(Shape input) => 0;

    /// <summary>A fully connected layer: z = w·a + b.</summary>
    /// <param name="neurons">The number of neurons, at least 1.</param>
    /// <param name="hasBias">False for z = w·a, as before batch normalisation.</param>
    /// <param name="inputs">The required length of its input; null for any.</param>
    public sealed class Dense(int neurons, bool hasBias = true, int? inputs = null) : Layer
    {
        /// <summary>The number of neurons.</summary>
        public int Neurons { get; } = neurons;

        /// <summary>Whether biases are learned; otherwise z = w·a.</summary>
        public bool HasBias { get; } = hasBias;

        /// <summary>The required length of its input; null for any.</summary>
        public int? Inputs { get; } = inputs;

        private protected override string Name => Text($"dense:{Neurons}{(HasBias ? "" : ":nobias")}");

        internal override Layer WithBias(bool hasBias) => new Dense(Neurons, hasBias, Inputs);

        internal override Shape OutputOf(Shape input)
        {
            Require(Neurons >= 1, $"needs at least 1 neuron");
            RequireOneWidth(input);
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
    /// <param name="channels">Output channels (feature maps), at least 1.</param>
    /// <param name="kernel">Height and width of the kernel, at least 1.</param>
    /// <param name="stride">Pixels between two windows, down and across, at least 1; null for 1.</param>
    /// <param name="padding">Zeros added above and below, and left and right; each less than the kernel's side.</param>
    /// <param name="hasBias">False for no bias, as before batch normalisation.</param>
    public sealed class Convolution(
        int channels, Sides kernel, Sides? stride = null, Sides padding = default, bool hasBias = true) : Layer
    {
        /// <summary>Output channels (feature maps).</summary>
        public int Channels { get; } = channels;

        /// <summary>Height and width of the kernel.</summary>
        public Sides Kernel { get; } = kernel;

        /// <summary>Pixels between two windows, down and across.</summary>
        public Sides Stride { get; } = stride ?? 1;

        /// <summary>Zeros added above and below, and left and right.</summary>
        public Sides Padding { get; } = padding;

        /// <summary>Whether biases are learned.</summary>
        public bool HasBias { get; } = hasBias;

        private protected override string Name =>
            Text($"conv:{Channels}:{Kernel}{(Stride == 1 ? "" : $":stride{Stride.ToShortText()}")}")
            + $"{(Padding == 0 ? "" : $":pad{Padding.ToShortText()}")}{(HasBias ? "" : ":nobias")}";

        internal override Layer WithBias(bool hasBias) => new Convolution(Channels, Kernel, Stride, Padding, hasBias);

        internal override Shape OutputOf(Shape input)
        {
            Require(
                Channels >= 1 && Kernel.AreAtLeast(1) && Stride.AreAtLeast(1),
                $"needs at least 1 channel, a kernel of at least 1x1 and a stride of at least 1");
            RequirePadding(Padding.Height, Kernel.Height);
            RequirePadding(Padding.Width, Kernel.Width);
            int? height = Windows(input.Height, Padding.Height, Kernel.Height, Stride.Height),
                width = WindowsAcross(input, Padding.Width, Kernel.Width, Stride.Width);
            Require(
                height is not null && width is not null,
                $"has a kernel of {Kernel}, larger than its input {input}{
                    (Padding == 0 ? "" : $" with padding {Padding.ToShortText()}")}");
            return new Shape(Channels, height!.Value, width!.Value);
        }

        internal override int WidthBehind(int width) =>
            checked((int)((width + 2L * Padding.Width - Kernel.Width) / Stride.Width + 1));

        internal override long LeastWidthBefore(long width) =>
            Math.Max(1, (width - 1) * Stride.Width + Kernel.Width - 2L * Padding.Width);

        internal override int ParametersFor(Shape input) =>
            checked((input.Channels * Kernel.Area + (HasBias ? 1 : 0)) * Channels);

        /// <summary>
        /// Weights, rotated weights for backpropagation, and the zero-padded frames that an input and its errors are copied
        /// into.
        /// </summary>
        internal override long WorkingNumbersFor(Shape input)
        {
            checked
            {
                long places = (long)Kernel.Height * Kernel.Width;
                long frame = (input.Height + 2L * Padding.Height) * (input.Width + 2L * Padding.Width) * input.Channels;
                long errorFrame = ((long)input.Height + Kernel.Height) * ((long)input.Width + Kernel.Width) * Channels;
                return (input.Channels * places + 1) * Rows.LongStrideOf(Channels)
                    + Rows.LongStrideOf(input.Channels) * places * Channels + frame + errorFrame;
            }
        }

        internal override long MultiplyAddsFor(Shape input) =>
            (long)OutputOf(input).Size * input.Channels * Kernel.Height * Kernel.Width;

        private static void RequirePadding(int padding, int kernel) =>
            Require(padding >= 0 && padding < kernel, $"has a padding that is not from 0 to {kernel - 1}, less than its kernel");
    }

    /// <summary>Max pooling: the largest number of each window.</summary>
    /// <param name="size">Height and width of the window.</param>
    /// <param name="stride">Pixels between two windows, down and across; 0 for the window's own sides.</param>
    public sealed class MaxPool(Sides size, Sides stride = default) : Layer
    {
        /// <summary>Height and width of the window.</summary>
        public Sides Size { get; } = size;

        /// <summary>Pixels between two windows, down and across.</summary>
        public Sides Stride { get; } = stride == 0 ? size : stride;

        private protected override string Name => PoolName("maxpool", Size, Stride);

        internal override Shape OutputOf(Shape input) => Pooled(input, Size, Stride);

        internal override int WidthBehind(int width) => (width - Size.Width) / Stride.Width + 1;

        internal override long LeastWidthBefore(long width) => (width - 1) * Stride.Width + Size.Width;
    }

    /// <summary>Average pooling: the mean of each window.</summary>
    /// <param name="size">Height and width of the window.</param>
    /// <param name="stride">Pixels between two windows, down and across; 0 for the window's own sides.</param>
    public sealed class AveragePool(Sides size, Sides stride = default) : Layer
    {
        /// <summary>Height and width of the window.</summary>
        public Sides Size { get; } = size;

        /// <summary>Pixels between two windows, down and across.</summary>
        public Sides Stride { get; } = stride == 0 ? size : stride;

        private protected override string Name => PoolName("avgpool", Size, Stride);

        internal override Shape OutputOf(Shape input) => Pooled(input, Size, Stride);

        internal override int WidthBehind(int width) => (width - Size.Width) / Stride.Width + 1;

        internal override long LeastWidthBefore(long width) => (width - 1) * Stride.Width + Size.Width;
    }

    /// <summary>
    /// Adds the input of one of the layers before it: a residual connection around them (He et al., arXiv 1512.03385).
    /// </summary>
    /// <param name="layers">How many layers it goes around, at least 1: those just before this one.</param>
    public sealed class Add(int layers) : Layer
    {
        /// <summary>How many layers it goes around.</summary>
        public int Layers { get; } = layers;

        private protected override string Name => Text($"add:{Layers}");

        /// <summary>The shape as it is; <see cref="Architecture"/> checks that what is added has the same.</summary>
        internal override Shape OutputOf(Shape input) => input;
    }

    /// <summary>Global average pooling: the mean of each feature map (Lin, Chen and Yan, arXiv 1312.4400).</summary>
    public sealed class GlobalAveragePool : Layer
    {
        private protected override string Name => "gap";

        internal override Shape OutputOf(Shape input)
        {
            RequireOneWidth(input);
            return new(input.Channels);
        }
    }

    /// <summary>
    /// Normalises each channel to mean 0 and variance 1 over the mini-batch, then applies a learned scale and shift; inference
    /// uses running means and variances instead of the mini-batch's (Ioffe and Szegedy, arXiv 1502.03167).
    /// </summary>
    public sealed class BatchNormalisation : Layer
    {
        private protected override string Name => "batchnorm";

        internal override Shape OutputOf(Shape input) => input;

        internal override int ParametersFor(Shape input) => checked(2 * input.Channels);
    }

    /// <summary>
    /// During training, sets each number to 0 with this probability and scales up the others (Srivastava et al. 2014).
    /// </summary>
    /// <param name="rate">From 0 to under 1.</param>
    public sealed class Dropout(double rate) : Layer
    {
        /// <summary>The probability.</summary>
        public double Rate { get; } = rate;

        private protected override string Name => Text($"dropout:{Rate}");

        internal override Shape OutputOf(Shape input)
        {
            Require(Rate is >= 0 and < 1, $"needs a rate from 0 to under 1");
            return input;
        }
    }

    /// <summary>Flattens feature maps to one vector, for a dense layer.</summary>
    public sealed class Flatten : Layer
    {
        private protected override string Name => "flatten";

        internal override Shape OutputOf(Shape input)
        {
            RequireOneWidth(input);
            return new(input.Size);
        }
    }

    /// <summary>An activation function, applied to each number.</summary>
    /// <param name="function">The function.</param>
    public sealed class Activation(ActivationFunction function) : Layer
    {
        /// <summary>The function.</summary>
        public ActivationFunction Function { get; } = function;

        private protected override string Name => Function switch
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
    /// e^z divided by the sum over all channels: outputs that are a probability distribution, of a row of any width in each
    /// column. Allowed only as the last layer.
    /// </summary>
    public sealed class Softmax : Layer
    {
        private protected override string Name => "softmax";

        internal override Shape OutputOf(Shape input)
        {
            Require(
                input.IsVector || input is { Height: 1, HasAnyWidth: true },
                $"takes a vector{(input.HasAnyWidth ? " in each column" : "")}, and is given {input}");
            return input;
        }
    }

    private protected static string Text(FormattableString text) => FormattableString.Invariant(text);

    private protected static void Require(bool condition, FormattableString otherwise)
    {
        if (!condition)
            throw new InvalidOperationException(Text(otherwise));
    }

    private protected static string PoolName(string word, Sides size, Sides stride) =>
        $"{word}:{size.ToShortText()}{(stride == size ? "" : $":stride{stride.ToShortText()}")}";

    private protected static Shape Pooled(Shape input, Sides size, Sides stride)
    {
        Require(size.AreAtLeast(1) && stride.AreAtLeast(1), $"needs a window of at least 1");
        int? height = Windows(input.Height, 0, size.Height, stride.Height),
            width = WindowsAcross(input, 0, size.Width, stride.Width);
        Require(height is not null && width is not null, $"has a window of {size}, larger than its input {input}");
        return new Shape(input.Channels, height!.Value, width!.Value);
    }

    private protected static void RequireOneWidth(Shape input) =>
        Require(!input.HasAnyWidth, $"takes inputs of one width, and is given {input}");

    /// <summary>How many windows fit along a width; any for any.</summary>
    private static int? WindowsAcross(Shape input, int padding, int window, int stride) =>
        input.HasAnyWidth ? Shape.AnyWidth : Windows(input.Width, padding, window, stride);

    /// <summary>How many windows fit along a side; null where none does.</summary>
    private static int? Windows(int side, int padding, int window, int stride)
    {
        long frame = side + 2L * padding;
        return frame < window ? null : checked((int)((frame - window) / stride + 1));
    }
}
