using Inkling.Reading.Constants;

namespace Inkling.Reading.Sheets;

/// <summary>Whether a region of a picture has a sheet's shape and stands out from all around it.</summary>
internal static class SheetShape
{
    /// <param name="map">The picture's shades.</param>
    /// <param name="spans">For each row of cells, where the region begins and ends; 0 and 0 for none.</param>
    /// <param name="c">What is a sheet.</param>
    public static bool IsSheet(ShadeMap map, (int Start, int End)[] spans, SheetConstants c)
    {
        int area = spans.Sum(span => span.End - span.Start), all = map.Rows * map.Columns;
        if (area < c.MinArea * all || area > c.MaxArea * all || SidesCut(map, spans, c) > c.MaxSidesCut)
            return false;
        double fit = area / QuadrilateralArea(spans);
        return Math.Abs(fit - 1) <= c.MaxMisfit && StandsOut(map, spans, c);
    }

    private static int SidesCut(ShadeMap map, (int Start, int End)[] spans, SheetConstants c)
    {
        double level = c.MinCut * map.Columns, upright = c.MinCut * map.Rows;
        return (spans[0].End - spans[0].Start > level ? 1 : 0)
            + (spans[^1].End - spans[^1].Start > level ? 1 : 0)
            + (spans.Count(span => span.End > 0 && span.Start == 0) > upright ? 1 : 0)
            + (spans.Count(span => span.End == map.Columns) > upright ? 1 : 0);
    }

    /// <summary>
    /// Cells of the quadrilateral through the outermost points along the diagonals (the shoelace formula; Pick's theorem adds the
    /// cells on its sides).
    /// </summary>
    private static double QuadrilateralArea((int Start, int End)[] spans)
    {
        (int X, int Y)[] ends =
        [
            .. spans.SelectMany((span, y) => span.End > 0 ? new[] { (span.Start, y), (span.End - 1, y) } : []),
        ];
        (int X, int Y)[] corners =
        [
            ends.MinBy(p => p.X + p.Y), ends.MaxBy(p => p.X - p.Y), ends.MaxBy(p => p.X + p.Y), ends.MinBy(p => p.X - p.Y),
        ];
        double twice = 0, sides = 0;
        for (int i = 0; i < 4; i++)
        {
            (int X, int Y) a = corners[i], b = corners[(i + 1) % 4];
            twice += (double)a.X * b.Y - (double)b.X * a.Y;
            sides += Math.Max(Math.Abs(a.X - b.X), Math.Abs(a.Y - b.Y));
        }

        return Math.Abs(twice) / 2 + sides / 2 + 1;
    }

    /// <summary>
    /// Whether the region is lighter, or darker, than what is beside it and than the picture's border: paper in a frame, or in a
    /// 0, has the same paper behind the stroke.
    /// </summary>
    private static bool StandsOut(ShadeMap map, (int Start, int End)[] spans, SheetConstants c)
    {
        int d = c.EdgeDistance, lighter = 0, darker = 0, compared = 0;
        for (int y = 0; y < spans.Length; y++)
        {
            (int start, int end) = spans[y];
            if (end - start <= 2 * d)
                continue;
            Compare(map[y, start + d], start - 1 - d, y, 0, y);
            Compare(map[y, end - 1 - d], end + d, y, map.Columns - 1, y);
        }

        for (int x = 0; x < map.Columns; x++)
        {
            int top = Array.FindIndex(spans, span => span.Start <= x && x < span.End);
            int bottom = Array.FindLastIndex(spans, span => span.Start <= x && x < span.End);
            if (bottom - top < 2 * d)
                continue;
            Compare(map[top + d, x], x, top - 1 - d, x, 0);
            Compare(map[bottom - d, x], x, bottom + 1 + d, x, map.Rows - 1);
        }

        return compared > 0 && Math.Max(lighter, darker) >= c.MinContrastShare * compared;

        void Compare(int inside, int x, int y, int borderX, int borderY)
        {
            if (x < 0 || y < 0 || x >= map.Columns || y >= map.Rows)
                return;
            int beside = inside - map[y, x], atBorder = inside - map[borderY, borderX];
            compared++;
            lighter += Math.Min(beside, atBorder) >= c.MinContrast ? 1 : 0;
            darker += Math.Max(beside, atBorder) <= -c.MinContrast ? 1 : 0;
        }
    }
}
