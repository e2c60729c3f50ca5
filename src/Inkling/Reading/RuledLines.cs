namespace Inkling;

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

    public static void Remove(float[] values, int width, int height, float threshold, ReadingWork work)
    {
        bool isWide = width >= Wide * height;
        PixelBox all = new(0, 0, width, height);
        RemoveAlong(new Grid(values, width, all, IsTurned: false), threshold, isWide ? ShareOfWide : ShareOfOther, touchesEdges: !isWide, work);
        RemoveAlong(new Grid(values, width, all, IsTurned: true), threshold, ShareOfOther, touchesEdges: true, work);
    }

    /// <summary>Takes away the sides of a frame, which strokes may touch.</summary>
    public static void RemoveFrame(float[] values, int width, float threshold, PixelBox frame, ReadingWork work)
    {
        RemoveAlong(new Grid(values, width, frame, IsTurned: false), threshold, ShareOfOther, touchesEdges: true, work);
        RemoveAlong(new Grid(values, width, frame, IsTurned: true), threshold, ShareOfOther, touchesEdges: true, work);
    }

    private static void RemoveAlong(Grid grid, float threshold, double share, bool touchesEdges, ReadingWork work)
    {
        int length = grid.Length, thickest = Math.Max(3, (int)(Thickest * grid.Breadth)), rise = (int)(SteepestSlope * length);
        if (length < 40 || grid.Breadth < 8)
            return;
        int[] inkAbove = InkAbove(grid, threshold, work);
        for (int slope = -rise; slope <= rise; slope += Math.Max(1, rise / 12))
        {
            for (int row = Math.Max(0, -slope); row < grid.Breadth - Math.Max(0, slope); row++)
            {
                int band = inkAbove[Math.Max(row, row + slope) + 1] - inkAbove[Math.Min(row, row + slope)];
                if (band < share * length / (Gap + 1))
                    continue; // too little ink for a line
                work.CountPixels(length);
                (int start, int end) = LongestRun(grid, threshold, row, slope);
                if (end - start < share * length || (touchesEdges && (start > 2 * Gap || end < length - 2 * Gap)))
                    continue;
                bool isAcross = !touchesEdges && start <= 2 * Gap && end >= length - 2 * Gap;
                int thickness = isAcross ? Math.Max(thickest, ThicknessOf(grid, threshold, row, slope, start, end, (int)(ThickestAcross * grid.Breadth)) + 2) : thickest;
                if (IsThin(grid, threshold, row, slope, start, end, thickness))
                    Erase(grid, threshold, row, slope, start, end, thickness);
            }
        }
    }

    /// <summary>[breadth + 1]: pixels of ink in all rows above.</summary>
    private static int[] InkAbove(Grid grid, float threshold, ReadingWork work)
    {
        int[] above = new int[grid.Breadth + 1];
        for (int row = 0; row < grid.Breadth; row++)
        {
            work.CountPixels(grid.Length);
            int count = 0;
            for (int along = 0; along < grid.Length; along++)
                count += grid.At(along, row) >= threshold ? 1 : 0;
            above[row + 1] = above[row] + count;
        }

        return above;
    }

    /// <summary>The longest stretch along a straight way with ink on it or a pixel beside it, small gaps allowed.</summary>
    private static (int Start, int End) LongestRun(Grid grid, float threshold, int row, int slope)
    {
        (int Start, int End) best = (0, 0);
        int start = 0, last = -Gap - 2;
        for (int along = 0; along < grid.Length; along++)
        {
            if (!(grid.At(along, RowAt(grid, row, slope, along)) >= threshold))
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
    private static int ThicknessOf(Grid grid, float threshold, int row, int slope, int start, int end, int most)
    {
        int[] counts = new int[most + 1];
        for (int along = start; along < end; along++)
        {
            (int top, int bottom) = RunAcross(grid, threshold, along, RowAt(grid, row, slope, along), most);
            counts[Math.Min(most, bottom - top)]++;
        }

        int thickness = 0;
        for (int below = counts[0]; thickness < most && 2 * below < end - start; below += counts[thickness])
            thickness++;
        return thickness;
    }

    /// <summary>Whether most of a line has paper on both sides within its thickness.</summary>
    private static bool IsThin(Grid grid, float threshold, int row, int slope, int start, int end, int thickest)
    {
        int thin = 0, counted = 0;
        for (int along = start; along < end; along++)
        {
            (int top, int bottom) = RunAcross(grid, threshold, along, RowAt(grid, row, slope, along), thickest);
            if (bottom == top)
                continue;
            counted++;
            thin += bottom - top <= thickest ? 1 : 0;
        }

        return 3 * thin >= 2 * counted;
    }

    private static void Erase(Grid grid, float threshold, int row, int slope, int start, int end, int thickest)
    {
        for (int along = start; along < end; along++)
        {
            (int top, int bottom) = RunAcross(grid, threshold, along, RowAt(grid, row, slope, along), thickest);
            if (bottom - top > thickest)
                continue; // a stroke crosses here
            for (int across = Math.Max(0, top - 2); across < Math.Min(grid.Breadth, bottom + 2); across++)
                grid.Clear(along, across);
        }
    }

    private static (int Top, int Bottom) RunAcross(Grid grid, float threshold, int along, int row, int thickest)
    {
        int top = row, bottom = row;
        while (top > 0 && row - top <= thickest && grid.At(along, top - 1) >= threshold)
            top--;
        while (bottom < grid.Breadth && bottom - row <= thickest && grid.At(along, bottom) >= threshold)
            bottom++;
        return (top, bottom);
    }

    private static int RowAt(Grid grid, int row, int slope, int along) => row + slope * along / grid.Length;

    /// <summary>A rectangle of an ink map, or the same turned so that its columns are rows.</summary>
    private readonly record struct Grid(float[] Values, int Width, PixelBox Box, bool IsTurned)
    {
        public int Length => IsTurned ? Box.Height : Box.Width;

        public int Breadth => IsTurned ? Box.Width : Box.Height;

        public float At(int along, int across) => Values[Index(along, across)];

        public void Clear(int along, int across) => Values[Index(along, across)] = 0;

        private int Index(int along, int across) =>
            IsTurned ? (Box.Top + along) * Width + Box.Left + across : (Box.Top + across) * Width + Box.Left + along;
    }
}
