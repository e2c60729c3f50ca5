using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Finding;

/// <summary>A connected piece of ink.</summary>
/// <param name="Id">Its number, from 1, as in <see cref="InkPieces.Owner"/>.</param>
/// <param name="Box">Where it lies.</param>
/// <param name="Area">Pixels that are more pen than paper.</param>
/// <param name="LeftEdge">How many of those lie at the picture's left edge.</param>
/// <param name="TopEdge">At its upper edge.</param>
/// <param name="RightEdge">At its right edge.</param>
/// <param name="BottomEdge">At its lower edge.</param>
/// <param name="Outline">How many lie near a side of the box, as all of a rectangle's do.</param>
/// <param name="LeastSide">The share of a side of the box that has ink near to it, of the side with the least.</param>
internal sealed record InkPiece(
    int Id, PixelBox Box, int Area, int LeftEdge, int TopEdge, int RightEdge, int BottomEdge, int Outline, double LeastSide)
{
    /// <summary>Whether it touches the picture's edge.</summary>
    public bool TouchesEdge => LeftEdge + TopEdge + RightEdge + BottomEdge > 0;
}

/// <summary>
/// The connected pieces of an ink map (8-connectivity). Soft edges belong to the piece that they are nearest to.
/// </summary>
internal sealed class InkPieces
{
    /// <summary>Pixels of a piece that are counted together.</summary>
    private const int CountedAtOnce = 256;

    private InkPieces(int[] owner, IReadOnlyList<InkPiece> all, bool areTooMany) =>
        (Owner, All, AreTooMany) = (owner, all, areTooMany);

    /// <summary>[height, width]: the number of the piece that a pixel belongs to; 0 for paper.</summary>
    public int[] Owner { get; }

    /// <summary>
    /// All pieces; where they are too many, the first of them, one more than <see cref="BudgetConstants.MaxPieces"/>.
    /// </summary>
    public IReadOnlyList<InkPiece> All { get; }

    /// <summary>Whether there are more pieces than writing has: a texture.</summary>
    public bool AreTooMany { get; }

    public static InkPieces Of(Ink ink, ReaderConstants constants, ReadingWork work)
    {
        int max = constants.Budget.MaxPieces;
        ReadOnlySpan<float> values = ink.Values;
        int width = ink.Width, height = ink.Height;
        int[] owner = new int[values.Length];
        List<InkPiece> pieces = [];
        List<int> pixels = [];
        for (int i = 0; i < values.Length && pieces.Count <= max; i++)
        {
            if (owner[i] == 0 && values[i] >= ink.Threshold && values[i] > 0)
            {
                int id = pieces.Count + 1;
                Fill(values, width, height, ink.Threshold, owner, i, id, pixels, work);
                pieces.Add(Measured(pixels, id, width, height, constants.Layout));
            }
        }

        for (int step = 0; step < constants.Layout.SoftEdgeReach; step++)
            AddSoftEdges(values, width, height, owner, work);
        return new InkPieces(owner, pieces, areTooMany: pieces.Count > max);
    }

    /// <summary>Flood fill: the pixels of the piece that one belongs to, and its number on each of them.</summary>
    private static void Fill(
        ReadOnlySpan<float> values, int width, int height, float threshold, int[] owner, int start, int id, List<int> pixels,
        ReadingWork work)
    {
        pixels.Clear();
        pixels.Add(start);
        owner[start] = id;
        for (int next = 0; next < pixels.Count; next++)
        {
            if (next % CountedAtOnce == CountedAtOnce - 1)
                work.CountPixels(CountedAtOnce);
            int y = pixels[next] / width, x = pixels[next] - y * width;
            for (int v = Math.Max(0, y - 1); v <= Math.Min(height - 1, y + 1); v++)
            {
                for (int u = Math.Max(0, x - 1); u <= Math.Min(width - 1, x + 1); u++)
                {
                    int near = v * width + u;
                    if (owner[near] == 0 && values[near] >= threshold)
                    {
                        owner[near] = id;
                        pixels.Add(near);
                    }
                }
            }
        }

        work.CountPixels(pixels.Count % CountedAtOnce);
    }

    private static InkPiece Measured(List<int> pixels, int id, int width, int height, LayoutConstants constants)
    {
        int left = width, top = height, right = 0, bottom = 0, leftEdge = 0, topEdge = 0, rightEdge = 0, bottomEdge = 0;
        foreach (int pixel in pixels)
        {
            int y = pixel / width, x = pixel - y * width;
            (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x + 1), Math.Min(top, y), Math.Max(bottom, y + 1));
            leftEdge += x == 0 ? 1 : 0;
            topEdge += y == 0 ? 1 : 0;
            rightEdge += x == width - 1 ? 1 : 0;
            bottomEdge += y == height - 1 ? 1 : 0;
        }

        PixelBox box = new(left, top, right - left, bottom - top);
        int margin = Math.Max(constants.OutlineMinDistance, Math.Min(box.Width, box.Height) / constants.OutlineDivisor);
        int outline = 0;
        foreach (int pixel in pixels)
        {
            int y = pixel / width, x = pixel - y * width;
            outline += x < left + margin || x >= right - margin || y < top + margin || y >= bottom - margin ? 1 : 0;
        }

        double leastSide = LeastSideOf(pixels, width, box, constants);
        return new InkPiece(id, box, pixels.Count, leftEdge, topEdge, rightEdge, bottomEdge, outline, leastSide);
    }

    /// <summary>The share of a side of a piece's box that has ink near to it, of the side with the least.</summary>
    private static double LeastSideOf(List<int> pixels, int width, PixelBox box, LayoutConstants constants)
    {
        int reach = Math.Max(constants.OutlineMinDistance, Math.Min(box.Width, box.Height) / constants.SideDivisor);
        bool[] isLeft = new bool[box.Height], isRight = new bool[box.Height];
        bool[] isTop = new bool[box.Width], isBottom = new bool[box.Width];
        foreach (int pixel in pixels)
        {
            int y = pixel / width - box.Top, x = pixel % width - box.Left;
            isLeft[y] |= x < reach;
            isRight[y] |= x >= box.Width - reach;
            isTop[x] |= y < reach;
            isBottom[x] |= y >= box.Height - reach;
        }

        return Math.Min(Math.Min(Share(isLeft), Share(isRight)), Math.Min(Share(isTop), Share(isBottom)));

        static double Share(bool[] hasInk) => (double)hasInk.Count(ink => ink) / hasInk.Length;
    }

    /// <summary>Gives each faint pixel without a piece that of a neighbour, if one has any.</summary>
    private static void AddSoftEdges(ReadOnlySpan<float> values, int width, int height, int[] owner, ReadingWork work)
    {
        for (int y = 0; y < height; y++)
        {
            int soft = 0;
            for (int x = 0, i = y * width; x < width; x++, i++)
            {
                if (owner[i] != 0 || values[i] <= 0)
                    continue;
                soft++;
                int near = 0;
                for (int v = Math.Max(0, y - 1); v <= Math.Min(height - 1, y + 1) && near == 0; v++)
                {
                    for (int u = Math.Max(0, x - 1); u <= Math.Min(width - 1, x + 1) && near == 0; u++)
                        near = Math.Max(0, owner[v * width + u]);
                }

                owner[i] = -near; // below 0 until all are found: they are not near to each other
            }

            work.CountPixels(soft);
        }

        for (int i = 0; i < owner.Length; i++)
            owner[i] = Math.Abs(owner[i]);
    }
}
