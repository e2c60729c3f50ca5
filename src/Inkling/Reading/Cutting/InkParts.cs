using Inkling.Reading.Budget;

namespace Inkling.Reading.Cutting;

/// <summary>
/// The smallest parts that a number is put together from, left to right: its pieces of ink, and where a piece may be several
/// digits that touch, what is between two cuts. There are more cuts than needed: which of them are right is decided by
/// what the parts between them look like (<see cref="Lattice"/>).
/// </summary>
/// <remarks>A cut is a seam from top to bottom that crosses as little ink as can be (Avidan and Shamir 2007).</remarks>
internal sealed class InkParts
{
    /// <summary>Pieces at most this wide, in digit heights, are not cut.</summary>
    private const double Narrow = 0.34;

    /// <summary>A cut crosses at most this many pens' widths of ink.</summary>
    private const double DeepestCut = 2.4;

    /// <summary>Two cuts are at least so far apart, in digit heights.</summary>
    private const double ClosestCuts = 0.1;

    private const int MostCuts = 24;

    /// <summary>A number of a hundred digits has fewer parts, even where all of them touch: what has more is a texture.</summary>
    private const int Most = 500;

    private InkParts(int[] part, IReadOnlyList<PixelBox> boxes, IReadOnlyList<int> areas, IReadOnlyList<int> pieces, double pen)
    {
        Part = part;
        Boxes = boxes;
        Areas = areas;
        Pieces = pieces;
        Pen = pen;
    }

    /// <summary>[height, width] of the strip: the number of the part that a pixel belongs to, from 0; -1 for paper.</summary>
    public int[] Part { get; }

    /// <summary>Around each part's pixels that are more pen than paper.</summary>
    public IReadOnlyList<PixelBox> Boxes { get; }

    /// <summary>Each part's pixels that are more pen than paper.</summary>
    public IReadOnlyList<int> Areas { get; }

    /// <summary>The piece of ink that each part was cut from.</summary>
    public IReadOnlyList<int> Pieces { get; }

    /// <summary>How wide the pen's strokes are, in pixels.</summary>
    public double Pen { get; }

    public int Count => Boxes.Count;

    /// <summary>The row that the middles of digits lie on: that of the highest parts, each counting with its ink.</summary>
    public double MiddleRow(double digitHeight)
    {
        double sum = 0, weights = 0;
        for (int i = 0; i < Count; i++)
        {
            if (Boxes[i].Height < 0.6 * digitHeight)
                continue;
            sum += Areas[i] * (Boxes[i].Top + Boxes[i].Height / 2.0);
            weights += Areas[i];
        }

        return weights > 0 ? sum / weights : Boxes.Average(box => box.Top + box.Height / 2.0);
    }

    /// <exception cref="WorkLimitException">There are more parts than a number has, or they take more work than the picture allows.</exception>
    public static InkParts Of(Strip strip, float threshold, double digitHeight, ReadingWork work)
    {
        work.CountPixels(3L * strip.Values.Length); // the pen's width, the pieces' boxes, the order
        double pen = PenWidth(strip, threshold);
        int[] raw = new int[strip.Values.Length]; // numbers of parts as they are found, from 1
        List<int> pieces = [0];
        Dictionary<int, (PixelBox Box, List<int[]> Cuts, int First)> cutPieces = [];
        foreach ((int piece, PixelBox box) in PieceBoxes(strip, threshold))
        {
            List<int[]> cuts = box.Width <= Narrow * digitHeight ? [] : Cuts(strip, piece, box, pen, digitHeight, work);
            cutPieces.Add(piece, (box, cuts, pieces.Count));
            pieces.AddRange(Enumerable.Repeat(piece, cuts.Count + 1));
        }

        for (int y = 0; y < strip.Height; y++)
        {
            work.CountPixels(strip.Width);
            for (int x = 0; x < strip.Width; x++)
            {
                int at = y * strip.Width + x;
                if (strip.Piece[at] == 0 || !cutPieces.TryGetValue(strip.Piece[at], out (PixelBox Box, List<int[]> Cuts, int First) own))
                    continue;
                int row = Math.Clamp(y - own.Box.Top, 0, own.Box.Height - 1), before = 0;
                foreach (int[] cut in own.Cuts)
                    before += x - own.Box.Left > cut[row] ? 1 : 0;
                raw[at] = own.First + before;
            }
        }

        return InOrder(strip, threshold, raw, pieces, pen);
    }

    /// <summary>The boxes of the strip's pieces, of pixels that are more pen than paper.</summary>
    private static IEnumerable<(int Piece, PixelBox Box)> PieceBoxes(Strip strip, float threshold)
    {
        Dictionary<int, PixelBox> boxes = [];
        for (int i = 0; i < strip.Values.Length; i++)
        {
            if (strip.Piece[i] == 0 || strip.Values[i] < threshold)
                continue;
            PixelBox pixel = new(i % strip.Width, i / strip.Width, 1, 1);
            boxes[strip.Piece[i]] = boxes.TryGetValue(strip.Piece[i], out PixelBox box) ? box.Union(pixel) : pixel;
        }

        return boxes.OrderBy(box => box.Key).Select(box => (box.Key, box.Value));
    }

