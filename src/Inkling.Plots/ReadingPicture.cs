using Inkling.Numerics;
using Inkling.Reading;
using Inkling.Reading.Constants;
using Inkling.Reading.Finding;
using Inkling.Reading.Lines;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>How a picture was read, stage by stage.</summary>
public static class ReadingPicture
{
    private const float MaxWidth = 1000, MaxHeight = 700, MaxInkHeight = 360;
    private const float StripHeight = 110, GlyphSide = 76, GlyphAcross = 104, Gap = 26, Caption = 26;
    private const float LineHeight = 96, ColumnsHeight = 30, LineWithCaption = Caption + LineHeight + ColumnsHeight + Gap;

    private static float HeightOf(NumberStages number) =>
        Caption + StripHeight + GlyphSide + 62 + Gap + (number.Line is null ? 0 : LineWithCaption);

    /// <summary>
    /// Draws into a PNG or SVG file: the picture with a box around each digit, the ink found, and for each number the parts
    /// it was cut into, the 28×28 images that the network classified, and which digit begins where for the network that needs no
    /// cuts.
    /// </summary>
    /// <param name="path">The file to write: SVG where the name ends in <c>.svg</c>, otherwise PNG.</param>
    /// <param name="picture">The picture that was read.</param>
    /// <param name="stages">Its reading, with the stages kept.</param>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(string path, GreyImage picture, ReadingStages stages)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(stages);
        float scale = Math.Min(MaxWidth / picture.Width, MaxHeight / picture.Height);
        float width = scale * picture.Width, height = scale * picture.Height;
        string text = stages.Reading.Text.Replace("\n", " / ", StringComparison.Ordinal);
        Heading heading = text.Length == 0
            ? new("Nothing to read", "No ink that looks like a digit.")
            : new(
                text + (stages.Reading.IsUnsure ? ", unsure" : ""),
                $"{Style.Confidence(stages.Reading.Confidence)} sure of all of it.");
        Ink ink = stages.Ink;
        float inkScale = Math.Min(width / ink.Width, MaxInkHeight / ink.Height), inkHeight = inkScale * ink.Height;
        float widestNumber = stages.Numbers.Select(number => number.Number.Digits.Count * GlyphAcross).Append(320).Max();
        float widest = Math.Max(width, widestNumber);
        float total = height + Gap + Caption + inkHeight + Gap + stages.Numbers.Sum(HeightOf);
        Sheet.Save(path, heading, widest, total, sheet =>
        {
            sheet.Image(SKRect.Create(0, 0, width, height), picture.Width, picture.Height, i => Style.Grey(picture.Pixels[i]));
            foreach (ReadNumber number in stages.Reading.Numbers)
                DrawBoxes(sheet, number, scale / (float)picture.Reduction);
            foreach (PixelBox unread in stages.Reading.Unread)
            {
                SKRect box = Scaled(unread, scale / (float)picture.Reduction);
                sheet.Outline(box, Style.Red, 1);
                sheet.Text("not read", box.MidX, box.Bottom + 14, 13, Style.Red, SKTextAlign.Center);
            }

            float y = height + Gap;
            int turn = stages.Reading.Turn;
            sheet.Text(turn == 0 ? "Its ink" : $"Its ink, turned by {Style.Number(turn)}° clockwise", 0, y + 12, 14, Style.Muted);
            SKRect inkBox = SKRect.Create(0, y + Caption, inkScale * ink.Width, inkHeight);
            sheet.Image(inkBox, ink.Width, ink.Height, i => Style.Grey((byte)(255 - 255 * ink.Values[i])));
            y += Caption + inkHeight + Gap;
            foreach (NumberStages number in stages.Numbers)
            {
                DrawNumber(sheet, number, y, widest);
                y += HeightOf(number);
            }
        });
    }

    private static void DrawBoxes(Sheet sheet, ReadNumber number, float scale)
    {
        foreach (ReadSeparator separator in number.Separators)
        {
            SKRect box = Scaled(separator.Box, scale);
            sheet.Outline(box, Style.Muted, 1);
            if (separator.Kind != SeparatorKind.Other)
                sheet.Text(NameOf(separator.Kind), box.MidX, box.Bottom + 12, 11, Style.Muted, SKTextAlign.Center);
        }

        foreach (ReadDigit digit in number.Digits)
        {
            SKRect box = Scaled(digit.Box, scale);
            SKColor colour = digit.Confidence >= 0.9 ? Style.Blue : Style.Red;
            sheet.Outline(box, colour, 2);
            float baseline = Math.Max(14, box.Top - 5);
            sheet.Text(Style.Number(digit.Digit), box.MidX, baseline, 17, colour, SKTextAlign.Center, isStrong: true);
        }
    }

    private static void DrawNumber(Sheet sheet, NumberStages number, float y, float width)
    {
        string caption = $"{number.Number.Text}: the parts it was cut into, and its digits as the network saw them";
        sheet.Text(caption, 0, y + 12, 14, Style.Muted);
        y += Caption;
        Ink upright = number.Upright;
        float scale = Math.Min(StripHeight / upright.Height, width / upright.Width);
        SKRect strip = SKRect.Create(0, y, scale * upright.Width, scale * upright.Height);
        sheet.Image(strip, upright.Width, upright.Height, i => number.Part[i] < 0
            ? SKColors.White
            : Style.Blend(SKColors.White, Style.SeriesColour(number.Part[i]), upright.Values[i]));
        y += StripHeight + 12;
        for (int i = 0; i < number.Number.Digits.Count; i++)
        {
            ReadDigit digit = number.Number.Digits[i];
            float x = i * GlyphAcross, middle = x + GlyphSide / 2;
            int second = digit.RunnersUp.First();
            sheet.Digit(x, y, GlyphSide, digit.Glyph);
            string best = $"{Style.Number(digit.Digit)}  {Style.Confidence(digit.Confidence)}";
            string other = $"or {Style.Number(second)}: {Style.Confidence(digit.Confidences[second])}";
            sheet.Text(best, middle, y + GlyphSide + 22, 15, Style.Ink, SKTextAlign.Center, isStrong: true);
            sheet.Text(other, middle, y + GlyphSide + 40, 12, Style.Muted, SKTextAlign.Center);
        }

        if (number.Line is { } line)
            DrawLine(sheet, line.Looks[line.Looks.Count / 2], y + GlyphSide + 62, width);
    }

    /// <summary>The number as the network saw it that needs no cuts, and under each column how likely a digit is there.</summary>
    private static void DrawLine(Sheet sheet, LineLook look, float y, float width)
    {
        const string What = "The same without cuts; under each column its likeliest digit: the higher the bar, the likelier";
        sheet.Text(What, 0, y + 12, 14, Style.Muted);
        y += Caption;
        (LineStrip strip, int columns) = (look.Strip, LineColumn.CountOf(look.Outputs));
        float scale = Math.Min(LineHeight / LineConstants.Height, width / strip.Width), bottom = y + scale * LineConstants.Height;
        SKRect box = SKRect.Create(0, y, scale * strip.Width, bottom - y);
        sheet.Image(box, strip.Width, LineConstants.Height, i => Style.Grey((byte)(255 - 255 * Math.Clamp(strip.Ink[i], 0, 1))));
        float across = box.Width / columns;
        int before = LineColumn.Blank;
        for (int column = 0; column < columns; column++)
        {
            ReadOnlySpan<float> outputs = look.Outputs.AsSpan(column * LineColumn.Classes, LineColumn.Classes);
            int likeliest = Vectors.Argmax(outputs), digit = Vectors.Argmax(outputs[..LineColumn.Blank]);
            float height = ColumnsHeight / 2 * outputs[digit];
            sheet.Box(column * across, bottom + 2, across, height, Style.SeriesColour(digit));
            if (likeliest != before && likeliest != LineColumn.Blank)
            {
                float middle = (column + 0.5f) * across;
                sheet.Text(Style.Number(likeliest), middle, bottom + ColumnsHeight, 13, Style.Ink, SKTextAlign.Center);
            }

            before = likeliest;
        }
    }

    private static string NameOf(SeparatorKind kind) => kind switch
    {
        SeparatorKind.Slash => "slash",
        SeparatorKind.Dash => "dash",
        _ => "point"
    };

    private static SKRect Scaled(PixelBox box, float scale) =>
        SKRect.Create(scale * box.Left, scale * box.Top, scale * box.Width, scale * box.Height);
}
