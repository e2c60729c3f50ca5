using CsCheck;
using Google.Protobuf;
using Inkling.Numerics;
using Inkling.Onnx.Schema;

namespace Inkling.Onnx.Tests;

/// <summary>Truncated, damaged and malicious files.</summary>
public sealed class DamagedFileTests
{
    public static TheoryData<string> Files =>
    [
        "7 dense:20 tanh dense:18 silu dense:3 softmax",
        "1x9x9 conv:4:3x3:stride2:pad1:nobias batchnorm relu maxpool:2 flatten dropout:0.5 dense:3 softmax",
        "1x8x8 conv:6:3x3 sigmoid avgpool:2 conv:3:2x2 gap softmax",
        "pytorch-view.onnx",
        "pytorch-gap.onnx",
        "pytorch-mlp.onnx",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_damaged_file_gives_a_network_no_larger_than_the_file_or_one_clear_error(string source)
    {
        byte[] intact = source.EndsWith(".onnx", StringComparison.Ordinal)
            ? File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Files", source))
            : Networks.Example(source, temperature: 1.5).Network.Export(new OnnxOptions { Pixels = OnnxPixels.Byte });
        Assert.Null(TryToParse(intact, out _));
        Gen.Int.Sample(
            seed =>
            {
                byte[] damaged = Damage(intact, new RandomStream(seed));
                string? error = TryToParse(damaged, out Network? network);
                Assert.True(
                    network is null || network.ParameterCount <= 2 * damaged.Length + 4096,
                    $"{network} from a file of {damaged.Length:N0} bytes");
                Assert.True(
                    error is null
                        || (error.StartsWith("n.onnx: ", StringComparison.Ordinal)
                            && !error.Contains('\n', StringComparison.Ordinal)),
                    error);
            },
            iter: 3000,
            threads: 1);
    }

    [Fact]
    public void Every_truncation_of_a_file_is_refused()
    {
        byte[] intact = Networks.Example("1x8x8 conv:6:3x3 sigmoid avgpool:2 flatten dense:3 softmax").Network.Export();
        for (int length = 0; length < intact.Length; length++)
        {
            string? error = TryToParse(intact[..length], out _);
            // Metadata are written last: if only part of them is missing, the graph is still complete.
            Assert.True(
                error is not null || length > intact.Length - 1000,
                $"{length} of {intact.Length} bytes were taken for a network");
        }
    }

    [Fact]
    public void Empty_messages_that_would_fill_memory_are_refused_before_they_are_parsed()
    {
        // Empty GraphProto.node messages.
        byte[] nodes = [.. Enumerable.Repeat(new byte[] { 0x0A, 0x00 }, 1_000_000).SelectMany(node => node)];
        ModelProto model = new() { IrVersion = 7 };
        byte[] length = [.. Varint(nodes.Length)], file = [.. model.ToByteArray(), 0x3A, .. length, .. nodes]; // ModelProto.graph
        // The scan runs before the parser, which would allocate hundreds of bytes for each message.
        InklingException e = Assert.Throws<InklingException>(() => MessageScan.Require(file, ModelProto.Descriptor, "n.onnx"));
        Assert.Contains("20,000", e.Message, StringComparison.Ordinal);
        Assert.Equal(e.Message, TryToParse(file, out _));
    }

    [Fact]
    public void A_file_of_twenty_thousand_messages_is_scanned_to_its_end_and_one_more_is_too_many()
    {
        Assert.Equal(20_000, MessageScan.Require(Nodes(19_998), ModelProto.Descriptor, "n.onnx")); // plus the model and its graph
        Assert.Throws<InklingException>(() => MessageScan.Require(Nodes(19_999), ModelProto.Descriptor, "n.onnx"));

        static byte[] Nodes(int count)
            => [
                0x3A, .. Varint(2 * count),
                .. Enumerable.Repeat(new byte[] { 0x0A, 0x00 }, count).SelectMany(node => node)
            ];
    }

    [Fact]
    public void Fields_within_fields_without_end_are_not_followed()
    {
        byte[] inner = [];
        for (int depth = 0; depth < 5000; depth++)
            inner = [0x2A, .. Varint(inner.Length), .. inner]; // GraphProto.initializer, nested in what looks like another
        byte[] file = [0x3A, .. Varint(inner.Length), .. inner];
        Assert.InRange(MessageScan.Require(file, ModelProto.Descriptor, "n.onnx"), 3, 16); // the model, its graph and a tensor
        Assert.StartsWith("n.onnx: ", TryToParse(file, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_used_over_and_over_do_not_make_a_network_of_many_times_the_files_size()
    {
        TestGraph graph = new(300);
        string weights = graph.Weights(300, 300);
        for (int l = 0; l < 2000; l++)
            graph.Then("MatMul", [weights]).Then("Relu");
        Assert.Contains("many more numbers than its file holds", TryToParse(graph.File, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void Constants_copied_by_node_after_node_do_not_fill_memory()
    {
        TestGraph graph = new(4);
        string name = graph.Weights(1000, 100);
        for (int i = 0; i < 5000; i++)
            graph.Node("Transpose", [name]).Current(out name);
        Assert.Contains("many more numbers than its file holds", TryToParse(graph.File, out _), StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_of_millions_of_pixels_takes_no_memory_before_there_are_weights_for_it()
    {
        TestGraph graph = new(1 << 22);
        Assert.Contains(
            "many more numbers than its file holds",
            TryToParse(graph.Then("Div", [graph.Tensor([1], 2)]).Then("Relu").File, out _),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3L, true)]
    [InlineData(4L, false)]
    public void No_more_numbers_are_taken_than_twice_the_files_bytes_and_four_thousand(long tooMany, bool fits)
    {
        ElementBudget allowance = new(fileLength: 100, "n.onnx");
        allowance.Take(2 * 100 + 4096 - 3, "a");
        if (fits)
            allowance.Take(tooMany, "b");
        else
            Assert.Contains(
                "b: ",
                Assert.Throws<InklingException>(() => allowance.Take(tooMany, "b")).Message,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public void What_is_no_onnx_at_all_is_refused(int length)
    {
        byte[] noise = new byte[length];
        new Random(3).NextBytes(noise);
        Assert.NotNull(TryToParse(noise, out _));
    }

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value >= 0x80; value >>= 7)
            yield return (byte)(value | 0x80);
        yield return (byte)value;
    }

    /// <summary>Makes one to four changes: truncates, flips bits, replaces or inserts bytes, or copies pieces.</summary>
    private static byte[] Damage(byte[] intact, RandomStream random)
    {
        List<byte> bytes = [.. intact];
        for (int times = 1 + random.NextInt32(4); times > 0 && bytes.Count > 0; times--)
        {
            int at = random.NextInt32(bytes.Count);
            switch (random.NextInt32(6))
            {
                case 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 1:
                    bytes[at] = (byte)random.NextInt32(256);
                    break;
                case 2:
                    bytes.Insert(at, 0xFF);
                    break;
                case 3:
                    byte[] piece = [.. bytes.Skip(random.NextInt32(bytes.Count)).Take(random.NextInt32(40))];
                    bytes.InsertRange(at, piece);
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.NextInt32(8));
                    break;
            }
        }

        return [.. bytes];
    }

    private static string? TryToParse(byte[] file, out Network? network)
    {
        network = null;
        try
        {
            network = OnnxFile.Parse(file, "n.onnx");
            return null;
        }
        catch (InklingException e)
        {
            return e.Message;
        }
    }
}
