using System.Globalization;
using Inkling.Files;
using SkiaSharp;

namespace Inkling.Imaging;

/// <summary>
/// Loads picture files as greyscale images: PNG, JPEG, BMP, WebP, GIF and TIFF, rotated upright by their EXIF orientation.
/// Thread-safe.
/// </summary>
public static class PictureFile
{
    /// <summary>Maximum length of a file, in bytes.</summary>
    public const int MaxBytes = 100_000_000;

    /// <summary>
    /// Maximum memory for decoding a pixel, in bytes: lossless WebP and interlaced PNG take four while decoding and four for the
    /// result; progressive JPEG holds three 2-byte coefficients until its end, and its result is small; TIFF takes four for the
    /// result, and a strip or tile.
    /// </summary>
    internal const int BytesPerPixel = 8;

    /// <summary>Maximum number of pixels of any picture, if no other limit is given.</summary>
    private const long Most = 100_000_000;

    /// <summary>
    /// Maximum number of pixels of a picture if no other limit is given: 100 million, or as many as can be decoded in a quarter
    /// of this process's available memory, if fewer. Larger pictures are refused by their header, before memory is allocated. For
    /// photographs reduced row by row while decoding (JPEG that is not progressive, WebP that is not lossless) the memory limit
    /// applies to the reduced size only; they may have 100 million pixels in the file.
    /// </summary>
    public static long MaxPixels { get; } = Math.Min(Most, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 / BytesPerPixel);

    /// <summary>
    /// Maximum number of pixels of the result: larger pictures are reduced, since reading digits needs no more.
    /// </summary>
    public const int MaxPixelsOut = 16_000_000;

    /// <summary>
    /// Target for the longer side, in pixels, of photos that the codec can decode at reduced size: this is faster, and reading
    /// would reduce them anyway.
    /// </summary>
    private const int LongestSide = 1600;

    private const string Formats = "PNG, JPEG, BMP, WebP, GIF and TIFF are";

    /// <summary>Reads a picture file.</summary>
    /// <param name="path">Path of the file; the format is detected from its content, not its name.</param>
    /// <param name="maxPixels">Maximum number of pixels; null for <see cref="MaxPixels"/>.</param>
    /// <exception cref="InklingException">
    /// The file is missing, damaged, too large, not a picture, not a regular file (a pipe, a device), or has several pages.
    /// </exception>
    public static GreyImage Load(string path, long? maxPixels = null) => OnlyPage(LoadPages(path, maxPixels), path);

    /// <summary>Reads a picture from a stream, which need not be seekable, such as standard input.</summary>
    /// <param name="stream">The bytes of a picture file, read to their end.</param>
    /// <param name="name">Its name in error messages.</param>
    /// <param name="maxPixels">Maximum number of pixels; null for <see cref="MaxPixels"/>.</param>
    /// <exception cref="InklingException">The bytes are damaged, too many, not a picture, or have several pages.</exception>
    public static GreyImage Load(Stream stream, string name, long? maxPixels = null)
        => OnlyPage(LoadPages(stream, name, maxPixels), name);

