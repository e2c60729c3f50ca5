using Inkling.Numerics;

namespace Inkling.Synthesis;

/// <summary>
/// A strip of paper of a fixed height and any width up to a limit, on which pens draw and which is then distorted like paper
/// under a camera: [height, pitch], 0 is paper, 1 is ink. Not thread-safe.
/// </summary>
internal sealed class LineCanvas(int pitch)
{
    /// <summary>Rows: those of the line reader's input.</summary>
    public const int Height = 32;

    /// <summary>Pixels between the nodes of a smooth random field.</summary>
    private const int Grid = 8;

    private const int GridRows = Height / Grid + 1;

    private readonly float[] _before = new float[Height * pitch];
    private readonly float[] _fieldX = new float[GridRows * (pitch / Grid + 2)];
    private readonly float[] _fieldY = new float[GridRows * (pitch / Grid + 2)];

    /// <summary>[height, pitch].</summary>
    public float[] Ink { get; } = new float[Height * pitch];

    /// <summary>Columns.</summary>
    public int Pitch => pitch;

    public void Clear() => Array.Clear(Ink);

    /// <summary>Draws a straight stroke.</summary>
    public void Stroke(double x0, double y0, double radius0, double x1, double y1, double radius1, float darkness = 1) =>
        PenStroke.Draw(Ink, pitch, (x0, y0, radius0), (x1, y1, radius1), darkness);

    /// <summary>Draws a path with a pen whose width varies slowly, like the pressure of a hand.</summary>
    public void Draw(PenPath path, double radius, RandomStream random)
    {
        double pressure = random.NextDouble(0.05, 0.25), pace = random.NextDouble(0.06, 0.2);
        double phase = random.NextDouble(0, 2 * Math.PI), before = 0;
        List<(double X, double Y, bool IsStart)> points = path.Points;
        for (int i = 0; i < points.Count; i++)
        {
            double r = radius * (1 + pressure * PortableMath.Sin(phase + pace * i));
            if (!points[i].IsStart)
                Stroke(points[i - 1].X, points[i - 1].Y, before, points[i].X, points[i].Y, r);
            before = r;
        }
    }

    /// <summary>Adds another canvas of the same height, the darker pixel winning.</summary>
    public void Add(LineCanvas other, int from, int to, int dx)
    {
        from = Math.Max(from, -dx);
        to = Math.Min(to, pitch - dx);
        for (int y = 0; y < Height && from < to; y++)
        {
            ReadOnlySpan<float> source = other.Ink.AsSpan(y * other.Pitch + from, to - from);
            Span<float> target = Ink.AsSpan(y * pitch + from + dx, to - from);
            for (int x = 0; x < source.Length; x++)
                target[x] = Math.Max(target[x], source[x]);
        }
    }

    /// <summary>The first and last columns, [from, to), with ink darker than a threshold; (0, 0) where there is none.</summary>
    public (int From, int To) Extent(float threshold, int width)
    {
        int from = width, to = 0;
        for (int y = 0; y < Height; y++)
        {
            ReadOnlySpan<float> row = Ink.AsSpan(y * pitch, width);
            for (int x = 0; x < from; x++)
            {
                if (row[x] > threshold)
                    from = x;
            }

            for (int x = width - 1; x >= to; x--)
            {
                if (row[x] > threshold)
                    to = x + 1;
            }
        }

        return from < to ? (from, to) : (0, 0);
    }

    /// <summary>Slants, tilts and distorts the first columns elastically; bilinear.</summary>
    /// <param name="width">How many columns.</param>
    /// <param name="slant">Pixels sideways for each pixel down.</param>
    /// <param name="slope">Pixels down for each pixel to the right.</param>
    /// <param name="elastic">Standard deviation of displacements, pixels.</param>
    /// <param name="random">Source of the displacements.</param>
    public void Warp(int width, double slant, double slope, double elastic, RandomStream random)
    {
        FillField(_fieldX, width, elastic, random);
        FillField(_fieldY, width, elastic, random);
        Ink.AsSpan().CopyTo(_before);
        Array.Clear(Ink);
        int columns = width / Grid + 2;
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                float u = (float)(x - slant * (y - Height / 2) + At(_fieldX, columns, x, y));
                float v = (float)(y - slope * (x - width / 2) + At(_fieldY, columns, x, y));
                int u0 = (int)MathF.Floor(u), v0 = (int)MathF.Floor(v);
                if (u0 < 0 || u0 + 1 >= width || v0 < -1 || v0 >= Height)
                    continue;
                float fu = u - u0, fv = v - v0;
                float upper = v0 >= 0 ? Mix(v0 * pitch + u0, fu) : 0;
                float lower = v0 + 1 < Height ? Mix((v0 + 1) * pitch + u0, fu) : 0;
                Ink[y * pitch + x] = upper + fv * (lower - upper);
            }
        }

        float Mix(int at, float f) => _before[at] + f * (_before[at + 1] - _before[at]);
    }

    /// <summary>Makes ink uneven: multiplies it by a smooth random field from 1 - strength to 1.</summary>
    public void Fade(int width, double strength, RandomStream random)
    {
        FillField(_fieldX, width, 1, random);
        int columns = width / Grid + 2;
        for (int y = 0; y < Height; y++)
        {
            for (int x = 0; x < width; x++)
                Ink[y * pitch + x] *= 1 - (float)strength * Math.Clamp(At(_fieldX, columns, x, y), 0, 1);
        }
    }

    /// <summary>A Gaussian blur.</summary>
    /// <param name="width">How many columns.</param>
    /// <param name="sigma">Standard deviation, pixels, up to 2.</param>
    public void Blur(int width, double sigma)
    {
        int radius = (int)Math.Ceiling(2.5 * sigma);
        Span<float> kernel = stackalloc float[2 * radius + 1];
        float sum = 0;
        for (int d = -radius; d <= radius; d++)
            sum += kernel[d + radius] = (float)PortableMath.Exp(-d * d / (2 * sigma * sigma));
        foreach (ref float weight in kernel)
            weight /= sum;
        Array.Clear(_before);
        for (int y = 0; y < Height; y++)
        {
            for (int x = radius; x < width - radius; x++)
            {
                float value = 0;
                for (int d = -radius; d <= radius; d++)
                    value += kernel[d + radius] * Ink[y * pitch + x + d];
                _before[y * pitch + x] = value;
            }
        }

        for (int y = 0; y < Height; y++)
        {
            Ink.AsSpan(y * pitch, width).Clear();
            for (int d = Math.Max(-radius, -y); d <= Math.Min(radius, Height - 1 - y); d++)
            {
                ReadOnlySpan<float> from = _before.AsSpan((y + d) * pitch, width);
                for (int x = 0; x < width; x++)
                    Ink[y * pitch + x] += kernel[d + radius] * from[x];
            }
        }
    }

    private static void FillField(float[] field, int width, double deviation, RandomStream random)
    {
        int nodes = GridRows * (width / Grid + 2);
        for (int i = 0; i < nodes; i++)
            field[i] = (float)(deviation * random.NextGaussian());
    }

    private static float At(float[] field, int columns, int x, int y)
    {
        int column = x / Grid, row = y / Grid, at = row * columns + column;
        float fx = (float)(x % Grid) / Grid, fy = (float)(y % Grid) / Grid;
        float upper = field[at] + fx * (field[at + 1] - field[at]);
        float lower = field[at + columns] + fx * (field[at + columns + 1] - field[at + columns]);
        return upper + fy * (lower - upper);
    }
}
