using Inkling.Numerics;

namespace Inkling.Synthesis;

/// <summary>
/// Draws a digit with the random variation of handwriting: picks a style, perturbs its points, bends, stretches, slants and
/// rotates it, and draws it with a pen of random width. Not thread-safe: use one pen for each thread.
/// </summary>
internal sealed class DigitPen
{
    /// <summary>Rows and columns of the bitmap that a digit is drawn on.</summary>
    public const int Side = 64;

    /// <summary>
    /// The longer side of a digit on the bitmap, in pixels between stroke centres; the margin is for the pen's width.
    /// </summary>
    private const double DigitSide = 44;

    private readonly float[] _ink = new float[Side * Side];

    private readonly PenPath _pen = new();

    private List<(double X, double Y, bool IsStart)> Path => _pen.Points;

    /// <summary>The digit last drawn, [64, 64]: 0 is paper, 1 is ink.</summary>
    public ReadOnlySpan<float> Ink => _ink;

    /// <summary>Draws a digit, replacing the previous one.</summary>
    /// <param name="digit">0 to 9.</param>
    /// <param name="random">Source of all variation.</param>
    /// <param name="plainShapes">Whether shapes that may be taken for another sign are left out.</param>
    public void Write(int digit, RandomStream random, bool plainShapes = false)
    {
        DigitStyle style = plainShapes ? DigitStrokes.PickPlain(digit, random) : DigitStrokes.Pick(digit, random);
        Path.Clear();
        double wobble = random.NextDouble(1, 3.2);
        foreach (StrokePoint[] stroke in style.Strokes)
            _pen.AddStroke(Wander(stroke, wobble, random));
        Deform(random);
        FitToSheet();
        Draw(random);
    }

    /// <summary>Perturbs a stroke: shifts it and each of its points, and lengthens or shortens its ends.</summary>
    private static StrokePoint[] Wander(StrokePoint[] stroke, double wobble, RandomStream random)
    {
        double strokeX = wobble * random.NextGaussian(), strokeY = wobble * random.NextGaussian();
        StrokePoint[] points = [.. stroke.Select(point => point with
        {
            X = point.X + strokeX + wobble * random.NextGaussian(),
            Y = point.Y + strokeY + wobble * random.NextGaussian(),
        })];
        points[0] = Stretch(points[0], points[1], random);
        points[^1] = Stretch(points[^1], points[^2], random);
        return points;
    }

    private static StrokePoint Stretch(StrokePoint end, StrokePoint before, RandomStream random)
    {
        double by = Math.Clamp(0.15 * random.NextGaussian(), -0.3, 0.4);
        return end with { X = end.X + by * (end.X - before.X), Y = end.Y + by * (end.Y - before.Y) };
    }

    /// <summary>Bends the path with low-frequency waves, then stretches, slants and rotates it.</summary>
    private void Deform(RandomStream random)
    {
        double bendX = 4 * random.NextGaussian(), phaseX = random.NextDouble(0, 2 * Math.PI);
        double bendY = 4 * random.NextGaussian(), phaseY = random.NextDouble(0, 2 * Math.PI);
        double aspect = 1.08 * PortableMath.Exp(0.2 * random.NextGaussian());
        double slant = Math.Clamp(0.1 + 0.22 * random.NextGaussian(), -0.4, 0.8);
        double angle = 0.08 * random.NextGaussian();
        (double sin, double cos) = PortableMath.SinCos(angle);
        for (int i = 0; i < Path.Count; i++)
        {
            (double x, double y, bool isStart) = Path[i];
            double bentX = x + bendX * PortableMath.Sin(0.05 * y + phaseX);
            double bentY = y + bendY * PortableMath.Sin(0.06 * x + phaseY);
            double slanted = aspect * bentX - slant * bentY;
            Path[i] = (cos * slanted - sin * bentY, sin * slanted + cos * bentY, isStart);
        }
    }

    private void FitToSheet()
    {
        double left = Path.Min(point => point.X), right = Path.Max(point => point.X);
        double top = Path.Min(point => point.Y), bottom = Path.Max(point => point.Y);
        double scale = DigitSide / Math.Max(right - left, bottom - top);
        for (int i = 0; i < Path.Count; i++)
        {
            (double x, double y, bool isStart) = Path[i];
            Path[i] = (Side / 2 + scale * (x - (left + right) / 2), Side / 2 + scale * (y - (top + bottom) / 2), isStart);
        }
    }

    /// <summary>Draws the path with a pen whose width varies slowly, like the pressure of a hand.</summary>
    private void Draw(RandomStream random)
    {
        Array.Clear(_ink);
        double radius = Math.Clamp(3.25 * PortableMath.Exp(0.29 * random.NextGaussian()), 1.6, 5.2);
        double pressure = random.NextDouble(0.1, 0.2),
            pace = random.NextDouble(0.06, 0.2),
            phase = random.NextDouble(0, 2 * Math.PI);
        for (int i = 1; i < Path.Count; i++)
        {
            if (Path[i].IsStart)
                continue;
            PenStroke.Draw(_ink, Side, PointAt(i - 1), PointAt(i), darkness: 1);
        }

        (double, double, double) PointAt(int i) =>
            (Path[i].X, Path[i].Y, radius * (1 + pressure * PortableMath.Sin(phase + pace * i)));
    }
}
