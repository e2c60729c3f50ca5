using SkiaSharp;

namespace Inkling.Plots;

/// <summary>A misclassified image.</summary>
/// <param name="pixels">[28, 28], row-major; 0 is paper, 255 is ink.</param>
/// <param name="truth">Its label.</param>
/// <param name="read">The digit predicted.</param>
/// <param name="confidence">Probability given to that digit, 0 to 1.</param>
public sealed class MistakeImage(byte[] pixels, int truth, int read, double confidence)
{
    /// <summary>[28, 28], row-major; 0 is paper, 255 is ink.</summary>
    public byte[] Pixels { get; } = pixels;

    /// <summary>Its label.</summary>
    public int Truth { get; } = truth;

    /// <summary>The digit predicted.</summary>
    public int Read { get; } = read;

    /// <summary>Probability given to that digit, 0 to 1.</summary>
    public double Confidence { get; } = confidence;
}

/// <summary>A sheet of misclassified images.</summary>
public static class MistakesSheet
{
    /// <summary>Draws the images into a PNG or SVG file, by descending confidence.</summary>
    /// <param name="path">The file to write: SVG where the name ends in <c>.svg</c>, otherwise PNG.</param>
    /// <param name="title">The heading.</param>
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
        float width = columns * Across - (Across - Side), height = Math.Max(0, rows * Down - 20);
        string note = items.Count == 0
            ? "There are none."
            : "Under each image: its label → what was read, and the confidence in it.";
        Sheet.Save(path, new Heading(title, note), width, height, sheet =>
        {
            for (int i = 0; i < worstFirst.Length; i++)
            {
                MistakeImage item = worstFirst[i];
                float x = i % columns * Across, y = i / columns * Down, middle = x + Side / 2;
                sheet.Digit(x, y, Side, item.Pixels);
                string mistake = $"{Style.Number(item.Truth)} → {Style.Number(item.Read)}";
                sheet.Text(mistake, middle, y + Side + 24, 17, Style.Red, SKTextAlign.Center, isStrong: true);
                sheet.Text(Style.Confidence(item.Confidence), middle, y + Side + 43, 13, Style.Muted, SKTextAlign.Center);
            }
        });
    }
}
