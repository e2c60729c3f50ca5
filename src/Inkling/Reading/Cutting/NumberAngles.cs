using Inkling.Reading.Arranging;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Cutting;

/// <summary>By how much a number slants and slopes, as tangents.</summary>
internal static class NumberAngles
{
    /// <summary>Pixels: a number that is no wider may be a single digit, whose slant cannot be told from its shape.</summary>
    public static double MaxSingleDigitWidth(Word word, UprightConstants c)
    {
        bool isOnePiece = word.Pieces.Count(piece => piece.Box.Height > c.MinHeight * word.DigitHeight) <= 1;
        return (isOnePiece ? c.MaxDigitWidth : c.MaxTornDigitWidth) * word.DigitHeight;
    }

    /// <summary>
    /// By how much a number falls to the right over its length, 0 if by little: what the lines that fit its digits' tops and
    /// bottoms best (least squares) agree on. A row of digits that grow smaller has tops and bottoms that do not.
    /// </summary>
    public static double SlopeOf(Word word, UprightConstants c)
    {
        double h = word.DigitHeight;
        PixelBox[] boxes = [.. word.Pieces.Select(piece => piece.Box).Where(IsDigit)];
        if (boxes.Length < c.SlopeMinDigits)
            return 0;
        double tops = Slope(box => box.Top), bottoms = Slope(box => box.Bottom);
        double slope = Math.Sign(tops) == Math.Sign(bottoms) ? Math.MinMagnitude(tops, bottoms) : 0;
        return Math.Abs(slope) >= c.MinSlope && Math.Abs(slope) < c.MaxSlope ? slope : 0;

        double Slope(Func<PixelBox, double> height)
        {
            double x = boxes.Average(Middle), y = boxes.Average(height);
            double spread = boxes.Sum(box => (Middle(box) - x) * (Middle(box) - x));
            return spread < 1 ? 0 : boxes.Sum(box => (Middle(box) - x) * (height(box) - y)) / spread;
        }

        bool IsDigit(PixelBox box) => box.Height > c.MinHeight * h && box.Height < c.MaxHeight * h;

        static double Middle(PixelBox box) => box.Left + box.Width / 2.0;
    }

    /// <summary>
    /// By how much strokes lean to the right, 0 if by little: the slant under which ink stands in as few and as dark columns as
    /// can be, so that the sum of the squares of all columns' ink is largest.
    /// </summary>
    public static double SlantOf(Strip strip, float threshold, double slope, UprightConstants c, ReadingWork work)
    {
        int width = strip.Width, height = strip.Height;
        (int X, double Y)[] ink = new (int, double)[strip.Values.Count(value => value >= threshold)];
        for (int i = 0, at = 0; i < strip.Values.Length; i++)
        {
            if (strip.Values[i] >= threshold)
                ink[at++] = (i % width, i / width - slope * (i % width));
        }

        double best = 0, most = 0;
        float[] columns = new float[width + (int)(2 * c.MaxSlant * (height + Math.Abs(slope) * width)) + 4];
        for (double slant = -c.MaxSlant / 2; slant <= c.MaxSlant + 1e-9; slant += c.SlantStep)
        {
            work.CountPixels(ink.Length + columns.Length);
            Array.Clear(columns);
            foreach ((int x, double y) in ink)
            {
                double column = Math.Clamp(x + slant * (y - height / 2.0) + (columns.Length - width) / 2, 0, columns.Length - 2);
                int left = (int)column;
                float right = (float)(column - left); // shared between two columns: whole ones would favour slants that meet them
                columns[left] += 1 - right;
                columns[left + 1] += right;
            }

            double sum = 0;
            for (int i = 0; i + 1 < columns.Length; i++)
                sum += (columns[i] + columns[i + 1]) * (double)(columns[i] + columns[i + 1]);
            sum *= 1 - (slant < 0 ? c.LeftPenalty : c.RightPenalty) * Math.Abs(slant);
            if (sum > most)
                (most, best) = (sum, slant);
        }

        return Math.Abs(best) < c.MinSlant ? 0 : best;
    }
}
