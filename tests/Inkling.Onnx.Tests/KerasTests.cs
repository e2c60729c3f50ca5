using static Inkling.Onnx.Schema.TensorProto.Types;


namespace Inkling.Onnx.Tests;

/// <summary>
/// Keras networks as tf2onnx writes them: channels last in inputs and outputs, channels first in the operators, and the
/// transpositions that remain between them.
/// </summary>
public sealed class KerasTests
{
    [Fact]
    public void A_convolutional_network_is_read_whose_maps_are_flattened_with_their_channels_last()
    {
        TestGraph graph = new(9, 8, 1);
        graph.Then("Transpose", ("perm", new[] { 0, 3, 1, 2 }))
            .Then("Conv", [graph.Weights(3, 1, 3, 3), graph.Weights(3)], ("pads", new[] { 1, 1, 1, 1 })).Then("Relu")
            .Then("MaxPool", ("kernel_shape", new[] { 2, 2 }), ("strides", new[] { 2, 2 }))
            .Then("Conv", [graph.Weights(5, 3, 2, 2)]).Then("Add", [graph.Weights(1, 5, 1, 1)]).Then("Relu")
            .Then("Transpose", ("perm", new[] { 0, 2, 3, 1 }))
            .Then("Reshape", [graph.Integers(-1, 45)])
            .Then("MatMul", [graph.Weights(45, 6)]).Then("Add", [graph.Weights(6)]).Then("Relu")
            .Then("MatMul", [graph.Weights(6, 3)]).Then("Add", [graph.Weights(3)]).Then("Softmax");
        Assert.Equal(
            "1x9x8 conv:3:3x3:pad1 relu maxpool:2 conv:5:2x2 relu flatten dense:6 relu dense:3 softmax",
            graph.RequireSame().Architecture.ToString());
    }

    [Fact]
    public void Several_channels_that_come_last_in_the_graph_come_first_in_the_network()
    {
        TestGraph graph = new(4, 5, 3);
        graph.Then("Transpose", ("perm", new[] { 0, 3, 1, 2 }))
            .Then("Conv", [graph.Weights(2, 3, 3, 3)])
            .Then("Flatten")
            .Then("Gemm", [graph.Weights(12, 3)])
            .Then("Softmax");
        Assert.Equal(new Shape(3, 4, 5), graph.RequireSame().Architecture.Input);
    }

    [Fact]
    public void Biases_and_normalisations_between_transpositions_are_by_the_last_dimension()
    {
        TestGraph graph = new(6, 6, 1);
        graph.Then("Transpose", ("perm", new[] { 0, 3, 1, 2 }))
            .Then("Conv", [graph.Weights(3, 1, 3, 3)])
            .Then("Transpose", ("perm", new[] { 0, 2, 3, 1 }))
            .Then("Add", [graph.Weights(3)]).Then("Relu")
            .Then("Mul", [graph.Weights(3)]).Then("Add", [graph.Weights(1, 1, 1, 3)])
            .Then("Reshape", [graph.Integers(0, -1)])
            .Then("Mul", [graph.Weights(48)])
            .Then(
                "BatchNormalization",
                [
                    graph.Weights(48), graph.Weights(48), graph.Weights(48),
                    graph.Tensor([48], [.. Enumerable.Range(0, 48).Select(i => i / 10f)])
                ],
                ("epsilon", 0.001f))
            .Then("MatMul", [graph.Weights(48, 3)]).Then("Softmax");
        Assert.Equal(
            "1x6x6 conv:3:3x3 relu batchnorm batchnorm flatten batchnorm batchnorm dense:3:nobias softmax",
            graph.RequireSame().Architecture.ToString());
    }

    [Theory]
    [InlineData("GlobalAveragePool")]
    [InlineData("ReduceMean")]
    public void Global_pooling_is_read_before_and_behind_the_last_transposition(string operation)
    {
        TestGraph graph = new(6, 7, 1);
        graph.Then("Transpose", ("perm", new[] { 0, 3, 1, 2 }))
            .Then("Conv", [graph.Weights(5, 1, 3, 3), graph.Weights(5)])
            .Then("Sigmoid").Current(out _);
        _ = operation == "ReduceMean"
            ? graph.Then("Transpose", ("perm", new[] { 0, 2, 3, 1 }))
                .Then("ReduceMean", ("axes", new[] { 1, 2 }), ("keepdims", 0))
            : graph.Then("GlobalAveragePool").Then("Squeeze", [graph.Integers(2, 3)]);
        graph.Then("MatMul", [graph.Weights(5, 3)]).Then("Add", [graph.Weights(1, 3)]);
        Assert.Equal(
            "1x6x7 conv:5:3x3 sigmoid gap dense:3 softmax",
            graph.RequireSame(TestGraph.Softmax).Architecture.ToString());
    }

