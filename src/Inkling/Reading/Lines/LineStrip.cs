using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;

namespace Inkling.Reading.Lines;

/// <summary>
/// A number's strip as the line network is shown it: 32 rows, its digits of one height and in the middle, the same paper at both
/// ends. [32, width]: 0 is paper, 1 is ink.
/// </summary>
internal sealed class LineStrip
{
    private readonly double _scale;
    private readonly int _left; // of the strip's ink

    private LineStrip(float[] ink, int width, double scale, int left) => (Ink, Width, _scale, _left) = (ink, width, scale, left);

    public float[] Ink { get; }

    public int Width { get; }

    /// <summary>Scales a strip; null where it would be too wide.</summary>
    /// <param name="strip">The number, set upright.</param>
    /// <param name="digitHeight">How high its digits are, in pixels of the strip.</param>
    /// <param name="middle">The row that their middles lie on.</param>
    /// <param name="height">How high they are to be, in rows.</param>
    /// <param name="constants">The size of the network's input.</param>
    /// <param name="work">Counts the pixels.</param>
    public static LineStrip? Of(
        Strip strip, double digitHeight, double middle, double height, LineConstants constants, ReadingWork work)
    {
        (int left, int right) = Columns(strip);
        double scale = height / digitHeight;
        if (left >= right || (right - left) * scale > constants.MaxWidth - 2 * constants.Margin)
            return null;
        int width = (int)Math.Ceiling((right - left) * scale) + 2 * constants.Margin;
        float[] narrow = new float[strip.Height * width], ink = new float[LineConstants.Height * width];
        Weights across = new(width, strip.Width, scale, left - constants.Margin / scale);
        Weights down = new(LineConstants.Height, strip.Height, scale, middle - LineConstants.Height / 2 / scale);
        for (int y = 0; y < strip.Height; y++)
        {
            work.CountPixels(across.Count);
            for (int x = 0; x < width; x++)
                narrow[y * width + x] = across.Sum(x, strip.Values.AsSpan(y * strip.Width, strip.Width));
        }

        work.CountPixels((long)down.Count * width);
        for (int y = 0; y < LineConstants.Height; y++)
            down.AddRows(y, narrow, width, ink.AsSpan(y * width, width));
        return new LineStrip(ink, width, scale, left - (int)Math.Round(constants.Margin / scale));
    }

    /// <summary>How high digits are to be, in rows, so that nearly all of a strip's ink is in the 32 rows.</summary>
    /// <param name="strip">The number, set upright.</param>
    /// <param name="digitHeight">How high its digits are, in pixels of the strip.</param>
    /// <param name="constants">What nearly all is.</param>
    /// <param name="work">Counts the pixels.</param>
    /// <param name="middle">The row in the middle of that ink.</param>
    public static double WholeHeight(
        Strip strip, double digitHeight, LineConstants constants, ReadingWork work, out double middle)
    {
        work.CountPixels(strip.Values.Length);
        double[] rows = new double[strip.Height];
        for (int y = 0; y < rows.Length; y++)
        {
            foreach (float value in strip.Values.AsSpan(y * strip.Width, strip.Width))
                rows[y] += value;
        }

        double outside = constants.OutsideShare * rows.Sum(), above = 0, below = 0;
        (int top, int bottom) = (0, rows.Length);
        while (top < bottom - 1 && above + rows[top] <= outside)
            above += rows[top++];
        while (bottom > top + 1 && below + rows[bottom - 1] <= outside)
            below += rows[--bottom];
        middle = (top + bottom) / 2.0;
        return Math.Max(constants.MinHeight, (LineConstants.Height - 2) * digitHeight / (bottom - top));
    }

    /// <summary>The strip's column that a column of the scaled strip came from.</summary>
    public int ColumnInStrip(double column) => _left + (int)Math.Round(column / _scale);

    /// <summary>The columns with ink, [left, right).</summary>
    private static (int Left, int Right) Columns(Strip strip)
    {
        (int left, int right) = (strip.Width, 0);
        for (int i = 0; i < strip.Values.Length; i++)
        {
            if (strip.Values[i] > 0)
                (left, right) = (Math.Min(left, i % strip.Width), Math.Max(right, i % strip.Width + 1));
        }

        return (left, right);
    }

    /// <summary>
    /// Weights of a triangle filter as wide as what becomes one pixel, at least one pixel either way: bilinear where it enlarges,
    /// a mean where it reduces.
    /// </summary>
    private readonly struct Weights
    {
        private readonly int[] _first;
        private readonly float[][] _weights;

        public Weights(int count, int sourceCount, double scale, double start)
        {
            (_first, _weights) = (new int[count], new float[count][]);
            double reach = Math.Max(1, 1 / scale);
            for (int i = 0; i < count; i++)
            {
                double centre = start + (i + 0.5) / scale - 0.5;
                int first = (int)Math.Ceiling(centre - reach), last = (int)Math.Floor(centre + reach);
                int from = Math.Max(0, first), to = Math.Min(sourceCount - 1, last);
                double all = 0;
                for (int at = first; at <= last; at++)
                    all += 1 - Math.Abs(at - centre) / reach;
                _first[i] = from;
                _weights[i] = new float[Math.Max(0, to - from + 1)];
                for (int at = from; at <= to; at++)
                    _weights[i][at - from] = (float)((1 - Math.Abs(at - centre) / reach) / all);
            }
        }

        /// <summary>How many there are.</summary>
        public int Count => _weights.Sum(weights => weights.Length);

        public float Sum(int i, ReadOnlySpan<float> source)
        {
            float sum = 0;
            for (int k = 0; k < _weights[i].Length; k++)
                sum += _weights[i][k] * source[_first[i] + k];
            return sum;
        }

        public void AddRows(int i, ReadOnlySpan<float> rows, int width, Span<float> sum)
        {
            for (int k = 0; k < _weights[i].Length; k++)
            {
                ReadOnlySpan<float> row = rows.Slice((_first[i] + k) * width, width);
                for (int x = 0; x < width; x++)
                    sum[x] += _weights[i][k] * row[x];
            }
        }
    }
}