    /// <summary>Area and outline: a stroke of width p has π/4 · outline / 2 pixels for each of p, its outline counted in pixel edges.</summary>
    private static double PenWidth(Strip strip, float threshold)
    {
        long area = 0, edges = 0;
        for (int y = 0; y < strip.Height; y++)
        {
            for (int x = 0; x < strip.Width; x++)
            {
                int at = y * strip.Width + x;
                if (strip.Values[at] < threshold)
                    continue;
                area++;
                edges += x == 0 || strip.Values[at - 1] < threshold ? 1 : 0;
                edges += x == strip.Width - 1 || strip.Values[at + 1] < threshold ? 1 : 0;
                edges += y == 0 || strip.Values[at - strip.Width] < threshold ? 1 : 0;
                edges += y == strip.Height - 1 || strip.Values[at + strip.Width] < threshold ? 1 : 0;
            }
        }

        return edges == 0 ? 1 : 8 / Math.PI * area / edges;
    }

    /// <summary>The cuts through a piece, left to right: for each row of its box, the last column to the left of the cut.</summary>
    private static List<int[]> Cuts(Strip strip, int piece, PixelBox box, double pen, double digitHeight, ReadingWork work)
    {
        int width = box.Width, height = box.Height;
        work.CountPixels(3L * width * height); // here, from the top and from the bottom
        float[] ink = new float[width * height];
        for (int y = 0; y < height; y++)
        {
            work.CountPixels(0);
            for (int x = 0; x < width; x++)
            {
                int at = (box.Top + y) * strip.Width + box.Left + x;
                ink[y * width + x] = strip.Piece[at] == piece ? strip.Values[at] : 0;
            }
        }

        float[] fromTop = Cheapest(ink, width, height, isUpwards: false), fromBottom = Cheapest(ink, width, height, isUpwards: true);
        List<(double Cost, int Row, int Column)> seams = [];
        int reach = Math.Max(1, (int)(0.05 * digitHeight));
        foreach (double share in new[] { 0.5, 0.25, 0.75 })
        {
            int row = Math.Clamp((int)(share * height), 0, height - 1);
            float[] through = new float[width];
            for (int x = 0; x < width; x++)
                through[x] = fromTop[row * width + x] + fromBottom[row * width + x] - ink[row * width + x];
            for (int x = 1; x < width - 1; x++)
            {
                bool isLeast = through[x] <= DeepestCut * pen;
                for (int near = Math.Max(0, x - reach); near <= Math.Min(width - 1, x + reach) && isLeast; near++)
                    isLeast = through[near] > through[x] || (through[near] == through[x] && near >= x);
                if (isLeast)
                    seams.Add((through[x], row, x));
            }
        }

        List<int[]> kept = [];
        int most = Math.Min(MostCuts, (int)Math.Ceiling(4 * width / digitHeight) + 1);
        foreach ((_, int row, int column) in seams.OrderBy(seam => seam.Cost))
        {
            if (kept.Count >= most)
                break;
            work.CountPixels(height * (kept.Count + 1L));
            int[] seam = Seam(fromTop, fromBottom, width, height, row, column);
            double left = seam.Average() + 0.5, right = width - left;
            if (Math.Min(left, right) >= ClosestCuts * digitHeight && kept.All(other => Distance(other, seam) >= ClosestCuts * digitHeight))
                kept.Add(seam);
        }

        return [.. kept.OrderBy(seam => seam.Average())];

        static double Distance(int[] a, int[] b)
        {
            long sum = 0;
            for (int y = 0; y < a.Length; y++)
                sum += Math.Abs(a[y] - b[y]);
            return (double)sum / a.Length;
        }
    }

    /// <summary>[height, width]: the least ink on a way from the top (or the bottom) to a pixel, going straight or diagonally; slanting costs a little.</summary>
    private static float[] Cheapest(float[] ink, int width, int height, bool isUpwards)
    {
        const float aside = 0.04f;
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
                        least = Math.Min(least, cost[before * width + x - 1] + aside);
                    if (x < width - 1)
                        least = Math.Min(least, cost[before * width + x + 1] + aside);
                }

                cost[y * width + x] = least + ink[y * width + x];
            }
        }

        return cost;
    }

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

    /// <summary>Numbers the parts by where their middles lie, and leaves out those without a pixel of pen.</summary>
    private static InkParts InOrder(Strip strip, float threshold, int[] raw, List<int> pieces, double pen)
    {
        int count = pieces.Count;
        PixelBox?[] boxes = new PixelBox?[count];
        int[] areas = new int[count];
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] == 0 || strip.Values[i] < threshold)
                continue;
            PixelBox pixel = new(i % strip.Width, i / strip.Width, 1, 1);
            boxes[raw[i]] = boxes[raw[i]] is { } box ? box.Union(pixel) : pixel;
            areas[raw[i]]++;
        }

        if (boxes.Count(box => box is not null) > Most)
            throw new WorkLimitException();
        int[] order = [.. Enumerable.Range(0, count).Where(i => boxes[i] is not null).OrderBy(i => boxes[i]!.Value.Left + boxes[i]!.Value.Width / 2.0)];
        int[] place = new int[count];
        Array.Fill(place, -1);
        for (int i = 0; i < order.Length; i++)
            place[order[i]] = i;
        return new InkParts([.. raw.Select(i => place[i])], [.. order.Select(i => boxes[i]!.Value)], [.. order.Select(i => areas[i])], [.. order.Select(i => pieces[i])], pen);
    }
}
