using Inkling.Onnx.Schema;
using Inkling.Tests;

namespace Inkling.Onnx.Tests;

/// <summary>Ways in which exporters write the same network that must not keep a file from being read.</summary>
public sealed class HarmlessVariantTests
{
    [Fact]
    public void Nodes_may_be_in_any_order()
    {
        TestGraph graph = new(1, 6, 6);
        graph.Then("Conv", [graph.Weights(3, 1, 3, 3)]).Then("Relu").Current(out string before)
            .Then("Conv", [graph.Weights(3, 3, 1, 1)]).Current(out string after)
            .Node("Add", [after, before]).Then("Flatten").Then("Gemm", [graph.Weights(48, 3)]).Then("Softmax");
        string sorted = graph.RequireSame().Architecture.ToString();
        NodeProto[] backwards = [.. graph.Model.Graph.Node.Reverse()];
        graph.Model.Graph.Node.Clear();
        graph.Model.Graph.Node.AddRange(backwards);
        Assert.Equal(sorted, OnnxFile.Parse(graph.File, "g.onnx").Architecture.ToString());
    }

    [Fact]
    public void Nodes_that_depend_on_each_other_in_a_circle_are_refused()
    {
        TestGraph graph = new TestGraph(4).Node("Add", ["x", "v2"]).Then("Relu").Then("Tanh");
        InklingException e = Assert.Throws<InklingException>(() => OnnxFile.Parse(graph.File, "g.onnx"));
        Assert.Contains("3 of its nodes depend on each other in a circle", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_outputs_the_one_with_the_most_layers_is_the_networks()
    {
        TestGraph graph = new(6);
        graph.Then("Gemm", [graph.Weights(6, 5)]).Then("Relu").Current(out string features)
            .Then("Gemm", [graph.Weights(5, 3)]).Current(out string logits)
            .Then("Softmax").Current(out string probabilities)
            .Node("Tanh", [features]).Current(out string aside).From(probabilities);
        graph.AlsoGives(features).AlsoGives(logits).AlsoGives(aside);
        Assert.Equal("6 dense:5:nobias relu dense:3:nobias softmax", graph.RequireSame().Architecture.ToString());
    }

    [Fact]
    public void Batch_normalisation_of_a_vector_may_stand_between_Unsqueeze_and_Squeeze()
    {
        TestGraph graph = new(6);
        graph.Then("Gemm", [graph.Weights(6, 5)])
            .Then("Unsqueeze", [graph.Integers(2)])
            .Then(
                "BatchNormalization",
                [graph.Weights(5), graph.Weights(5), graph.Weights(5), graph.Tensor([5], 0.5f, 1, 2, 0.1f, 3)])
            .Then("Squeeze", [graph.Integers(2)])
            .Then("Relu")
            .Then("Gemm", [graph.Weights(5, 3)]).Then("Softmax");
        Assert.Equal(
            "6 dense:5:nobias batchnorm relu dense:3:nobias softmax",
            graph.RequireSame().Architecture.ToString());
    }

    [Fact]
    public void The_logarithm_of_softmax_is_read_as_LogSoftmax_is()
    {
        TestGraph graph = new(6);
        graph.Then("Gemm", [graph.Weights(6, 3)]).Then("Softmax").Then("Log").RequireSame(TestGraph.Exp);
        graph = new TestGraph(6);
        graph.Then("Gemm", [graph.Weights(6, 3)]).Then("LogSoftmax").Then("Exp").RequireSame();
        graph = new TestGraph(6);
        byte[] ofNoProbabilities = graph.Then("Gemm", [graph.Weights(6, 3)]).Then("Log").File;
        InklingException e = Assert.Throws<InklingException>(() => OnnxFile.Parse(ofNoProbabilities, "g.onnx"));
        Assert.Contains("(Log) takes the logarithm of what are no probabilities", e.Message, StringComparison.Ordinal);
        graph = new TestGraph(6);
        byte[] goesOn = graph.Then("Gemm", [graph.Weights(6, 3)]).Then("LogSoftmax").Then("Gemm", [graph.Weights(3, 3)]).File;
        e = Assert.Throws<InklingException>(() => OnnxFile.Parse(goesOn, "g.onnx"));
        Assert.Contains("takes the logarithms of probabilities; only their Exp is read", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MaxPool", 8, 2, 2, 1)] // one row and one column of padding, which no window reaches
    [InlineData("MaxPool", 9, 3, 3, 2)]
    [InlineData("AveragePool", 8, 2, 2, 1)]
    [InlineData("Conv", 8, 2, 2, 1)]
    public void Padding_that_no_window_reaches_does_not_matter(string operation, int side, int window, int stride, int pad)
    {
        TestGraph graph = new(1, side, side);
        graph.Then("Conv", [graph.Weights(2, 1, 1, 1)]).Then(
            operation,
            operation == "Conv" ? [graph.Weights(2, 2, window, window)] : [],
            ("kernel_shape", new[] { window, window }),
            ("strides", new[] { stride, stride }),
            ("pads", new[] { 0, 0, pad, pad }));
        string layer = operation switch
        {
            "Conv" => $"conv:2:{window}x{window}:stride{stride}:nobias",
            "MaxPool" => $"maxpool:{window}",
            _ => $"avgpool:{window}"
        };
        Assert.Equal(
            $"1x{side}x{side} conv:2:1x1:nobias {layer} gap softmax",
            graph.Then("GlobalAveragePool").Then("Flatten").Then("Softmax").RequireSame().Architecture.ToString());
    }

    [Fact]
    public void Padding_that_a_window_reaches_is_refused()
    {
        TestGraph graph = new TestGraph(1, 8, 8).Then(
            "MaxPool", ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }), ("pads", new[] { 0, 0, 1, 1 }));
        InklingException e = Assert.Throws<InklingException>(() => OnnxFile.Parse(graph.File, "g.onnx"));
        Assert.Contains("pads what it pools", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_ends_in_the_most_probable_class_gives_the_probabilities()
    {
        TestGraph graph = new(6);
        graph.Then("Gemm", [graph.Weights(6, 4)]);
        Network whole = graph.RequireSame(TestGraph.Softmax);
        graph.Then("ArgMax", ("axis", 1), ("keepdims", 0)).Then("Cast", ("to", 6));
        AssertSame(whole, OnnxFile.Parse(graph.File, "g.onnx"));
    }

    [Fact]
    public void The_tail_of_a_scikit_learn_classifier_is_left_out()
    {
        TestGraph graph = new(6);
        graph.Then("MatMul", [graph.Weights(6, 5)]).Then("Add", [graph.Weights(1, 5)]).Then("Relu")
            .Then("MatMul", [graph.Weights(5, 4)]).Then("Add", [graph.Weights(1, 4)]).Then("Softmax");
        Network whole = graph.RequireSame();
        graph.Current(out string probabilities)
            .Then("ArgMax", ("axis", 1), ("keepdims", 1)).Current(out string place);
        graph.From(graph.Integers(0, 1, 2, 3)).ThenOfScikitLearn("ArrayFeatureExtractor", [place])
            .Then("Cast", ("to", 6)).Then("Reshape", [graph.Integers(-1)]).Current(out string label)
            .From(probabilities).ThenOfScikitLearn("Normalizer", [], ("norm", "L1"))
            .ThenOfScikitLearn("ZipMap", [], ("classlabels_int64s", new[] { 0, 1, 2, 3 })).Current(out string map)
            .From(label).AlsoGives(map);
        AssertSame(whole, OnnxFile.Parse(graph.File, "g.onnx"));
    }

    [Fact]
    public void Classes_in_another_order_are_refused_as_digits_would_be_read_as_others()
    {
        TestGraph graph = new(6);
        graph.Then("Gemm", [graph.Weights(6, 3)]).Then("Softmax")
            .ThenOfScikitLearn("ZipMap", [], ("classlabels_strings", new[] { "0", "2", "1" }));
        InklingException e = Assert.Throws<InklingException>(() => OnnxFile.Parse(graph.File, "g.onnx"));
        Assert.Contains("(ZipMap) calls the classes 0, 2, 1; ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_logistic_regression_of_scaled_pixels_is_read_as_scikit_learn_exports_it()
    {
        TestGraph graph = new(4);
        graph.ThenOfScikitLearn(
            "Scaler", [], ("offset", new[] { 0.1f, 0.2f, 0, -1 }), ("scale", new[] { 1f, 2f, 0.5f, 4f }));
        string[] labels = ["0", "1", "2"];
        float[] coefficients = [.. Enumerable.Range(0, 12).Select(i => i % 5 - 2f)];
        graph.ThenOfScikitLearn(
            "LinearClassifier",
            [],
            ("coefficients", coefficients),
            ("intercepts", new[] { 0.5f, 0, -1 }),
            ("classlabels_strings", labels),
            ("multi_class", 1),
            ("post_transform", "SOFTMAX"));
        graph.Model.Graph.Node[^1].Output.Add("scores");
        graph.From("scores").ThenOfScikitLearn("Normalizer", [], ("norm", "L1"));
        Assert.Equal("4 batchnorm dense:3 softmax", graph.RequireSame().Architecture.ToString());
    }

    [Theory]
    [InlineData("keras2onnx-1.5-nodes-not-sorted.onnx", 28L, 28L, 1L)]
    [InlineData("torch-1.3-batchnorm1d-unsqueeze.onnx", 1L, 28L, 28L)]
    [InlineData("torch-log-of-softmax.onnx", 1L, 28L, 28L)]
    [InlineData("chainer-maxpool-pads-3-channels.onnx", 3L, 28L, 28L)]
    [InlineData("external/mnist.onnx", 1L, 28L, 28L)]
    public void A_published_model_computes_what_ONNX_Runtime_does(string file, params long[] shape)
    {
        string path = TestData.Case("onnx", file);
        Network network = Network.LoadOnnx(path);
        int batch = file.StartsWith("torch-1.3", StringComparison.Ordinal) ? 10 : 1; // its batch size is fixed
        float[] images = [.. Enumerable.Range(0, batch * network.Architecture.Input.Size).Select(i => i * 37 % 101 / 100f)];
        float[] outputs = OnnxRuntime.RunFile(path, images, shape);
        Func<float[], float[]> made = file switch
        {
            "torch-log-of-softmax.onnx" => TestGraph.Exp,
            "external/mnist.onnx" or "chainer-maxpool-pads-3-channels.onnx" => TestGraph.Softmax,
            _ => output => output
        };
        foreach ((float[] image, float[] output) in images.Chunk(images.Length / batch).Zip(outputs.Chunk(10)))
            Networks.AssertClose(made(output), network.FeedForward(image), 1e-5);
    }

    private static void AssertSame(Network expected, Network actual)
    {
        Assert.Equal(expected.Architecture.ToString(), actual.Architecture.ToString());
        float[] input = [.. Enumerable.Range(1, expected.Architecture.Input.Size).Select(i => i / 7f)];
        Assert.Equal(expected.FeedForward(input), actual.FeedForward(input));
    }
}
