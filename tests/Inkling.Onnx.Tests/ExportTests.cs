using Inkling.Evaluation;
using Inkling.Numerics;
using Inkling.Onnx.Schema;
using Inkling.Tests;

namespace Inkling.Onnx.Tests;

/// <summary>Exported networks, compared with ONNX Runtime, an independent implementation.</summary>
public sealed class ExportTests
{
    public static TheoryData<string> Architectures => Networks.Architectures;

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Every_layer_computes_in_onnx_runtime_what_it_does_here(string architecture)
    {
        (Network network, float[][] images) = Networks.Example(architecture);
        float[] outputs = OnnxRuntime.Run(network.Export(), [.. images.SelectMany(image => image)], Networks.ShapeOf(network));
        Networks.AssertClose([.. images.SelectMany(image => network.FeedForward(image))], outputs, 1e-5);
    }

    [Theory]
    [InlineData("1x8x* conv:5:3x3:pad1 batchnorm relu maxpool:2x1 conv:17:4x3:pad0x1 silu conv:17:1x7:pad0x3 add:1 softmax")]
    [InlineData("1x6x* conv:16:3x3:pad1 relu maxpool:2 conv:16:3x3:pad1 dropout:0.2 batchnorm add:3 tanh conv:7:3x2 softmax")]
    [InlineData("1x4x* batchnorm avgpool:2x3:stride1x2 conv:3:3x3 softmax")]
    public void A_network_for_inputs_of_any_width_is_one_graph_for_all_of_them(string architecture)
    {
        (Network network, _) = Networks.Example(architecture);
        byte[] model = network.Export(), logits = network.Export(new OnnxOptions { EndsInLogits = true });
        int height = network.Architecture.Input.Height, classes = network.Architecture.Output.Size;
        RandomStream random = new(3);
        foreach (int width in new[] { network.Architecture.MinWidth, 13, 40, 97 })
        {
            float[] lines = [.. Enumerable.Range(0, 3 * height * width).Select(_ => (float)random.NextDouble())];
            float[] expected = [.. lines.Chunk(height * width).SelectMany(line => network.FeedForward(line))];
            Networks.AssertClose(expected, OnnxRuntime.Run(model, lines, 1, height, width), 1e-5);
            float[] z = OnnxRuntime.Run(logits, lines, 1, height, width);
            Networks.AssertClose(expected, [.. z.Chunk(classes).SelectMany(TestGraph.Softmax)], 1e-5);
        }

        Assert.EndsWith("blank", OnnxRuntime.MetadataOf(model)["classes"], StringComparison.Ordinal);
        Assert.Contains(
            "must have a known size",
            Assert.Throws<InklingException>(() => OnnxFile.Parse(model, "n.onnx")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("best")]
    public async Task A_bundled_network_reads_every_test_image_of_mnist_as_onnx_runtime_does(string name)
    {
        LabelledImages test = (await TestData.MnistAsync()).Test;
        Network network = BundledModels.Load(name);
        // A large network is slow, so only its first 1000 images are compared.
        test = test.Slice(0, network.Architecture.MultiplyAdds > 30_000_000 ? 1000 : test.Count);
        byte[] model = network.Export(new OnnxOptions { Pixels = OnnxPixels.Byte });
        byte[] pixels = [.. Enumerable.Range(0, test.Count).SelectMany(i => test.Pixels(i).ToArray())];
        float[][] outputs = [.. OnnxRuntime.Run(model, pixels, 1, 28, 28).Chunk(10)];
        float[][] expected = [.. network.Outputs(test).Select(output => Confidence.Of(output, network.Temperature))];
        Networks.AssertClose([.. expected.SelectMany(o => o)], [.. outputs.SelectMany(o => o)], 1e-5);
        Assert.Equal(expected.Select(o => Vectors.Argmax(o)), outputs.Select(o => Vectors.Argmax(o)));
    }

    [Fact]
    public void Pixels_can_be_given_as_bytes_or_as_floats_up_to_255()
    {
        (Network network, _) = Networks.Example("1x6x7 conv:3:3x3 relu flatten dense:3 softmax");
        byte[] pixels = [.. Enumerable.Range(0, 42).Select(i => (byte)(i * 6))];
        float[] expected = network.FeedForward([.. pixels.Select(pixel => pixel / 255f)]);
        Networks.AssertClose(
            expected,
            OnnxRuntime.Run(network.Export(new OnnxOptions { Pixels = OnnxPixels.Byte }), pixels, 1, 6, 7),
            1e-6);
        Networks.AssertClose(
            expected,
            OnnxRuntime.Run(
                network.Export(new OnnxOptions { Pixels = OnnxPixels.Float255 }),
                [.. pixels.Select(pixel => (float)pixel)],
                1, 6, 7),
            1e-6);
    }

    [Theory]
    [InlineData("7 dense:5 relu dense:3 softmax", "7 dense:5 relu dense:3")]
    [InlineData("7 dense:5 relu dense:3 sigmoid", "7 dense:5 relu dense:3")]
    [InlineData("1x5x5 conv:3:5x5 softmax", "1x5x5 conv:3:5x5")]
    public void Logits_are_the_last_layers_weighted_inputs(string architecture, string without)
    {
        (Network network, float[][] images) = Networks.Example(architecture, temperature: 2);
        (Network plain, _) = Networks.Example(without);
        float[] logits = OnnxRuntime.Run(
            network.Export(new OnnxOptions { EndsInLogits = true }),
            [.. images.SelectMany(image => image)],
            Networks.ShapeOf(network));
        Networks.AssertClose([.. images.SelectMany(image => plain.FeedForward(image))], logits, 1e-5);
    }

    [Fact]
    public void Probabilities_are_as_sure_as_the_networks_temperature_makes_them()
    {
        (Network network, float[][] images) = Networks.Example("7 dense:5 relu dense:3 softmax", temperature: 2.5);
        float[] inputs = [.. images.SelectMany(image => image)];
        Networks.AssertClose(
            [.. images.SelectMany(image => Confidence.Of(network.FeedForward(image), 2.5))],
            OnnxRuntime.Run(network.Export(), inputs, 7),
            1e-6);
        Networks.AssertClose(
            [.. images.SelectMany(image => network.FeedForward(image))],
            OnnxRuntime.Run(network.Export(new OnnxOptions { IsCalibrated = false }), inputs, 7),
            1e-6);
    }

    [Fact]
    public void A_graph_says_what_it_is()
    {
        (Network network, _) = Networks.Example("1x28x28 flatten dense:3 softmax", temperature: 1.5);
        byte[] file = network.Export(new OnnxOptions { Classes = ["a", "b", "c"], Pixels = OnnxPixels.Float255 });
        IReadOnlyDictionary<string, string> metadata = OnnxRuntime.MetadataOf(file);
        Assert.Equal(
            """{"architecture":"1x28x28 flatten dense:3 softmax","cost":"log-likelihood","temperature":1.5}""",
            metadata["inkling"]);
        Assert.Equal("a,b,c", metadata["classes"]);
        Assert.Contains("255 is ink", metadata["normalisation"], StringComparison.Ordinal);
        ModelProto model = ModelProto.Parser.ParseFrom(file);
        Assert.Equal(("Inkling", 13L), (model.ProducerName, model.OpsetImport.Single().Version));
        Assert.Equal(
            ["batch", "1", "28", "28"],
            model.Graph.Input.Single().Type.TensorType.Shape.Dim
                .Select(dim => dim.HasDimParam ? dim.DimParam : $"{dim.DimValue}"));
        Assert.Equal(
            ["layers.0.weight", "layers.0.bias"],
            model.Graph.Initializer.Select(tensor => tensor.Name)
                .Where(name => name.StartsWith("layers", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_graph_says_how_it_was_trained()
    {
        Network network = new([4, 3]) { History = "30 epochs" };
        byte[] file = network.Export();
        Assert.Equal("30 epochs", OnnxRuntime.MetadataOf(file)["training"]);
        Assert.Equal("30 epochs", OnnxFile.Parse(file, "net.onnx", normalisation: null).History);
        network.History = null;
        Assert.DoesNotContain("training", OnnxRuntime.MetadataOf(network.Export()).Keys);
    }

    [Fact]
    public void The_same_network_makes_the_same_bytes() =>
        Assert.Equal(
            Networks.Example(Networks.Architectures.First()).Network.Export(),
            Networks.Example(Networks.Architectures.First()).Network.Export());

    [Fact]
    public void A_name_for_each_output_is_asked_for() =>
        Assert.Throws<ArgumentException>(() => new Network([4, 3]).Export(new OnnxOptions { Classes = ["a", "b"] }));

    [Fact]
    public void The_onnx_checker_finds_nothing_wrong_with_any_layer()
    {
        string folder = Directory.CreateTempSubdirectory("inkling tests ").FullName;
        try
        {
            foreach ((int i, TheoryDataRow<string> row) in Networks.Architectures.Index())
            {
                foreach (OnnxPixels pixels in Enum.GetValues<OnnxPixels>())
                    Networks.Example(row.Data, temperature: 2).Network.ExportOnnx(
                        Path.Combine(folder, $"{i}{pixels}.onnx"),
                        new OnnxOptions { Pixels = pixels, EndsInLogits = pixels == OnnxPixels.Float255 });
            }

            string printed = Python.Run(
                ["onnx"],
                """
                import sys, os, onnx
                for file in sorted(os.listdir(sys.argv[1])):
                    model = onnx.load(os.path.join(sys.argv[1], file))
                    onnx.checker.check_model(model, full_check=True)
                    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
                    print(file, [d.dim_param or d.dim_value for d in inferred.graph.output[0].type.tensor_type.shape.dim])
                """,
                folder);
            Assert.Equal(Networks.Architectures.Count * 3, printed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
            Assert.Contains("0Unit.onnx ['batch', 3]", printed, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
