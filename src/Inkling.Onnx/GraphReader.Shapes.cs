using Inkling.Layers;

namespace Inkling.Onnx;

/// <summary>The nodes without weights.</summary>
internal sealed partial class GraphReader
{
    private void TakeFlatten(Node node)
    {
        RequireSignal(node, 0);
        long axis = node.Integer("axis", 1);
        if ((axis < 0 ? axis + _chain.Dimensions.Length + 1 : axis) != 1)
            throw node.Refusal("flattens from another dimension than the second");
        _chain.Reshape([_chain.Shape.Size]);
    }

    private void TakeReshape(Node node)
    {
        RequireSignal(node, 0);
        long[] sides = SidesOf(node, [Constant.Batch, .. _chain.Dimensions.Select(side => (long)side)], _chain.Shape.Size);
        if (sides is [var first, .. var rest] && first == Constant.Batch && rest.All(side => side > 0))
        {
            if (_chain.Reshape([.. rest.Select(side => (int)side)]))
                return;
        }

        throw node.Refusal($"makes [{Text(sides)}] of [batch, {Node.List(_chain.Dimensions)}], which is no flattening");
    }

    private void TakeTranspose(Node node)
    {
        RequireSignal(node, 0);
        long[] order = node.Integers("perm")
            ?? [.. Enumerable.Range(0, _chain.Dimensions.Length + 1).Reverse().Select(d => (long)d)];
        if (!_chain.Transpose([.. order.Select(d => (int)Math.Clamp(d, -1, 9))]))
            throw node.Refusal(
                $"orders dimensions as [{Node.List(order)}], which does not just move channels from last to first or back");
    }

    private void TakePool(Node node)
    {
        RequireSignal(node, 0);
        RequireImage(node);
        node.IgnoreAttributes("storage_order", "count_include_pad");
        if (node.Integers("dilations") is { } dilations && dilations.Any(dilation => dilation != 1))
            throw node.Refusal("has a window with gaps (dilations)");
        if (node.Integers("kernel_shape")
            is not [>= 1 and <= LargestInput and var height, >= 1 and <= LargestInput and var width])
            throw node.Refusal("has no window of two sides");
        Shape shape = _chain.Shape;
        Sides stride = StrideOf(node, otherwise: 1);
        bool roundsUp = node.Integer("ceil_mode", 0) != 0;
        Window window = Window.Of(node, shape, (int)height, (int)width, stride);
        if (!(roundsUp ? window : window.Trimmed(shape, stride)).IsUnpadded)
            throw node.Refusal("pads what it pools");
        bool dividesEvenly = (shape.Height - height) % stride.Height == 0 && (shape.Width - width) % stride.Width == 0;
        if (roundsUp && !dividesEvenly)
            throw node.Refusal("pools windows that reach over the edge (ceil_mode)");
        Sides size = new((int)height, (int)width);
        _chain.Add(node.Operator == "MaxPool" ? new Layer.MaxPool(size, stride) : new Layer.AveragePool(size, stride));
    }

    private void TakeGlobalPool(Node node)
    {
        RequireSignal(node, 0);
        if (_chain.Dimensions.Length != 3)
            throw node.Refusal($"takes images, and is given [{Node.List(_chain.Dimensions)}]");
        bool keeps = true;
        if (node.Operator == "GlobalAveragePool")
        {
            RequireImage(node);
        }
        else
        {
            long[] axes = (node.Input(1) is null ? node.Integers("axes") : SizesOf(node, RequireConstant(node, 1))) ?? [];
            keeps = node.Integer("keepdims", 1) != 0;
            long[] places = [.. axes.Select(axis => axis < 0 ? axis + 4 : axis).Order()];
            node.IgnoreAttributes("noop_with_empty_axes");
            if (!places.SequenceEqual(_chain.IsChannelsLast ? [1L, 2] : [2L, 3]))
                throw node.Refusal($"takes the mean over [{Node.List(axes)}], which is not over height and width");
        }

        _chain.Add(new Layer.GlobalAveragePool());
        if (!keeps)
            _chain.Reshape([_chain.Shape.Size]);
    }

    private void TakeActivation(Node node, ActivationFunction function)
    {
        RequireSignal(node, 0);
        _chain.Add(new Layer.Activation(function));
    }

