using System.Globalization;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>A picture read wrongly.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="Truth">What it shows.</param>
/// <param name="Read">What was read; empty for nothing.</param>
/// <param name="Confidence">How sure the reader was, 0 to 1.</param>
public sealed record ReadingMistake(GreyImage Picture, string Truth, string Read, double Confidence);

/// <summary>Pictures of numbers that were read wrongly, to look at.</summary>
public static class ReadingMistakesSheet
{
    private const int Columns = 6, MostShown = 240;

    /// <summary>Draws the pictures into a PNG or SVG file, the surest mistake first.</summary>
    /// <param name="path">The file; its name ends in <c>.svg</c> for SVG.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="mistakes">The mistakes, in any order; the 240 surest are drawn.</param>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(string path, string title, IReadOnlyList<ReadingMistake> mistakes)
    {
        ArgumentNullException.ThrowIfNull(mistakes);
        const float Width = 190, Height = 92, Across = 212, Down = 152;
        ReadingMistake[] worstFirst = [.. mistakes.OrderByDescending(mistake => mistake.Confidence).Take(MostShown)];
        int columns = Math.Clamp(worstFirst.Length, 1, Columns), rows = (worstFirst.Length + columns - 1) / columns;
        string note = worstFirst.Length == 0 ? "There are none." : "Under each picture: what it shows → what was read, and the confidence in it.";
        Sheet.Save(path, new Heading(title, note), columns * Across - (Across - Width), Math.Max(0, rows * Down - 16), sheet =>
        {
            for (int i = 0; i < worstFirst.Length; i++)
            {
                ReadingMistake mistake = worstFirst[i];
                float x = i % columns * Across, y = i / columns * Down, middle = x + Width / 2;
                float scale = Math.Min(Width / mistake.Picture.Width, Height / mistake.Picture.Height), width = scale * mistake.Picture.Width, height = scale * mistake.Picture.Height;
                sheet.Image(SKRect.Create(middle - width / 2, y + Height - height, width, height), mistake.Picture.Width, mistake.Picture.Height, p => new SKColor(mistake.Picture.Pixels[p], mistake.Picture.Pixels[p], mistake.Picture.Pixels[p]));
                sheet.Text($"{mistake.Truth} → {(mistake.Read.Length == 0 ? "nothing" : mistake.Read)}", middle, y + Height + 22, 16, Style.Red, SKTextAlign.Center, isStrong: true);
                sheet.Text(string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(1000 * mistake.Confidence) / 10:0.0} %"), middle, y + Height + 40, 13, Style.Muted, SKTextAlign.Center);
            }
        });
    }
}
