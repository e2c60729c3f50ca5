using CsCheck;
using Google.Protobuf;
using Inkling.Numerics;
using Inkling.Onnx.Schema;

namespace Inkling.Onnx.Tests;

/// <summary>Files cut short, damaged, or made to harm.</summary>
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
    public void A_damaged_file_gives_a_network_or_one_clear_error_and_takes_little_memory(string source)
    {
        byte[] intact = source.EndsWith(".onnx", StringComparison.Ordinal)
            ? File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Files", source))
            : Networks.Example(source, temperature: 1.5).Network.Export(new OnnxOptions { Pixels = OnnxPixels.Byte });
        Assert.Null(TryToParse(intact, out _)); // and compiles what is measured below
        Gen.Int.Sample(
            seed =>
            {
                byte[] damaged = Damage(intact, new RandomStream(seed));
                string? error = TryToParse(damaged, out long allocated);
                Assert.True(allocated < 512 * 1024 + 64 * intact.Length, $"{allocated:N0} bytes for a file of {damaged.Length:N0}");
                Assert.True(error is null || (error.StartsWith("n.onnx: ", StringComparison.Ordinal) && !error.Contains('\n', StringComparison.Ordinal)), error);
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
            // Metadata come last: without the last of them, the graph is still whole.
            Assert.True(error is not null || length > intact.Length - 1000, $"{length} of {intact.Length} bytes were taken for a network");
        }
    }

    [Fact]
    public void Empty_messages_that_would_fill_memory_are_refused_before_they_are_parsed()
    {
        byte[] nodes = [.. Enumerable.Repeat(new byte[] { 0x0A, 0x00 }, 1_000_000).SelectMany(node => node)]; // GraphProto.node, empty
        ModelProto model = new() { IrVersion = 7 };
        byte[] length = [.. Varint(nodes.Length)], file = [.. model.ToByteArray(), 0x3A, .. length, .. nodes]; // ModelProto.graph
        string? error = TryToParse(file, out long allocated);
        Assert.Contains("20,000", error, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, 200_000);
    }

    [Fact]
    public void Messages_within_messages_without_end_are_refused()
    {
        byte[] inner = [];
        for (int depth = 0; depth < 5000; depth++)
            inner = [0x2A, .. Varint(inner.Length), .. inner]; // a field within itself, as deep as it goes
        Assert.NotNull(TryToParse([0x3A, .. Varint(inner.Length), .. inner], out long allocated));
        Assert.InRange(allocated, 0, 200_000);
    }

    [Fact]
    public void Weights_used_over_and_over_do_not_make_a_network_of_many_times_the_files_size()
    {
        TestGraph graph = new(300);
        string weights = graph.Weights(300, 300);
        for (int l = 0; l < 2000; l++)
            graph.Then("MatMul", [weights]).Then("Relu");
        byte[] file = graph.File;
        string? error = TryToParse(file, out long allocated);
        Assert.Contains("many more numbers than its file holds", error, StringComparison.Ordinal);
        Assert.InRange(allocated, 0, 24L * file.Length);
    }

    [Fact]
    public void Constants_copied_by_node_after_node_do_not_fill_memory()
    {
        TestGraph graph = new(4);
        string name = graph.Weights(1000, 100);
        for (int i = 0; i < 5000; i++)
            graph.Node("Transpose", [name]).Current(out name);
        byte[] file = graph.File;
        Assert.NotNull(TryToParse(file, out long allocated));
        Assert.InRange(allocated, 0, 48L * file.Length);
    }

    [Fact]
    public void An_image_of_millions_of_pixels_takes_no_memory_before_there_are_weights_for_it()
    {
        TestGraph graph = new(1 << 22);
        Assert.NotNull(TryToParse(graph.Then("Div", [graph.Tensor([1], 2)]).Then("Relu").File, out long allocated));
        Assert.InRange(allocated, 0, 200_000);
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

    /// <summary>Cut short, bits flipped, bytes replaced, or pieces moved.</summary>
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

    private static string? TryToParse(byte[] file, out long allocated)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            OnnxFile.Parse(file, "n.onnx");
            return null;
        }
        catch (InklingException e)
        {
            return e.Message;
        }
        finally
        {
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
