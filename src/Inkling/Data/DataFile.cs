using System.IO.Compression;
using System.Security.Cryptography;

namespace Inkling;

/// <summary>The four files of a data set.</summary>
internal sealed record DataFiles(DataFile TrainingImages, DataFile TrainingLabels, DataFile TestImages, DataFile TestLabels)
{
    public IEnumerable<DataFile> All => [TrainingImages, TrainingLabels, TestImages, TestLabels];
}

/// <summary>A file to find or to download.</summary>
/// <param name="Name">Its name without <c>.gz</c>.</param>
/// <param name="Checksum">What its bytes must give; null where nobody has published that.</param>
internal sealed record DataFile(string Name, Checksum? Checksum);

/// <summary>A published checksum, and of which bytes it is.</summary>
internal sealed record Checksum
{
    private readonly string _hexadecimal;
    private readonly bool _ofContent;

    private Checksum(string hexadecimal, bool ofContent)
    {
        _hexadecimal = hexadecimal;
        _ofContent = ofContent;
    }

    /// <summary>SHA-256 of the decompressed file: mirrors compress differently.</summary>
    public static Checksum Content(string sha256) => new(sha256, ofContent: true);

    /// <summary>MD5 of the file as it is downloaded. It guards against accidents, not against malice.</summary>
    public static Checksum Download(string md5) => new(md5, ofContent: false);

    /// <summary>What is wrong with a downloaded file; null where nothing is.</summary>
    public string? Verify(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            string actual = _ofContent ? ContentHash(file) : FileHash(file);
            return string.Equals(actual, _hexadecimal, StringComparison.OrdinalIgnoreCase) ? null : "wrong checksum";
        }
        catch (InvalidDataException)
        {
            return "damaged compression";
        }
    }

    private static string ContentHash(FileStream file)
    {
        using GZipStream unzipped = new(file, CompressionMode.Decompress);
        return Convert.ToHexString(SHA256.HashData(unzipped));
    }

#pragma warning disable CA5351 // MD5 is broken, but it is what the publishers of these sets give
    private static string FileHash(FileStream file) => Convert.ToHexString(MD5.HashData(file));
#pragma warning restore CA5351
}
