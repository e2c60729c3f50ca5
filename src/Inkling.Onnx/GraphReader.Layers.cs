using Inkling.Layers;

namespace Inkling.Onnx;

/// <summary>The nodes with weights.</summary>
internal sealed partial class GraphReader
{
    /// <summary>Dense layer: alpha·x·W + beta·c.</summary>
    private void TakeGemm(Node node)
    {
        RequireSignal(node, 0);
        float alpha = node.Float("alpha", 1), beta = node.Float("beta", 1);
        if (node.Integer("transA", 0) != 0)
            throw node.Refusal("transposes its images");
        (int neurons, float[] weights) = WeightsOf(node, isNeuronsFirst: node.Integer("transB", 0) != 0);
        foreach (ref float weight in weights.AsSpan())
            weight *= alpha;
        float[]? biases = null;
        if (node.Input(2) is not null)
        {
            float[] added = ForEachChannel(node, RequireConstant(node, 2), [neurons], channels: neurons, at: 0);
            biases = [.. Enumerable.Range(0, neurons).Select(j => beta * added[added.Length == 1 ? 0 : j])];
        }

        _chain.AddDense(neurons, weights, biases);
    }

    private void TakeMatMul(Node node)
    {
        RequireSignal(node, 0);
        (int neurons, float[] weights) = WeightsOf(node, isNeuronsFirst: false);
        _chain.AddDense(neurons, weights, biases: null);
    }

    /// <summary>A copy of the weights as [neurons, inputs].</summary>
    private (int Neurons, float[] Weights) WeightsOf(Node node, bool isNeuronsFirst)
    {
        if (_chain.Dimensions.Length != 1)
            throw node.Refusal($"takes vectors, and is given [{Node.List(_chain.Dimensions)}]: flatten it first");
        Constant weights = RequireConstant(node, 1);
        float[] values = RequireFloats(node, 1);
        if (weights.Shape is not [var a, var b] || (isNeuronsFirst ? b : a) != _chain.Shape.Size || values.Length == 0)
            throw node.Refusal(
                $"has weights {Node.Quoted(node.Input(1)!)} of shape [{Node.List(weights.Shape)}], "
                    + $"which do not fit {_chain.Shape.Size} inputs");
        _allowance.Take(values.Length, node.Name);
        return isNeuronsFirst ? (a, [.. values]) : (b, weights.Transposed([1, 0]).Floats!);
    }

    private void TakeConvolution(Node node)
    {
        RequireSignal(node, 0);
        RequireImage(node);
        Constant weights = RequireConstant(node, 1);
        float[] values = RequireFloats(node, 1);
        if (node.Integer("group", 1) != 1)
            throw node.Refusal("convolves groups of channels by themselves");
        if (node.Integers("dilations") is { } dilations && dilations.Any(dilation => dilation != 1))
            throw node.Refusal("has a kernel with gaps (dilations)");
        if (weights.Shape is not [var channels, var inputs, var height, var width]
            || inputs != _chain.Shape.Channels
            || values.Length == 0
            || (node.Integers("kernel_shape") is { } sides && !sides.SequenceEqual([height, width])))
            throw node.Refusal(
                $"has weights {Node.Quoted(node.Input(1)!)} of shape [{Node.List(weights.Shape)}], "
                    + $"which do not fit its {_chain.Shape.Channels} channels in and its kernel");
        Sides stride = StrideOf(node, otherwise: 1);
        Window window = Window.Of(node, _chain.Shape, height, width, stride);
        Window trimmed = window.Trimmed(_chain.Shape, stride); // as far as that makes the padding the same on both sides
        window = window with
        {
            Bottom = Math.Clamp(window.Top, trimmed.Bottom, window.Bottom),
            Right = Math.Clamp(window.Left, trimmed.Right, window.Right)
        };
        (Sides kernel, Sides padding) = window.Symmetric(node);
        float[]? biases = node.Input(2) is null ? null : [.. RequireFloats(node, 2)];
        if (biases is not null && biases.Length != channels)
            throw node.Refusal($"has {biases.Length} biases for {channels} channels");
        _allowance.Take((long)channels * inputs * kernel.Height * kernel.Width, node.Name);
        float[] placed = new float[channels * inputs * kernel.Height * kernel.Width];
        for (int map = 0; map < channels * inputs; map++)
        {
            for (int row = 0; row < height; row++)
                values.AsSpan((map * height + row) * width, width).CopyTo(placed.AsSpan(
                    (map * kernel.Height + row + padding.Height - window.Top) * kernel.Width + padding.Width - window.Left));
        }

        _chain.AddConvolution(new Layer.Convolution(channels, kernel, stride, padding), placed, biases);
    }

    private void TakeNormalisation(Node node)
    {
        RequireSignal(node, 0);
        node.IgnoreAttributes("momentum", "spatial");
        if (node.Integer("training_mode", 0) != 0 || node.Integer("spatial", 1) != 1)
            throw node.Refusal("normalises by the batch it is given. Export the model for reading (model.eval())");
        bool isVector = _chain.Shape.IsVector && _chain.Dimensions[0] == _chain.Shape.Channels; // also as [channels, 1]
        if (!_chain.IsImage && !isVector)
            throw node.Refusal($"is given [{Node.List(_chain.Dimensions)}], whose channels do not come first");
        int channels = _chain.Shape.Channels;
        float[][] values = [.. Enumerable.Range(1, 4).Select(input => RequireFloats(node, input).ToArray())];
        float epsilon = node.Float("epsilon", 1e-5f);
        if (values.Any(value => value.Length != channels))
            throw node.Refusal($"has numbers for {values.Max(value => value.Length)} channels, and is given {channels}");
        if (values[3].Any(variance => variance < 0 || !(variance + epsilon > 0)))
            throw node.Refusal("has a variance under 0");
        _allowance.Take(4L * channels, node.Name);
        _chain.AddNormalisation(values[0], values[1], values[2], values[3], epsilon);
    }

