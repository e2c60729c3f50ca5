using System.Runtime.InteropServices;

namespace Inkling.Reading.Cutting;

/// <summary>
/// A segment seen as one stroke from top to bottom: the parabola that fits the middles of its rows best (least squares), and how
/// well. All are shares of the segment's height, measured on its glyph.
/// </summary>
/// <param name="Lean">How far the stroke's top is right of its bottom.</param>
/// <param name="Bow">How far its middle is right of the chord between its ends: negative for <c>(</c>.</param>
/// <param name="Thickness">The widest row.</param>
/// <param name="Roughness">How far the rows' middles lie beside the parabola, as a root mean square.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StrokeShape(double Lean, double Bow, double Thickness, double Roughness)
{
    private const int Side = MnistNormalisation.Side;

    /// <summary>The least sum of a row's grey levels: a row that is mostly paper has no middle.</summary>
    private const int MinRowInk = 96;

    /// <param name="glyph">[28, 28].</param>
    public static StrokeShape Of(ReadOnlySpan<byte> glyph)
    {
        Span<double> middles = stackalloc double[Side];
        int top = -1, bottom = -1, thickest = 0;
        for (int y = 0; y < Side; y++)
        {
            int sum = 0, moment = 0;
            for (int x = 0; x < Side; x++)
            {
                int ink = glyph[y * Side + x];
                sum += ink;
                moment += x * ink;
            }

            if (sum < MinRowInk)
            {
                middles[y] = double.NaN;
                continue;
            }

            middles[y] = (double)moment / sum;
            (top, bottom, thickest) = (top < 0 ? y : top, y, Math.Max(thickest, sum));
        }

        int height = bottom - top + 1;
        if (top < 0 || height < 3)
            return new StrokeShape(0, 0, double.PositiveInfinity, double.PositiveInfinity);
        // With t from -1 to 1, the polynomials 1, t and t² - m are orthogonal where m is the mean of t² over the rows.
        double rows = 0, sumT2 = 0, sumT4 = 0, sumX = 0, sumXT = 0, sumXT2 = 0;
        for (int y = top; y <= bottom; y++)
        {
            if (double.IsNaN(middles[y]))
                return new StrokeShape(0, 0, double.PositiveInfinity, double.PositiveInfinity); // torn
            double t = 2.0 * (y - top) / (height - 1) - 1, x = middles[y];
            rows++;
            sumT2 += t * t;
            sumT4 += t * t * t * t;
            sumX += x;
            sumXT += x * t;
            sumXT2 += x * t * t;
        }

        double mean = sumX / rows, m = sumT2 / rows;
        double slope = sumXT / sumT2, curve = (sumXT2 - m * sumX) / (sumT4 - m * sumT2);
        double squares = 0;
        for (int y = top; y <= bottom; y++)
        {
            double t = 2.0 * (y - top) / (height - 1) - 1, off = middles[y] - mean - slope * t - curve * (t * t - m);
            squares += off * off;
        }

        return new StrokeShape(
            -2 * slope / height, -curve / height, thickest / (255.0 * height), Math.Sqrt(squares / rows) / height);
    }
}
