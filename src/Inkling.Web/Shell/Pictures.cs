using Inkling.Reading;
using Inkling.Reading.Finding;
using SkiaSharp;

namespace Inkling.Web.Shell;

/// <summary>
/// Small pictures embedded in the page as data addresses. Ink and weights are colours on a transparent ground, so that they look
/// right in light and dark.
/// </summary>
internal static class Pictures
{
    private const int Gap = 2, PhotoSide = 1400, JpegQuality = 85;

    /// <summary>The same as --excites and --inhibits in site.css, and as in the pictures of Inkling.Plots.</summary>
    private static readonly SKColor Positive = new(0x24, 0x56, 0xa4), Negative = new(0xc8, 0x32, 0x2a);

    /// <summary>Ink, 0 to 255, as black of that opacity.</summary>
    public static string Ink(ReadOnlySpan<byte> ink, int width, int height)
    {
        byte[] rgba = new byte[4 * ink.Length];
        for (int i = 0; i < ink.Length; i++)
            rgba[4 * i + 3] = ink[i];
        return Png(rgba, width, height);
    }

    /// <summary>A number's ink with each of its smallest parts in a colour of its own.</summary>
    public static string Parts(NumberStages number)
    {
        Ink ink = number.Upright;
        byte[] rgba = new byte[4 * ink.Values.Length];
        for (int i = 0; i < ink.Values.Length; i++)
        {
            int part = number.Part[i];
            if (part < 0)
                continue;
            SKColor colour = SKColor.FromHsl(part * 137.5f % 360, 65, 50);
            (rgba[4 * i], rgba[4 * i + 1], rgba[4 * i + 2], rgba[4 * i + 3]) =
                (colour.Red, colour.Green, colour.Blue, (byte)(255 * ink.Values[i]));
        }

        return Png(rgba, ink.Width, ink.Height);
    }

    /// <summary>Maps of one size in a grid: blue above 0, red below, more opaque the further from 0.</summary>
    /// <param name="values">[count, height, width].</param>
    /// <param name="count">How many maps.</param>
    /// <param name="height">Rows of a map.</param>
    /// <param name="width">Columns of a map.</param>
    /// <param name="columns">Maps in a row.</param>
    /// <param name="isEachScaled">Whether each map's largest number has full colour, or only the largest of all.</param>
    /// <param name="most">The magnitude that has full colour; 0 for the largest one.</param>
    public static string Maps(
        ReadOnlySpan<float> values,
        int count,
        int height,
        int width,
        int columns,
        bool isEachScaled = true,
        float most = 0)
    {
        columns = Math.Clamp(columns, 1, Math.Max(1, count));
        int rows = (count + columns - 1) / columns,
            wide = columns * (width + Gap) - Gap,
            high = rows * (height + Gap) - Gap,
            size = height * width;
        byte[] rgba = new byte[4 * wide * high];
        most = most > 0 ? most : MostOf(values[..(count * size)]);
        for (int m = 0; m < count; m++)
        {
            ReadOnlySpan<float> map = values.Slice(m * size, size);
            float scale = isEachScaled ? MostOf(map) : most;
            for (int i = 0; i < size; i++)
            {
                int at = 4 * ((m / columns * (height + Gap) + i / width) * wide + m % columns * (width + Gap) + i % width);
                SKColor colour = map[i] >= 0 ? Positive : Negative;
                // At least a hint of colour, so that a map's extent is seen.
                float strength = scale > 0 ? Math.Abs(map[i]) / scale : 0;
                (rgba[at], rgba[at + 1], rgba[at + 2], rgba[at + 3]) =
                    (colour.Red, colour.Green, colour.Blue, (byte)(14 + 241 * strength));
            }
        }

        return Png(rgba, wide, high);
    }

    /// <summary>A picture in grey, reduced where it is large.</summary>
    public static string Photo(GreyImage picture)
    {
        using SKImage full = SKImage.FromPixelCopy(
            new SKImageInfo(picture.Width, picture.Height, SKColorType.Gray8, SKAlphaType.Opaque), picture.Pixels);
        double scale = Math.Min(1, (double)PhotoSide / Math.Max(picture.Width, picture.Height));
        using SKBitmap reduced = new(new SKImageInfo(
            Math.Max(1, (int)(scale * picture.Width)),
            Math.Max(1, (int)(scale * picture.Height)),
            SKColorType.Gray8,
            SKAlphaType.Opaque));
        using SKPixmap target = reduced.PeekPixels()!;
        full.ScalePixels(target, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using SKData jpeg = target.Encode(SKEncodedImageFormat.Jpeg, JpegQuality)!;
        return $"data:image/jpeg;base64,{Convert.ToBase64String(jpeg.AsSpan())}";
    }

    private static float MostOf(ReadOnlySpan<float> values)
    {
        float most = 0;
        foreach (float value in values)
            most = Math.Max(most, Math.Abs(value));
        return most;
    }

    private static string Png(byte[] rgba, int width, int height)
    {
        using SKImage image = SKImage.FromPixelCopy(
            new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul), rgba);
        using SKPixmap pixels = image.PeekPixels()!;
        using SKData png = pixels.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.NoFilters, zLibLevel: 4))!;
        return $"data:image/png;base64,{Convert.ToBase64String(png.AsSpan())}";
    }
}
