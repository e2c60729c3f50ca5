namespace Inkling.Synthesis;

/// <summary>The path of a pen: points a fraction of a stroke's width apart, stroke after stroke.</summary>
internal sealed class PenPath
{
    /// <summary>Line segments per curve between two points of a design.</summary>
    private const int StepsPerSpan = 6;

    /// <summary>The points; the first of each stroke is marked.</summary>
    public List<(double X, double Y, bool IsStart)> Points { get; } = [];

    /// <summary>Appends the smooth curve through a stroke's points, broken at corners.</summary>
    public void AddStroke(ReadOnlySpan<StrokePoint> points)
    {
        Points.Add((points[0].X, points[0].Y, true));
        for (int i = 0; i + 1 < points.Length; i++)
        {
            StrokePoint from = points[i], to = points[i + 1];
            StrokePoint before = i == 0 || from.IsCorner ? Mirror(to, from) : points[i - 1];
            StrokePoint after = i + 2 == points.Length || to.IsCorner ? Mirror(from, to) : points[i + 2];
            for (int step = 1; step <= StepsPerSpan; step++)
                AddCatmullRom(before, from, to, after, (double)step / StepsPerSpan);
        }

        static StrokePoint Mirror(StrokePoint point, StrokePoint at) => new(2 * at.X - point.X, 2 * at.Y - point.Y, false);
    }

    /// <summary>
    /// The point of a centripetal Catmull-Rom curve at t in [0, 1] between <paramref name="b"/> and <paramref name="c"/>, by
    /// Barry and Goldman's recursion (1988). Centripetal parametrisation makes no loops or cusps where points are close.
    /// </summary>
    private void AddCatmullRom(StrokePoint a, StrokePoint b, StrokePoint c, StrokePoint d, double t)
    {
        double tb = Knot(a, b), tc = tb + Knot(b, c), td = tc + Knot(c, d);
        double at = tb + t * (tc - tb);
        (double X, double Y) ab = Mix((a.X, a.Y), (b.X, b.Y), at / tb);
        (double X, double Y) bc = Mix((b.X, b.Y), (c.X, c.Y), (at - tb) / (tc - tb));
        (double X, double Y) cd = Mix((c.X, c.Y), (d.X, d.Y), (at - tc) / (td - tc));
        (double X, double Y) point = Mix(Mix(ab, bc, at / tc), Mix(bc, cd, (at - tb) / (td - tb)), (at - tb) / (tc - tb));
        Points.Add((point.X, point.Y, false));

        static double Knot(StrokePoint p, StrokePoint q) =>
            Math.Sqrt(Math.Sqrt((q.X - p.X) * (q.X - p.X) + (q.Y - p.Y) * (q.Y - p.Y))) + 1e-3;

        static (double X, double Y) Mix((double X, double Y) p, (double X, double Y) q, double t) =>
            (p.X + t * (q.X - p.X), p.Y + t * (q.Y - p.Y));
    }
}

/// <summary>One straight stroke of a pen.</summary>
internal static class PenStroke
{
    /// <summary>Draws it with round ends, anti-aliased over one pixel, the darker pixel winning.</summary>
    /// <param name="ink">[rows, pitch]: 0 is paper, 1 is ink.</param>
    /// <param name="pitch">Columns of the ink.</param>
    /// <param name="from">Where it begins, and half of its width there, pixels.</param>
    /// <param name="to">Where it ends, and half of its width there.</param>
    /// <param name="darkness">Of its middle, 0 to 1.</param>
    public static void Draw(
        Span<float> ink, int pitch, (double X, double Y, double Radius) from, (double X, double Y, double Radius) to,
        float darkness)
    {
        int rows = ink.Length / pitch;
        double reach = Math.Max(from.Radius, to.Radius) + 0.5;
        int left = Math.Max(0, (int)(Math.Min(from.X, to.X) - reach));
        int right = Math.Min(pitch - 1, (int)(Math.Max(from.X, to.X) + reach));
        int top = Math.Max(0, (int)(Math.Min(from.Y, to.Y) - reach));
        int bottom = Math.Min(rows - 1, (int)(Math.Max(from.Y, to.Y) + reach));
        float dx = (float)(to.X - from.X), dy = (float)(to.Y - from.Y), thicker = (float)(to.Radius - from.Radius);
        float perLength = 1 / Math.Max(dx * dx + dy * dy, 1e-6f);
        for (int row = top; row <= bottom; row++)
        {
            float py = row + 0.5f - (float)from.Y;
            for (int column = left; column <= right; column++)
            {
                float px = column + 0.5f - (float)from.X;
                float t = Math.Clamp((px * dx + py * dy) * perLength, 0, 1);
                float ox = px - t * dx, oy = py - t * dy;
                float cover = (float)from.Radius + t * thicker + 0.5f - MathF.Sqrt(ox * ox + oy * oy);
                ref float pixel = ref ink[row * pitch + column];
                pixel = Math.Max(pixel, darkness * Math.Min(cover, 1));
            }
        }
    }
}
