using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Finding;

/// <summary>
/// The shade of the paper under the ink in uneven light: a coarse map of cells, in each of which a quantile of the grey levels is
/// paper's; a morphological closing bridges strokes that fill whole cells.
/// </summary>
internal sealed class Paper
{
    private readonly float[] _shades; // [rows, columns]
    private readonly int _cell, _rows, _columns;

    private Paper(float[] shades, int cell, int rows, int columns) =>
        (_shades, _cell, _rows, _columns) = (shades, cell, rows, columns);

    /// <summary>By how many grey levels the lightest and the darkest cell differ.</summary>
    public float Unevenness => _shades.Max() - _shades.Min();

    /// <param name="picture">A picture.</param>
    /// <param name="isDarkOnLight">Whether ink is darker than paper.</param>
    /// <param name="constants">The map's size and what it bridges.</param>
    /// <param name="work">Counts the pixels.</param>
    public static Paper Under(GreyImage picture, bool isDarkOnLight, PaperConstants constants, ReadingWork work)
    {
        int cell = Math.Max(constants.MinCell, Math.Max(picture.Width, picture.Height) / constants.CellsOnTheLongSide);
        int rows = Math.Max(1, picture.Height / cell), columns = Math.Max(1, picture.Width / cell);
        float[] shades = new float[rows * columns];
        int[] histogram = new int[256];
        for (int i = 0; i < shades.Length; i++)
        {
            int top = i / columns * cell, left = i % columns * cell;
            int bottom = i / columns == rows - 1 ? picture.Height : top + cell;
            int right = i % columns == columns - 1 ? picture.Width : left + cell;
            work.CountPixels((long)(bottom - top) * (right - left));
            Array.Clear(histogram);
            for (int y = top; y < bottom; y++)
            {
                foreach (byte level in picture.Pixels.Slice(y * picture.Width + left, right - left))
                    histogram[isDarkOnLight ? level : 255 - level]++;
            }

            shades[i] = LevelAt(histogram, constants.Quantile * (bottom - top) * (right - left));
        }

        float[] dilated = Extreme(shades, rows, columns, constants.ClosingReach, Math.Max);
        float[] closed = Extreme(dilated, rows, columns, constants.ClosingReach, Math.Min);
        return new Paper(Smooth(closed, rows, columns), cell, rows, columns);
    }

    /// <summary>
    /// [height, width]: by how many grey levels each pixel is darker (for dark ink) than the paper under it, interpolated
    /// bilinearly.
    /// </summary>
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
            {
                float shadeAbove = _shades[above * _columns + c];
                row[c] = shadeAbove + (v - above) * (_shades[below * _columns + c] - shadeAbove);
            }

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

    /// <summary>The picture with paper instead of its ink and of what is near to that.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="ink">[height, width]: its ink; 0 is none.</param>
    /// <param name="isDarkOnLight">Whether ink is darker than paper.</param>
    /// <param name="reach">Pixels, in each direction, that are near.</param>
    /// <param name="work">Counts the pixels.</param>
    public GreyImage Cover(GreyImage picture, ReadOnlySpan<float> ink, bool isDarkOnLight, int reach, ReadingWork work)
    {
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

    /// <summary>The level up to which the histogram counts so many.</summary>
    private static int LevelAt(int[] histogram, double count)
    {
        int level = 0;
        for (double below = histogram[0]; below < count && level < 255; below += histogram[level])
            level++;
        return level;
    }

    /// <summary>
    /// Dilation (with <see cref="Math.Max(float, float)"/>) or erosion (with <see cref="Math.Min(float, float)"/>) by a square.
    /// </summary>
    private static float[] Extreme(float[] shades, int rows, int columns, int reach, Func<float, float, float> extreme)
    {
        float[] result = new float[shades.Length];
        for (int i = 0; i < shades.Length; i++)
        {
            float value = shades[i];
            for (int y = Math.Max(0, i / columns - reach); y <= Math.Min(rows - 1, i / columns + reach); y++)
            {
                for (int x = Math.Max(0, i % columns - reach); x <= Math.Min(columns - 1, i % columns + reach); x++)
                    value = extreme(value, shades[y * columns + x]);
            }

            result[i] = value;
        }

        return result;
    }

    /// <summary>The mean over 3×3 cells.</summary>
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
