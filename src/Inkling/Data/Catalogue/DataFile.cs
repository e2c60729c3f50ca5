using System.IO.Compression;
using System.Security.Cryptography;

namespace Inkling.Data.Catalogue;

/// <summary>The four files of a data set.</summary>
internal sealed record DataFiles(DataFile TrainingImages, DataFile TrainingLabels, DataFile TestImages, DataFile TestLabels)
{
    public IEnumerable<DataFile> All => [TrainingImages, TrainingLabels, TestImages, TestLabels];
}

/// <summary>A file to find or to download.</summary>
/// <param name="Name">Its name without <c>.gz</c>.</param>
/// <param name="Checksum">What its bytes must give; null where it comes out of an archive that is checked as a whole.</param>
internal sealed record DataFile(string Name, Checksum? Checksum);

/// <summary>A published SHA-256 and length, and of which bytes they are.</summary>
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

    /// <summary>Whether it is of the decompressed file, and so can be told from the array that a file holds.</summary>
    public bool IsOfContent { get; }

    /// <summary>Of the decompressed file: mirrors compress differently.</summary>
    public static Checksum Content(string sha256, long length) => new(sha256, length, ofContent: true);

    /// <summary>Of the file as it is downloaded.</summary>
    public static Checksum Download(string sha256, long length) => new(sha256, length, ofContent: false);

    /// <summary>The longest download that can still be right: gzip adds less than a hundredth to what it cannot compress.</summary>
    public long MostBytes => IsOfContent ? _length + _length / 100 + 4096 : _length;

    /// <summary>What is wrong with a downloaded file; null where nothing is. Of content no more is unpacked than its length and a byte.</summary>
    public string? Verify(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            if (!IsOfContent)
                return file.Length != _length ? FormattableString.Invariant($"{file.Length:N0} bytes, not {_length:N0}") : IsRight(SHA256.HashData(file)) ? null : "wrong checksum";
            using GZipStream unzipped = new(file, CompressionMode.Decompress);
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            byte[] chunk = new byte[1 << 16];
            long length = 0;
            for (int read; (read = unzipped.Read(chunk)) > 0 && length <= _length; length += read)
                hash.AppendData(chunk, 0, read);
            return length != _length ? FormattableString.Invariant($"not the {_length:N0} bytes it should unpack to") : IsRight(hash.GetHashAndReset()) ? null : "wrong checksum";
        }
        catch (InvalidDataException)
        {
            return "damaged compression";
        }
    }

    /// <summary>Whether an IDX file of this array has the checksum, of content; about 50 ms for MNIST's 47 MB.</summary>
    public bool IsOf(IdxArray array)
    {
        using SHA256 hash = SHA256.Create();
        using (CryptoStream stream = new(Stream.Null, hash, CryptoStreamMode.Write))
            IdxFile.WriteTo(stream, array);
        return IsRight(hash.Hash!);
    }

    private bool IsRight(byte[] sha256) => string.Equals(Convert.ToHexString(sha256), _sha256, StringComparison.OrdinalIgnoreCase);
}