    [Theory]
    [InlineData("SAME_UPPER", 9, 9, 3, 3, 1)]
    [InlineData("SAME_UPPER", 8, 10, 3, 3, 2)] // pads more at the end than at the beginning
    [InlineData("SAME_LOWER", 8, 10, 3, 3, 2)]
    [InlineData("SAME_UPPER", 8, 8, 4, 2, 1)] // a kernel with more rows than columns
    [InlineData("VALID", 9, 8, 3, 3, 2)]
    [InlineData("NOTSET", 9, 8, 5, 5, 3)]
    public void Same_and_valid_padding_are_read_uneven_as_they_may_be(
        string padding, int height, int width, int down, int across, int stride)
    {
        TestGraph graph = new(1, height, width);
        graph.Then(
                "Conv",
                [graph.Weights(3, 1, down, across), graph.Weights(3)],
                ("auto_pad", padding),
                ("kernel_shape", new[] { down, across }),
                ("strides", new[] { stride, stride }))
            .Then("Tanh").Then("GlobalAveragePool").Then("Flatten").Then("Softmax").RequireSame();
    }

    [Fact]
    public void Kernels_padded_by_another_number_on_each_side_are_read()
    {
        TestGraph graph = new(1, 7, 9);
        graph.Then("Conv", [graph.Weights(3, 1, 4, 5), graph.Weights(3)], ("pads", new[] { 0, 2, 2, 1 }))
            .Then("Relu")
            .Then("Flatten")
            .Then("Gemm", [graph.Weights(3 * 6 * 8, 3)])
            .RequireSame(TestGraph.Softmax);
    }

    [Fact]
    public void A_rescaling_layer_says_that_pixels_are_bytes_and_the_network_takes_them_from_0_to_1()
    {
        TestGraph graph = new(5, 5, 1);
        graph.Then("Mul", [graph.Tensor([], 1 / 255f)])
            .Then("Reshape", [graph.Integers(-1, 25)])
            .Then("Gemm", [graph.Weights(25, 3)])
            .Then("Softmax");
        Assert.Equal("1x5x5 flatten dense:3:nobias softmax", graph.RequireSame(pixels: 255).Architecture.ToString());

        graph = new TestGraph(4, 4, 1);
        graph.Then("Mul", [graph.Tensor([1], 1 / 127.5f)])
            .Then("Add", [graph.Tensor([1], -1)])
            .Then("Transpose", ("perm", new[] { 0, 3, 1, 2 }))
            .Then("Conv", [graph.Weights(2, 1, 3, 3)], ("pads", new[] { 1, 1, 1, 1 }))
            .Then("Flatten")
            .Then("Gemm", [graph.Weights(32, 3)])
            .Then("Softmax");
        Assert.Equal(
            "1x4x4 batchnorm conv:2:3x3:pad1:nobias flatten dense:3:nobias softmax",
            graph.RequireSame(pixels: 255).Architecture.ToString());
    }

    [Fact]
    public void Pixels_of_type_byte_are_taken_from_0_to_1_even_where_the_graph_does_not_scale_them()
    {
        TestGraph graph = new TestGraph(4, 4).PixelsAre(DataType.Uint8);
        graph.Then("Cast", ("to", 1))
            .Then("Reshape", [graph.Integers(-1, 16)])
            .Then("Gemm", [graph.Tensor([16, 3], [.. Enumerable.Range(0, 48).Select(i => i % 7 / 700f)])])
            .Then("Softmax")
            .RequireSame();
    }

    [Fact]
    public void Vectors_rows_of_pixels_and_images_of_one_channel_are_all_taken()
    {
        TestGraph vector = new(12), rows = new(3, 4), image = new(12);
        vector.Then("MatMul", [vector.Weights(12, 3)]).Then("Softmax");
        Assert.Equal("12 dense:3:nobias softmax", vector.RequireSame().Architecture.ToString());
        rows.Then("Reshape", [rows.Integers(-1, 1, 3, 4)])
            .Then("Conv", [rows.Weights(2, 1, 2, 2)])
            .Then("Flatten")
            .Then("Gemm", [rows.Weights(12, 3)])
            .Then("Softmax");
        Assert.Equal("1x3x4 conv:2:2x2:nobias flatten dense:3:nobias softmax", rows.RequireSame().Architecture.ToString());
        image.Then("Reshape", [image.Integers(-1, 3, 4, 1)])
            .Then("Transpose", ("perm", new[] { 0, 3, 1, 2 }))
            .Then("Conv", [image.Weights(2, 1, 2, 2)])
            .Then("Flatten")
            .Then("Gemm", [image.Weights(12, 3)])
            .Then("Softmax");
        Assert.Equal("1x3x4 conv:2:2x2:nobias flatten dense:3:nobias softmax", image.RequireSame().Architecture.ToString());
    }
}
