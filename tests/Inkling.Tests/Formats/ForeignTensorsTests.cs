using System.Buffers.Binary;
using System.Text;
using Inkling.Formats;

namespace Inkling.Tests.Formats;

/// <summary>Weights that PyTorch saved as safetensors, which hold no layers.</summary>
public sealed class ForeignTensorsTests : IDisposable
{
    private const string Lenet = "1x28x28 conv:3:5x5 relu maxpool:2 conv:4:5x5 batchnorm relu flatten dense:10 softmax";

    private readonly string _folder = Directory.CreateTempSubdirectory("inkling tests ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File => Path.Combine(_folder, "torch.safetensors");

    [Fact]
    public void Weights_of_a_PyTorch_module_find_their_layers_by_their_shapes()
    {
        Network network = new(Architecture.Parse(Lenet), seed: 5);
        network.Normalisations[0].RunningMean.Fill(0.5f);
        // The names of a module, which say nothing of the order: bn comes before conv, head before stem.
        Save(network, ["stem.conv", "layer.conv", "layer.bn", "head"]);
        AssertSame(network, Network.Load(File, network.Architecture));
    }

    [Fact]
    public void Layers_of_the_same_shapes_go_in_the_order_of_the_numbers_in_their_names()
    {
        Network network = new(
            Architecture.Parse("6 " + string.Concat(Enumerable.Repeat("dense:6 relu ", 11)) + "dense:3 softmax"), seed: 5);
        Save(network, [.. Enumerable.Range(0, 12).Select(n => $"layers.{2 * n}")]); // layers.10 is behind layers.2
        AssertSame(network, Network.Load(File, network.Architecture));
    }

    [Fact]
    public void A_count_of_mini_batches_is_passed_over()
    {
        Network network = new(Architecture.Parse("6 dense:5 batchnorm relu dense:3 softmax"), seed: 5);
        Save(network, ["fc1", "bn1", "fc2"], counts: "bn1.num_batches_tracked");
        AssertSame(network, Network.Load(File, network.Architecture));
    }

    [Fact]
    public void A_file_without_an_architecture_says_what_it_holds_and_how_to_name_the_layers()
    {
        Save(new Network(Architecture.Parse("784 dense:20 relu dense:10 softmax"), seed: 5), ["fc1", "fc2"]);
        InklingException e = Assert.Throws<InklingException>(() => Network.Load(File));
        Assert.Contains(
            "fc1.bias [20], fc1.weight [20, 784], fc2.bias [10], fc2.weight [10, 20]", e.Message, StringComparison.Ordinal);
        Assert.Contains("--architecture \"784 dense:20 relu dense:10 softmax\"", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "784 dense:21 relu dense:10 softmax",
        "fewer than the 16,705 of 784 dense:21 relu dense:10 softmax: fc1.bias [20], fc1.weight [20, 784]")]
    [InlineData("784 dense:19 relu dense:10 softmax", "no layer in it has weight [19, 784] and bias [19]")]
    [InlineData("784 dense:20:nobias relu dense:10 softmax", "no layer in it has weight [20, 784], which")]
    [InlineData("20 dense:10 softmax", "fc1.bias [20], fc1.weight [20, 784] have no place in 20 dense:10 softmax")]
    public void An_architecture_that_does_not_fit_is_refused_with_the_tensors_that_are_there(string architecture, string what)
    {
        Save(new Network(Architecture.Parse("784 dense:20 relu dense:10 softmax"), seed: 5), ["fc1", "fc2"]);
        InklingException e = Assert.Throws<InklingException>(() => Network.Load(File, Architecture.Parse(architecture)));
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private static void AssertSame(Network expected, Network actual)
    {
        float[] input = [.. Enumerable.Range(0, expected.Architecture.Input.Size).Select(i => i % 11 / 10f)];
        Assert.Equal(expected.FeedForward(input), actual.FeedForward(input));
    }

    /// <summary>Saves a network's tensors as PyTorch would: by other names, sorted by them, without Inkling's metadata.</summary>
    private void Save(Network network, string[] modules, string? counts = null)
    {
        Tensor[] tensors =
        [
            .. NamedTensor.Of(network.Parameters)
                .Select(tensor => (Parts: tensor.Name.Split('.'), tensor.Shape, Values: tensor.Get()))
                .Select(tensor => new Tensor(
                    $"{modules[int.Parse(tensor.Parts[1], System.Globalization.CultureInfo.InvariantCulture)]}.{tensor.Parts[2]}",
                    tensor.Shape,
                    tensor.Values))
                .OrderBy(tensor => tensor.Name, StringComparer.Ordinal)
        ];
        using MemoryStream stream = new();
        new Safetensors(new Dictionary<string, string> { ["format"] = "pt" }, tensors).WriteTo(stream);
        byte[] file = stream.ToArray();
        if (counts is not null)
        {
            int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file), data = file.Length - 8 - length;
            string header = Encoding.UTF8.GetString(file, 8, length).TrimEnd()[..^1]
                + $",\"{counts}\":{{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[{data},{data + 8}]}}}}";
            byte[] start = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(start, header.Length);
            file = [.. start, .. Encoding.UTF8.GetBytes(header), .. file[(8 + length)..], 7, 0, 0, 0, 0, 0, 0, 0];
        }

        System.IO.File.WriteAllBytes(File, file);
    }
}
