using Inkling.Web.Reading;
using SkiaSharp;

namespace Inkling.Web.Tests;

/// <summary>Digits as a person would draw them, on a canvas of 720 by 320.</summary>
internal static class Strokes
{
    /// <summary>A 7 whose top left corner is at the given point.</summary>
    public static int[][] Seven(int x, int y = 70) => [[x, y, x + 110, y, x + 70, y + 80, x + 40, y + 180]];

    public static int[][] One(int x, int y = 70) => [[x, y, x - 2, y + 90, x, y + 180]];

    public static int[][] Zero(int x, int y = 70)
    {
        List<int> circle = [];
        for (int i = 0; i <= 24; i++)
            circle.AddRange([x + 55 + (int)(55 * Math.Sin(i * Math.PI / 12)), y + 90 - (int)(90 * Math.Cos(i * Math.PI / 12))]);
        return [[.. circle]];
    }

    public static int[][] Four(int x, int y = 70)
        => [[x + 20, y, x, y + 100, x + 110, y + 100], [x + 85, y + 10, x + 80, y + 180]];

    /// <summary>The number 407, in the form that the page's script sends to <c>ReadDrawing</c>.</summary>
    public static int[][] Number => [.. Four(90), .. Zero(290), .. Seven(480)];

    /// <summary>A drawing as the bytes of a PNG file.</summary>
    public static byte[] Png(int[][] strokes)
    {
        GreyImage picture = new Sketch(strokes).ToPicture();
        using SKImage image = SKImage.FromPixelCopy(
            new SKImageInfo(picture.Width, picture.Height, SKColorType.Gray8, SKAlphaType.Opaque),
            picture.Pixels);
        return image.Encode(SKEncodedImageFormat.Png, 100).ToArray();
    }
}
