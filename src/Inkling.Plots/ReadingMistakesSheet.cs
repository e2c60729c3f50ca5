using SkiaSharp;

namespace Inkling.Plots;

/// <summary>A picture of a number that was read wrongly.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="Truth">The number it shows.</param>
/// <param name="Read">The number read; empty where none was found.</param>
/// <param name="Confidence">Confidence of the reading, 0 to 1.</param>
internal sealed record ReadingMistake(GreyImage Picture, string Truth, string Read, double Confidence);

/// <summary>A sheet of pictures that were read wrongly.</summary>
internal static class ReadingMistakesSheet
{
    private const int Columns = 6, MostShown = 240;

    /// <summary>Draws the pictures into a PNG or SVG file, by descending confidence.</summary>
    /// <param name="path">The file to write: SVG where the name ends in <c>.svg</c>, otherwise PNG.</param>
    /// <param name="title">The heading.</param>
    /// <param name="mistakes">The mistakes, in any order; the 240 of highest confidence are drawn.</param>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(string path, string title, IReadOnlyList<ReadingMistake> mistakes)
    {
        ArgumentNullException.ThrowIfNull(mistakes);
        const float Width = 190, Height = 92, Across = 212, Down = 152;
        ReadingMistake[] worstFirst = [.. mistakes.OrderByDescending(mistake => mistake.Confidence).Take(MostShown)];
        int columns = Math.Clamp(worstFirst.Length, 1, Columns), rows = (worstFirst.Length + columns - 1) / columns;
        string note = worstFirst.Length == 0
            ? "There are none."
            : "Under each picture: what it shows → what was read, and the confidence in it.";
        float sheetWidth = columns * Across - (Across - Width), sheetHeight = Math.Max(0, rows * Down - 16);
        Sheet.Save(path, new Heading(title, note), sheetWidth, sheetHeight, sheet =>
        {
            for (int i = 0; i < worstFirst.Length; i++)
            {
                (GreyImage picture, string truth, string read, double confidence) = worstFirst[i];
                float x = i % columns * Across, y = i / columns * Down, middle = x + Width / 2;
                float scale = Math.Min(Width / picture.Width, Height / picture.Height);
                float width = scale * picture.Width, height = scale * picture.Height;
                SKRect box = SKRect.Create(middle - width / 2, y + Height - height, width, height);
                sheet.Image(box, picture.Width, picture.Height, p => Style.Grey(picture.Pixels[p]));
                string mistake = $"{truth} → {(read.Length == 0 ? "nothing" : read)}";
                sheet.Text(mistake, middle, y + Height + 22, 16, Style.Red, SKTextAlign.Center, isStrong: true);
                sheet.Text(Style.Confidence(confidence), middle, y + Height + 40, 13, Style.Muted, SKTextAlign.Center);
            }
        });
    }
}
