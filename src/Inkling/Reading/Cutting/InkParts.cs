using Inkling.Reading.Budget;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Cutting;

/// <summary>
/// The smallest parts that a number is put together from, left to right: its pieces of ink, and where a piece may be several
/// digits that touch, what is between two cuts (<see cref="Seams"/>). There are more cuts than needed: which of them are right is
/// decided by what the parts between them look like (<see cref="Lattice"/>).
/// </summary>
internal sealed class InkParts
{
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

    /// <summary>Whether a part and the one before it are from one piece.</summary>
    public bool IsCutBefore(int part) => part > 0 && part < Count && Pieces[part - 1] == Pieces[part];

    /// <summary>Whether a segment is all of a piece of ink, as separators are, and most digits.</summary>
    public bool IsWholePiece(Segment segment) =>
        segment is { Pieces: 1, IsCutOff: false, IsBorrowing: false } && !IsCutBefore(segment.First);

    /// <summary>The row that the middles of digits lie on: the mean of the high parts' middles, weighted by their ink.</summary>
    public double MiddleRow(double digitHeight, CutConstants constants)
    {
        double sum = 0, weights = 0;
        for (int i = 0; i < Count; i++)
        {
            if (Boxes[i].Height < constants.MiddleMinHeight * digitHeight)
                continue;
            sum += Areas[i] * (Boxes[i].Top + Boxes[i].Height / 2.0);
            weights += Areas[i];
        }

        return weights > 0 ? sum / weights : Boxes.Average(box => box.Top + box.Height / 2.0);
    }

    /// <exception cref="WorkLimitException">There are more parts than a number has, or they take more work than the picture
    /// allows.</exception>
    public static InkParts Of(Strip strip, float threshold, double digitHeight, ReaderConstants constants, ReadingWork work)
    {
        work.CountPixels(3L * strip.Values.Length); // the pen's width, the pieces' boxes, the order
        double pen = PenWidth(strip, threshold);
        int[] raw = new int[strip.Values.Length]; // numbers of parts as they are found, from 1
        List<int> pieces = [0];
        Dictionary<int, CutPiece> cutPieces = [];
        foreach ((int piece, PixelBox box) in PieceBoxes(strip, threshold))
        {
            bool isNarrow = box.Width <= constants.Cuts.MaxUncutWidth * digitHeight;
            List<int[]> cuts = isNarrow ? [] : Seams.Of(strip, piece, box, pen, digitHeight, constants.Cuts, work);
            cutPieces.Add(piece, new CutPiece(box, cuts, pieces.Count));
            pieces.AddRange(Enumerable.Repeat(piece, cuts.Count + 1));
        }

        for (int y = 0; y < strip.Height; y++)
        {
            work.CountPixels(strip.Width);
            for (int x = 0; x < strip.Width; x++)
            {
                int at = y * strip.Width + x;
                if (strip.Piece[at] == 0 || !cutPieces.TryGetValue(strip.Piece[at], out CutPiece own))
                    continue;
                int row = Math.Clamp(y - own.Box.Top, 0, own.Box.Height - 1), before = 0;
                foreach (int[] cut in own.Cuts)
                    before += x - own.Box.Left > cut[row] ? 1 : 0;
                raw[at] = own.First + before;
            }
        }

        return InOrder(strip, threshold, raw, pieces, pen, constants.Budget.MaxParts);
    }

    /// <summary>All of a strip as one part.</summary>
    /// <exception cref="WorkLimitException">It takes more work than the picture allows.</exception>
    public static InkParts Uncut(Strip strip, float threshold, ReadingWork work)
    {
        work.CountPixels(3L * strip.Values.Length);
        int[] raw = [.. strip.Piece.Select(piece => Math.Min(piece, 1))];
        return InOrder(strip, threshold, raw, pieces: [0, 1], PenWidth(strip, threshold), max: 1);
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

    /// <summary>
    /// The width of strokes, from their area and perimeter: width = 2 · area / perimeter, and the perimeter is π/4 of the pixel
    /// edges around the ink.
    /// </summary>
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

    /// <summary>Numbers the parts by where their middles lie, and leaves out those without a pixel of pen.</summary>
    private static InkParts InOrder(Strip strip, float threshold, int[] raw, List<int> pieces, double pen, int max)
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

        if (boxes.Count(box => box is not null) > max)
            throw new WorkLimitException();
        int[] order = [.. Enumerable.Range(0, count).Where(i => boxes[i] is not null).OrderBy(i => MiddleOf(boxes[i]!.Value))];
        int[] place = new int[count];
        Array.Fill(place, -1);
        for (int i = 0; i < order.Length; i++)
            place[order[i]] = i;
        PixelBox[] boxesInOrder = [.. order.Select(i => boxes[i]!.Value)];
        int[] areasInOrder = [.. order.Select(i => areas[i])], piecesInOrder = [.. order.Select(i => pieces[i])];
        return new InkParts([.. raw.Select(i => place[i])], boxesInOrder, areasInOrder, piecesInOrder, pen);

        static double MiddleOf(PixelBox box) => box.Left + box.Width / 2.0;
    }

    /// <summary>A piece of ink and how it is cut.</summary>
    /// <param name="Box">Around it.</param>
    /// <param name="Cuts">As <see cref="Seams"/> finds them.</param>
    /// <param name="First">The number of its first part.</param>
    private readonly record struct CutPiece(PixelBox Box, List<int[]> Cuts, int First);
}
