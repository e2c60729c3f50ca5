using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Ruling;

/// <summary>
/// The borders of a table's cell that a picture was cut out around: bands of ink along its edges, single or double, that run
/// from side to side and are thicker than rules. Digits may stand on them; what crosses them stays.
/// </summary>
internal static class CellBorders
{
    /// <summary>
    /// How often both directions look at a pixel at most: for each rise at either edge, and as bands are erased.
    /// </summary>
    public static long MaxLooksPerPixel(RuleConstants c) =>
        2 * ((long)Math.Ceiling(2 * c.BorderDepth * (2 * c.BorderRises + 1)) + 2 * c.SoftEdge + 2);

    /// <summary>Takes them out of an ink map.</summary>
    /// <param name="ink">Its rows; changed.</param>
    /// <param name="minShare">Share of the length along which a border is there, at least.</param>
    /// <param name="c">How borders look.</param>
    /// <param name="work">Counts the pixels.</param>
    /// <returns>Whether there was one.</returns>
    public static bool Erase(InkColumns ink, double minShare, RuleConstants c, ReadingWork work)
    {
        if (ink.Length < c.MinLength || ink.Breadth < c.MinBreadth)
            return false;
        bool isAny = false;
        foreach (bool isFirst in (bool[])[true, false])
        {
            Band[] bands = [.. BandsAlong(ink, isFirst, minShare, c, work)];
            foreach (Band band in bands)
                Erase(ink, band, c, work);
            isAny |= bands.Length > 0;
        }

        return isAny;
    }

    /// <summary>The bands near to one edge, under the one rise of all that are tried under which a row has most ink.</summary>
    private static List<Band> BandsAlong(InkColumns ink, bool isFirst, double minShare, RuleConstants c, ReadingWork work)
    {
        int depth = (int)(c.BorderDepth * ink.Breadth), rowStep = 1 + depth / c.BorderRows;
        int alongStep = 1 + ink.Length / c.BorderPlaces;
        int maxRise = (int)(c.BorderMaxSlope * ink.Length), riseStep = 1 + maxRise / c.BorderRises;
        int samples = (ink.Length + alongStep - 1) / alongStep;
        int first = isFirst ? 0 : ink.Breadth - depth;
        int[] best = [];
        int bestRise = 0;
        for (int rise = -maxRise; rise <= maxRise; rise += riseStep)
        {
            int[] counts = new int[(depth + rowStep - 1) / rowStep];
            work.CountPixels(counts.Length * samples);
            for (int along = 0; along < ink.Length; along += alongStep)
            {
                int shift = Band.ShiftAt(along, rise, ink.Length);
                for (int i = 0; i < counts.Length; i++)
                {
                    int row = first + i * rowStep + shift;
                    counts[i] += row >= 0 && row < ink.Breadth && ink.IsInk(along, row) ? 1 : 0;
                }
            }

            if (best.Length == 0 || counts.Max() > best.Max())
                (best, bestRise) = (counts, rise);
        }

        List<Band> bands = [];
        for (int i = 0; i < best.Length; i++)
        {
            if (best[i] < minShare * samples)
                continue;
            int from = i, to = i;
            while (from > 0 && best[from - 1] >= c.BorderMinRow * samples)
                from--;
            while (to + 1 < best.Length && best[to + 1] >= c.BorderMinRow * samples)
                to++;
            Band band = new(first + from * rowStep, first + (to + 1) * rowStep, bestRise);
            if (band.Bottom - band.Top > Math.Max(c.FrameThickness, c.FrameThicknessShare * ink.Breadth))
                bands.Add(band);
            i = to;
        }

        return bands;
    }

    /// <summary>Takes a band away except where a stroke comes out of it on both sides.</summary>
    private static void Erase(InkColumns ink, Band band, RuleConstants c, ReadingWork work)
    {
        work.CountPixels(ink.Length * (band.Bottom - band.Top + 2 * c.SoftEdge));
        for (int along = 0; along < ink.Length; along++)
        {
            int shift = Band.ShiftAt(along, band.Rise, ink.Length);
            int top = Math.Max(0, band.Top + shift - 1), bottom = Math.Min(ink.Breadth, band.Bottom + shift + 1);
            if (ink.IsInkWithin(along, top - 1) && ink.IsInkWithin(along, bottom))
                continue;
            ink.ClearRun(along, top, bottom, c.SoftEdge);
        }
    }

    /// <summary>A band of rows.</summary>
    /// <param name="Top">Its first row, in the middle of its length.</param>
    /// <param name="Bottom">The row behind its last.</param>
    /// <param name="Rise">Rows by which its end is below its beginning.</param>
    private sealed record Band(int Top, int Bottom, int Rise)
    {
        public static int ShiftAt(int along, int rise, int length) =>
            (int)Math.Floor((double)rise * along / length - rise / 2.0 + 0.5);
    }
}
