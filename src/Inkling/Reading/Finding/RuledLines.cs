using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Finding;

/// <summary>
/// Takes long straight thin lines out of an ink map (ruled paper, table borders, the line that an amount stands on) and leaves
/// the strokes that cross them. Looks along every slope of few pixels of rise for a run of ink, and measures how thick that is.
/// </summary>
internal static class RuledLines
{
    /// <summary>An ink map without long straight lines.</summary>
    public static Ink Remove(Ink ink, ReaderConstants constants, ReadingWork work)
    {
        RuleConstants c = constants.Rules;
        float[] values = ink.Values.ToArray();
        bool isWide = ink.Width >= c.WidePicture * ink.Height;
        PixelBox all = new(0, 0, ink.Width, ink.Height);
        InkColumns level = new(values, ink.Width, all, isTurned: false, ink.Threshold, work);
        RemoveAlong(level, isWide ? c.MinSpanOfWide : c.MinSpan, touchesEdges: !isWide, c, work);
        InkColumns upright = new(values, ink.Width, all, isTurned: true, ink.Threshold, work);
        RemoveAlong(upright, c.MinSpan, touchesEdges: true, c, work);
        return ink.With(values);
    }

    /// <summary>
    /// An ink map without the sides of frames around numbers, which strokes may touch; of the first frames, where they cover too
    /// much.
    /// </summary>
    public static Ink RemoveFrames(Ink ink, IEnumerable<PixelBox> frames, ReaderConstants constants, ReadingWork work)
    {
        RuleConstants c = constants.Rules;
        float[] values = ink.Values.ToArray();
        long covered = 0, mostCovered = constants.Budget.MaxFrameArea * values.Length;
        foreach (PixelBox frame in frames.TakeWhile(frame => (covered += (long)frame.Width * frame.Height) <= mostCovered))
        {
            InkColumns level = new(values, ink.Width, frame, isTurned: false, ink.Threshold, work);
            RemoveAlong(level, c.MinSpan, touchesEdges: true, c, work);
            InkColumns upright = new(values, ink.Width, frame, isTurned: true, ink.Threshold, work);
            RemoveAlong(upright, c.MinSpan, touchesEdges: true, c, work);
        }

        return ink.With(values);
    }

    /// <summary>
    /// How often looking for lines sees a pixel at most: twice as the bits are set up, and in both directions under each slope
    /// once along it and twice across. With the constants as they are, a length of 192 to 199 pixels has the most slopes, from
    /// -23 to 23.
    /// </summary>
    public static long MaxLooksPerPixel(ReaderConstants constants)
    {
        int slopes = Enumerable.Range(1, constants.Ink.MaxSide).Max(length => Slopes(length, constants.Rules).Count());
        return 2 + 2 * 3 * slopes;
    }

    /// <summary>The slopes that are tried, in pixels of rise over a length.</summary>
    private static IEnumerable<int> Slopes(int length, RuleConstants c)
    {
        int steepest = (int)(c.MaxSlope * length);
        for (int slope = -steepest; slope <= steepest; slope += Math.Max(1, steepest / c.SlopeSteps))
            yield return slope;
    }

    private static void RemoveAlong(InkColumns ink, double minSpan, bool touchesEdges, RuleConstants c, ReadingWork work)
    {
        int length = ink.Length, maxThickness = Math.Max(c.AlwaysAllowedThickness, (int)(c.MaxThickness * ink.Breadth));
        if (length < c.MinLength || ink.Breadth < c.MinBreadth)
            return;
        int[] inkAbove = ink.Above(), shift = new int[length];
        foreach (int slope in Slopes(length, c))
        {
            for (int along = 0; along < length; along++)
                shift[along] = slope * along / length;
            for (int row = Math.Max(0, -slope); row < ink.Breadth - Math.Max(0, slope); row++)
            {
                int band = inkAbove[Math.Max(row, row + slope) + 1] - inkAbove[Math.Min(row, row + slope)];
                if (band < minSpan * length / (c.MaxGap + 1))
                    continue; // too little ink for a line
                work.CountPixels(length);
                Line line = LongestRun(ink, row, shift, c.MaxGap);
                bool reachesEdges = line.Start <= c.EdgeDistance && line.End >= length - c.EdgeDistance;
                if (line.Length < minSpan * length || (touchesEdges && !reachesEdges))
                    continue;
                work.CountPixels(2 * line.Length);
                int thickness = maxThickness;
                if (!touchesEdges && reachesEdges)
                {
                    int max = (int)(c.MaxThicknessAcross * ink.Breadth);
                    thickness = Math.Max(thickness, MedianThickness(ink, line, max) + c.SoftEdge);
                }

                if (IsThin(ink, line, thickness, c.MinThinShare))
                    Erase(ink, line, thickness, c.SoftEdge);
            }
        }
    }

    /// <summary>The longest run of ink exactly on a straight line, gaps of a few pixels allowed.</summary>
    private static Line LongestRun(InkColumns ink, int row, int[] shift, int maxGap)
    {
        Line longest = new(row, shift, 0, 0);
        int start = 0, last = -maxGap - 2;
        for (int along = 0; along < ink.Length; along++)
        {
            if (!ink.IsInk(along, row + shift[along]))
                continue;
            if (along - last > maxGap + 1)
                start = along;
            last = along;
            if (last + 1 - start > longest.Length)
                longest = longest with { Start = start, End = last + 1 };
        }

        return longest;
    }

    /// <summary>The median thickness of a line, at most <paramref name="max"/>.</summary>
    private static int MedianThickness(InkColumns ink, Line line, int max)
    {
        int[] counts = new int[max + 1];
        for (int along = line.Start; along < line.End; along++)
        {
            (int top, int bottom) = ink.RunAcross(along, line.RowAt(along), max);
            counts[Math.Min(max, bottom - top)]++;
        }

        int thickness = 0;
        for (int below = counts[0]; thickness < max && 2 * below < line.Length; below += counts[thickness])
            thickness++;
        return thickness;
    }

    /// <summary>Whether most of a line has paper on both sides within a thickness.</summary>
    private static bool IsThin(InkColumns ink, Line line, int maxThickness, double minShare)
    {
        int thin = 0, counted = 0;
        for (int along = line.Start; along < line.End; along++)
        {
            (int top, int bottom) = ink.RunAcross(along, line.RowAt(along), maxThickness);
            if (bottom == top)
                continue;
            counted++;
            thin += bottom - top <= maxThickness ? 1 : 0;
        }

        return thin >= minShare * counted - 1e-9; // 2/3 has no exact double
    }

    /// <summary>Takes a line away where it is thin; where it is thicker a stroke crosses it.</summary>
    private static void Erase(InkColumns ink, Line line, int maxThickness, int softEdge)
    {
        for (int along = line.Start; along < line.End; along++)
        {
            (int top, int bottom) = ink.RunAcross(along, line.RowAt(along), maxThickness);
            if (bottom - top <= maxThickness)
                ink.Clear(along, Math.Max(0, top - softEdge), Math.Min(ink.Breadth, bottom + softEdge));
        }
    }

    /// <summary>A stretch of a straight line.</summary>
    /// <param name="Row">Where the whole line begins.</param>
    /// <param name="Shift">For each place along it, by how many rows it has risen or fallen.</param>
    /// <param name="Start">Where the stretch begins.</param>
    /// <param name="End">The place behind its end.</param>
    private readonly record struct Line(int Row, int[] Shift, int Start, int End)
    {
        public int Length => End - Start;

        public int RowAt(int along) => Row + Shift[along];
    }
}
