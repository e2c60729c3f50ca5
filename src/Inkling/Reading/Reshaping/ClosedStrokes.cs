using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Finding;

namespace Inkling.Reading.Reshaping;

/// <summary>Strokes of dashes, dots or stencilled bars, with their gaps closed.</summary>
internal static class ClosedStrokes
{
    /// <summary>The ink with the gaps closed; null where its pieces are not close together, or stay apart.</summary>
    public static Ink? Of(Ink ink, InkPieces pieces, ReaderConstants constants, ReadingWork work)
    {
        BrokenStrokeConstants c = constants.BrokenStrokes;
        if (pieces.All.Count < 2 || pieces.AreTooMany)
            return null;
        PixelBox box = pieces.All.Select(piece => piece.Box).Aggregate((a, b) => a.Union(b));
        int widest = Math.Min(c.MaxGapPixels, (int)Math.Ceiling(c.MaxGap * Math.Min(box.Width, box.Height)));
        int[] gaps = [.. StrokeGaps.Of(ink, pieces, widest, work).Order()];
        if (gaps.Length < c.MinNearPieces * pieces.All.Count)
            return null;
        Ink closed = Closed(ink, (gaps[gaps.Length / 2] + c.MoreGap) / 2, work);
        int left = InkPieces.Of(closed, constants, work).All.Count;
        return left <= c.MaxPiecesLeft * pieces.All.Count ? closed : null;
    }

    /// <summary>
    /// Each pixel takes the most ink around it, and then the least of that: a grey closing by a square.
    /// </summary>
    /// <param name="ink">The ink map.</param>
    /// <param name="reach">Pixels around it, in each direction; gaps of twice as many are closed.</param>
    /// <param name="work">Counts the pixels.</param>
    private static Ink Closed(Ink ink, int reach, ReadingWork work)
    {
        float[] values = ink.Values.ToArray(), other = new float[values.Length];
        Filter(values, other, ink.Width, isAcross: true, reach, isMost: true, work);
        Filter(other, values, ink.Width, isAcross: false, reach, isMost: true, work);
        Filter(values, other, ink.Width, isAcross: true, reach, isMost: false, work);
        Filter(other, values, ink.Width, isAcross: false, reach, isMost: false, work);
        return ink.With(values);
    }

    /// <summary>The most or the least of some neighbours in a row or a column.</summary>
    private static void Filter(
        float[] from, float[] to, int width, bool isAcross, int reach, bool isMost, ReadingWork work)
    {
        int height = from.Length / width, length = isAcross ? width : height, step = isAcross ? 1 : width;
        for (int line = 0; line < from.Length / length; line++)
        {
            work.CountPixels((2L * reach + 1) * length);
            int first = isAcross ? line * width : line;
            for (int i = 0; i < length; i++)
            {
                float value = from[first + i * step];
                for (int near = Math.Max(0, i - reach); near <= Math.Min(length - 1, i + reach); near++)
                {
                    float other = from[first + near * step];
                    value = isMost == other > value ? other : value;
                }

                to[first + i * step] = value;
            }
        }
    }
}
