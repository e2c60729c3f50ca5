using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Inkling.Data;
using Inkling.Imaging;
using Inkling.Onnx;
using Inkling.Tests;

namespace Inkling.Fuzz.Tests;

/// <summary>A format of untrusted input: valid seed files, and how a file is read and used.</summary>
/// <param name="Name">The name of the format and of its folder in Finds, which holds files that were once read wrongly.</param>
/// <param name="Seeds">Valid files.</param>
/// <param name="Read">Reads a file and uses the result; throws <see cref="InklingException"/> if the file is refused.</param>
/// <param name="Cost">The rough relative time of one case; a format that costs more gets fewer cases.</param>
internal sealed record FileFormat(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Read, int Cost = 1)
{
    /// <summary>Repairs a changed file's outer checksums, so that the change reaches the code behind their check.</summary>
    public Func<byte[], Random, byte[]> Mend { get; init; } = (file, _) => file;

    private static readonly string[] Architectures =
    [
        "6 dense:4 sigmoid dense:3 sigmoid",
        "1x6x6 conv:3:3x3:pad1:nobias batchnorm relu maxpool:2 dropout:0.25 flatten dense:3 softmax",
        "2x7x5 conv:4:3x3:stride2:pad1 silu avgpool:2:stride1 tanh gap dense:3 softmax",
    ];

    public static IReadOnlyList<FileFormat> All { get; } =
    [
        new("idx", Corpus("idx", "*.idx"), file => IdxFile.Read(new MemoryStream(file), "f")),
        new("idx-gzip", Corpus("idx", "*.gz"), file => IdxFile.Read(new MemoryStream(file), "f")) { Mend = Zipped },
        new("safetensors", [.. Saved(""), .. Saved("", isHalf: true)], file => Use(NetworkFile.Parse(file, "f"))),
        new("npz", [.. Saved(".npz"), .. Corpus("npz", "*.npz")], file => Use(NetworkFile.Parse(file, "f")))
        {
            Mend = ZipChecksums,
        },
        new("json", [.. Saved(".json")], file => Use(NetworkFile.Parse(file, "f"))),
        new("onnx", [.. Exported(), .. Corpus("onnx", "*.onnx")], file => Use(OnnxFile.Parse(file, "f")), Cost: 4),
        Picture("png", "*.png") with { Mend = PngChecksums },
        Picture("jpeg", "*.jpg"),
        Picture("bmp", "*.bmp"),
        Picture("gif", "*.gif"),
        Picture("webp", "*.webp"),
        new("tiff", Corpus("picture", "*.tif"), UsePages, Cost: 20),
        new("pattern", [.. Texts("dddddd", "dd/dd/dd", "20dd", "dd.dd.dddd", "d")], file => Use(file, UsePattern)),
        new("architecture", [.. Texts(Architectures)], file => Use(file, UseArchitecture)),
    ];

    public override string ToString() => Name;

    private static FileFormat Picture(string name, string pattern) =>
        new(name, Corpus("picture", pattern), file => PictureFile.Load(new MemoryStream(file), "f", 1_000_000), Cost: 20);

    private static void UsePages(byte[] file)
    {
        PicturePages pages = PictureFile.LoadPages(new MemoryStream(file), "f", 1_000_000);
        for (int page = 0; page < pages.Count; page++)
            pages.Load(page);
    }

