using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Inkling.Files;

namespace Inkling.Data;

/// <summary>
/// The format of MNIST's files: two zero bytes, the element type, the rank, the dimensions as big-endian 32-bit integers,
/// then the elements, big-endian and row-major. Plain or gzip-compressed, recognised by content, not by name.
/// </summary>
/// <remarks>LeCun, Cortes and Burges, The MNIST database, "the IDX file format".</remarks>
public static class IdxFile
{
    /// <summary>
    /// Maximum compression ratio of a gzip file, against decompression bombs. MNIST and the data sets like it have ratios of 4 to
    /// 8; deflate's own limit, 1032, turns a megabyte into a gigabyte.
    /// </summary>
    private const int MostSwelling = 100;

    /// <summary>Size that any compressed file may unpack to, whatever its ratio, in bytes: a million identical labels.</summary>
    private const int AlwaysAllowed = 1 << 20;

    private const int ChunkBytes = 1 << 20;

    /// <summary>Reads a file, plain or gzip-compressed.</summary>
    /// <param name="path">A regular file.</param>
    /// <exception cref="InklingException">
    /// The file is missing, truncated, too long, not in the format, not a regular file, or compressed to less than a hundredth.
    /// </exception>
    public static IdxArray Read(string path)
    {
        try
        {
            using FileStream file = RegularFile.OpenRead(path);
            return Read(file, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InklingException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a seekable stream, plain or gzip-compressed, from its current position to its end.</summary>
    /// <param name="stream">The bytes.</param>
    /// <param name="name">Their name in error messages.</param>
    /// <exception cref="InklingException">The content is truncated, too long or not in the format.</exception>
    public static IdxArray Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        long length = stream.Length - stream.Position;
        Span<byte> magic = stackalloc byte[2];
        int got = stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false);
        stream.Position -= got;
        if (got < 2 || magic is not [0x1f, 0x8b])
            return Read(stream, name, mostBytes: length, isExact: true);
        try
        {
            using GZipStream unzipped = new(stream, CompressionMode.Decompress, leaveOpen: true);
            return Read(unzipped, name, mostBytes: AlwaysAllowed + length * MostSwelling, isExact: false);
        }
        catch (InvalidDataException e)
        {
            throw new InklingException(
                $"{name}: its gzip compression is damaged ({e.Message}) Delete the file and fetch it again.", e);
        }
    }

    /// <summary>Writes a file atomically: to a temporary file beside it, which is then renamed.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="array">What it holds.</param>
    /// <param name="compress">Whether to compress it with gzip.</param>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Write(string path, IdxArray array, bool compress = false)
    {
        ArgumentNullException.ThrowIfNull(array);
        AtomicFile.Write(path, stream =>
        {
            if (!compress)
            {
                WriteTo(stream, array);
                return;
            }

            using GZipStream zipped = new(stream, CompressionLevel.Optimal, leaveOpen: true);
            WriteTo(zipped, array);
        });
    }

    internal static void WriteTo(Stream target, IdxArray array)
    {
        target.Write([0, 0, (byte)array.ElementType, (byte)array.Shape.Count]);
        Span<byte> number = stackalloc byte[4];
        foreach (int size in array.Shape)
        {
            BinaryPrimitives.WriteInt32BigEndian(number, size);
            target.Write(number);
        }

        int elementSize = IdxArray.SizeOf(array.ElementType);
        byte[] chunk = new byte[Math.Min(ChunkBytes, Math.Max(array.Bytes.Length, 1))];
        for (ReadOnlySpan<byte> rest = array.Bytes; rest.Length > 0; rest = rest[Math.Min(chunk.Length, rest.Length)..])
        {
            Span<byte> part = chunk.AsSpan(0, Math.Min(chunk.Length, rest.Length));
            rest[..part.Length].CopyTo(part);
            SwapBytes(part, elementSize);
            target.Write(part);
        }
    }

    /// <summary>Reads an array from decompressed bytes.</summary>
    /// <param name="stream">The decompressed bytes.</param>
    /// <param name="name">Their name in error messages.</param>
    /// <param name="mostBytes">
    /// Maximum length of the stream in bytes; a header that promises more is refused before memory is allocated.
    /// </param>
    /// <param name="isExact">Whether the stream is exactly <paramref name="mostBytes"/> long.</param>
    private static IdxArray Read(Stream stream, string name, long mostBytes, bool isExact)
    {
        Span<byte> header = stackalloc byte[4];
        Fill(stream, header, name);
        IdxElementType type = (IdxElementType)header[2];
        if (header is not [0, 0, _, _] || !Enum.IsDefined(type))
            throw new InklingException(
                $"{name}: not an IDX file (it begins with {Convert.ToHexString(header)}; "
                + $"MNIST's images begin with 00000803, its labels with 00000801).");
        int[] shape = new int[header[3]];
        UInt128 elements = 1; // saturating, so that overflow cannot yield a plausible product
        Span<byte> number = stackalloc byte[4];
        for (int d = 0; d < shape.Length; d++)
        {
            Fill(stream, number, name);
            shape[d] = BinaryPrimitives.ReadInt32BigEndian(number);
            if (shape[d] < 0)
                throw new InklingException(
                    FormattableString.Invariant($"{name}: its dimension {d} would be {(uint)shape[d]:N0}.")
                    + " Delete the file and fetch it again.");
            elements = elements > ulong.MaxValue ? elements : elements * (uint)shape[d];
        }

        UInt128 promised = 4 + 4 * (UInt128)shape.Length + elements * (uint)IdxArray.SizeOf(type);
        if (isExact ? promised != (UInt128)mostBytes : promised > (UInt128)mostBytes)
        {
            throw new InklingException(isExact
                ? FormattableString.Invariant(
                    $"{name}: {mostBytes:N0} bytes, but its header promises {promised:N0}. Delete the file and fetch it again.")
                : FormattableString.Invariant(
                    $"{name}: its header promises {promised:N0} bytes, more than {MostSwelling} times what is stored:")
                + " no images compress like that. Fetch the file again, or unpack it with gunzip if it is sound.");
        }

        if (elements > (UInt128)Array.MaxLength)
            throw new InklingException(
                FormattableString.Invariant($"{name}: {elements:N0} elements are more than can be held in memory."));
        Array values = isExact ? ReadExactly(stream, type, (int)elements, name) : ReadGrowing(stream, type, (int)elements, name);
        SwapBytes(IdxArray.BytesOf(values), IdxArray.SizeOf(type));
        if (stream.ReadByte() >= 0)
            throw new InklingException(
                FormattableString.Invariant($"{name}: holds more bytes than the {promised:N0} that its header promises.")
                + " Delete the file and fetch it again.");
        return new IdxArray(type, shape, values);
    }

    private static Array ReadExactly(Stream stream, IdxElementType type, int elements, string name)
    {
        Array values = IdxArray.NewValues(type, elements);
        Fill(stream, IdxArray.BytesOf(values), name);
        return values;
    }

    /// <summary>
    /// Reads from a compressed stream, whose length bounds the content only roughly: memory is allocated as data arrive, never
    /// more than nine times the data read so far.
    /// </summary>
    private static Array ReadGrowing(Stream stream, IdxElementType type, int elements, string name)
    {
        int size = IdxArray.SizeOf(type);
        Array values = IdxArray.NewValues(type, Math.Min(elements, ChunkBytes / size));
        Fill(stream, IdxArray.BytesOf(values), name);
        while (values.Length < elements)
        {
            Array longer = IdxArray.NewValues(type, (int)Math.Min(elements, 8L * values.Length));
            int filled = Buffer.ByteLength(values);
            IdxArray.BytesOf(values).CopyTo(IdxArray.BytesOf(longer));
            Fill(stream, IdxArray.BytesOf(longer)[filled..], name);
            values = longer;
        }

        return values;
    }

    private static void Fill(Stream stream, Span<byte> bytes, string name)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new InklingException(
                $"{name}: truncated: it ends before all that its header promises. Delete the file and fetch it again.");
    }

    private static void SwapBytes(Span<byte> bytes, int elementSize)
    {
        if (!BitConverter.IsLittleEndian)
            return;
        switch (elementSize)
        {
            case 2:
                BinaryPrimitives.ReverseEndianness(
                    MemoryMarshal.Cast<byte, short>(bytes),
                    MemoryMarshal.Cast<byte, short>(bytes));
                break;
            case 4:
                BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, int>(bytes), MemoryMarshal.Cast<byte, int>(bytes));
                break;
            case 8:
                BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, long>(bytes), MemoryMarshal.Cast<byte, long>(bytes));
                break;
        }
    }
}
