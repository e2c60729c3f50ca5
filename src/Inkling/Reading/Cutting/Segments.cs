using System.Buffers;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Cutting;

/// <summary>Some neighbouring parts of a number that may be a digit together.</summary>
/// <param name="First">The first part.</param>
/// <param name="End">The part after the last.</param>
/// <param name="Box">Around them, in the strip.</param>
/// <param name="Area">Their pixels that are more pen than paper.</param>
/// <param name="Gap">The widest stretch of columns between two of them without ink, in pixels.</param>
/// <param name="Pieces">How many pieces of ink they are from.</param>
/// <param name="IsCutOff">Whether its last part and the part behind it are from one piece.</param>
/// <param name="IsBorrowing">Whether the stroke behind the cut, of the next part, is shown as well: a wall that two zeros
/// share.</param>
/// <param name="Glyph">[28, 28]: they alone, brought into MNIST's form.</param>
internal sealed record Segment(
    int First, int End, PixelBox Box, int Area, int Gap, int Pieces, bool IsCutOff, bool IsBorrowing, byte[] Glyph);

/// <summary>The candidate digits of a number: every run of a few parts that is not too wide for a digit.</summary>
internal static class Segments
{
    /// <summary>In the order of their parts; what borrows a stroke is right behind the same without it.</summary>
    /// <param name="strip">The number, upright.</param>
    /// <param name="parts">Its parts.</param>
    /// <param name="digitHeight">How high its digits are.</param>
    /// <param name="borrows">Whether segments that are cut off are there a second time, with the stroke behind the cut.</param>
    /// <param name="c">Which runs of parts are segments.</param>
    /// <param name="work">Counts the pixels.</param>
    public static List<Segment> Of(
        Strip strip, InkParts parts, double digitHeight, bool borrows, SegmentConstants c, ReadingWork work)
    {
        List<Segment> segments = [];
        for (int first = 0; first < parts.Count; first++)
        {
            PixelBox box = parts.Boxes[first];
            int area = 0, gap = 0;
            for (int end = first + 1; end <= Math.Min(parts.Count, first + c.MaxParts); end++)
            {
                PixelBox part = parts.Boxes[end - 1];
                gap = Math.Max(gap, part.Left - box.Right);
                box = box.Union(part);
                area += parts.Areas[end - 1];
                if (end > first + 1 && (box.Width > c.MaxWidth * digitHeight || gap > c.MaxGap * digitHeight))
                    break;
                int pieces = Enumerable.Range(first, end - first).Select(part => parts.Pieces[part]).Distinct().Count();
                bool isCutOff = parts.IsCutBefore(end);
                byte[] glyph = GlyphOf(strip, parts, first, end, box, borrowed: 0, c.SoftEdge, work);
                Segment segment = new(first, end, box, area, gap, pieces, isCutOff, IsBorrowing: false, glyph);
                segments.Add(segment);
                bool mayBorrow = box.Width > c.BorrowingMinWidth * digitHeight && box.Width < c.BorrowingMaxWidth * digitHeight;
                if (borrows && isCutOff && mayBorrow)
                {
                    int reach = (int)Math.Ceiling(c.BorrowedReach * parts.Pen);
                    PixelBox wider = box with { Width = Math.Min(strip.Width - box.Left, box.Width + reach) };
                    byte[] withStroke = GlyphOf(strip, parts, first, end, wider, reach, c.SoftEdge, work);
                    segments.Add(segment with { Box = wider, IsBorrowing = true, Glyph = withStroke });
                }
            }
        }

        return segments;
    }

    /// <summary>A digit that is no run of parts: all ink in some columns of the strip; null where there is none.</summary>
    public static Segment? OfColumns(Strip strip, int left, int right, float threshold, ReadingWork work)
    {
        (left, right) = (Math.Clamp(left, 0, strip.Width), Math.Clamp(right, 0, strip.Width));
        work.CountPixels((long)Math.Max(0, right - left) * strip.Height);
        int width = Math.Max(0, right - left), top = strip.Height, bottom = 0, first = width, end = 0, area = 0;
        float[] ink = new float[width * strip.Height];
        for (int y = 0; y < strip.Height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                float value = ink[y * width + x] = strip.Values[y * strip.Width + left + x];
                if (value < threshold)
                    continue;
                area++;
                (top, bottom) = (Math.Min(top, y), y + 1);
                (first, end) = (Math.Min(first, x), Math.Max(end, x + 1));
            }
        }

        return area == 0
            ? null
            : new Segment(
                -1, -1, new PixelBox(left + first, top, end - first, bottom - top), area, Gap: 0, Pieces: 1, IsCutOff: false,
                IsBorrowing: false, MnistNormalisation.Normalise(ink, width, strip.Height));
    }

    /// <summary>The segment's own ink, and what it borrows, as a network sees it.</summary>
    private static byte[] GlyphOf(
        Strip strip, InkParts parts, int first, int end, PixelBox box, int borrowed, int softEdge, ReadingWork work)
    {
        int left = Math.Max(0, box.Left - softEdge), top = Math.Max(0, box.Top - softEdge);
        int width = Math.Min(strip.Width, box.Right + softEdge) - left;
        int height = Math.Min(strip.Height, box.Bottom + softEdge) - top;
        work.CountPixels((long)width * height);
        float[] rented = ArrayPool<float>.Shared.Rent(width * height); // one large array a segment would keep the collector busy
        Span<float> ink = rented.AsSpan(0, width * height);
        ink.Clear();
        for (int y = 0; y < height; y++)
        {
            int last = -1 - borrowed; // the row's last column of the segment's own ink
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

    /// <summary>
    /// All of a strip as a network sees it, smoothed by (1 2 1)/4 across and down: the pixels of small bilevel pictures have
    /// corners that no pen makes.
    /// </summary>
    public static byte[] SmoothGlyphOf(Strip strip, ReadingWork work)
    {
        int width = strip.Width, height = strip.Height;
        work.CountPixels(2L * strip.Values.Length);
        float[] across = new float[strip.Values.Length], smooth = new float[strip.Values.Length];
        for (int i = 0; i < across.Length; i++)
        {
            int x = i % width;
            float left = x > 0 ? strip.Values[i - 1] : 0, right = x < width - 1 ? strip.Values[i + 1] : 0;
            across[i] = (left + 2 * strip.Values[i] + right) / 4;
        }

        for (int i = 0; i < smooth.Length; i++)
        {
            float above = i >= width ? across[i - width] : 0, below = i < smooth.Length - width ? across[i + width] : 0;
            smooth[i] = (above + 2 * across[i] + below) / 4;
        }

        return MnistNormalisation.Normalise(smooth, width, height);
    }
}
