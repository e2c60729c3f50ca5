using System.IO.Compression;

namespace Inkling.Tests.Reading;

/// <summary>
/// MNIST's own test set, read without any code of the library; tests that need them are skipped where they are missing.
/// </summary>
internal static class RealMnist
{
    /// <summary>[10000][28·28]; 0 is paper, 255 is ink.</summary>
    public static byte[][] TestImages() => [.. Content("t10k-images*").Skip(16).Chunk(28 * 28)];

    public static byte[] TestLabels() => Content("t10k-labels*")[8..];

    private static byte[] Content(string name)
    {
        string? data = Environment.GetEnvironmentVariable("INKLING_DATA");
        if (string.IsNullOrEmpty(data))
            Assert.Skip("set INKLING_DATA to a folder that holds MNIST");
        string path = Directory.EnumerateFiles(data, name, SearchOption.AllDirectories).First();
        using Stream file = File.OpenRead(path);
        bool isPacked = path.EndsWith(".gz", StringComparison.Ordinal);
        using Stream unpacked = isPacked ? new GZipStream(file, CompressionMode.Decompress) : file;
        using MemoryStream bytes = new();
        unpacked.CopyTo(bytes);
        return bytes.ToArray();
    }
}
