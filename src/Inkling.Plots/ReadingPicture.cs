using System.Globalization;
using Inkling.Reading;
using Inkling.Reading.Finding;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>How a picture was read, to look at.</summary>
public static class ReadingPicture
{
    private const float MostWidth = 1000, MostHeight = 700, MostInkHeight = 360, StripHeight = 110, GlyphSide = 76, GlyphAcross = 104, Gap = 26, Caption = 26;
    private const float NumberHeight = Caption + StripHeight + GlyphSide + 62 + Gap;

    /// <summary>
    /// Draws the picture with a box around each digit, what was taken for ink, and for each number the parts it was cut into and
    /// what the network saw of each digit, into a PNG or SVG file.
    /// </summary>
    /// <param name="path">The file; its name ends in <c>.svg</c> for SVG.</param>
    /// <param name="picture">What was read.</param>
    /// <param name="stages">How.</param>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(string path, GreyImage picture, ReadingStages stages)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(stages);
        float scale = Math.Min(MostWidth / picture.Width, MostHeight / picture.Height), width = scale * picture.Width, height = scale * picture.Height;
        string text = stages.Reading.Text.Replace("\n", " / ", StringComparison.Ordinal);
        Heading heading = new(
            text.Length == 0 ? "Nothing to read" : text + (stages.Reading.IsUnsure ? ", unsure" : ""),
            text.Length == 0 ? "No ink that looks like a digit." : $"{Percent(stages.Reading.Confidence)} sure of all of it.");
        Ink ink = stages.Ink;
        float inkScale = Math.Min(width / ink.Width, MostInkHeight / ink.Height), inkHeight = inkScale * ink.Height;
        float widest = Math.Max(width, stages.Numbers.Select(number => number.Number.Digits.Count * GlyphAcross).Append(320).Max());
        Sheet.Save(path, heading, widest, height + Gap + Caption + inkHeight + Gap + stages.Numbers.Count * NumberHeight, sheet =>
        {
            sheet.Image(SKRect.Create(0, 0, width, height), picture.Width, picture.Height, i => Grey(picture.Pixels[i]));
            foreach (ReadNumber number in stages.Reading.Numbers)
                DrawBoxes(sheet, number, scale / (float)picture.Reduction);
            float y = height + Gap;
            sheet.Text("Its ink", 0, y + 12, 14, Style.Muted);
            sheet.Image(SKRect.Create(0, y + Caption, inkScale * ink.Width, inkHeight), ink.Width, ink.Height, i => Grey((byte)(255 - 255 * ink.Values[i])));
            y += Caption + inkHeight + Gap;
            foreach (NumberStages number in stages.Numbers)
            {
                DrawNumber(sheet, number, y, widest);
                y += NumberHeight;
            }
        });
    }

    private static void DrawBoxes(Sheet sheet, ReadNumber number, float scale)
    {
        foreach (PixelBox box in number.Separators)
            sheet.Outline(Scaled(box, scale), Style.Muted, 1);
        foreach (ReadDigit digit in number.Digits)
        {
            SKRect box = Scaled(digit.Box, scale);
            SKColor colour = digit.Confidence >= 0.9 ? Style.Blue : Style.Red;
            sheet.Outline(box, colour, 2);
            sheet.Text(Style.Number(digit.Digit), box.MidX, Math.Max(14, box.Top - 5), 17, colour, SKTextAlign.Center, isStrong: true);
        }
    }

    private static void DrawNumber(Sheet sheet, NumberStages number, float y, float width)
    {
        sheet.Text($"{number.Number.Text}: the parts it was cut into, and its digits as the network saw them", 0, y + 12, 14, Style.Muted);
        y += Caption;
        Ink upright = number.Upright;
        float scale = Math.Min(StripHeight / upright.Height, width / upright.Width);
        sheet.Image(SKRect.Create(0, y, scale * upright.Width, scale * upright.Height), upright.Width, upright.Height, i =>
            number.Part[i] < 0 ? SKColors.White : Style.Blend(SKColors.White, Style.SeriesColour(number.Part[i]), upright.Values[i]));
        y += StripHeight + 12;
        for (int i = 0; i < number.Number.Digits.Count; i++)
        {
            ReadDigit digit = number.Number.Digits[i];
            float x = i * GlyphAcross, middle = x + GlyphSide / 2;
            int second = digit.RunnersUp.First();
            sheet.Digit(x, y, GlyphSide, digit.Glyph);
            sheet.Text($"{Style.Number(digit.Digit)}  {Percent(digit.Confidence)}", middle, y + GlyphSide + 22, 15, Style.Ink, SKTextAlign.Center, isStrong: true);
            sheet.Text($"or {Style.Number(second)}: {Percent(digit.Confidences[second])}", middle, y + GlyphSide + 40, 12, Style.Muted, SKTextAlign.Center);
        }
    }

    private static SKRect Scaled(PixelBox box, float scale) => SKRect.Create(scale * box.Left, scale * box.Top, scale * box.Width, scale * box.Height);

    private static SKColor Grey(byte level) => new(level, level, level);

    /// <summary>Rounded down: 100 % would claim a certainty that no network has.</summary>
    private static string Percent(double confidence) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(1000 * confidence) / 10:0.0} %");
}
