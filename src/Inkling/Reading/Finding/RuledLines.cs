using Inkling.Reading.Budget;

namespace Inkling.Reading.Finding;

/// <summary>
/// Takes long straight thin lines out of an ink map (ruled paper, table borders, the line that an amount stands on) and
/// leaves the strokes that cross them.
/// </summary>
internal static class RuledLines
{
    /// <summary>A line spans at least this share of the picture; nearly all of it where the picture is not wide, since a 7's bar may span a lot.</summary>
    private const double ShareOfWide = 0.55, ShareOfOther = 0.9;

    /// <summary>A picture this much wider than high shows more than one digit.</summary>
    private const double Wide = 1.7;

    /// <summary>Pixels that a line may be interrupted for.</summary>
    private const int Gap = 3;

    /// <summary>A line rises or falls by at most this share of its length.</summary>
    private const double SteepestSlope = 0.12;

    /// <summary>A line is at most this share of the picture thick, but may always be three pixels.</summary>
    private const double Thickest = 0.025;

    /// <summary>What runs from edge to edge of a wide picture may be as thick as this: nobody's stroke does.</summary>
    private const double ThickestAcross = 0.1;

    /// <summary>
    /// How often looking for lines sees a pixel at most: twice as the bits are set up, and in both directions under each slope once
    /// along it and twice across. A length of 192 to 199 pixels has the most slopes, each from -23 to 23; longer ones are tried in larger steps.
    /// </summary>
    internal const long SeenEach = 2 + 2 * 3 * MostSlopes;

    /// <summary>Frames are looked for until those found have so many times the map's pixels: writing has a few frames in each other, a texture thousands.</summary>
    internal const long FramesDeep = 4;

    private const int MostSlopes = 47;

    /// <summary>Slopes are tried in steps of this part of the steepest one, rounded down to whole pixels, but of one at least.</summary>
    private const int SlopeSteps = 12;

    /// <summary>An ink map without long straight lines: ruled and graph paper, table borders, the line on a cheque.</summary>
    public static Ink Remove(Ink ink, ReadingWork work)
    {
        float[] values = ink.Values.ToArray();
        bool isWide = ink.Width >= Wide * ink.Height;
        PixelBox all = new(0, 0, ink.Width, ink.Height);
        RemoveAlong(new InkColumns(values, ink.Width, all, isTurned: false, ink.Threshold, work), isWide ? ShareOfWide : ShareOfOther, touchesEdges: !isWide, work);
        RemoveAlong(new InkColumns(values, ink.Width, all, isTurned: true, ink.Threshold, work), ShareOfOther, touchesEdges: true, work);
        return ink.With(values);
    }

    /// <summary>An ink map without the sides of frames around numbers, which strokes may touch; of the first frames where there are too many.</summary>
    public static Ink RemoveFrames(Ink ink, IEnumerable<PixelBox> frames, ReadingWork work)
    {
        float[] values = ink.Values.ToArray();
        long covered = 0;
        foreach (PixelBox frame in frames.TakeWhile(frame => (covered += (long)frame.Width * frame.Height) <= FramesDeep * values.Length))
        {
            RemoveAlong(new InkColumns(values, ink.Width, frame, isTurned: false, ink.Threshold, work), ShareOfOther, touchesEdges: true, work);
            RemoveAlong(new InkColumns(values, ink.Width, frame, isTurned: true, ink.Threshold, work), ShareOfOther, touchesEdges: true, work);
        }

        return ink.With(values);
    }

    private static void RemoveAlong(InkColumns ink, double share, bool touchesEdges, ReadingWork work)
    {
        int length = ink.Length, thickest = Math.Max(3, (int)(Thickest * ink.Breadth)), rise = (int)(SteepestSlope * length);
        if (length < 40 || ink.Breadth < 8)
            return;
        int[] inkAbove = ink.Above(), shift = new int[length];
        for (int slope = -rise; slope <= rise; slope += Math.Max(1, rise / SlopeSteps))
        {
            for (int along = 0; along < length; along++)
                shift[along] = slope * along / length;
            for (int row = Math.Max(0, -slope); row < ink.Breadth - Math.Max(0, slope); row++)
            {
                int band = inkAbove[Math.Max(row, row + slope) + 1] - inkAbove[Math.Min(row, row + slope)];
                if (band < share * length / (Gap + 1))
                    continue; // too little ink for a line
                work.CountPixels(length);
                (int start, int end) = LongestRun(ink, row, shift);
                if (end - start < share * length || (touchesEdges && (start > 2 * Gap || end < length - 2 * Gap)))
                    continue;
                work.CountPixels(2 * (end - start));
                bool isAcross = !touchesEdges && start <= 2 * Gap && end >= length - 2 * Gap;
                int thickness = isAcross ? Math.Max(thickest, ThicknessOf(ink, row, shift, start, end, (int)(ThickestAcross * ink.Breadth)) + 2) : thickest;
                if (IsThin(ink, row, shift, start, end, thickness))
                    Erase(ink, row, shift, start, end, thickness);
            }
        }
    }

    /// <summary>The longest stretch along a straight way with ink exactly on it, small gaps allowed.</summary>
    private static (int Start, int End) LongestRun(InkColumns ink, int row, int[] shift)
    {
        (int Start, int End) best = (0, 0);
        int start = 0, last = -Gap - 2;
        for (int along = 0; along < ink.Length; along++)
        {
            if (!ink.IsInk(along, row + shift[along]))
                continue;
            if (along - last > Gap + 1)
                start = along;
            last = along;
            if (last + 1 - start > best.End - best.Start)
                best = (start, last + 1);
        }

        return best;
    }

    /// <summary>How thick most of a line is, at most <paramref name="most"/>.</summary>
    private static int ThicknessOf(InkColumns ink, int row, int[] shift, int start, int end, int most)
    {
        int[] counts = new int[most + 1];
        for (int along = start; along < end; along++)
        {
            (int top, int bottom) = ink.RunAcross(along, row + shift[along], most);
            counts[Math.Min(most, bottom - top)]++;
        }

        int thickness = 0;
        for (int below = counts[0]; thickness < most && 2 * below < end - start; below += counts[thickness])
            thickness++;
        return thickness;
    }

    /// <summary>Whether most of a line has paper on both sides within its thickness.</summary>
    private static bool IsThin(InkColumns ink, int row, int[] shift, int start, int end, int thickest)
    {
        int thin = 0, counted = 0;
        for (int along = start; along < end; along++)
        {
            (int top, int bottom) = ink.RunAcross(along, row + shift[along], thickest);
            if (bottom == top)
                continue;
            counted++;
            thin += bottom - top <= thickest ? 1 : 0;
        }

        return 3 * thin >= 2 * counted;
    }

    private static void Erase(InkColumns ink, int row, int[] shift, int start, int end, int thickest)
    {
        for (int along = start; along < end; along++)
        {
            (int top, int bottom) = ink.RunAcross(along, row + shift[along], thickest);
            if (bottom - top <= thickest) // otherwise a stroke crosses here
                ink.Clear(along, Math.Max(0, top - 2), Math.Min(ink.Breadth, bottom + 2));
        }
    }
}