    /// <summary>Opens a picture file that may have several pages: a TIFF file of scanned sheets.</summary>
    /// <param name="path">Path of the file; the format is detected from its content, not its name.</param>
    /// <param name="maxPixels">Maximum number of pixels of a page; null for <see cref="MaxPixels"/>.</param>
    /// <exception cref="InklingException">
    /// The file is missing, damaged, too large, not a picture, or not a regular file (a pipe, a device).
    /// </exception>
    public static PicturePages LoadPages(string path, long? maxPixels = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
            throw new InklingException($"{path}: a folder, not a picture.");
        try
        {
            using FileStream file = RegularFile.OpenRead(
                path,
                "Name a file that has something in it, or give the picture as - (standard input).");
            return LoadPages(file, path, maxPixels);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InklingException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Opens a picture file that may have several pages, from a stream, which need not be seekable.</summary>
    /// <param name="stream">The bytes of a picture file, read to their end.</param>
    /// <param name="name">Its name in error messages.</param>
    /// <param name="maxPixels">Maximum number of pixels of a page; null for <see cref="MaxPixels"/>.</param>
    /// <exception cref="InklingException">The bytes are damaged, too many or not a picture.</exception>
    public static PicturePages LoadPages(Stream stream, string name, long? maxPixels = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxPixels ?? 1, nameof(maxPixels));
        return LoadPages(stream, name, maxPixels ?? Most, maxPixels ?? MaxPixels);
    }

    private static GreyImage OnlyPage(PicturePages pages, string name) => pages.Count == 1
        ? pages.Load(0)
        : throw new InklingException(
            $"{name}: {pages.Count} pages, and one picture is read here. Save each page as a picture of its own, "
                + "or read them all with \"inkling read\" or PictureFile.LoadPages.");

    /// <summary>Opens a picture file from a stream, with given limits.</summary>
    /// <param name="stream">The bytes of a picture file.</param>
    /// <param name="name">Its name in error messages.</param>
    /// <param name="mostPixels">Maximum number of pixels in the file.</param>
    /// <param name="mostHeld">Maximum number of pixels in memory while decoding.</param>
    internal static PicturePages LoadPages(Stream stream, string name, long mostPixels, long mostHeld)
    {
        using SKData data = ReadAll(stream, name);
        if (TiffDirectory.IsTiff(data.Span))
        {
            TiffFile tiff = new(data.ToArray(), name, mostPixels, mostHeld);
            return new PicturePages(tiff.Count, tiff.Load);
        }

        GreyImage picture = Decode(data, name, mostPixels, mostHeld);
        return new PicturePages(1, _ => picture);
    }

    private static GreyImage Decode(SKData data, string name, long mostPixels, long mostHeld)
    {
        using SKCodec? codec = SKCodec.Create(data);
        // Skia reads more formats (icons, WBMP, raw photos), but takes two zero bytes for a WBMP: allow documented formats only.
        if (codec?.EncodedFormat is not (SKEncodedImageFormat.Png or SKEncodedImageFormat.Jpeg or SKEncodedImageFormat.Bmp
            or SKEncodedImageFormat.Webp or SKEncodedImageFormat.Gif))
        {
            throw new InklingException($"{name}: {KindOf(data.Span)}: {Formats}. Save it as one of them.");
        }

        long pixels = PixelsOf(codec.Info.Size),
            held = IsReducedByRows(codec.EncodedFormat, data.Span)
                ? PixelsOf(SizeToDecode(codec))
                : pixels;
        RequireSize(name, codec.Info.Width, codec.Info.Height, pixels, held, mostPixels, mostHeld);
        using SKBitmap bitmap = Decode(codec, name);
        return Greys.Of(bitmap, FactorFor(bitmap.Info.Size), codec.Info.Size).Upright(codec.EncodedOrigin);
    }

    /// <param name="name">The file, in the message.</param>
    /// <param name="width">Its width, in the message.</param>
    /// <param name="height">Its height, in the message.</param>
    /// <param name="pixels">Pixels to decode.</param>
    /// <param name="held">Pixels in memory while decoding.</param>
    /// <param name="mostPixels">Maximum of <paramref name="pixels"/>.</param>
    /// <param name="mostHeld">Maximum of <paramref name="held"/>.</param>
    /// <exception cref="InklingException">There are more, or none.</exception>
    internal static void RequireSize(
        string name, long width, long height, long pixels, long held, long mostPixels, long mostHeld)
    {
        if (pixels == 0 || pixels > mostPixels || held > mostHeld)
            throw new InklingException(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {width}×{height} pixels; "
                + $"a picture may have up to {(held > mostHeld ? mostHeld : mostPixels) / 1e6:0.######} million. Reduce it."));
    }