    private void TakeSoftmax(Node node)
    {
        RequireSignal(node, 0);
        _givesLogarithms = node.Operator == "LogSoftmax";
        int rank = _chain.Dimensions.Length + 1;
        long axis = node.Integer("axis", node.OperatorSet < 13 ? 1 : -1);
        int at = (int)Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);
        if (at is 0 || at == rank || _chain.Dimensions[at - 1] != _chain.Shape.Size)
            throw node.Refusal("is not over the classes");
        _chain.Reshape([_chain.Shape.Size]);
        _chain.Add(new Layer.Softmax());
    }

    /// <summary>Accepts the logarithm of probabilities, and its inverse: the network gives the probabilities for both.</summary>
    private void TakeLogarithm(Node node)
    {
        RequireSignal(node, 0);
        bool isLogarithm = node.Operator == "Log";
        if (_chain.LastLayer is not Layer.Softmax || _givesLogarithms == isLogarithm)
            throw node.Refusal(isLogarithm
                ? "takes the logarithm of what are no probabilities"
                : "is not of the logarithms of probabilities");
        _givesLogarithms = isLogarithm;
    }

    private void RequireImage(Node node)
    {
        if (!_chain.IsImage)
            throw node.Refusal($"takes images, channels first, and is given [{Node.List(_chain.Dimensions)}]");
    }

    /// <summary>The stride down and across.</summary>
    private static Sides StrideOf(Node node, Sides otherwise) => node.Integers("strides") switch
    {
        null => otherwise,
        [>= 1 and <= LargestInput and var down, >= 1 and <= LargestInput and var across] => new Sides((int)down, (int)across),
        var strides => throw node.Refusal($"has strides [{Node.List(strides)}]; one down and one across are read"),
    };

    /// <summary>The window of a convolution or pooling, and the padding around its input.</summary>
    private readonly record struct Window(int Height, int Width, int Top, int Left, int Bottom, int Right)
    {
        public bool IsUnpadded => (Top, Left, Bottom, Right) == (0, 0, 0, 0);

        public static Window Of(Node node, Shape input, int height, int width, Sides stride)
        {
            string? automatic = node.Text("auto_pad");
            long[]? pads = node.Integers("pads");
            if (automatic is "SAME_UPPER" or "SAME_LOWER")
            {
                static int Total(int side, int window, int step) =>
                    Math.Max(0, ((side + step - 1) / step - 1) * step + window - side);
                int down = Total(input.Height, height, stride.Height),
                    across = Total(input.Width, width, stride.Width),
                    less = automatic == "SAME_UPPER" ? 0 : 1;
                pads = [(down + less) / 2, (across + less) / 2, (down + 1 - less) / 2, (across + 1 - less) / 2];
            }
            else if (automatic is "VALID")
            {
                pads = null;
            }
            else if (automatic is not (null or "" or "NOTSET"))
            {
                throw node.Refusal($"pads by {Node.Quoted(automatic)}");
            }

            if (pads is null)
                return new Window(height, width, 0, 0, 0, 0);
            int largest = Math.Max(height, width);
            return pads is [var top, var left, var bottom, var right] && pads.All(pad => pad >= 0 && pad < largest)
                ? new Window(height, width, (int)top, (int)left, (int)bottom, (int)right)
                : throw node.Refusal($"has pads [{Node.List(pads)}] around a window of {height}x{width}");
        }

        /// <summary>The same window without the padding at the bottom and at the right that it never reaches.</summary>
        public Window Trimmed(Shape input, Sides stride)
        {
            static int Reached(int side, int window, int before, int after, int step)
            {
                int last = Math.Max(0, side + before + after - window) / step * step; // where the last window begins
                return Math.Clamp(last + window - before - side, 0, after);
            }

            return this with
            {
                Bottom = Reached(input.Height, Height, Top, Bottom, stride.Height),
                Right = Reached(input.Width, Width, Left, Right, stride.Width)
            };
        }

        /// <summary>
        /// The equivalent kernel with the same padding above as below, and left as right: this kernel at row
        /// <c>padding.Height - Top</c> and column <c>padding.Width - Left</c>, with weights of 0 around it.
        /// </summary>
        public (Sides Kernel, Sides Padding) Symmetric(Node node)
        {
            Sides padding = new(Math.Max(Top, Bottom), Math.Max(Left, Right)),
                kernel = new(Height + 2 * padding.Height - Top - Bottom, Width + 2 * padding.Width - Left - Right);
            return padding.Height < kernel.Height && padding.Width < kernel.Width
                ? (kernel, padding)
                : throw node.Refusal($"has a kernel of {Height}x{Width} with pads [{Top}, {Left}, {Bottom}, {Right}]");
        }
    }
}
