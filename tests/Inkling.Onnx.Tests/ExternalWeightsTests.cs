using Google.Protobuf;
using Inkling.Onnx.Schema;
using static Inkling.Onnx.Schema.TensorProto.Types;

namespace Inkling.Onnx.Tests;

/// <summary>Weights in files beside the model, as PyTorch's exporter writes them by default.</summary>
public sealed class ExternalWeightsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling-external").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Model => Path.Combine(_folder, "net.onnx");

    [Theory]
    [InlineData("net.onnx.data")]
    [InlineData("weights/0")]
    public void Weights_in_a_file_beside_the_model_are_read(string location)
    {
        TestGraph graph = Graph();
        Network inside = graph.RequireSame();
        Save(graph, location);
        Network outside = Network.LoadOnnx(Model);
        float[] input = [0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f];
        Assert.Equal(inside.FeedForward(input), outside.FeedForward(input));
        Networks.AssertClose(OnnxRuntime.RunFile(Model, input, 6), outside.FeedForward(input), 1e-5);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("/etc/hostname")]
    [InlineData("weights/../../secret")]
    [InlineData("..\\secret")]
    [InlineData("C:\\secret")]
    [InlineData("")]
    [InlineData(".")]
    public void No_file_outside_the_models_folder_is_opened(string location)
    {
        Save(Graph(), "w", written: location);
        AssertRefused("only files in the model's own folder are opened");
    }

    [Fact]
    public void A_link_out_of_the_models_folder_is_not_followed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Making a link asks for rights on some systems.");
        Save(Graph(), "w");
        File.Move(Path.Combine(_folder, "w"), Path.Combine(_folder, "elsewhere"));
        File.CreateSymbolicLink(Path.Combine(_folder, "w"), Path.Combine(_folder, "elsewhere"));
        AssertRefused("a link, which may lead out of the model's folder");
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_with_what_to_do()
    {
        Save(Graph(), "net.onnx.data");
        File.Delete(Path.Combine(_folder, "net.onnx.data"));
        AssertRefused(
            "net.onnx: tensor \"t0\" is in \"net.onnx.data\", which is not beside the model. Put both files into one folder");
    }

    [Fact]
    public void A_file_that_was_cut_short_is_refused_with_its_size()
    {
        Save(Graph(), "w");
        using (FileStream file = File.OpenWrite(Path.Combine(_folder, "w")))
            file.SetLength(file.Length - 1);
        AssertRefused("asks for 60 bytes, and would have 60 from byte 120 on in \"w\", which has 179");
    }

    [Theory]
    [InlineData("length", "59")]
    [InlineData("length", "9223372036854775807")]
    [InlineData("offset", "9223372036854775807")]
    public void Places_that_do_not_fit_the_tensor_are_refused(string key, string value)
    {
        Save(Graph(), "w", entries => entries.Single(entry => entry.Key == key).Value = value);
        AssertRefused("tensor \"t0\" of shape [6, 5] asks for 120 bytes");
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("many")]
    public void A_place_that_is_no_number_is_refused(string value)
    {
        Save(Graph(), "w", entries => entries.Single(entry => entry.Key == "offset").Value = value);
        AssertRefused($"tensor \"t0\" has the offset \"{value}\" in another file, which is no number");
    }

    [Fact]
    public void A_shape_made_to_fill_memory_is_refused_before_it_does()
    {
        TestGraph graph = Graph();
        Save(graph, "w", shape: [1 << 20, 1 << 20]);
        AssertRefused("tensor \"t0\" of shape [1048576, 1048576]");
    }

    private static TestGraph Graph()
    {
        TestGraph graph = new(6);
        return graph.Then("Gemm", [graph.Weights(6, 5)]).Then("Relu").Then("Gemm", [graph.Weights(5, 3)]).Then("Softmax");
    }

    /// <summary>Writes the model with its tensors in another file, one behind the other.</summary>
    private void Save(
        TestGraph graph,
        string location,
        Action<IList<StringStringEntryProto>>? change = null,
        string? written = null,
        long[]? shape = null)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(graph.File);
        using MemoryStream data = new();
        foreach (TensorProto tensor in model.Graph.Initializer)
        {
            long offset = data.Length;
            foreach (float number in tensor.FloatData)
                data.Write(BitConverter.GetBytes(number));
            tensor.FloatData.Clear();
            tensor.DataLocation = DataLocation.External;
            Add("location", written ?? location);
            Add("offset", $"{offset}");
            Add("length", $"{data.Length - offset}");

            void Add(string key, string value) =>
                tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        change?.Invoke(model.Graph.Initializer[0].ExternalData);
        if (shape is not null)
        {
            model.Graph.Initializer[0].Dims.Clear();
            model.Graph.Initializer[0].Dims.AddRange(shape);
        }

        string path = Path.Combine(_folder, location);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, data.ToArray());
        File.WriteAllBytes(Model, model.ToByteArray());
    }

    private void AssertRefused(string what)
    {
        InklingException e = Assert.Throws<InklingException>(() => Network.LoadOnnx(Model));
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }
}
