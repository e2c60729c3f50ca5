using Inkling.Numerics;
using Inkling.Synthesis;

namespace Inkling.Web.Reading;

/// <summary>Drawings for visitors who want to see something read before they draw, in plain shapes of digits.</summary>
internal static class SampleDrawings
{
    private const double Height = 170, MostWide = 600, Gap = 34, Wobble = 1.5;

    private const string Doubtful = "4/9?";

    private static readonly DigitStyle FourOrNine = new(1, "30,14 18,20 6,40 22,58 48,56! 54,4! 52,56 46,100");

    /// <summary>What each shows: a number, or a 4 that may be a 9.</summary>
    public static IReadOnlyList<string> Names { get; } = ["7", "42", "1903", "504192", Doubtful];

    /// <summary>The strokes of a sample, each x, y, x, y, …, on a canvas of <see cref="Sketch.Width"/> by
    /// <see cref="Sketch.Height"/>.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static int[][] StrokesOf(string name)
    {
        RandomStream random = new(name.Length);
        List<List<(double X, double Y)>> strokes = [];
        double x = 0;
        foreach (DigitStyle style in name == Doubtful
            ? [FourOrNine]
            : name.Select(digit => DigitStrokes.PickPlain(digit - '0', random)))
        {
            PenPath pen = new();
            foreach (StrokePoint[] stroke in style.Strokes)
                pen.AddStroke(stroke);
            double left = pen.Points.Min(point => point.X), right = pen.Points.Max(point => point.X),
                rise = Wobble * random.NextGaussian();
            foreach ((double px, double py, bool isStart) in pen.Points)
            {
                if (isStart)
                    strokes.Add([]);
                strokes[^1].Add((x + px - left, py + rise));
            }

            x += right - left + Gap;
        }

        double scale = Math.Min(Height / 100, MostWide / (x - Gap));
        double marginX = (Sketch.Width - scale * (x - Gap)) / 2, marginY = (Sketch.Height - scale * 100) / 2;
        return [.. strokes.Select(stroke => stroke.SelectMany(point => new[]
        {
            (int)Math.Round(marginX + scale * point.X), (int)Math.Round(marginY + scale * point.Y),
        }).ToArray())];
    }
}