    /// <summary>Adds, subtracts, multiplies or divides by a constant; or x·σ(x).</summary>
    private void TakeArithmetic(Node node, int place)
    {
        if (node.Inputs != 2)
            throw node.Refusal($"has {node.Inputs} inputs");
        if (node.Operator == "Mul" && IsSilu(node))
        {
            _chain.MakeSilu();
            return;
        }

        if (_signals.TryGetValue(node.Input(0) ?? "", out int first) && _signals.TryGetValue(node.Input(1) ?? "", out int other))
        {
            TakeResidual(node, first, other);
            return;
        }

        int constant = node.Input(1) is { } second && ConstantOf(second) is not null ? 1 : 0;
        RequireSignal(node, 1 - constant);
        if (node.Operator == "Div" && constant == 0)
            throw node.Refusal("divides a constant by what flows");
        int at = _chain.IsChannelsLast ? _chain.Dimensions.Length - 1 : 0;
        Constant operand = RequireConstant(node, constant);
        if (operand.Integers is { Length: 1 } integers)
            operand = new Constant(operand.Shape, [(float)integers[0]]);
        float[] values = ForEachChannel(node, operand, _chain.Dimensions, _chain.Shape.Channels, at);
        if (node.Operator == "Div" && values.Contains(0))
            throw node.Refusal("divides by 0");
        if (node.Operator is "Mul" or "Div" && values is [var factor] && IsTemperature(node, place, factor))
        {
            _chain.Temperature = _description!.Temperature;
            return;
        }

        _allowance.Take(4L * _chain.Shape.Channels, node.Name);
        (float[] scale, float[] shift) = node.Operator switch
        {
            "Add" => ([1f], values),
            "Sub" when constant == 1 => ([1f], [.. values.Select(value => -value)]),
            "Sub" => ([-1f], values),
            "Mul" => (values, [0f]),
            _ => ((float[])[.. values.Select(value => 1 / value)], (float[])[0f]),
        };
        _chain.Scale(scale, shift, addsBias: node.Operator is "Add" or "Sub");
    }

    /// <summary>A residual connection: what flows, and what flowed before some of the layers.</summary>
    private void TakeResidual(Node node, int first, int second)
    {
        int around = Math.Min(first, second);
        if (node.Operator != "Add" || Math.Max(first, second) != _signal || around == _signal)
            throw node.Refusal("joins two branches: networks are read whose layers form one chain, with residual additions");
        if (!_dimensions[around].SequenceEqual(_chain.Dimensions) || _chain.IsChannelsLast)
            throw node.Refusal(
                $"adds [{Node.List(_dimensions[around])}] to [{Node.List(_chain.Dimensions)}]; "
                    + "a residual connection has one shape, channels first");
        if (_chain.LayersSince(_places[around]) is not { } layers)
            throw node.Refusal("adds what is folded into a layer before it");
        _chain.Add(new Layer.Add(layers));
    }

    /// <summary>Whether the sigmoid just added is multiplied by its own input.</summary>
    private bool IsSilu(Node node) =>
        _chain.LastLayer is Layer.Activation { Function: ActivationFunction.Sigmoid }
        && node.Input(0) is { } x && node.Input(1) is { } y
        && _signals.TryGetValue(x, out int a) && _signals.TryGetValue(y, out int b)
        && Math.Max(a, b) == _signal && Math.Min(a, b) == _signal - 1;

    /// <summary>Whether this is Inkling's own division by the temperature before softmax.</summary>
    private bool IsTemperature(Node node, int place, float factor) =>
        _description is { Temperature: not 1 and var temperature }
        && Math.Abs((node.Operator == "Div" ? factor : 1 / factor) - temperature) < 1e-6 * temperature
        && place + 1 < _order.Nodes.Count
        && _graph.Node[_order.Nodes[place + 1]] is { OpType: "Softmax", Input: [var next, ..] }
        && next == node.Output;

    /// <summary>A constant that is the same at all pixels: one number, or one for each channel.</summary>
    /// <param name="node">The node that takes it.</param>
    /// <param name="constant">One number in any shape, or one for each channel along the channel dimension.</param>
    /// <param name="dimensions">The dimensions it broadcasts to, without the batch.</param>
    /// <param name="channels">The number of channels.</param>
    /// <param name="at">The channel dimension's index in <paramref name="dimensions"/>.</param>
    private static float[] ForEachChannel(Node node, Constant constant, int[] dimensions, int channels, int at)
    {
        float[] values = constant.Floats ?? throw node.Refusal("takes integers for weights");
        if (values.Length == 1 && constant.Shape.Length <= dimensions.Length + 1)
            return [.. values];
        int offset = dimensions.Length - constant.Shape.Length;
        bool isByChannel = offset >= -1
            && constant.Shape.Index().All(side => side.Index + offset == at ? side.Item == channels : side.Item == 1);
        return isByChannel && values.Length == channels ? [.. values]
            : throw node.Refusal(
                $"takes a constant of shape [{Node.List(constant.Shape)}], "
                    + $"which is neither one number nor one for each of {channels} channels");
    }
}
