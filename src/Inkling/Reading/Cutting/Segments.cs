using System.Buffers;
using Inkling.Reading.Budget;

namespace Inkling.Reading.Cutting;

/// <summary>Some neighbouring parts of a number that may be a digit together.</summary>
/// <param name="First">The first part.</param>
/// <param name="End">The part after the last.</param>
/// <param name="Box">Around them, in the strip.</param>
/// <param name="Area">Their pixels that are more pen than paper.</param>
/// <param name="Gap">The widest stretch of columns between two of them without ink, in pixels.</param>
/// <param name="Pieces">How many pieces of ink they are from.</param>
/// <param name="IsCutOff">Whether its last part and the part behind it are from one piece.</param>
/// <param name="IsBorrowing">Whether the stroke behind the cut, which is the next part's, is shown as well: a wall that two zeros share.</param>
/// <param name="Glyph">[28, 28]: they alone, brought into MNIST's form.</param>
internal sealed record Segment(int First, int End, PixelBox Box, int Area, int Gap, int Pieces, bool IsCutOff, bool IsBorrowing, byte[] Glyph);

/// <summary>All segments of a number that are not out of the question.</summary>
internal static class Segments
{
    /// <summary>Parts that a segment has at most.</summary>
    public const int MostParts = 6;

    private const int SoftEdge = 2;

    /// <summary>In digit heights: nothing wider is a digit, and nothing with a gap wider than that.</summary>
    private const double Widest = 1.45, WidestGap = 0.4;

    /// <summary>What borrows a stroke is a digit without it, nearly: neither as narrow nor as wide as this, in digit heights.</summary>
    private const double NarrowestBorrowing = 0.3, WidestBorrowing = 1.2;

    /// <summary>How far behind a cut a borrowed stroke reaches, in pens' widths.</summary>
    private const double BorrowedReach = 1.3;

    /// <param name="strip">The number, upright.</param>
    /// <param name="parts">Its parts.</param>
    /// <param name="digitHeight">How high its digits are.</param>
    /// <param name="borrows">Whether segments that are cut off are there a second time, with the stroke behind the cut.</param>
    /// <param name="work">Counts the pixels.</param>
    public static List<Segment> Of(Strip strip, InkParts parts, double digitHeight, bool borrows, ReadingWork work)
    {
        List<Segment> segments = [];
        for (int first = 0; first < parts.Count; first++)
        {
            PixelBox box = parts.Boxes[first];
            int area = 0, gap = 0;
            for (int end = first + 1; end <= Math.Min(parts.Count, first + MostParts); end++)
            {
                PixelBox part = parts.Boxes[end - 1];
                gap = Math.Max(gap, part.Left - box.Right);
                box = box.Union(part);
                area += parts.Areas[end - 1];
                if (end > first + 1 && (box.Width > Widest * digitHeight || gap > WidestGap * digitHeight))
                    break;
                int pieces = Enumerable.Range(first, end - first).Select(part => parts.Pieces[part]).Distinct().Count();
                bool isCutOff = end < parts.Count && parts.Pieces[end - 1] == parts.Pieces[end];
                segments.Add(new Segment(first, end, box, area, gap, pieces, isCutOff, IsBorrowing: false, GlyphOf(strip, parts, first, end, box, borrowed: 0, work)));
                if (borrows && isCutOff && box.Width > NarrowestBorrowing * digitHeight && box.Width < WidestBorrowing * digitHeight)
                {
                    int reach = (int)Math.Ceiling(BorrowedReach * parts.Pen);
                    PixelBox more = new(box.Left, box.Top, Math.Min(strip.Width - box.Left, box.Width + reach), box.Height);
                    segments.Add(new Segment(first, end, more, area, gap, pieces, isCutOff, IsBorrowing: true, GlyphOf(strip, parts, first, end, more, reach, work)));
                }
            }
        }

        return segments;
    }

    /// <summary>The segment's own ink, and what it borrows, as a network sees it.</summary>
    private static byte[] GlyphOf(Strip strip, InkParts parts, int first, int end, PixelBox box, int borrowed, ReadingWork work)
    {
        int left = Math.Max(0, box.Left - SoftEdge), top = Math.Max(0, box.Top - SoftEdge);
        int width = Math.Min(strip.Width, box.Right + SoftEdge) - left, height = Math.Min(strip.Height, box.Bottom + SoftEdge) - top;
        work.CountPixels((long)width * height);
        float[] rented = ArrayPool<float>.Shared.Rent(width * height); // large ones for every segment would fill the memory between two collections
        Span<float> ink = rented.AsSpan(0, width * height);
        ink.Clear();
        for (int y = 0; y < height; y++)
        {
            int last = -1 - borrowed; // the last column of the row that is the segment's own
            for (int x = 0; x < width; x++)
            {
                int at = (top + y) * strip.Width + left + x, part = parts.Part[at];
                bool isOwn = part >= first && part < end;
                last = isOwn ? x : last;
                if (isOwn || (part == end && x - last <= borrowed))
                    ink[y * width + x] = strip.Values[at];
            }
        }

        byte[] glyph = MnistNormalisation.Normalise(ink, width, height);
        ArrayPool<float>.Shared.Return(rented);
        return glyph;
    }
}