    private static IReadOnlyList<byte[]> Corpus(string folder, string pattern)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Corpus", folder);
        return [.. Directory.EnumerateFiles(path, pattern).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];
    }

    private static IEnumerable<byte[]> Texts(params IEnumerable<string> texts) => texts.Select(Encoding.UTF8.GetBytes);

    /// <summary>Networks as this version saves them.</summary>
    private static IEnumerable<byte[]> Saved(string ending, bool isHalf = false)
    {
        foreach (string text in ending.Length == 0 ? Architectures : Architectures[..1])
        {
            string path = Path.Combine(Path.GetTempPath(), $"inkling-fuzz-{Guid.NewGuid():N}{ending}");
            try
            {
                new Network(Architecture.Parse(text), Initialisation.Scaled, seed: 3).Save(path, isHalf);
                yield return File.ReadAllBytes(path);
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    private static IEnumerable<byte[]> Exported()
    {
        foreach (string text in Architectures)
        {
            using MemoryStream file = new();
            new Network(Architecture.Parse(text), Initialisation.Scaled, seed: 3).ExportOnnx(file);
            yield return file.ToArray();
        }
    }

    /// <summary>Evaluates, freezes and describes a network that was accepted.</summary>
    private static void Use(Network network)
    {
        Shape input = network.Architecture.Input;
        long length = input.HasAnyWidth ? (long)input.Size * network.Architecture.MinWidth : input.Size;
        if (length > 100_000 || network.Architecture.ParameterCount > 1_000_000)
            return;
        network.FeedForward(new float[length]);
        FrozenNetwork frozen = network.Freeze();
        _ = network.Architecture.ToString();
    }

    /// <summary>Untrusted text is refused by a <see cref="FormatException"/> or an <see cref="ArgumentException"/>.</summary>
    private static void Use(byte[] file, Action<string> use)
    {
        try
        {
            use(Encoding.UTF8.GetString(file));
        }
        catch (Exception e) when (e is FormatException || e.GetType() == typeof(ArgumentException))
        {
            throw new InklingException(e.Message, e);
        }
    }

    private static void UsePattern(string text)
    {
        NumberPattern pattern = NumberPattern.Parse(text);
        pattern.Fits(new string('7', pattern.Digits));
    }

    private static void UseArchitecture(string text)
    {
        Architecture architecture = Architecture.Parse(text);
        if (architecture.ParameterCount < 100_000)
            Use(new Network(architecture, Initialisation.Scaled, seed: 1));
    }

    /// <summary>Half of the time, changes the content before compression instead of the compressed bytes.</summary>
    private static byte[] Zipped(byte[] file, Random random)
    {
        if (random.Next(2) == 0)
            return file;
        using MemoryStream zipped = new();
        try
        {
            byte[] seed = All.First(format => format.Name == "idx").Seeds[random.Next(6)];
            using GZipStream gzip = new(zipped, CompressionLevel.Fastest, leaveOpen: true);
            gzip.Write(Mutation.Of(seed, seed, random));
        }
        catch (InvalidDataException)
        {
            return file;
        }

        return zipped.ToArray();
    }

    /// <summary>Recomputes each PNG chunk's CRC, in three files of four.</summary>
    private static byte[] PngChecksums(byte[] file, Random random)
    {
        if (random.Next(4) == 0)
            return file;
        for (long at = 8; at + 12 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan((int)at));
            if (at + 12 + length > file.Length)
                break;
            Span<byte> typeAndData = file.AsSpan((int)at + 4, 4 + (int)length);
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan((int)at + 8 + (int)length), Crc32.HashToUInt32(typeAndData));
            at += 12 + length;
        }

        return file;
    }

    /// <summary>
    /// Recomputes the CRC of each stored (uncompressed) entry in its local header and in the zip's central directory, in three
    /// files of four.
    /// </summary>
    private static byte[] ZipChecksums(byte[] file, Random random)
    {
        if (random.Next(4) == 0)
            return file;
        for (int at = 0; at + 46 <= file.Length; at++)
        {
            ReadOnlySpan<byte> entry = file.AsSpan(at, 46);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry) != 0x02014b50)
                continue;
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
            uint local = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
            if (local + 30L > file.Length)
                continue;
            Span<byte> header = file.AsSpan((int)local, 30);
            int name = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
            int extra = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
            if (local + 30L + name + extra + size > file.Length)
                continue;
            uint crc = Crc32.HashToUInt32(file.AsSpan((int)local + 30 + name + extra, (int)size));
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at + 16), crc);
            BinaryPrimitives.WriteUInt32LittleEndian(header[14..], crc);
        }

        return file;
    }
}
