using Inkling.Layers;

namespace Inkling.Onnx;

/// <summary>Nodes of the domain ai.onnx.ml, in which scikit-learn's networks and logistic regressions are exported.</summary>
internal sealed partial class GraphReader
{
    /// <summary>(x - offset)·scale, of one number or one for each input: scikit-learn's StandardScaler, MinMaxScaler.</summary>
    private void TakeScaler(Node node)
    {
        RequireVector(node);
        float[] offset = node.Floats("offset") ?? [0], scale = node.Floats("scale") ?? [1];
        int inputs = _chain.Shape.Size;
        if ((offset.Length != 1 && offset.Length != inputs) || (scale.Length != 1 && scale.Length != inputs))
            throw node.Refusal($"has {offset.Length} offsets and {scale.Length} scales for {inputs} inputs");
        int longer = Math.Max(offset.Length, scale.Length);
        _allowance.Take(4L * inputs, node.Name);
        float[] shift =
        [
            .. Enumerable.Range(0, longer).Select(i => -offset[offset.Length == 1 ? 0 : i] * scale[scale.Length == 1 ? 0 : i])
        ];
        _chain.Scale(scale, shift, addsBias: true);
    }

    /// <summary>Logistic regression: a dense layer and softmax.</summary>
    private void TakeLinearClassifier(Node node)
    {
        RequireVector(node);
        node.IgnoreAttributes("multi_class", "classlabels_ints", "classlabels_int64s", "classlabels_strings");
        float[] weights = node.Floats("coefficients") ?? [], biases = node.Floats("intercepts") ?? [];
        int inputs = _chain.Shape.Size, classes = biases.Length;
        if (classes < 2 || weights.Length != (long)classes * inputs)
            throw node.Refusal($"has {weights.Length} coefficients and {classes} intercepts for {inputs} inputs");
        if (node.Text("post_transform") is not (null or "NONE" or "SOFTMAX") and var transform)
            throw node.Refusal($"makes {Node.Quoted(transform!)} of its outputs; SOFTMAX is read");
        _allowance.Take(weights.Length, node.Name);
        _chain.AddDense(classes, weights, biases);
        if (node.Text("post_transform") == "SOFTMAX")
            _chain.Add(new Layer.Softmax());
    }

    /// <summary>Division by the sum, which for probabilities is 1.</summary>
    private void RequireSumOfOne(Node node)
    {
        RequireSignal(node, 0);
        if (node.Text("norm") is not "L1" || _chain.LastLayer is not Layer.Softmax)
            throw node.Refusal("scales outputs that are no probabilities");
    }

    private void RequireVector(Node node)
    {
        RequireSignal(node, 0);
        if (_chain.Dimensions.Length != 1)
            throw node.Refusal($"takes vectors, and is given [{Node.List(_chain.Dimensions)}]");
    }
}
