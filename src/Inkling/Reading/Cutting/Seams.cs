using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Cutting;

/// <summary>
/// Cuts through a piece of ink: seams from top to bottom that cross as little ink as possible (Avidan and Shamir 2007).
/// </summary>
internal static class Seams
{
    /// <summary>
    /// The cuts through a piece, left to right: for each row of its box, the last column to the left of the cut.
    /// </summary>
    /// <param name="strip">The number.</param>
    /// <param name="piece">The piece's number in it.</param>
    /// <param name="box">Around the piece.</param>
    /// <param name="pen">The pen's width, in pixels.</param>
    /// <param name="digitHeight">How high the number's digits are, in pixels.</param>
    /// <param name="c">What a cut is.</param>
    /// <param name="work">Counts the pixels.</param>
    public static List<int[]> Of(
        Strip strip, int piece, PixelBox box, double pen, double digitHeight, CutConstants c, ReadingWork work)
    {
        int width = box.Width, height = box.Height;
        work.CountPixels(3L * width * height); // here, from the top and from the bottom
        float[] ink = InkOf(strip, piece, box, work);
        float[] fromTop = LeastInk(ink, width, height, isUpwards: false, c.DiagonalCost);
        float[] fromBottom = LeastInk(ink, width, height, isUpwards: true, c.DiagonalCost);
        List<(double Cost, int Row, int Column)> seams = [];
        int reach = Math.Max(1, (int)(c.LocalReach * digitHeight));
        foreach (double share in c.Rows)
        {
            int row = Math.Clamp((int)(share * height), 0, height - 1);
            float[] through = new float[width];
            for (int x = 0; x < width; x++)
                through[x] = fromTop[row * width + x] + fromBottom[row * width + x] - ink[row * width + x];
            for (int x = 1; x < width - 1; x++)
            {
                if (through[x] <= c.MaxDepth * pen && IsLeastNear(through, x, reach))
                    seams.Add((through[x], row, x));
            }
        }

        List<int[]> kept = [];
        int most = Math.Min(c.MaxPerPiece, (int)Math.Ceiling(c.MaxPerDigitHeight * width / digitHeight) + 1);
        foreach ((_, int row, int column) in seams.OrderBy(seam => seam.Cost))
        {
            if (kept.Count >= most)
                break;
            work.CountPixels(height * (kept.Count + 1L));
            int[] seam = Seam(fromTop, fromBottom, width, height, row, column);
            double left = seam.Average() + 0.5, right = width - left, minDistance = c.MinDistance * digitHeight;
            if (Math.Min(left, right) >= minDistance && kept.All(other => MeanDistance(other, seam) >= minDistance))
                kept.Add(seam);
        }

        return [.. kept.OrderBy(seam => seam.Average())];
    }

    /// <summary>[height, width] of the box: the piece's ink alone.</summary>
    private static float[] InkOf(Strip strip, int piece, PixelBox box, ReadingWork work)
    {
        float[] ink = new float[box.Width * box.Height];
        for (int y = 0; y < box.Height; y++)
        {
            work.CountPixels(0); // looks at the cancellation
            for (int x = 0; x < box.Width; x++)
            {
                int at = (box.Top + y) * strip.Width + box.Left + x;
                ink[y * box.Width + x] = strip.Piece[at] == piece ? strip.Values[at] : 0;
            }
        }

        return ink;
    }

    /// <summary>
    /// [height, width]: the least ink on a path from the top (or the bottom) to a pixel, going straight or diagonally; a diagonal
    /// step costs a little.
    /// </summary>
    private static float[] LeastInk(float[] ink, int width, int height, bool isUpwards, float diagonalCost)
    {
        float[] cost = new float[ink.Length];
        for (int step = 0; step < height; step++)
        {
            int y = isUpwards ? height - 1 - step : step, before = isUpwards ? y + 1 : y - 1;
            for (int x = 0; x < width; x++)
            {
                float least = 0;
                if (step > 0)
                {
                    least = cost[before * width + x];
                    if (x > 0)
                        least = Math.Min(least, cost[before * width + x - 1] + diagonalCost);
                    if (x < width - 1)
                        least = Math.Min(least, cost[before * width + x + 1] + diagonalCost);
                }

                cost[y * width + x] = least + ink[y * width + x];
            }
        }

        return cost;
    }

    /// <summary>Whether no column near to one is cheaper; of equally cheap ones the first.</summary>
    private static bool IsLeastNear(float[] through, int x, int reach)
    {
        for (int near = Math.Max(0, x - reach); near <= Math.Min(through.Length - 1, x + reach); near++)
        {
            if (!(through[near] > through[x] || (through[near] == through[x] && near >= x)))
                return false;
        }

        return true;
    }

    /// <summary>The cheapest seam through a pixel.</summary>
    private static int[] Seam(float[] fromTop, float[] fromBottom, int width, int height, int row, int column)
    {
        int[] seam = new int[height];
        seam[row] = column;
        for (int y = row - 1; y >= 0; y--)
            seam[y] = Next(fromTop, y, seam[y + 1]);
        for (int y = row + 1; y < height; y++)
            seam[y] = Next(fromBottom, y, seam[y - 1]);
        return seam;

        int Next(float[] cost, int y, int x)
        {
            int best = x;
            if (x > 0 && cost[y * width + x - 1] < cost[y * width + best])
                best = x - 1;
            if (x < width - 1 && cost[y * width + x + 1] < cost[y * width + best])
                best = x + 1;
            return best;
        }
    }

    private static double MeanDistance(int[] a, int[] b)
    {
        long sum = 0;
        for (int y = 0; y < a.Length; y++)
            sum += Math.Abs(a[y] - b[y]);
        return (double)sum / a.Length;
    }
}
