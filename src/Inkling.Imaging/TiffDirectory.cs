using System.Buffers.Binary;

namespace Inkling.Imaging;

/// <summary>
/// A page of a TIFF file: what its directory of tags says about its size. Read before LibTiff sees the file, because LibTiff
/// allocates whatever the tags ask for.
/// </summary>
/// <param name="Offset">The directory's offset in the file, in bytes.</param>
/// <param name="Width">Columns of the picture.</param>
/// <param name="Height">Rows of the picture.</param>
/// <param name="BitsPerPixel">Bits of a pixel, decompressed.</param>
/// <param name="UnitWidth">Columns of a tile, or of a strip: the picture's.</param>
/// <param name="UnitHeight">Rows of a tile or a strip.</param>
/// <param name="Compression">The number of the compression method.</param>
/// <param name="Orientation">1 to 8, as in EXIF.</param>
/// <param name="IsPreview">A reduced picture or a mask that belongs to another page.</param>
/// <remarks>TIFF 6.0, section 2; the numbers of tags are from its appendix A.</remarks>
internal sealed record TiffDirectory(
    long Offset,
    long Width,
    long Height,
    long BitsPerPixel,
    long UnitWidth,
    long UnitHeight,
    long Compression,
    int Orientation,
    bool IsPreview)
{
    /// <summary>Maximum number of directories of a file: a thick pile of scanned sheets.</summary>
    private const int Most = 1000;

    /// <summary>Maximum number of samples of a pixel: CMYK and one for transparency.</summary>
    private const long MostSamples = 5;

    /// <summary>Maximum width and height, in pixels; products of two fit into 64 bits.</summary>
    private const long MostSide = 100_000_000;

    private const int EntryBytes = 12;

    /// <summary>From here on, tags are programs' own, whose values do not matter.</summary>
    private const int FirstPrivateTag = 32_768;

    /// <summary>Pixels to decode: the picture's, and those of tiles beyond its right and bottom edges.</summary>
    public long Pixels => Padded(Width, UnitWidth) * Padded(Height, UnitHeight);

    /// <summary>Bytes in memory while decoding: four a pixel for the result, and a decompressed strip or tile.</summary>
    public long HeldBytes => 4 * Pixels + UnitWidth * UnitHeight * BitsPerPixel / 8;

    /// <summary>Whether bytes begin like a TIFF file: the order of bytes, and 42 (43 for BigTIFF).</summary>
    public static bool IsTiff(ReadOnlySpan<byte> file) => file.Length >= 8
        && (file[..4].SequenceEqual("II*\0"u8) || file[..4].SequenceEqual("MM\0*"u8) || IsBigTiff(file));

    /// <summary>Whether bytes begin like a BigTIFF file, whose offsets have 64 bits.</summary>
    public static bool IsBigTiff(ReadOnlySpan<byte> file)
        => file[..4].SequenceEqual("II+\0"u8) || file[..4].SequenceEqual("MM\0+"u8);

    /// <summary>Reads the chain of directories.</summary>
    /// <exception cref="InvalidDataException">A directory is damaged; the message says how.</exception>
    public static List<TiffDirectory> AllOf(ReadOnlySpan<byte> file)
    {
        bool isBigEndian = file[0] == 'M';
        List<TiffDirectory> directories = [];
        long valueBytes = 0;
        HashSet<long> offsets = [];
        for (long offset = ULong(file, 4, isBigEndian); offset != 0;)
        {
            if (directories.Count == Most)
                throw new InvalidDataException($"it has more than {Most} pages");
            if (!offsets.Add(offset))
                throw new InvalidDataException("its pages form a circle");
            long entries = UShort(file, offset, isBigEndian), next = offset + 2 + EntryBytes * entries;
            directories.Add(Of(file, offset, isBigEndian, ref valueBytes));
            offset = ULong(file, next, isBigEndian);
        }

        return directories;
    }

    /// <param name="file">The file.</param>
    /// <param name="offset">Where the directory begins.</param>
    /// <param name="isBigEndian">The order of its bytes.</param>
    /// <param name="valueBytes">
    /// The bytes of all values looked at so far. Pages that share theirs would take time beyond the file's length.
    /// </param>
    private static TiffDirectory Of(ReadOnlySpan<byte> file, long offset, bool isBigEndian, ref long valueBytes)
    {
        Dictionary<int, (long First, long Max, long Count)> tags = [];
        for (int i = 0, entries = UShort(file, offset, isBigEndian); i < entries; i++)
        {
            long at = offset + 2 + EntryBytes * i;
            int tag = UShort(file, at, isBigEndian), type = UShort(file, at + 2, isBigEndian);
            long count = ULong(file, at + 4, isBigEndian), bytes = count * BytesOf(type);
            long values = bytes <= 4 ? at + 8 : ULong(file, at + 8, isBigEndian), first = 0, max = 0;
            if (bytes > file.Length || (values + bytes > file.Length && tag < FirstPrivateTag))
                throw new InvalidDataException("its end is missing");
            if (!IsUsed(tag))
                continue;
            valueBytes += bytes;
            if (valueBytes > file.Length)
                throw new InvalidDataException("its pages share their values");
            // All values of BitsPerSample (one for each sample) and of the strips' and tiles' lengths count, of others the first.
            for (int k = 0; k < (tag is 258 or 279 or 325 ? count : Math.Min(count, 1)); k++)
            {
                long value = type switch
                {
                    3 => UShort(file, values + 2 * k, isBigEndian),
                    4 => ULong(file, values + 4 * k, isBigEndian),
                    _ => throw new InvalidDataException($"tag {tag} has values of type {type}"),
                };
                (first, max) = (k == 0 ? value : first, Math.Max(max, value));
            }

            if (tag is 279 or 325 && max > file.Length) // LibTiff allocates this before it reads
                throw new InvalidDataException("its end is missing");
            if (!tags.TryAdd(tag, (first, max, count)))
                throw new InvalidDataException($"tag {tag} is there twice");
        }

        return Of(offset, (tag, otherwise) => tags.TryGetValue(tag, out var value) ? value : (otherwise, otherwise, 0));
    }

    private static TiffDirectory Of(long offset, Func<int, long, (long First, long Max, long Count)> valueOf)
    {
        long width = valueOf(256, 0).First, height = valueOf(257, 0).First, bits = valueOf(258, 1).Max;
        long samples = valueOf(277, 1).First, tileWidth = valueOf(322, 0).First, tileHeight = valueOf(323, 0).First;
        bool isTiled = tileWidth > 0 && tileHeight > 0;
        TiffDirectory directory = new(
            offset,
            width,
            height,
            bits * samples,
            isTiled ? tileWidth : width,
            isTiled ? tileHeight : Math.Clamp(valueOf(278, height).First, 1, Math.Max(1, height)),
            valueOf(259, 1).First,
            (int)Math.Clamp(valueOf(274, 1).First, 1, 8),
            (valueOf(254, 0).First & 0b101) != 0); // bit 0: a reduced picture; bit 2: a mask
        if (width is <= 0 or > MostSide || height is <= 0 or > MostSide || Math.Max(tileWidth, tileHeight) > MostSide)
            throw new InvalidDataException($"{width}×{height} pixels");
        if (bits is not (1 or 2 or 4 or 8 or 16) || samples is < 1 or > MostSamples)
            throw new InvalidDataException($"{samples} samples of {bits} bits a pixel are not read");
        // LibTiff allocates for as many strips as the size asks for; a sound file lists them all.
        long units = Padded(width, directory.UnitWidth) / directory.UnitWidth
            * (Padded(height, directory.UnitHeight) / directory.UnitHeight);
        if (valueOf(isTiled ? 324 : 273, 0).Count < units * (valueOf(284, 1).First == 2 ? samples : 1))
            throw new InvalidDataException("strips or tiles are missing");
        return directory;
    }

    private static bool IsUsed(int tag) => tag is 254 or 256 or 257 or 258 or 259 or 273 or 274 or 277 or 278 or 279 or 284
        or 322 or 323 or 324 or 325;

    /// <summary>The bytes of a value; at most, of types that are not in TIFF 6.0.</summary>
    private static int BytesOf(int type) => type switch
    {
        1 or 2 or 6 or 7 => 1,
        3 or 8 => 2,
        4 or 9 or 11 or 13 => 4,
        _ => 8,
    };

    private static long Padded(long length, long unit) => (length + unit - 1) / unit * unit;

    private static int UShort(ReadOnlySpan<byte> file, long at, bool isBigEndian)
    {
        ReadOnlySpan<byte> bytes = Bytes(file, at, 2);
        return isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    private static long ULong(ReadOnlySpan<byte> file, long at, bool isBigEndian)
    {
        ReadOnlySpan<byte> bytes = Bytes(file, at, 4);
        return isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> file, long at, int count) => at + count <= file.Length
        ? file.Slice((int)at, count)
        : throw new InvalidDataException("its end is missing");
}
