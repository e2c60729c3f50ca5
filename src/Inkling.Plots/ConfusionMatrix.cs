using System.Globalization;
using SkiaSharp;

namespace Inkling.Plots;

/// <summary>Confusion matrix: true class in rows, prediction in columns.</summary>
public static class ConfusionMatrix
{
    private const float Cell = 56, Left = 64, Top = 56, Right = 176;

    private static readonly SKColor RightCell = SKColor.Parse("#DCE6F5");
    private static readonly SKColor EmptyCell = SKColor.Parse("#F6F7F9");
    private static readonly SKColor MildMistake = SKColor.Parse("#FBE3DC");

    /// <summary>Draws the counts into a PNG or SVG file. The colour scale covers the mistakes alone, not the diagonal.</summary>
    /// <param name="path">The file to write: SVG where the name ends in <c>.svg</c>, otherwise PNG.</param>
    /// <param name="title">The heading.</param>
    /// <param name="counts">[true class, predicted class], square.</param>
    /// <exception cref="ArgumentException">The counts are not square.</exception>
    /// <exception cref="InklingException">The file cannot be written.</exception>
    public static void Save(string path, string title, int[,] counts)
    {
        ArgumentNullException.ThrowIfNull(counts);
        int classes = counts.GetLength(0);
        if (counts.GetLength(1) != classes)
        {
            throw new ArgumentException(
                $"{classes} true classes were read as {counts.GetLength(1)} classes; there must be as many.", nameof(counts));
        }

        int[] digits = [.. Enumerable.Range(0, classes)];
        IEnumerable<int> mistakes =
            from truth in digits
            from read in digits
            where read != truth
            select counts[truth, read];
        int worst = mistakes.Append(1).Max();

        Sheet.Save(path, new Heading(title), Left + classes * Cell + Right, Top + classes * Cell, sheet =>
        {
            float end = Left + classes * Cell;
            sheet.Text("true", Left - 18, Top - 14, 14, Style.Muted, SKTextAlign.Right);
            sheet.Text("read as", Left + classes * Cell / 2, 14, 14, Style.Muted, SKTextAlign.Center);
            sheet.Text("read rightly", end + Right, Top - 14, 14, Style.Muted, SKTextAlign.Right);
            foreach (int truth in digits)
            {
                float y = Top + truth * Cell, baseline = y + Cell / 2 + 5;
                float middle = Left + (truth + 0.5f) * Cell;
                sheet.Text(Style.Number(truth), middle, Top - 14, 16, align: SKTextAlign.Center, isStrong: true);
                sheet.Text(Style.Number(truth), Left - 18, baseline, 16, align: SKTextAlign.Right, isStrong: true);
                foreach (int read in digits)
                    DrawCell(sheet, Left + read * Cell, y, counts[truth, read], truth == read, worst);
                int total = digits.Sum(read => counts[truth, read]);
                string share = total == 0
                    ? "–"
                    : string.Create(CultureInfo.InvariantCulture, $"{100.0 * counts[truth, truth] / total:0.0} %");
                sheet.Text(share, end + 82, baseline, 16, align: SKTextAlign.Right, isStrong: true);
                sheet.Text($"of {Style.Number(total)}", end + Right, baseline, 14, Style.Muted, SKTextAlign.Right);
            }
        });
    }

    private static void DrawCell(Sheet sheet, float x, float y, int count, bool isRight, int worst)
    {
        double share = Math.Pow((double)count / worst, 0.7); // below 1, so that 1, 2 and 5 differ visibly where the worst is 30
        SKColor fill = isRight ? RightCell : count == 0 ? EmptyCell : Style.Blend(MildMistake, Style.Red, share);
        SKColor ink = isRight ? Style.Blue : share > 0.6 ? SKColors.White : Style.Ink;
        sheet.Box(x + 1, y + 1, Cell - 2, Cell - 2, fill, radius: 4);
        if (!isRight && count == 0)
            return;
        bool isStrong = isRight || share > 0.6;
        sheet.Text(Style.Number(count), x + Cell / 2, y + Cell / 2 + 5, 15, ink, SKTextAlign.Center, isStrong);
    }
}
