using Inkling.Numerics;
using Inkling.Reading.Budget;
using Inkling.Reading.Finding;

namespace Inkling.Reading.Reshaping;

/// <summary>The direction along which ink varies most: that of a line of digits.</summary>
/// <param name="Degrees">From the rows, clockwise, -89 to 90.</param>
/// <param name="Elongation">How many times as far the ink spreads along the axis as across it (standard deviations).</param>
internal readonly record struct InkAxis(int Degrees, double Elongation)
{
    public static InkAxis Of(Ink ink, ReadingWork work)
    {
        work.CountPixels(2L * ink.Values.Length);
        long count = 0, sumX = 0, sumY = 0;
        for (int y = 0, i = 0; y < ink.Height; y++)
        {
            for (int x = 0; x < ink.Width; x++, i++)
            {
                if (IsPen(ink, i))
                    (count, sumX, sumY) = (count + 1, sumX + x, sumY + y);
            }
        }

        double middleX = (double)sumX / Math.Max(count, 1), middleY = (double)sumY / Math.Max(count, 1), xx = 0, xy = 0, yy = 0;
        for (int y = 0, i = 0; y < ink.Height; y++)
        {
            double dy = y - middleY;
            for (int x = 0; x < ink.Width; x++, i++)
            {
                if (!IsPen(ink, i))
                    continue;
                double dx = x - middleX;
                (xx, xy, yy) = (xx + dx * dx, xy + dx * dy, yy + dy * dy);
            }
        }

        double most = -1;
        int along = 0;
        for (int degrees = -89; degrees <= 90; degrees++)
        {
            (double sin, double cos) = PortableMath.SinCos(degrees * Math.PI / 180);
            double spread = cos * cos * xx + 2 * cos * sin * xy + sin * sin * yy;
            if (spread > most)
                (most, along) = (spread, degrees);
        }

        return new InkAxis(along, Math.Sqrt(most / Math.Max(xx + yy - most, 1)));
    }

    private static bool IsPen(Ink ink, int i) => ink.Values[i] >= ink.Threshold && ink.Values[i] > 0;
}
