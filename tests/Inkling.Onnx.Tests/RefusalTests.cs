using Google.Protobuf;
using Inkling.Onnx.Schema;
using static Inkling.Onnx.Schema.TensorProto.Types;

namespace Inkling.Onnx.Tests;

/// <summary>What cannot be read is refused in one line that names the node or the tensor.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("Elu", "node 1 \"Elu_0\" (Elu) is of an operator that is none of Inkling's layers")]
    [InlineData("LSTM", "(LSTM)")]
    [InlineData("If", "(If)")]
    [InlineData("Resize", "(Resize)")]
    [InlineData("QuantizeLinear", "(QuantizeLinear)")]
    public void An_operator_that_is_no_layer_is_named(string operation, string what)
        => AssertRefused(new TestGraph(4).Then(operation), what);

    [Fact]
    public void An_operator_of_another_domain_is_named()
    {
        TestGraph graph = new TestGraph(4).Then("Relu");
        graph.Model.Graph.Node[0].Domain = "com.microsoft";
        AssertRefused(graph, "(Relu) is of the domain \"com.microsoft\"");
    }

    [Fact]
    public void A_convolution_that_the_engine_does_not_have_is_refused_by_what_is_different()
    {
        AssertRefused(Convolution([4, 1, 3, 3], ("dilations", new[] { 2, 2 })), "gaps (dilations)");
        AssertRefused(Convolution([4, 1, 3, 3], ("strides", new[] { 2, 0 })), "strides [2, 0]");
        AssertRefused(Convolution([4, 1, 3, 9]), "kernel of 3x9");
        AssertRefused(Convolution([4, 1, 3, 3], ("pads", new[] { 3, 3, 3, 3 })), "pads [3, 3, 3, 3]");
        AssertRefused(Convolution([4, 1, 3, 3], ("pads", new[] { -1, 0, 0, 0 })), "pads [-1, 0, 0, 0]");
        AssertRefused(Convolution([4, 2, 3, 3]), "shape [4, 2, 3, 3], which do not fit its 1 channels");
        AssertRefused(Convolution([4, 1, 3, 3], ("group", 2)), "groups of channels");
        AssertRefused(Convolution([4, 1, 9, 9]), "kernel of 9x9, larger than its input");
        AssertRefused(Convolution([4, 1, 3, 3], ("surprise", 1)), "attribute \"surprise\", which is not known");
        AssertRefused(Convolution([4, 1, 3, 3], ("strides", 2)), "strides");

        static TestGraph Convolution(int[] weights, params (string, object)[] attributes)
        {
            TestGraph graph = new(1, 8, 8);
            return graph.Then("Conv", [graph.Weights(weights)], attributes);
        }
    }

    [Fact]
    public void Pools_that_the_engine_does_not_have_are_refused_by_what_is_different()
    {
        AssertRefused(Pool(("kernel_shape", new[] { 2, 9 })), "window of 2x9");
        AssertRefused(Pool(("kernel_shape", new[] { 2, 2 }), ("pads", new[] { 1, 1, 1, 1 })), "pads what it pools");
        AssertRefused(Pool(("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 2, 2 }), ("ceil_mode", 1)), "ceil_mode");
        AssertRefused(Pool(("kernel_shape", new[] { 2, 2 }), ("dilations", new[] { 2, 1 })), "gaps (dilations)");
        AssertRefused(Pool(("kernel_shape", new[] { 99, 99 })), "larger than its input");
        AssertRefused(Pool(), "no window");
        Assert.Equal(
            "1x8x8 maxpool:2 gap softmax",
            OnnxText(
                Pool(("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }), ("ceil_mode", 1))
                    .Then("Conv", ["w"])
                    .Then("GlobalAveragePool")));

        static TestGraph Pool(params (string, object)[] attributes) => new TestGraph(1, 8, 8).Then("MaxPool", attributes);
    }

    [Fact]
    public void Branches_are_refused()
    {
        TestGraph graph = new(4);
        graph.Then("MatMul", [graph.Weights(4, 4)]).Current(out string a).Then("Relu").Current(out string b).Node("Add", [a, b]);
        AssertRefused(graph, "add:1, begins before relu, which works in place");
        graph = new TestGraph(4);
        graph.Then("MatMul", [graph.Weights(4, 4)]).Current(out a).Then("Relu").Current(out b).Node("Mul", [a, b]);
        AssertRefused(graph, "joins two branches");
        graph = new TestGraph(4);
        graph.Then("MatMul", [graph.Weights(4, 4)]).Current(out a).Then("Mul", [graph.Weights(4)]).Current(out b);
        graph.Node("Add", [a, b]);
        AssertRefused(graph, "folded into a layer before it");
        graph = new TestGraph(4).Then("Relu").Current(out a).Node("Tanh", ["x"]).Current(out b).Node("Add", [a, b]);
        AssertRefused(graph, "one chain");
        graph = new TestGraph(4).Node("Relu", ["nowhere"]);
        AssertRefused(graph, "\"nowhere\", which nothing before it gives");
        graph = new TestGraph(4).Then("Relu").Then("Sigmoid");
        AssertRefused(graph, "Layer 2, sigmoid, follows relu");
    }

    [Fact]
    public void Tensors_that_do_not_hold_what_they_promise_are_named()
    {
        AssertTensor(tensor => tensor.Dims[0] = 5, "tensor \"t0\" of shape [5, 3] does not fit the 12 numbers");
        AssertTensor(tensor => tensor.Dims[0] = -4, "tensor \"t0\" has a dimension of -4");
        AssertTensor(tensor => tensor.Dims.AddRange([int.MaxValue, int.MaxValue, int.MaxValue]), "does not fit");
        AssertTensor(tensor => tensor.FloatData[2] = float.NaN, "tensor \"t0\" holds NaN at 2");
        AssertTensor(tensor => tensor.DataLocation = DataLocation.External, "tensor \"t0\" is in another file");
        AssertTensor(
            tensor => tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "/etc/passwd" }),
            "tensor \"t0\" is in another file");
        AssertTensor(tensor => tensor.Segment = new TensorProto.Types.Segment { End = 3 }, "tensor \"t0\" is stored in segments");
        AssertTensor(tensor => tensor.DataType = (DataType)17, "type (number 17)");
        AssertTensor(tensor => tensor.RawData = ByteString.CopyFrom(1, 2, 3), "does not fit");
        AssertTensor(tensor => tensor.DataType = DataType.Int64, "does not fit");
        AssertTensor(tensor => tensor.Dims.Clear(), "does not fit");

        static void AssertTensor(Action<TensorProto> damage, string what)
        {
            TestGraph graph = new(4);
            graph.Then("MatMul", [graph.Weights(4, 3)]);
            damage(graph.Model.Graph.Initializer[0]);
            AssertRefused(graph, what);
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_at_the_node_that_sees_it()
    {
        TestGraph graph = new(1, 4, 4);
        AssertRefused(graph.Then("Gemm", [graph.Weights(16, 3)]), "flatten it first");
        graph = new TestGraph(1, 4, 4).Then("Flatten");
        AssertRefused(graph.Then("Gemm", [graph.Weights(15, 3)]), "shape [15, 3], which do not fit 16 inputs");
        graph = new TestGraph(1, 4, 4);
        AssertRefused(graph.Then("Reshape", [graph.Integers(-1, 15)]), "shape [batch, 15] of 16 numbers");
        AssertRefused(
            graph = new TestGraph(1, 4, 4).Then("Transpose", ("perm", new[] { 0, 1, 3, 2 })),
            "orders dimensions as [0, 1, 3, 2]");
        graph = new TestGraph(2, 4, 4);
        AssertRefused(
            graph.Then("Conv", [graph.Weights(2, 2, 3, 3)]).Then("Add", [graph.Weights(1, 2, 2, 2)]),
            "neither one number nor one for each of 2 channels");
        AssertRefused(graph = new TestGraph(2, 4, 4).Then("Flatten", ("axis", 2)), "flattens from another dimension");
        AssertRefused(graph = new TestGraph(2, 4, 4).Then("Softmax"), "not over the classes");
        graph = new TestGraph(4);
        AssertRefused(graph.Then("Div", [graph.Tensor([1], 0)]), "divides by 0");
    }

    [Fact]
    public void A_graph_that_is_not_for_reading_images_is_refused()
    {
        TestGraph graph = new TestGraph(4).Then("Relu").OperatorSet(6);
        AssertRefused(graph, "version 6; 7 and later");
        graph = new TestGraph(4).Then("Relu");
        graph.Model.Graph.Input.Add(new ValueInfoProto { Name = "second" });
        AssertRefused(graph, "2 inputs");
        graph = new TestGraph(4).Then("Relu");
        graph.Model.Graph.Input[0].Type.TensorType.Shape.Dim[1].DimParam = "any";
        AssertRefused(graph, "known size");
        AssertRefused(new TestGraph(1 << 20, 1 << 20).Then("Relu"), "known size");
        AssertRefused(new TestGraph(4).PixelsAre(DataType.Int64).Then("Relu"), "neither floats nor bytes");
        AssertRefused(new TestGraph(4).Then("Relu"), "at least one layer with weights");
        graph = new TestGraph(4);
        AssertRefused(
            graph.Then("BatchNormalization", [.. Enumerable.Range(0, 4).Select(_ => graph.Weights(4))], ("training_mode", 1)),
            "model.eval()");
    }

    [Fact]
    public void A_name_made_to_break_a_line_or_fill_a_screen_does_not()
    {
        TestGraph graph = new TestGraph(4).Then("Relu\nforged: everything is fine\u001b[2J" + new string('x', 5000));
        string message = AssertRefused(graph, @"(Relu forged: everything is fine\u001B[2J");
        Assert.True(message.Length < 400, message);
        Assert.DoesNotContain(message, char.IsControl);
    }

    private static string AssertRefused(TestGraph graph, string what)
    {
        InklingException e = Assert.Throws<InklingException>(() => OnnxFile.Parse(graph.File, "g.onnx"));
        Assert.StartsWith("g.onnx: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        return e.Message;
    }

    /// <summary>The architecture of a graph whose 1x1 convolution has the weights "w", without that layer.</summary>
    private static string OnnxText(TestGraph graph)
    {
        graph.Model.Graph.Initializer.Add(new TensorProto
        {
            Name = "w",
            DataType = DataType.Float,
            Dims = { 2, 1, 1, 1 },
            FloatData = { 1, 2 }
        });
        return OnnxFile.Parse(graph.File, "g.onnx").Architecture.ToString()
            .Replace("conv:2:1x1:nobias ", "", StringComparison.Ordinal);
    }
}
