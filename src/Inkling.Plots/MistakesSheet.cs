using System.Globalization;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>An image read wrongly.</summary>
/// <param name="Pixels">[28, 28], row-major; 0 is paper, 255 is ink.</param>
/// <param name="Truth">What it is.</param>
/// <param name="Read">What was read.</param>
/// <param name="Confidence">How sure the reader was, 0 to 1.</param>
public sealed record MistakeImage(byte[] Pixels, int Truth, int Read, double Confidence);

/// <summary>The worst mistakes, to look at.</summary>
public static class MistakesSheet
{
    /// <summary>Draws the images into a PNG or SVG file, the surest mistake first.</summary>
    /// <param name="path">The file; its name ends in <c>.svg</c> for SVG.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="items">The mistakes, in any order.</param>
    /// <exception cref="ArgumentException">An image has not 28×28 pixels.</exception>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(string path, string title, IReadOnlyList<MistakeImage> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        Sheet.RequireDigits(items.Select(item => item.Pixels));
        const float Side = 84, Across = 112, Down = 150;
        const int Columns = 10;
        MistakeImage[] worstFirst = [.. items.OrderByDescending(item => item.Confidence)];
        int columns = Math.Clamp(items.Count, 1, Columns), rows = (items.Count + columns - 1) / columns;
        string note = items.Count == 0 ? "There are none." : "Under each image: its label → what was read, and the confidence in it.";
        Sheet.Save(path, new Heading(title, note), columns * Across - (Across - Side), Math.Max(0, rows * Down - 20), sheet =>
        {
            for (int i = 0; i < worstFirst.Length; i++)
            {
                MistakeImage item = worstFirst[i];
                float x = i % columns * Across, y = i / columns * Down, middle = x + Side / 2;
                sheet.Digit(x, y, Side, item.Pixels);
                sheet.Text($"{Style.Number(item.Truth)} → {Style.Number(item.Read)}", middle, y + Side + 24, 17, Style.Red, SKTextAlign.Center, isStrong: true);
                // Rounded down: 100 % would claim a certainty that no network has.
                string confidence = string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(1000 * item.Confidence) / 10:0.0} %");
                sheet.Text(confidence, middle, y + Side + 43, 13, Style.Muted, SKTextAlign.Center);
            }
        });
    }
}
