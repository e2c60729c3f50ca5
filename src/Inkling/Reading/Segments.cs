namespace Inkling;

/// <summary>Some neighbouring parts of a number that may be a digit together.</summary>
/// <param name="First">The first part.</param>
/// <param name="End">The part after the last.</param>
/// <param name="Box">Around them, in the strip.</param>
/// <param name="Area">Their pixels that are more pen than paper.</param>
/// <param name="Gap">The widest stretch of columns between two of them without ink, in pixels.</param>
/// <param name="Pieces">How many pieces of ink they are from.</param>
/// <param name="IsCutOff">Whether its last part and the part behind it are from one piece.</param>
/// <param name="Glyph">[28, 28]: they alone, brought into MNIST's form.</param>
internal sealed record Segment(int First, int End, PixelBox Box, int Area, int Gap, int Pieces, bool IsCutOff, byte[] Glyph);

/// <summary>All segments of a number that are not out of the question.</summary>
internal static class Segments
{
    private const int MostParts = 6, SoftEdge = 2;

    /// <summary>In digit heights: nothing wider is a digit, and nothing with a gap wider than that.</summary>
    private const double Widest = 1.45, WidestGap = 0.4;

    public static List<Segment> Of(Strip strip, InkParts parts, double digitHeight)
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
                segments.Add(new Segment(first, end, box, area, gap, pieces, isCutOff, GlyphOf(strip, parts, first, end, box)));
            }
        }

        return segments;
    }

    private static byte[] GlyphOf(Strip strip, InkParts parts, int first, int end, PixelBox box)
    {
        int left = Math.Max(0, box.Left - SoftEdge), top = Math.Max(0, box.Top - SoftEdge);
        int width = Math.Min(strip.Width, box.Right + SoftEdge) - left, height = Math.Min(strip.Height, box.Bottom + SoftEdge) - top;
        float[] ink = new float[width * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                int at = (top + y) * strip.Width + left + x, part = parts.Part[at];
                if (part >= first && part < end)
                    ink[y * width + x] = strip.Values[at];
            }
        }

        return MnistNormalisation.Normalise(ink, width, height);
    }
}
