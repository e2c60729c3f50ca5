using System.Text.Json;
using Inkling.Onnx.Schema;
using static Inkling.Onnx.Schema.TensorProto.Types;

namespace Inkling.Onnx.Tests;

/// <summary>PyTorch networks: files that it exported (Files/make_pytorch.py), and forms that other versions export.</summary>
public sealed class PyTorchTests
{
    [Theory]
    [InlineData("example", "logarithms")] // torch.flatten, log_softmax, any batch size
    [InlineData("example-fixed", "logarithms")] // batch size 1, operator set 9
    [InlineData("view", "logits")] // x.view(x.size(0), -1) as a graph of shape nodes, SiLU, stride, padding
    [InlineData("view-fixed", "logits")]
    [InlineData("view-training", "logits")] // batch normalisation as a separate node
    [InlineData("gap", "probabilities")] // average pooling, global average pooling, squeeze
    [InlineData("mean", "sigmoids")] // a 3x5 kernel, x.mean((2, 3))
    [InlineData("mlp", "logits")] // pixels normalised in the graph, MatMul, BatchNorm1d
    public void A_network_that_pytorch_exported_computes_what_it_did_there(string name, string outputs)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Files", $"pytorch-{name}");
        Network network = Network.LoadOnnx($"{path}.onnx");
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes($"{path}.json"));
        float[][] images = Rows("input"), expected = Rows("output");
        Func<float[], float[]> made = outputs switch
        {
            "logarithms" => TestGraph.Exp,
            "logits" => TestGraph.Softmax,
            _ => output => output
        };
        Assert.Equal(3, images.Length);
        foreach ((float[] image, float[] output) in images.Zip(expected))
            Networks.AssertClose(made(output), network.FeedForward(image), 1e-5);

        float[][] Rows(string key)
            => [
                .. json.RootElement.GetProperty(key).EnumerateArray()
                    .Select(row => row.EnumerateArray().Select(number => number.GetSingle()).ToArray())
            ];
    }

    [Fact]
    public void Pixels_that_pytorch_normalised_outside_the_graph_are_normalised_inside_the_network()
    {
        TestGraph graph = new(1, 6, 6);
        byte[] file = graph.Then("Conv", [graph.Weights(3, 1, 3, 3), graph.Weights(3)], ("pads", new[] { 1, 1, 1, 1 }))
            .Then("Relu")
            .Then("Flatten")
            .Then("Gemm", [graph.Weights(4, 108), graph.Weights(4)], ("transB", 1))
            .Then("Softmax")
            .File;
        Network network = OnnxFile.Parse(file, "g.onnx", new PixelNormalisation(0.1307, 0.3081));
        float[] image = [.. Enumerable.Range(0, 36).Select(i => i / 36f)];
        Networks.AssertClose(
            OnnxRuntime.Run(file, [.. image.Select(pixel => (pixel - 0.1307f) / 0.3081f)], 1, 6, 6),
            network.FeedForward(image),
            1e-5);
    }

    [Fact]
    public void A_normalisation_that_divides_by_nothing_is_refused() =>
        Assert.Throws<ArgumentException>(() => Network.LoadOnnx("n.onnx", new PixelNormalisation(0.5, 0)));

    [Theory]
    [InlineData(1, 1f, 1f)]
    [InlineData(0, 0.5f, 1f)]
    [InlineData(1, -2f, 0.25f)]
    public void Gemm_is_read_in_all_its_forms(int transB, float alpha, float beta)
    {
        TestGraph graph = new(6);
        string weights = transB == 1 ? graph.Weights(5, 6) : graph.Weights(6, 5);
        Network network = graph
            .Then("Gemm", [weights, graph.Weights(1, 5)], ("transB", transB), ("alpha", alpha), ("beta", beta)).Then("Relu")
            .Then("Gemm", [graph.Weights(5, 4)]).Then("Sigmoid")
            .Then("Gemm", [graph.Weights(4, 3), graph.Tensor([], 0.5f)]).Then("Tanh").RequireSame();
        Assert.Equal("6 dense:5 relu dense:4:nobias sigmoid dense:3 tanh", network.Architecture.ToString());
    }

    [Fact]
    public void Dropout_does_nothing_when_a_network_reads()
    {
        TestGraph graph = new(6);
        graph.Then("Dropout", [graph.Tensor([], 0.5f)])
            .Then("MatMul", [graph.Weights(6, 5)])
            .Then("Relu")
            .Then("Dropout")
            .Then("MatMul", [graph.Weights(5, 3)]);
        Assert.Equal(
            "6 dense:5:nobias relu dense:3:nobias softmax",
            graph.RequireSame(TestGraph.Softmax).Architecture.ToString());
    }

    [Fact]
    public void Weights_may_be_transposed_by_nodes_and_come_as_constants_of_any_precision()
    {
        TestGraph graph = new(1, 2, 3);
        TensorProto half = new()
        {
            DataType = DataType.Float16,
            Dims = { 4, 6 },
            Int32Data =
            {
                Enumerable.Range(0, 24).Select(i => (int)BitConverter.HalfToUInt16Bits((Half)(i * 0.1f - 1)))
            }
        };
        TensorProto exact = new() { DataType = DataType.Double, Dims = { 4 }, DoubleData = { 0.25, -0.5, 1, 2 } };
        graph.Node("Constant", [], ("value", half)).Current(out string w).Node("Cast", [w], ("to", 1)).Current(out string floats)
            .Node("Transpose", [floats], ("perm", new[] { 1, 0 })).Current(out string transposed)
            .Node("Constant", [], ("value", exact)).Current(out string b).Node("Cast", [b], ("to", 1)).Current(out string bias)
            .Node("Identity", ["x"]).Then("Flatten", ("axis", -3)).Then("MatMul", [transposed]).Current(out string z)
            .Node("Add", [bias, z]).Then("Softmax", ("axis", -1));
        Assert.Equal("1x2x3 flatten dense:4 softmax", graph.RequireSame().Architecture.ToString());
    }

    [Fact]
    public void Sizes_are_followed_through_the_nodes_that_tracing_leaves()
    {
        TestGraph graph = new(1, 6, 8);
        graph.Node("Shape", ["x"]).Current(out string shape)
            .Node("Slice", [shape, graph.Integers(0), graph.Integers(1), graph.Integers(0)]).Current(out string n)
            .Node("Squeeze", [n, graph.Integers(0)]).Current(out string batch)
            .Node("Conv", ["x", graph.Weights(2, 1, 3, 3)]).Current(out string maps)
            .Node("Unsqueeze", [batch, graph.Integers(0)]).Current(out string first)
            .Node("Cast", [graph.Integers(-1)], ("to", 7)).Current(out string rest)
            .Node("Concat", [first, rest], ("axis", 0)).Current(out string sizes)
            .Node("Reshape", [maps, sizes]).Then("Gemm", [graph.Weights(48, 3)]).Then("Softmax");
        Assert.Equal("1x6x8 conv:2:3x3:nobias flatten dense:3:nobias softmax", graph.RequireSame().Architecture.ToString());
    }

    [Theory]
    [InlineData(9)]
    [InlineData(13)]
    [InlineData(18)]
    public void Means_of_maps_are_read_with_their_axes_where_each_operator_set_has_them(int operatorSet)
    {
        TestGraph graph = new TestGraph(1, 6, 5).OperatorSet(operatorSet);
        graph.Then("Conv", [graph.Weights(4, 1, 3, 3), graph.Weights(4)]).Then("Relu");
        _ = operatorSet < 18
            ? graph.Then("ReduceMean", ("axes", new[] { -1, -2 }), ("keepdims", 0))
            : graph.Then("ReduceMean", [graph.Integers(2, 3)], ("keepdims", 1)).Then("Squeeze", [graph.Integers(2, 3)]);
        Assert.Equal(
            "1x6x5 conv:4:3x3 relu gap softmax",
            graph.Then("Softmax", ("axis", 1)).RequireSame().Architecture.ToString());
    }
}
