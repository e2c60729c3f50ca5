using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using CsCheck;
using Inkling.Formats;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Tests.Formats;

public sealed class NetworkFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling tests ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("network.safetensors")]
    [InlineData("network.json")]
    public void A_saved_network_comes_back_to_the_bit(string name)
    {
        Gen.Select(Gen.Int[1, 40].Array[2, 4], Gen.Int).Sample(
            (sizes, seed) =>
            {
                Network network = new(sizes, seed);
                network.Save(PathOf(name));
                Network loaded = Network.Load(PathOf(name));
                Assert.Equal(network.Architecture.Sizes, loaded.Architecture.Sizes);
                for (int l = 0; l < network.WeightedLayers.Count; l++)
                {
                    Assert.Equal(network.WeightedLayers[l].CopyWeights(), loaded.WeightedLayers[l].CopyWeights());
                    Assert.Equal(network.WeightedLayers[l].Biases.ToArray(), loaded.WeightedLayers[l].Biases.ToArray());
                }
            },
            iter: 50,
            threads: 1);
    }

    [Fact]
    public void How_a_network_was_trained_stays_with_it()
    {
        LabelledImages digits = GeneratedDigits.Create(20, seed: 1);
        Network network = new([784, 5, 10]);
        Assert.Null(network.History);
        network.Train(digits, new TrainingOptions { Epochs = 2, LearningRate = 0.5, OnEpoch = _ => { } });
        network.Train(digits, new TrainingOptions
        {
            Epochs = 1,
            MiniBatchSize = 4,
            LearningRate = 0.004,
            Optimiser = new Optimiser.Adam(weightDecay: 0.01),
            Schedule = new Schedule.Cosine(),
            Augmentation = new Augmentation { Shift = 2 },
            OnEpoch = _ => { },
        });
        network.Save(PathOf("n.safetensors"));
        Assert.Equal(
            "2 epochs of 20 examples, mini-batches of 10, SGD, learning rate 0.5; "
                + "then 1 epoch of 20 examples, mini-batches of 4, Adam (betas 0.9 and 0.999, weight decay 0.01), "
                + "learning rate 0.004, cosine to 0 of it, augmentation (shift 2)",
            Network.Load(PathOf("n.safetensors")).History);
        network.History = new string('x', 2000);
        network.Train(digits, new TrainingOptions { Epochs = 1, OnEpoch = _ => { } });
        Assert.Equal(2000, network.Clone().History!.Length);
        Assert.EndsWith(
            "xx; then 1 epoch of 20 examples, mini-batches of 10, SGD, learning rate 3",
            network.History,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => network.History = new string('x', 2001));
    }

    [Fact]
    public void Any_reader_of_safetensors_finds_the_weights_by_the_formats_rules()
    {
        Network network = new([3, 2], seed: 4);
        network.Save(PathOf("n.safetensors"));
        byte[] file = File.ReadAllBytes(PathOf("n.safetensors"));
        int headerLength = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        Assert.Equal(0, (8 + headerLength) % 8);
        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        JsonElement weight = header.RootElement.GetProperty("layers.0.weight");
        Assert.Equal("F32", weight.GetProperty("dtype").GetString());
        Assert.Equal([2, 3], weight.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
        int begin = 8 + headerLength + weight.GetProperty("data_offsets")[0].GetInt32();
        float[] values =
            [.. Enumerable.Range(0, 6).Select(i => BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(begin + 4 * i)))];
        Assert.Equal(network.WeightedLayers[0].CopyWeights(), values);
        Assert.Equal(network.WeightedLayers[0][1, 2], values[1 * 3 + 2]);
        Assert.Contains(
            "\"architecture\":\"3 dense:2 sigmoid\"",
            header.RootElement.GetProperty("__metadata__").GetProperty("inkling").GetString()!,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_network2_is_read_whatever_the_order_of_its_keys()
    {
        File.WriteAllText(
            PathOf("n.json"),
            """ {"cost": "CrossEntropyCost", "biases": [[[0.5], [-1e-3]]], """
                + """ "weights": [[[1, 2, 3], [4, 5, 6]]], "sizes": [3, 2]} """);
        Network network = Network.Load(PathOf("n.json"));
        Assert.Equal([3, 2], network.Architecture.Sizes);
        Assert.Equal(6, network.WeightedLayers[0][1, 2]);
        Assert.Equal([0.5f, -0.001f], network.WeightedLayers[0].Biases.ToArray());
    }

    [Fact]
    public void The_reference_runs_network_is_read()
    {
        Network network = Network.Load(TestData.Golden("start.json"));
        Assert.Equal([784, 30, 10], network.Architecture.Sizes);
        Assert.Equal(-0.0571816041f, network.WeightedLayers[0][0, 0]);
    }

    [Fact]
    public void A_batch_normalisation_behind_flatten_has_its_numbers_in_pytorchs_order()
    {
        Network network = new(Architecture.Parse("2x2x2 flatten batchnorm dense:1"));
        for (int i = 0; i < 8; i++)
            network.Normalisations[0].RunningMean[i] = i; // the engine's order: [height, width, channels]
        Tensor means =
            Assert.Single(NetworkFile.ToSafetensors(network).Tensors, tensor => tensor.Name == "layers.0.running_mean");
        Assert.Equal([0, 2, 4, 6, 1, 3, 5, 7], means.Values);
        network.Save(PathOf("n.safetensors"));
        Assert.Equal(network.Normalisations[0].RunningMean, Network.Load(PathOf("n.safetensors")).Normalisations[0].RunningMean);
    }

    [Fact]
    public void A_dense_layer_is_saved_in_the_order_of_its_neurons_even_where_it_has_as_many_as_pixels_were_flattened()
    {
        Network network = new(Architecture.Parse("2x2x2 flatten dense:8 relu dense:3 softmax"));
        Assert.Equal(
            [network.WeightedLayers[1][0, 0], network.WeightedLayers[1][0, 1], network.WeightedLayers[1][0, 2]],
            network.WeightedLayers[1].CopyWeights()[..3]);
        Assert.Equal(
            [network.WeightedLayers[0][0, 0], network.WeightedLayers[0][0, 1], network.WeightedLayers[0][0, 2]],
            network.WeightedLayers[0].CopyWeights()[..3]);
    }

    [Fact]
    public void A_name_that_promises_onnx_is_not_given_to_another_format()
    {
        Assert.Contains(
            "ExportOnnx",
            Assert.Throws<InklingException>(() => new Network([2, 1]).Save(PathOf("network.onnx"))).Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("""{"sizes": [784, 1000000000, 10], "weights": [], "biases": []}""", "sizes")]
    [InlineData("""{"sizes": [2, 1], "weights": [[[1, 2], [3]]], "biases": [[[1]]]}""", "rows of 2 and of 1")]
    [InlineData("""{"sizes": [2, 1], "weights": [[[1, 2]]], "biases": [[[1], [2]]]}""", "biases[0]")]
    [InlineData("""{"sizes": [2, 1], "weights": [[[1, 1e99]]], "biases": [[[1]]]}""", "not valid JSON")]
    [InlineData("""{"sizes": [2, 1], "weights": [[[1, "two"]]], "biases": [[[1]]]}""", "numbers")]
    [InlineData("""{"sizes": [2, 1], "weights": [[[[1, 2]]]], "biases": [[[1]]]}""", "numbers")]
    [InlineData("""{"sizes": [0], "weights": [], "biases": []}""", "sizes")]
    [InlineData("""{"sizes": [2, 1]}""", "missing")]
    [InlineData("""{"sizes": [2, 1], "weights": [[[1, 2]]], "biases": [[[1]]]} {}""", "not valid JSON")]
    [InlineData("", "empty")]
    [InlineData("hello", "few")]
    public void An_inconsistent_network2_file_is_refused_and_named(string json, string what)
    {
        File.WriteAllText(PathOf("bad.json"), json);
        InklingException e = Assert.Throws<InklingException>(() => Network.Load(PathOf("bad.json")));
        Assert.StartsWith(PathOf("bad.json"), e.Message, StringComparison.Ordinal);
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Theory]
    [InlineData(
        """{"layers.0.weight":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"layers.0.bias":"""
            + """{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""",
        "Name the layers")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""",
        "does not follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "does not follow")]
    [InlineData(
        """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""",
        "twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,12]}}""", "dimension")]
    [InlineData("""{"a":{"dtype":"F32","shape":[65536,65536,65536,65536,3],"data_offsets":[0,12]}}""", "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"I8","shape":[12],"data_offsets":[0,12]}}""", "F16")]
    [InlineData("""{"__metadata__":{"inkling":7},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""", "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,-12]}}""", "not valid JSON")]
    [InlineData("""[1]""", "not a JSON object")]
    public void An_inconsistent_safetensors_file_is_refused_and_named(string header, string what)
    {
        WriteSafetensors("bad.safetensors", header, new byte[12]);
        InklingException e = Assert.Throws<InklingException>(() => Network.Load(PathOf("bad.safetensors")));
        Assert.StartsWith(PathOf("bad.safetensors"), e.Message, StringComparison.Ordinal);
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public void A_weight_that_is_no_number_is_refused_with_the_name_of_its_tensor()
    {
        Network network = new([3, 2], seed: 4);
        network.Save(PathOf("nan.safetensors"));
        byte[] file = File.ReadAllBytes(PathOf("nan.safetensors"));
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(8 + BinaryPrimitives.ReadInt32LittleEndian(file)), float.NaN);
        File.WriteAllBytes(PathOf("nan.safetensors"), file);
        Assert.Contains(
            "layers.0.weight",
            Assert.Throws<InklingException>(() => Network.Load(PathOf("nan.safetensors"))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n.safetensors", float.NaN)]
    [InlineData("n.safetensors", float.PositiveInfinity)]
    [InlineData("n.npz", float.NegativeInfinity)]
    [InlineData("n.json", float.NaN)]
    public void A_network_that_could_not_be_loaded_again_is_not_saved_and_what_was_there_stays(string name, float value)
    {
        Network network = new([3, 2], seed: 4);
        network.Save(PathOf(name));
        byte[] before = File.ReadAllBytes(PathOf(name));
        network.WeightedLayers[0].Biases[1] = value;
        string message = Assert.Throws<InklingException>(() => network.Save(PathOf(name))).Message;
        Assert.StartsWith($"{PathOf(name)}: not saved: the biases of layer 1, ", message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(PathOf(name)));
    }

    [Fact]
    public void What_half_precision_cannot_hold_is_refused_when_it_is_saved_so()
    {
        Network network = new([3, 2], seed: 4);
        network.WeightedLayers[0][1, 0] = 65_519; // rounds to 65504, the largest finite half
        network.Save(PathOf("half.safetensors"), isHalf: true);
        Assert.Equal(65_504, Network.Load(PathOf("half.safetensors")).WeightedLayers[0][1, 0]);
        network.WeightedLayers[0][1, 0] = -65_520; // rounds to infinity
        Assert.Contains(
            "layers.0.weight holds -65520, and half precision ends at 65504",
            Assert.Throws<InklingException>(() => network.Save(PathOf("half.safetensors"), isHalf: true)).Message,
            StringComparison.Ordinal);
        network.Save(PathOf("full.safetensors"));
        Assert.Equal(-65_520, Network.Load(PathOf("full.safetensors")).WeightedLayers[0][1, 0]);
    }

    [Fact]
    public void A_temperature_that_could_not_be_loaded_again_is_not_saved()
    {
        Network network = new([3, 2], seed: 4) { Temperature = 1e300 };
        Assert.Contains(
            "temperature of 1E+300",
            Assert.Throws<InklingException>(() => network.Save(PathOf("n.safetensors"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Half_precision_files_are_read()
    {
        byte[] data = new byte[6];
        BinaryPrimitives.WriteHalfLittleEndian(data, (Half)0.5f);
        BinaryPrimitives.WriteInt16LittleEndian(data.AsSpan(2), (short)(BitConverter.SingleToInt32Bits(-2f) >> 16));
        BinaryPrimitives.WriteHalfLittleEndian(data.AsSpan(4), (Half)1.25f);
        WriteSafetensors(
            "half.safetensors",
            """{"__metadata__":{"inkling":"{\"sizes\":[1,1,1],\"activation\":\"sigmoid\","""
                + """\"cost\":\"quadratic\"}"},"layers.0.weight":"""
                + """{"dtype":"F16","shape":[1,1],"data_offsets":[0,2]},"layers.0.bias":"""
                + """{"dtype":"BF16","shape":[1],"data_offsets":[2,4]},"layers.1.weight":"""
                + """{"dtype":"F16","shape":[1,1],"data_offsets":[4,6]},"layers.1.bias":"""
                + """{"dtype":"F16","shape":[1],"data_offsets":[6,8]}}""",
            [.. data, 0, 0]);
        Network network = Network.Load(PathOf("half.safetensors"));
        WeightedLayer first = network.WeightedLayers[0], second = network.WeightedLayers[1];
        Assert.Equal((0.5f, -2f, 1.25f), (first[0, 0], first.Biases[0], second[0, 0]));
    }

    [Theory]
    [InlineData("n.safetensors")]
    [InlineData("n.json")]
    public void A_damaged_file_gives_a_network_no_larger_than_the_file_or_one_clear_error(string name)
    {
        Network network = new([20, 7, 3], seed: 1);
        network.Save(PathOf(name));
        byte[] intact = File.ReadAllBytes(PathOf(name));
        Gen.Int.Sample(
            seed =>
            {
                byte[] damaged = Damage(intact, new RandomStream(seed));
                string? error = TryToParse(damaged, name);
                Assert.True(
                    error is null
                        || (error.StartsWith(name, StringComparison.Ordinal) && !error.Contains('\n', StringComparison.Ordinal)),
                    error);
            },
            iter: 3000,
            threads: 1);
    }

    [Theory]
    [MemberData(nameof(Cultures.All), MemberType = typeof(Cultures))]
    public void Files_and_what_is_said_of_damaged_ones_are_the_same_in_every_country(string culture)
    {
        Network network = new(
            Architecture.Parse("1x28x28 conv:4:5x5 batchnorm relu dropout:0.25 flatten dense:10 softmax"), seed: 1)
        {
            Temperature = 1.25
        };
        network.Train(
            GeneratedDigits.Create(30, seed: 1),
            new TrainingOptions
            {
                Epochs = 1, LearningRate = 0.0625, L2 = 0.5, Schedule = new Schedule.Cosine(0.125), OnEpoch = _ => { }
            },
            TestContext.Current.CancellationToken);
        network.Save(PathOf("here.safetensors"));
        Cultures.Under(culture, () => network.Save(PathOf("there.safetensors")));
        Assert.Equal(File.ReadAllBytes(PathOf("here.safetensors")), File.ReadAllBytes(PathOf("there.safetensors")));
        byte[] cut = File.ReadAllBytes(PathOf("here.safetensors"))[..2000];
        string? here = TryToParse(cut, "cut"), there = null;
        Cultures.Under(culture, () => there = TryToParse(cut, "cut"));
        Assert.Equal(here, there);
        string text = "";
        Cultures.Under(
            culture,
            () => text = Architecture.Parse(network.Architecture.ToString()).ToString() + network + network.History);
        Assert.Equal(network.Architecture.ToString() + network + network.History, text);
    }

    /// <summary>Headers that declare up to four billion weights, in files of a few bytes.</summary>
    [Theory]
    [InlineData(
        """{"__metadata__":{"inkling":"{\"sizes\":[65536,65536],\"activation\":\"sigmoid\",\"cost\":\"quadratic\"}"},"a":"""
            + """{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""")]
    [InlineData(
        """{"__metadata__":{"inkling":"{\"architecture\":\"30000 dense:30000 sigmoid\",\"cost\":\"quadratic\"}"},"a":"""
            + """{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}""")]
    public void A_file_that_promises_more_weights_than_it_holds_is_refused_before_there_is_memory_for_them(string header)
    {
        WriteSafetensors("huge.safetensors", header, new byte[12]);
        Assert.StartsWith(
            PathOf("huge.safetensors"),
            Assert.Throws<InklingException>(() => Network.Load(PathOf("huge.safetensors"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Assert.Contains(
            "absent.safetensors",
            Assert.Throws<InklingException>(() => Network.Load(PathOf("absent.safetensors"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Saving_where_nothing_can_be_written_is_one_error_and_leaves_nothing_behind()
    {
        Directory.CreateDirectory(PathOf("taken"));
        File.WriteAllText(Path.Combine(PathOf("taken"), "x"), "");
        Assert.Throws<InklingException>(() => new Network([2, 1]).Save(PathOf("taken")));
        Assert.Equal([PathOf("taken")], Directory.GetFileSystemEntries(_folder));
    }

    /// <summary>Truncates, flips bits, replaces a digit by many, or inserts bytes.</summary>
    private static byte[] Damage(byte[] intact, RandomStream random)
    {
        List<byte> bytes = [.. intact];
        for (int times = 1 + random.NextInt32(3); times > 0; times--)
        {
            int at = random.NextInt32(bytes.Count);
            switch (random.NextInt32(4))
            {
                case 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    bytes.Add(0);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.NextInt32(8));
                    break;
                case 2:
                    bytes.InsertRange(random.NextInt32(Math.Min(400, bytes.Count)), Encoding.ASCII.GetBytes("999999999"));
                    break;
                default:
                    int header = random.NextInt32(Math.Min(9, bytes.Count));
                    bytes[header] = (byte)random.NextInt32(256);
                    break;
            }
        }

        return [.. bytes];
    }

    private static string? TryToParse(byte[] file, string name)
    {
        try
        {
            Assert.InRange(NetworkFile.Parse(file, name).ParameterCount, 1, file.Length);
            return null;
        }
        catch (InklingException e)
        {
            return e.Message;
        }
    }

    private void WriteSafetensors(string name, string header, byte[] data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)Encoding.UTF8.GetByteCount(header));
        File.WriteAllBytes(PathOf(name), [.. length, .. Encoding.UTF8.GetBytes(header), .. data]);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
