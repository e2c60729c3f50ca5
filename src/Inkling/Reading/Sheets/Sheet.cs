using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Sheets;

/// <summary>
/// The part of a picture that is read: a sheet of paper whose edges are in view, without the table that it lies on, or the whole
/// picture.
/// </summary>
/// <param name="Picture">Its pixels.</param>
/// <param name="Left">The column of the whole picture where it begins.</param>
/// <param name="Top">The row.</param>
/// <param name="Magnification">How many of its pixels, in each direction, are one of the whole picture's.</param>
internal sealed record Sheet(GreyImage Picture, int Left, int Top, int Magnification = 1)
{
    /// <summary>The whole of a picture.</summary>
    public static Sheet Whole(GreyImage picture) => new(picture, 0, 0);

    /// <summary>
    /// A sheet on a table of another shade, or null where the picture shows none. On a coarse map of median shades, which has
    /// no thin strokes, it is a large region without steps, a quadrilateral, and lighter or darker than all around it.
    /// </summary>
    /// <param name="picture">A picture.</param>
    /// <param name="constants">What is a sheet.</param>
    /// <param name="work">Counts the pixels.</param>
    /// <returns>The box around the sheet; table in its corners is covered with the sheet's shade.</returns>
    public static Sheet? On(GreyImage picture, SheetConstants constants, ReadingWork work)
    {
        if (Math.Min(picture.Width, picture.Height) < constants.MinSide)
            return null;
        ShadeMap map = ShadeMap.Of(picture, constants.CellsOnTheLongSide, work);
        foreach (int step in constants.Steps)
        {
            (int Start, int End)[] spans = map.LargestRegion(step, constants.MaxSidesCut, work);
            if (SheetShape.IsSheet(map, spans, constants))
                return CutOut(picture, map, WithoutEdge(spans, map.Columns));
        }

        return null;
    }

    /// <summary>
    /// For each row of cells, those that lie in the sheet with all their neighbours: at its edge, cells are partly table.
    /// </summary>
    private static (int Start, int End)[] WithoutEdge((int Start, int End)[] spans, int columns)
    {
        return [.. spans.Select((_, row) => Inner(row))];

        (int Start, int End) Inner(int row)
        {
            (int start, int end) = spans[row];
            for (int near = Math.Max(0, row - 1); near <= Math.Min(spans.Length - 1, row + 1); near++)
                (start, end) = (Math.Max(start, spans[near].Start), Math.Min(end, spans[near].End));
            start += start > 0 ? 1 : 0;
            end -= end < columns ? 1 : 0;
            return end > start ? (start, end) : (0, 0);
        }
    }

    private static Sheet? CutOut(GreyImage picture, ShadeMap map, (int Start, int End)[] spans)
    {
        int[] rows = [.. Enumerable.Range(0, spans.Length).Where(row => spans[row].End > 0)];
        if (rows.Length == 0)
            return null;
        int top = rows[0] * map.Cell, bottom = map.BottomOf(rows[^1]);
        int left = rows.Min(row => spans[row].Start) * map.Cell, right = map.RightOf(rows.Max(row => spans[row].End) - 1);
        byte[] pixels = new byte[(bottom - top) * (right - left)];
        for (int y = top; y < bottom; y++)
        {
            int row = Math.Min(y / map.Cell, map.Rows - 1);
            (int start, int end) = spans[row];
            if (end == 0)
                return null; // a sheet has no gap
            int from = start * map.Cell, to = map.RightOf(end - 1);
            Span<byte> line = pixels.AsSpan((y - top) * (right - left), right - left);
            line[..(from - left)].Fill(map.MedianOf(row, start, Math.Min(end, start + 5)));
            picture.Pixels[(y * picture.Width + from)..(y * picture.Width + to)].CopyTo(line[(from - left)..]);
            line[(to - left)..].Fill(map.MedianOf(row, Math.Max(start, end - 5), end));
        }

        GreyImage cut = new(right - left, bottom - top, pixels) { Reduction = picture.Reduction, FileSize = picture.FileSize };
        return new Sheet(cut, left, top);
    }
}
