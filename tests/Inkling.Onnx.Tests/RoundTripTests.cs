using Inkling.Layers;

namespace Inkling.Onnx.Tests;

/// <summary>An exported network is read back as the same network.</summary>
public sealed class RoundTripTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling tests ").FullName;

    public static TheoryData<string> Architectures => Networks.Architectures;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [MemberData(nameof(Architectures))]
    public void A_network_comes_back_to_the_bit_however_its_graph_takes_pixels_and_where_it_ends(string architecture)
    {
        (Network network, float[][] images) = Networks.Example(architecture, temperature: 1.75);
        foreach (OnnxOptions options in new OnnxOptions[]
        {
            new(),
            new() { Pixels = OnnxPixels.Byte },
            new() { Pixels = OnnxPixels.Float255, EndsInLogits = true },
            new() { IsCalibrated = false }
        })
        {
            Network back = OnnxFile.Parse(network.Export(options), "n.onnx");
            Assert.Equal(network.ToString(), back.ToString());
            Assert.Equal(network.Temperature, back.Temperature);
            Assert.All(images, image => Assert.Equal(network.FeedForward(image), back.FeedForward(image)));
        }
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void A_graph_whose_metadata_were_lost_still_computes_the_same(string architecture)
    {
        (Network network, float[][] images) = Networks.Example(architecture);
        Schema.ModelProto model = Schema.ModelProto.Parser.ParseFrom(network.Export());
        model.MetadataProps.Clear();
        Network back = OnnxFile.Parse(Google.Protobuf.MessageExtensions.ToByteArray(model), "n.onnx");
        // The reader adds softmax after weighted inputs.
        bool isLinear = network.Architecture.Layers[^1] is not (Layer.Softmax or Layer.Activation);
        foreach (float[] image in images)
        {
            float[] expected = network.FeedForward(image);
            Networks.AssertClose(isLinear ? TestGraph.Softmax(expected) : expected, back.FeedForward(image), 1e-6);
        }
    }

    [Fact]
    public void A_bundled_network_comes_back_to_the_bit()
    {
        foreach (string name in BundledModels.Names)
        {
            Network network = BundledModels.Load(name);
            string path = Path.Combine(_folder, "n.onnx");
            network.ExportOnnx(path);
            Assert.True(OnnxFile.IsOnnx(path));
            Network back = Network.LoadOnnx(path);
            Assert.Equal((network.ToString(), network.Temperature), (back.ToString(), back.Temperature));
            Assert.Equal(network.Parameters.Span, back.Parameters.Span);
            Assert.Equal(network.Parameters.Statistics, back.Parameters.Statistics);
        }
    }

    [Fact]
    public void Other_formats_are_told_from_onnx_by_their_first_bytes()
    {
        Network network = new([784, 3]);
        foreach (string name in new[] { "n.safetensors", "n.json", "n.npz" })
        {
            network.Save(Path.Combine(_folder, name));
            Assert.False(OnnxFile.IsOnnx(Path.Combine(_folder, name)));
        }

        network.ExportOnnx(Path.Combine(_folder, "misnamed.safetensors"));
        Assert.True(OnnxFile.IsOnnx(Path.Combine(_folder, "misnamed.safetensors")));
        Assert.Contains(
            "LoadOnnx",
            Assert.Throws<InklingException>(() => Network.Load(Path.Combine(_folder, "misnamed.safetensors"))).Message,
            StringComparison.Ordinal);
        Assert.False(OnnxFile.IsOnnx(Path.Combine(_folder, "absent")));
    }
}
