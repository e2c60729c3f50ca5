using System.IO.Compression;
using System.Text;
using CsCheck;
using Inkling.Numerics;

namespace Inkling.Tests.Formats;

/// <summary>numpy's .npz format, in which readers of Nielsen's book keep their weights.</summary>
public sealed class NpzTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling tests ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_saved_network_comes_back_to_the_bit_with_its_cost()
    {
        Network network = new(Architecture.FullyConnected([20, 7, 3], Cost.CrossEntropy), Initialisation.Scaled, seed: 5);
        network.Save(PathOf("n.npz"));
        Network loaded = Network.Load(PathOf("n.npz"));
        Assert.Equal(network.ToString(), loaded.ToString());
        Assert.Equal(network.Parameters.Span.ToArray(), loaded.Parameters.Span.ToArray());
    }

    [Fact]
    public void The_same_network_makes_the_same_bytes()
    {
        new Network([20, 7, 3]).Save(PathOf("one.npz"));
        new Network([20, 7, 3]).Save(PathOf("two.npz"));
        Assert.Equal(File.ReadAllBytes(PathOf("one.npz")), File.ReadAllBytes(PathOf("two.npz")));
    }

    [Fact]
    public void Numpy_opens_what_we_write_and_computes_the_same_outputs_from_it()
    {
        Network network = new([784, 30, 10], seed: 3);
        network.Save(PathOf("n.npz"));
        float[] x = [.. GeneratedDigits.Create(1, seed: 3).Pixels(0).ToArray().Select(pixel => pixel / 255f)];
        string printed = Python.Run(
            ["numpy"],
            """
            import sys, numpy as np
            net, a = np.load(sys.argv[1]), np.array([float(x) for x in sys.argv[2].split()])[:, None]
            for l in range(2):
                a = 1 / (1 + np.exp(-(net[f"w{l}"] @ a + net[f"b{l}"])))
            print(net["cost"], net["w0"].shape, net["b0"].shape, net["w0"].dtype, *a[:, 0])
            """,
            PathOf("n.npz"),
            string.Join(' ', x.Select(pixel => pixel.ToString(System.Globalization.CultureInfo.InvariantCulture))));
        Assert.StartsWith("quadratic (30, 784) (30, 1) float32 ", printed, StringComparison.Ordinal);
        double[] outputs =
        [
            .. printed.Split(' ')[6..].Select(number => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture))
        ];
        Assert.All(network.FeedForward(x).Zip(outputs), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }

    [Theory]
    [InlineData("np.savez(f, w0=w0, b0=b0, w1=w1, b1=b1)")]
    [InlineData("np.savez_compressed(f, w0=w0, b0=b0, w1=w1, b1=b1)")]
    [InlineData("np.savez(f, w0=w0.astype('f4'), b0=b0, w1=np.asfortranarray(w1), b1=b1[:, 0])")]
    [InlineData(
        "np.savez(f, b1=b1, b0=b0, w1=w1, w0=np.asfortranarray(w0.astype('f4')), "
            + "sizes=np.array([4, 3, 2]), cost=np.array('cross-entropy'))")]
    public void What_numpy_writes_is_read(string save)
    {
        Python.Run(
            ["numpy"],
            $"""
            import sys, numpy as np
            f = sys.argv[1]
            w0, b0 = np.arange(12.).reshape(3, 4), np.array([[.5], [1], [-2]])
            w1, b1 = np.arange(6.).reshape(2, 3) / 8, np.array([[7.], [8.]])
            {save}
            """,
            PathOf("n.npz"));
        Network network = Network.Load(PathOf("n.npz"));
        Assert.Equal([4, 3, 2], network.Architecture.Sizes);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (float)i), network.WeightedLayers[0].CopyWeights());
        Assert.Equal([0.5f, 1, -2], network.WeightedLayers[0].Biases.ToArray());
        Assert.Equal(Enumerable.Range(0, 6).Select(i => i / 8f), network.WeightedLayers[1].CopyWeights());
        Assert.Equal([7, 8], network.WeightedLayers[1].Biases.ToArray());
        Assert.Equal(
            save.Contains("cost", StringComparison.Ordinal) ? Cost.CrossEntropy : Cost.Quadratic,
            network.Architecture.Cost);
    }

    [Theory]
    [InlineData("w0", "'<f4'", "(2, 3)", 24, "array b0 is missing")]
    [InlineData("w", "'<f4'", "(2, 3)", 24, "no array w0")]
    [InlineData("w0", "'>f8'", "(2, 3)", 48, ">f8")]
    [InlineData("w0", "'<i8'", "(2, 3)", 48, "<i8")]
    [InlineData("w0", "'|O'", "(2, 3)", 48, "|O")]
    [InlineData("w0", "'<f4'", "(2, 4)", 24, "does not fill")]
    [InlineData("w0", "'<f4'", "(65536, 65536, 65536, 65536)", 24, "does not fill")]
    [InlineData("w0", "'<f4'", "(99999999999,)", 24, "99999999999")]
    [InlineData("w0", "[('a', '<f4')]", "(6,)", 24, "array of numbers")]
    public void An_array_that_cannot_be_a_networks_is_refused_and_named(
        string array, string type, string shape, int bytes, string what)
    {
        WriteZip("bad.npz", (array, Npy(type, shape, new byte[bytes])));
        AssertRefused("bad.npz", what);
    }

    [Fact]
    public void Arrays_that_do_not_follow_each_other_are_refused_with_both_shapes()
    {
        (string, byte[])[] first = [("w0", Npy("'<f4'", "(2, 3)", new byte[24])), ("b0", Npy("'<f4'", "(2, 1)", new byte[8]))];
        WriteZip(
            "bad.npz",
            [.. first, ("w1", Npy("'<f4'", "(1, 5)", new byte[20])), ("b1", Npy("'<f4'", "(1, 1)", new byte[4]))]);
        AssertRefused("bad.npz", "w1 is (1, 5), which does not follow w0, (2, 3)");
        WriteZip("bad.npz", [first[0], ("b0", Npy("'<f4'", "(3, 1)", new byte[12]))]);
        AssertRefused("bad.npz", "b0 is (3, 1), but w0 asks for (2, 1)");
        WriteZip("bad.npz", [.. first, ("b1", Npy("'<f4'", "(1, 1)", new byte[4]))]);
        AssertRefused("bad.npz", "no w1");
    }

    [Fact]
    public void A_zip_that_swells_is_refused_before_it_is_unpacked()
    {
        WriteZip("bomb.npz", CompressionLevel.SmallestSize, ("w0", Npy("'<f4'", "(25, 1000000)", new byte[100_000_000])));
        byte[] bomb = File.ReadAllBytes(PathOf("bomb.npz"));
        Assert.True(bomb.Length < 200_000);
        // Damages the compressed bytes, so that unpacking them would give another error: damaged.
        bomb.AsSpan(bomb.Length / 4, bomb.Length / 2).Fill(0xFF);
        Assert.Contains(
            "more than weights are ever compressed",
            Assert.Throws<InklingException>(() => NetworkFile.Parse(bomb, "bomb.npz")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_gives_a_network_no_larger_than_the_file_or_one_clear_error()
    {
        new Network([20, 7, 3]).Save(PathOf("n.npz"));
        byte[] intact = File.ReadAllBytes(PathOf("n.npz"));
        Gen.Int.Sample(
            seed =>
            {
                RandomStream random = new(seed);
                byte[] damaged = random.NextInt32(3) == 0 ? intact[..random.NextInt32(intact.Length)] : [.. intact];
                for (int times = random.NextInt32(4); times > 0 && damaged.Length > 0; times--)
                    damaged[random.NextInt32(damaged.Length)] ^= (byte)(1 << random.NextInt32(8));
                string? error = null;
                try
                {
                    Assert.InRange(NetworkFile.Parse(damaged, "n.npz").ParameterCount, 1, damaged.Length);
                }
                catch (InklingException e)
                {
                    error = e.Message;
                }

                Assert.True(
                    error is null || (error.StartsWith("n.npz", StringComparison.Ordinal) && !error.Contains(
                        '\n', StringComparison.Ordinal)),
                    error);
            },
            iter: 3000,
            threads: 1);
    }

    [Fact]
    public void A_network_that_the_book_does_not_know_is_not_saved_and_says_where_it_can_be()
    {
        Network network = new(Architecture.Parse("9 dense:3 softmax"));
        Assert.Contains(
            ".safetensors",
            Assert.Throws<InklingException>(() => network.Save(PathOf("n.npz"))).Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    private void AssertRefused(string name, string what)
    {
        InklingException e = Assert.Throws<InklingException>(() => Network.Load(PathOf(name)));
        Assert.StartsWith(PathOf(name), e.Message, StringComparison.Ordinal);
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private static byte[] Npy(string type, string shape, byte[] data)
    {
        string header = $"{{'descr': {type}, 'fortran_order': False, 'shape': {shape}, }}\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. data];
    }

    private void WriteZip(string name, params (string Array, byte[] Content)[] arrays)
        => WriteZip(name, CompressionLevel.NoCompression, arrays);

    private void WriteZip(string name, CompressionLevel level, params (string Array, byte[] Content)[] arrays)
    {
        using FileStream file = File.Create(PathOf(name));
        using ZipArchive zip = new(file, ZipArchiveMode.Create);
        foreach ((string array, byte[] content) in arrays)
        {
            using Stream to = zip.CreateEntry($"{array}.npy", level).Open();
            to.Write(content);
        }
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
