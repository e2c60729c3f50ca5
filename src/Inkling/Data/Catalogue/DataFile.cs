using System.IO.Compression;
using System.Security.Cryptography;

namespace Inkling.Data.Catalogue;

/// <summary>The four files of a data set.</summary>
internal sealed record DataFiles(DataFile TrainingImages, DataFile TrainingLabels, DataFile TestImages, DataFile TestLabels)
{
    public IEnumerable<DataFile> All => [TrainingImages, TrainingLabels, TestImages, TestLabels];
}

/// <summary>A file to find or to download.</summary>
/// <param name="Name">The file's name without <c>.gz</c>.</param>
/// <param name="Checksum">Its checksum; null if it comes from an archive that is checked as a whole.</param>
internal sealed record DataFile(string Name, Checksum? Checksum);

/// <summary>A published SHA-256 and length, of the decompressed content or of the file as downloaded.</summary>
internal sealed record Checksum
{
    private readonly string _sha256;
    private readonly long _length;

    private Checksum(string sha256, long length, bool ofContent)
    {
        _sha256 = sha256;
        _length = length;
        IsOfContent = ofContent;
    }

    /// <summary>Whether it is that of the decompressed file, so that a loaded array can be checked against it.</summary>
    public bool IsOfContent { get; }

    /// <summary>Checksum of the decompressed file: mirrors compress differently.</summary>
    public static Checksum Content(string sha256, long length) => new(sha256, length, ofContent: true);

    /// <summary>Checksum of the file as downloaded.</summary>
    public static Checksum Download(string sha256, long length) => new(sha256, length, ofContent: false);

    /// <summary>Maximum length of a valid download, in bytes: gzip adds less than 1 % to incompressible data.</summary>
    public long MostBytes => IsOfContent ? _length + _length / 100 + 4096 : _length;

    /// <summary>
    /// Returns what is wrong with a downloaded file, or null. Unpacking stops as soon as the content is too long.
    /// </summary>
    public string? Verify(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (!IsOfContent)
                return file.Length != _length
                    ? FormattableString.Invariant($"{file.Length:N0} bytes, not {_length:N0}")
                    : IsRight(SHA256.HashData(file))
                        ? null
                        : "wrong checksum";
            using GZipStream unzipped = new(file, CompressionMode.Decompress);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] chunk = new byte[1 << 16];
            long length = 0;
            for (int read; (read = unzipped.Read(chunk)) > 0 && length <= _length; length += read)
                hash.AppendData(chunk, 0, read);
            return length != _length
                ? FormattableString.Invariant($"not the {_length:N0} bytes it should unpack to")
                : IsRight(hash.GetHashAndReset())
                    ? null
                    : "wrong checksum";
        }
        catch (InvalidDataException)
        {
            return "damaged compression";
        }
    }

    /// <summary>Whether this array, as an IDX file, has this content checksum; takes about 50 ms for MNIST's 47 MB.</summary>
    public bool IsOf(IdxArray array)
    {
        using SHA256 hash = SHA256.Create();
        using (CryptoStream stream = new(Stream.Null, hash, CryptoStreamMode.Write))
            IdxFile.WriteTo(stream, array);
        return IsRight(hash.Hash!);
    }

    private bool IsRight(byte[] sha256) =>
        string.Equals(Convert.ToHexString(sha256), _sha256, StringComparison.OrdinalIgnoreCase);
}
