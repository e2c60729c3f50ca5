using Inkling.Reading.Budget;

namespace Inkling.Reading.Finding;

/// <summary>
/// What the paper under the ink looks like, where light and paper are uneven: a coarse map of its shade, from cells in which
/// strokes are the smaller part, closed over strokes that fill whole cells.
/// </summary>
internal sealed class Paper
{
    private const int CellsOnTheLongSide = 40, SmallestCell = 8;

    /// <summary>In a cell, paper is taken to be lighter (for dark ink) than this share of the pixels.</summary>
    private const double Share = 0.65;

    /// <summary>Strokes up to this many cells wide are bridged.</summary>
    private const int Reach = 2;

    private readonly float[] _shades; // [rows, columns]
    private readonly int _cell, _rows, _columns;

    private Paper(float[] shades, int cell, int rows, int columns) => (_shades, _cell, _rows, _columns) = (shades, cell, rows, columns);

    /// <summary>By how many grey levels the lightest and the darkest cell differ.</summary>
    public float Unevenness => _shades.Max() - _shades.Min();

    /// <param name="picture">A picture.</param>
    /// <param name="isDarkOnLight">Whether ink is darker than paper.</param>
    /// <param name="work">Counts the pixels.</param>
    public static Paper Under(GreyImage picture, bool isDarkOnLight, ReadingWork work)
    {
        int cell = Math.Max(SmallestCell, Math.Max(picture.Width, picture.Height) / CellsOnTheLongSide);
        int rows = Math.Max(1, picture.Height / cell), columns = Math.Max(1, picture.Width / cell);
        float[] shades = new float[rows * columns];
        int[] histogram = new int[256];
        for (int i = 0; i < shades.Length; i++)
        {
            int top = i / columns * cell, left = i % columns * cell;
            int bottom = i / columns == rows - 1 ? picture.Height : top + cell, right = i % columns == columns - 1 ? picture.Width : left + cell;
            work.CountPixels((long)(bottom - top) * (right - left));
            Array.Clear(histogram);
            for (int y = top; y < bottom; y++)
            {
                foreach (byte level in picture.Pixels.Slice(y * picture.Width + left, right - left))
                    histogram[isDarkOnLight ? level : 255 - level]++;
            }

            shades[i] = LevelAt(histogram, Share * (bottom - top) * (right - left));
        }

        shades = Extreme(Extreme(shades, rows, columns, Math.Max), rows, columns, Math.Min);
        return new Paper(Smooth(shades, rows, columns), cell, rows, columns);
    }

    /// <summary>By how much each pixel is darker (for dark ink) than the paper under it, in grey levels.</summary>
    public float[] InkOn(GreyImage picture, bool isDarkOnLight, ReadingWork work)
    {
        float[] ink = new float[picture.Pixels.Length];
        float[] row = new float[_columns];
        for (int y = 0; y < picture.Height; y++)
        {
            work.CountPixels(picture.Width);
            float v = Math.Clamp((y + 0.5f) / _cell - 0.5f, 0, _rows - 1);
            int above = (int)v, below = Math.Min(_rows - 1, above + 1);
            for (int c = 0; c < _columns; c++)
                row[c] = _shades[above * _columns + c] + (v - above) * (_shades[below * _columns + c] - _shades[above * _columns + c]);
            ReadOnlySpan<byte> from = picture.Pixels.Slice(y * picture.Width, picture.Width);
            Span<float> to = ink.AsSpan(y * picture.Width, picture.Width);
            for (int x = 0; x < to.Length; x++)
            {
                float u = Math.Clamp((x + 0.5f) / _cell - 0.5f, 0, _columns - 1);
                int left = (int)u;
                float shade = row[left] + (u - left) * (row[Math.Min(_columns - 1, left + 1)] - row[left]);
                to[x] = shade - (isDarkOnLight ? from[x] : 255 - from[x]);
            }
        }

        return ink;
    }

    /// <summary>The picture with some of its pixels, and those beside them, as the paper under them is.</summary>
    public GreyImage Cover(GreyImage picture, ReadOnlySpan<float> ink, bool isDarkOnLight, ReadingWork work)
    {
        const int reach = 3;
        float[] contrast = InkOn(picture, isDarkOnLight, work);
        byte[] pixels = picture.Pixels.ToArray();
        int[] until = new int[picture.Width]; // for each column: the row behind the last that ink so far reaches
        for (int y = -reach; y < picture.Height; y++)
        {
            work.CountPixels(2 * picture.Width);
            for (int x = 0, below = y + reach; x < picture.Width && below < picture.Height; x++)
            {
                if (ink[below * picture.Width + x] > 0)
                    until.AsSpan(Math.Max(0, x - reach)..Math.Min(picture.Width, x + reach + 1)).Fill(below + reach + 1);
            }

            for (int x = 0; x < picture.Width && y >= 0; x++)
            {
                int i = y * picture.Width + x;
                if (y < until[x])
                    pixels[i] = (byte)Math.Clamp(picture.Pixels[i] + (isDarkOnLight ? contrast[i] : -contrast[i]), 0, 255);
            }
        }

        return new GreyImage(picture.Width, picture.Height, pixels);
    }

    private static int LevelAt(int[] histogram, double count)
    {
        int level = 0;
        for (double below = histogram[0]; below < count && level < 255; below += histogram[level])
            level++;
        return level;
    }

    private static float[] Extreme(float[] shades, int rows, int columns, Func<float, float, float> extreme)
    {
        float[] result = new float[shades.Length];
        for (int i = 0; i < shades.Length; i++)
        {
            float value = shades[i];
            for (int y = Math.Max(0, i / columns - Reach); y <= Math.Min(rows - 1, i / columns + Reach); y++)
            {
                for (int x = Math.Max(0, i % columns - Reach); x <= Math.Min(columns - 1, i % columns + Reach); x++)
                    value = extreme(value, shades[y * columns + x]);
            }

            result[i] = value;
        }

        return result;
    }

    private static float[] Smooth(float[] shades, int rows, int columns)
    {
        float[] result = new float[shades.Length];
        for (int i = 0; i < shades.Length; i++)
        {
            float sum = 0;
            int count = 0;
            for (int y = Math.Max(0, i / columns - 1); y <= Math.Min(rows - 1, i / columns + 1); y++)
            {
                for (int x = Math.Max(0, i % columns - 1); x <= Math.Min(columns - 1, i % columns + 1); x++, count++)
                    sum += shades[y * columns + x];
            }

            result[i] = sum / count;
        }

        return result;
    }
}
