using System.Globalization;

namespace Inkling.Data.Own;

/// <summary>Brings images to 0 for paper and 255 for ink, which the networks and the reader expect.</summary>
internal static class PixelLevels
{
    /// <summary>Pixels that never reach more are on a coarse scale: bits, or 0 to 16 as in UCI's optdigits.</summary>
    private const byte MaxCoarse = 16;

    private const byte Middle = 127;

    /// <summary>Scales coarse pixels to 255, and turns over the images that are dark on light.</summary>
    /// <param name="images">The images, changed in place.</param>
    /// <returns>A line for each thing done.</returns>
    public static IEnumerable<string> Correct(RawImages images)
    {
        List<string> done = [];
        byte most = images.Pixels.Length == 0 ? (byte)0 : images.Pixels.Max();
        if (most is > 0 and <= MaxCoarse)
        {
            for (int i = 0; i < images.Pixels.Length; i++)
                images.Pixels[i] = (byte)(images.Pixels[i] * 255 / most);
            done.Add($"{images.Source}: pixels are from 0 to {most}; taken as 0 to 255.");
        }

        int size = images.Height * images.Width, turned = 0;
        for (int start = 0; start < images.Pixels.Length; start += size)
        {
            Span<byte> image = images.Pixels.AsSpan(start, size);
            if (!IsDarkOnLight(image, images.Height, images.Width))
                continue;
            turned++;
            for (int i = 0; i < size; i++)
                image[i] = (byte)(255 - image[i]);
        }

        if (turned > 0)
        {
            done.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{images.Source}: {turned:N0} of {images.Labels.Length:N0} images are dark on light: turned over, to light on "
                + $"dark."));
        }

        return done;
    }

    /// <summary>Whether most of an image's edge, and most of the image, is light.</summary>
    public static bool IsDarkOnLight(ReadOnlySpan<byte> image, int height, int width)
    {
        int light = 0, lightEdge = 0, edge = 0;
        for (int i = 0; i < image.Length; i++)
        {
            int y = i / width, x = i - y * width;
            bool isEdge = y == 0 || x == 0 || y == height - 1 || x == width - 1, isLight = image[i] > Middle;
            light += isLight ? 1 : 0;
            edge += isEdge ? 1 : 0;
            lightEdge += isEdge && isLight ? 1 : 0;
        }

        return 2 * lightEdge > edge && 2 * light > image.Length;
    }
}