    /// <summary>Names formats that people take for pictures that are read: phones write HEIC, scanners PDF.</summary>
    private static string KindOf(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("%PDF-"u8))
            return "a PDF document, which is not read";
        // ISO 14496-12: the first box names the file's brand.
        ReadOnlySpan<byte> brand = file.Length >= 12 && file[4..8].SequenceEqual("ftyp"u8) ? file[8..12] : default;
        if (brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8))
            return "an AVIF picture, which is not read";
        return brand.StartsWith("he"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8)
            ? "a HEIC picture, which is not read"
            : "not a picture that can be read";
    }

    private static SKData ReadAll(Stream stream, string name)
    {
        if (stream.CanSeek && stream.Length - stream.Position is > 0 and <= MaxBytes and long length)
        {
            SKData data = SKData.Create(length); // if the length is known, the bytes are read without copying
            try
            {
                if (stream.ReadAtLeast(data.Span, (int)length, throwOnEndOfStream: false) == length)
                    return data;
                throw new InklingException($"{name}: it became shorter while it was read. Try again.");
            }
            catch
            {
                data.Dispose(); // unmanaged, up to 100 MB, which the garbage collector does not see
                throw;
            }
        }

        using MemoryStream bytes = new();
        byte[] chunk = new byte[1 << 16];
        for (int read; (read = stream.Read(chunk)) > 0;)
        {
            if (bytes.Length + read > MaxBytes)
                throw new InklingException(
                    $"{name}: longer than {MaxBytes / 1_000_000} MB, which is too much for a picture. Reduce it.");
            bytes.Write(chunk, 0, read);
        }

        if (bytes.Length == 0)
            throw new InklingException($"{name}: empty, not a picture.");
        return SKData.CreateCopy(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private static long PixelsOf(SKSizeI size) => (long)size.Width * size.Height;

    /// <summary>
    /// Whether a file is reduced row by row while decoding, so that only the result is in memory: a JPEG whose frame is
    /// sequential (ITU-T T.81, table B.1: FF C0 or FF C1) and whose first scan has all its components, or a WebP that is
    /// certainly lossy (RFC 9649: its first chunk is "VP8 ").
    /// </summary>
    internal static bool IsReducedByRows(SKEncodedImageFormat format, ReadOnlySpan<byte> file)
    {
        if (format == SKEncodedImageFormat.Webp)
            return file.Length >= 16 && file[12..16].SequenceEqual("VP8 "u8);
        if (format != SKEncodedImageFormat.Jpeg)
            return false;
        int components = 0;
        for (int at = 2; at + 10 <= file.Length && file[at] == 0xFF;)
        {
            byte marker = file[at + 1];
            if (marker is 0xC0 or 0xC1)
                components = file[at + 9];
            else if (marker == 0xDA)
                return components > 0 && file[at + 4] == components;
            at += marker == 0xFF ? 1 : 2 + (file[at + 2] << 8 | file[at + 3]); // fill bytes FF may precede a marker
        }

        return false;
    }

    private static SKBitmap Decode(SKCodec codec, string name)
    {
        SKSizeI size = SizeToDecode(codec);
        SKBitmap bitmap = new();
        try
        {
            // A large grey picture is decoded to one byte for each pixel instead of four.
            bool isGrey = codec.Info.ColorType == SKColorType.Gray8 && FactorFor(size) > 1;
            SKImageInfo info = isGrey
                ? new(size.Width, size.Height, SKColorType.Gray8, SKAlphaType.Opaque)
                : new(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, SKColorSpace.CreateSrgb());
            if (!bitmap.TryAllocPixels(info))
                throw new InklingException(
                    $"{name}: there is not enough memory for its {size.Width}×{size.Height} pixels. Reduce it.");
            SKCodecResult result = codec.GetPixels(info, bitmap.GetPixels());
            if (result != SKCodecResult.Success)
            {
                throw new InklingException(result == SKCodecResult.IncompleteInput
                    ? $"{name}: cut short: the end of the picture is missing. Copy or download it again."
                    : $"{name}: damaged, so it cannot be read as {codec.EncodedFormat.ToString().ToUpperInvariant()} ({result}). "
                        + $"Copy or download it again.");
            }

            return bitmap;
        }
        catch
        {
            bitmap.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The largest size, in eighths of the original, that the codec can decode to and that fits <see cref="LongestSide"/>, or
    /// else the smallest: JPEG supports eighths, WebP any size, PNG only the original.
    /// </summary>
    private static SKSizeI SizeToDecode(SKCodec codec)
    {
        SKSizeI size = codec.Info.Size;
        for (int eighths = 7; eighths > 0 && Math.Max(size.Width, size.Height) > LongestSide; eighths--)
            size = codec.GetScaledDimensions(eighths / 8f);
        return size;
    }

    /// <summary>
    /// Integer factor by which to reduce a decoded picture, in each direction, to at most <see cref="MaxPixelsOut"/> pixels;
    /// reading also reduces by integer factors.
    /// </summary>
    internal static int FactorFor(SKSizeI size)
    {
        int factor = 1;
        while ((long)Math.Max(1, size.Width / factor) * Math.Max(1, size.Height / factor) > MaxPixelsOut)
            factor++;
        return factor;
    }
}
