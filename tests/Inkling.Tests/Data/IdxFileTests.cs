using System.Buffers.Binary;
using System.IO.Compression;
using CsCheck;
using Inkling.Data;
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
        Assert.Contains(
            "promises 10",
            Assert.Throws<InklingException>(() => IdxFile.Read(PathOf("plain"))).Message,
            StringComparison.Ordinal);
        File.WriteAllBytes(PathOf("zipped"), Zip([0, 0, 8, 1, 0, 0, 0, 2, 1, 2, 3]));
        Assert.Contains(
            "more bytes",
            Assert.Throws<InklingException>(() => IdxFile.Read(PathOf("zipped"))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_header_that_promises_the_absurd_is_refused_before_anything_behind_it_is_read(bool compress)
    {
        byte[] file = new byte[4 + 4 * 255];
        file[2] = 0x0E;
        file[3] = 255;
        for (int d = 0; d < 255; d++)
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + 4 * d), int.MaxValue);
        if (compress)
            file = Zip(file);
        InklingException e = Assert.Throws<InklingException>(() => IdxFile.Read(new MemoryStream(file), "absurd"));
        Assert.Contains("its header promises", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_megabyte_that_would_unpack_to_a_gigabyte_is_refused_by_its_header_and_says_what_to_do()
    {
        byte[] header = [0, 0, 8, 3, 0, 0x14, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28]; // 1,310,720 images
        byte[] bomb = Zip([.. header, .. new byte[100_000_000]]);
        CountingStream counted = new(bomb);
        InklingException e = Assert.Throws<InklingException>(() => IdxFile.Read(counted, "bomb"));
        Assert.Equal(
            "bomb: its header promises 1,027,604,496 bytes, more than 100 times what is stored: no images compress like that. "
                + "Fetch the file again, or unpack it with gunzip if it is sound.",
            e.Message);
        Assert.InRange(counted.BytesRead, 1, bomb.Length / 2);
    }

    [Fact]
    public void Labels_that_are_all_alike_compress_by_more_than_a_hundred_times_and_are_read()
    {
        IdxFile.Write(PathOf("labels"), IdxArray.Create(new byte[60_000], 60_000), compress: true);
        Assert.True(new FileInfo(PathOf("labels")).Length < 600);
        Assert.Equal(60_000, IdxFile.Read(PathOf("labels")).Shape[0]);
    }

    [Fact]
    public async Task A_pipe_is_refused_and_not_waited_for()
    {
        using (System.Diagnostics.Process make = System.Diagnostics.Process.Start(Tools.Require("mkfifo"), [PathOf("pipe")]))
            await make.WaitForExitAsync();
        InklingException e = await Assert.ThrowsAsync<InklingException>(
            () => Task.Run(() => IdxFile.Read(PathOf("pipe"))).WaitAsync(TimeSpan.FromMinutes(2)));
        Assert.Contains("no regular file but a pipe", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_damaged_file_gives_an_array_or_one_clear_error(bool compress)
    {
        RandomStream content = new(seed: 9);
        IdxFile.Write(
            PathOf("intact"),
            IdxArray.Create([.. Enumerable.Range(0, 40 * 25).Select(_ => (float)content.NextGaussian())], 40, 5, 5),
            compress);
        byte[] intact = File.ReadAllBytes(PathOf("intact"));
        Gen.Int.Sample(
            seed =>
            {
                RandomStream random = new(seed);
                byte[] damaged = [.. intact];
                for (int times = 1 + random.NextInt32(3); times > 0; times--)
                    damaged[random.NextInt32(2) == 0 ? random.NextInt32(20) : random.NextInt32(damaged.Length)] ^=
                        (byte)(1 << random.NextInt32(8));
                if (random.NextInt32(2) == 0)
                    damaged = damaged[..random.NextInt32(damaged.Length)];
                string? error = TryToRead(damaged);
                Assert.True(
                    error is null
                        || (error.StartsWith("it", StringComparison.Ordinal) && !error.Contains('\n', StringComparison.Ordinal)),
                    error);
            },
            iter: 2000,
            threads: 1);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Assert.Contains(
            "nowhere",
            Assert.Throws<InklingException>(() => IdxFile.Read(PathOf("nowhere"))).Message,
            StringComparison.Ordinal);
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

    private sealed class CountingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public long BytesRead { get; private set; }

        public override int Read(byte[] buffer, int offset, int count) => Count(base.Read(buffer, offset, count));

        public override int Read(Span<byte> buffer) => Count(base.Read(buffer));

        private int Count(int read)
        {
            BytesRead += read;
            return read;
        }
    }
}
