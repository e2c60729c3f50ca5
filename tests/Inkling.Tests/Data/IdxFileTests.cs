using System.Buffers.Binary;
using System.IO.Compression;
using CsCheck;
using Inkling.Numerics;

namespace Inkling.Tests.Data;

public sealed class IdxFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling tests ").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Arrays_of_every_rank_and_element_type_come_back_as_they_were_written(bool compress)
    {
        Gen.Select(Gen.Int[0, 6].Array[0, 4], Gen.Int[0, 5], Gen.Int).Sample(
            (shape, type, seed) =>
            {
                int length = shape.Aggregate(1, (product, size) => product * size);
                RandomStream random = new(seed);
                double[] numbers = [.. Enumerable.Range(0, length).Select(_ => (double)(random.NextInt32(256) - 128))];
                switch (type)
                {
                    case 0: RoundTrip(numbers.Select(x => (byte)(x + 128)).ToArray(), shape, compress); break;
                    case 1: RoundTrip(numbers.Select(x => (sbyte)x).ToArray(), shape, compress); break;
                    case 2: RoundTrip(numbers.Select(x => (short)(200 * x)).ToArray(), shape, compress); break;
                    case 3: RoundTrip(numbers.Select(x => (int)(1e6 * x)).ToArray(), shape, compress); break;
                    case 4: RoundTrip(numbers.Select(x => (float)(x / 3)).ToArray(), shape, compress); break;
                    default: RoundTrip(numbers.Select(x => x / 3).ToArray(), shape, compress); break;
                }
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public void The_bytes_are_those_of_the_formats_definition()
    {
        IdxFile.Write(PathOf("a"), IdxArray.Create<short>([1, -2, 300], 3, 1));
        Assert.Equal([0, 0, 0x0B, 2, 0, 0, 0, 3, 0, 0, 0, 1, 0, 1, 0xFF, 0xFE, 1, 44], File.ReadAllBytes(PathOf("a")));
    }

    [Fact]
    public void A_truncated_file_is_refused_with_both_lengths()
    {
        File.WriteAllBytes(PathOf("train-images"), [0, 0, 8, 1, 0, 0, 0, 9, 1, 2, 3]);
        string message = Assert.Throws<InklingException>(() => IdxFile.Read(PathOf("train-images"))).Message;
        Assert.Contains("11 bytes", message, StringComparison.Ordinal);
        Assert.Contains("promises 17", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_more_than_its_header_promises_is_refused()
    {
        File.WriteAllBytes(PathOf("plain"), [0, 0, 8, 1, 0, 0, 0, 2, 1, 2, 3]);
        Assert.Contains("promises 10", Assert.Throws<InklingException>(() => IdxFile.Read(PathOf("plain"))).Message, StringComparison.Ordinal);
        File.WriteAllBytes(PathOf("zipped"), Zip([0, 0, 8, 1, 0, 0, 0, 2, 1, 2, 3]));
        Assert.Contains("more bytes", Assert.Throws<InklingException>(() => IdxFile.Read(PathOf("zipped"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_header_that_promises_the_absurd_takes_no_memory(bool compress)
    {
        byte[] file = new byte[4 + 4 * 255];
        file[2] = 0x0E;
        file[3] = 255;
        for (int d = 0; d < 255; d++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * d), int.MaxValue);
        if (compress)
            file = Zip(file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InklingException>(() => IdxFile.Read(new MemoryStream(file), "absurd"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_damaged_file_gives_an_array_or_one_clear_error_and_takes_little_memory(bool compress)
    {
        RandomStream content = new(seed: 9);
        IdxFile.Write(PathOf("intact"), IdxArray.Create([.. Enumerable.Range(0, 40 * 25).Select(_ => (float)content.NextGaussian())], 40, 5, 5), compress);
        byte[] intact = File.ReadAllBytes(PathOf("intact"));
        TryToRead(intact);
        Gen.Int.Sample(
            seed =>
            {
                RandomStream random = new(seed);
                byte[] damaged = [.. intact];
                for (int times = 1 + random.NextInt32(3); times > 0; times--)
                    damaged[random.NextInt32(2) == 0 ? random.NextInt32(20) : random.NextInt32(damaged.Length)] ^= (byte)(1 << random.NextInt32(8));
                if (random.NextInt32(2) == 0)
                    damaged = damaged[..random.NextInt32(damaged.Length)];
                long before = GC.GetAllocatedBytesForCurrentThread();
                string? error = TryToRead(damaged);
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10L * 1032 * intact.Length);
                Assert.True(error is null || (error.StartsWith("it", StringComparison.Ordinal) && !error.Contains('\n', StringComparison.Ordinal)), error);
            },
            iter: 2000,
            threads: 1);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Assert.Contains("nowhere", Assert.Throws<InklingException>(() => IdxFile.Read(PathOf("nowhere"))).Message, StringComparison.Ordinal);
    }

    private void RoundTrip<T>(T[] values, int[] shape, bool compress)
        where T : unmanaged
    {
        IdxFile.Write(PathOf("round"), IdxArray.Create(values, shape), compress);
        IdxArray back = IdxFile.Read(PathOf("round"));
        Assert.Equal(shape, back.Shape);
        Assert.Equal(values, back.Values<T>());
    }

    private static string? TryToRead(byte[] file)
    {
        try
        {
            IdxFile.Read(new MemoryStream(file), "it");
            return null;
        }
        catch (InklingException e)
        {
            return e.Message;
        }
    }

    private static byte[] Zip(byte[] bytes)
    {
        MemoryStream zipped = new();
        using (GZipStream gzip = new(zipped, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return zipped.ToArray();
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
