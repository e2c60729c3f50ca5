using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using SkiaSharp;

namespace Inkling.Imaging.Tests;

/// <summary>Small picture files made in memory, by SkiaSharp where it can write the format, otherwise by hand.</summary>
internal static class TestPictures
{
    public const int Width = 48, Height = 32;

    /// <summary>A smooth grey wedge, which JPEG and WebP keep well.</summary>
    public static byte Shade(int x, int y) => (byte)(3 * x + 2 * y + 20);

    public static byte[] Wedge() => [.. Enumerable.Range(0, Width * Height).Select(i => Shade(i % Width, i / Width))];

    /// <summary>What SkiaSharp makes of grey pixels.</summary>
    public static byte[] Encode(SKEncodedImageFormat format, int width, int height, Func<int, int, byte> shade) =>
        Encode(format, width, height, (x, y) => new SKColor(shade(x, y), shade(x, y), shade(x, y)));

    public static byte[] Encode(SKEncodedImageFormat format, int width, int height, Func<int, int, SKColor> colour)
    {
        using SKBitmap bitmap = new(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        bitmap.Pixels = [.. Enumerable.Range(0, width * height).Select(i => colour(i % width, i / width))];
        using SKData data = bitmap.Encode(format, 100);
        return data.ToArray();
    }

    /// <summary>A PNG; the rows are given as they stand in the file, without their filter bytes.</summary>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="bits">Bits a sample.</param>
    /// <param name="colourType">0 grey, 2 colours, 3 palette, 4 grey and alpha, 6 colours and alpha.</param>
    /// <param name="rows">[height, bytes of a row].</param>
    /// <param name="palette">Red, green, blue for each entry.</param>
    public static byte[] Png(int width, int height, byte bits, byte colourType, byte[] rows, byte[]? palette = null)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bits, colourType);
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int row = 0, length = rows.Length / height; length > 0 && row < height; row++)
            {
                zlib.WriteByte(0);
                zlib.Write(rows.AsSpan(row * length, length));
            }
        }

        return
        [
            0x89, .. "PNG\r\n\u001a\n"u8,
            .. Chunk("IHDR", header), .. palette is null ? [] : Chunk("PLTE", palette),
            .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", []),
        ];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data], length = new byte[4], check = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(check, Crc32.HashToUInt32(body));
        return [.. length, .. body, .. check];
    }

    /// <summary>The wedge as a BMP of 24 bits a pixel: rows from the bottom up.</summary>
    public static byte[] Bmp()
    {
        const int HeaderLength = 54;
        byte[] file = new byte[HeaderLength + 3 * Width * Height]; // 144 bytes a row need no padding
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(2), file.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), HeaderLength);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), Width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), Height);
        (file[26], file[28]) = (1, 24);
        for (int i = 0; i < Width * Height; i++)
            file.AsSpan(HeaderLength + 3 * i, 3).Fill(Shade(i % Width, Height - 1 - i / Width));
        return file;
    }

    /// <summary>
    /// The wedge halved to 128 shades as a GIF, its codes kept 8 bits wide by clearing the table before it grows.
    /// </summary>
    public static byte[] Gif()
    {
        const byte Clear = 128, End = 129;
        List<byte> codes = [];
        byte[] wedge = Wedge();
        for (int i = 0; i < wedge.Length; i++)
        {
            if (i % 100 == 0)
                codes.Add(Clear);
            codes.Add((byte)(wedge[i] / 2));
        }

        codes.Add(End);
        return
        [
            .. "GIF89a"u8, Width, 0, Height, 0, 0xF6, 0, 0,
            .. Enumerable.Range(0, 128).SelectMany(i => new[] { (byte)(2 * i), (byte)(2 * i), (byte)(2 * i) }),
            (byte)',', 0, 0, 0, 0, Width, 0, Height, 0, 0, 7,
            .. codes.Chunk(255).SelectMany(block => new[] { (byte)block.Length }.Concat(block)), 0, (byte)';',
        ];
    }

    /// <summary>
    /// A JPEG with a note of how the camera was held: a TIFF header and one entry, the orientation, in an APP1 segment.
    /// </summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation)
    {
        byte[] exif =
        [
            .. "Exif\0\0"u8,
            .. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg.AsSpan(0, 2), 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg.AsSpan(2)];
    }
}
