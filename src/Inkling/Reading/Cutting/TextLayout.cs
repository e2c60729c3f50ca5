using Inkling.Reading.Budget;
using Inkling.Reading.Finding;

namespace Inkling.Reading.Cutting;

/// <summary>Pieces of ink that are written together, without a wide gap: a number.</summary>
/// <param name="Pieces">Its pieces, the small ones (dots, dashes, a 5's hat) too.</param>
/// <param name="Box">Around those that are as high as digits.</param>
/// <param name="DigitHeight">How high its digits are, in pixels.</param>
internal sealed record Word(IReadOnlyList<InkPiece> Pieces, PixelBox Box, double DigitHeight);

/// <summary>Which pieces of ink make numbers, and which numbers stand on one line.</summary>
internal static class TextLayout
{
    /// <summary>Anything lower is a speck, in pixels; so is what has less ink than a square of a third of that.</summary>
    private const int SmallestHeight = 6;

    /// <summary>Pieces at least this high, relative to the picture's digits, are digits or parts of them, not dots or dashes.</summary>
    private const double TallShare = 0.45;

    /// <summary>Digits of one number overlap by this share of the lower one's height, and are not farther apart than this, in digit heights.</summary>
    private const double CommonShare = 0.35, WidestGap = 1.6;

    /// <summary>A piece is a bar where it lies along the picture's edge for the first share of the shorter side, and is not thicker than the second; a shadow where it lies along the third of the edge.</summary>
    private const double FrameShare = 0.2, BarShare = 0.16, LongShare = 0.5;

    /// <summary>What has less ink than this share of a square as high as the digits is a speck, not a dot.</summary>
    private const double SpeckShare = 0.001;

    /// <summary>Parts of one number that is torn apart are not farther above each other than this share of the whole.</summary>
    private const double StackGap = 0.2;

    /// <summary>Digits do not stick out of their row by more than this share of their height.</summary>
    private const double StickOut = 0.25;

    /// <summary>A rectangle has this share of its pixels near the sides of its box.</summary>
    private const double RectangleShare = 0.93;

    /// <summary>A piece with at least this share of the largest one's ink can be a digit.</summary>
    private const double DigitShare = 0.1;

    /// <summary>Lines from the top, each its numbers from the left.</summary>
    public static IReadOnlyList<IReadOnlyList<Word>> Find(Ink ink, IReadOnlyList<InkPiece> all, ReadingWork work) => Lines(Words(ink, all, work), work);

    /// <summary>Numbers that may be parts of one number that is torn apart from top to bottom: they stand closely above each other.</summary>
    /// <param name="words">Numbers.</param>
    /// <param name="work">Counts those that others are compared with.</param>
    /// <returns>Groups of two or more.</returns>
    public static IEnumerable<IReadOnlyList<Word>> Stacks(IReadOnlyList<Word> words, ReadingWork work)
    {
        List<(List<Word> Words, PixelBox Box)> stacks = [];
        foreach (Word word in words.OrderBy(word => word.Box.Top))
        {
            work.CountPieces(stacks.Count);
            PixelBox box = BoxOf(word.Pieces);
            int i = stacks.FindIndex(other => IsUnder(other.Box, word.Box));
            if (i < 0)
            {
                stacks.Add(([word], box));
                continue;
            }

            stacks[i].Words.Add(word);
            stacks[i] = stacks[i] with { Box = stacks[i].Box.Union(box) };
        }

        return stacks.Where(stack => stack.Words.Count > 1).Select(stack => stack.Words);

        static bool IsUnder(PixelBox above, PixelBox below) =>
            below.Top - above.Bottom <= StackGap * above.Union(below).Height && above.CommonColumns(below) >= 0.4 * Math.Min(above.Width, below.Width)
            && above.Union(below).Width <= 1.3 * above.Union(below).Height;
    }

    /// <summary>Some numbers as one.</summary>
    public static Word Join(IReadOnlyList<Word> words)
    {
        List<InkPiece> pieces = [.. words.SelectMany(word => word.Pieces).Distinct()];
        PixelBox box = BoxOf(words.Select(word => new InkPiece(0, word.Box, 0, 0, 0, 0, 0, 0)));
        return new Word(pieces, box, box.Height);
    }

    /// <summary>Numbers that overlap by half their height stand on one line.</summary>
    public static IReadOnlyList<IReadOnlyList<Word>> Lines(IReadOnlyList<Word> words, ReadingWork work)
    {
        List<List<Word>> lines = [];
        foreach (Word word in words.OrderBy(word => word.Box.Top + word.Box.Height / 2.0))
        {
            List<Word>? line = lines.LastOrDefault();
            work.CountPieces(line?.Count ?? 0);
            if (line is not null && line.All(other => other.Box.CommonRows(word.Box) >= 0.5 * Math.Min(other.Box.Height, word.Box.Height)))
                line.Add(word);
            else
                lines.Add([word]);
        }

        return [.. lines.Select(line => line.OrderBy(word => word.Box.Left).ToList())];
    }

    /// <summary>The numbers in a picture, in no order.</summary>
    public static IReadOnlyList<Word> Words(Ink ink, IReadOnlyList<InkPiece> all, ReadingWork work)
    {
        if (all.Count == 0 || all.Count > InkPieces.Most)
            return [];
        InkPiece[] pieces = [.. WithoutFrames(ink, all, work)];
        double height = DigitHeightOf(pieces);
        if (height < SmallestHeight)
            return [];
        InkPiece[] tall = [.. pieces.Where(piece => piece.Box.Height >= TallShare * height).OrderBy(piece => piece.Box.Left)];
        InkPiece[] small = [.. pieces.Except(tall)];
        List<Word> words = [.. Groups(tall, height, work).Select(group => new Word(group, BoxOf(group), DigitHeightOf(group)))];
        return [.. words.Where(word => word.DigitHeight >= SmallestHeight).Select(word => word with { Pieces = [.. word.Pieces, .. SmallOnesOf(word, small, work)] })];
    }

    /// <summary>
    /// Without what surrounds the writing: rectangles around other pieces, and what lies along the picture's edge, shadows and
    /// the ends of tables. Something at the edge is none of that where nothing else is there to be read: a picture may be cut
    /// close to its digits.
    /// </summary>
    private static IEnumerable<InkPiece> WithoutFrames(Ink ink, IReadOnlyList<InkPiece> all, ReadingWork work)
    {
        InkPiece[] inside = [.. all.Where(piece => !piece.TouchesEdge)];
        double height = DigitHeightOf(inside);
        InkPiece[] row = [.. inside.Where(piece => piece.Box.Height > 0.6 * height && piece.Box.Height < 1.6 * height)];
        bool isRow = height >= 3 * SmallestHeight && row.Length >= 2;
        PixelBox band = isRow ? BoxOf(row) : default;
        InkPiece[] rest = [.. all.Where(piece => !IsRectangle(piece, all, work) && !LiesAlongEdge(piece, ink) && !(isRow && piece.TouchesEdge && IsStrangeTo(band, piece, height)))];
        return isRow || (rest.Length > 0 && rest.Max(piece => piece.Area) >= DigitShare * all.Max(piece => piece.Area)) ? rest : all;
    }

    /// <summary>Whether a piece at the picture's edge is no part of the writing inside: far larger, or it sticks out and is a bar or mostly elsewhere.</summary>
    private static bool IsStrangeTo(PixelBox band, InkPiece piece, double height)
    {
        PixelBox box = piece.Box;
        bool sticksOut = Math.Max(band.Top - box.Top, box.Bottom - band.Bottom) > StickOut * height;
        bool isElsewhere = band.CommonRows(box) < 0.5 * Math.Min(band.Height, box.Height), isBar = piece.Outline >= RectangleShare * piece.Area;
        return Math.Max(box.Width, box.Height) > 3 * height || (sticksOut && (isBar || isElsewhere));
    }

    private static bool IsRectangle(InkPiece piece, IReadOnlyList<InkPiece> all, ReadingWork work)
    {
        if (piece.Outline < RectangleShare * piece.Area || Math.Min(piece.Box.Width, piece.Box.Height) <= 3 * SmallestHeight)
            return false;
        work.CountPieces(all.Count);
        return all.Any(other => other != piece && piece.Box.Contains(other.Box) && other.Box.Height >= 0.3 * piece.Box.Height);
    }

    /// <summary>Boxes of pieces that lie around several others nearly as high: frames, perhaps with a digit that touches them.</summary>
    public static IEnumerable<PixelBox> Frames(IReadOnlyList<InkPiece> all, ReadingWork work)
    {
        if (all.Count > InkPieces.Most)
            yield break;
        foreach (InkPiece piece in all)
        {
            if (piece.Box.Width <= piece.Box.Height || piece.Box.Height <= 3 * SmallestHeight)
                continue;
            work.CountPieces(all.Count);
            if (all.Count(other => other != piece && piece.Box.Contains(other.Box) && other.Box.Height >= 0.3 * piece.Box.Height) >= 2)
                yield return piece.Box;
        }
    }

    private static bool LiesAlongEdge(InkPiece piece, Ink ink)
    {
        double shorter = Math.Min(ink.Width, ink.Height);
        int upright = Math.Max(piece.LeftEdge, piece.RightEdge), level = Math.Max(piece.TopEdge, piece.BottomEdge);
        bool isBar = (upright > FrameShare * shorter && piece.Box.Width < BarShare * shorter) || (level > FrameShare * shorter && piece.Box.Height < BarShare * shorter);
        return isBar || upright > LongShare * ink.Height || level > LongShare * ink.Width;
    }

    /// <summary>The height of the piece in the middle when pieces are ordered by height, each counting with its ink.</summary>
    private static double DigitHeightOf(IReadOnlyCollection<InkPiece> pieces)
    {
        double half = pieces.Sum(piece => (double)piece.Area) / 2, below = 0;
        foreach (InkPiece piece in pieces.OrderBy(piece => piece.Box.Height))
        {
            below += piece.Area;
            if (below >= half)
                return piece.Box.Height;
        }

        return 0;
    }

    private static IEnumerable<List<InkPiece>> Groups(InkPiece[] tall, double height, ReadingWork work)
    {
        int[] parent = [.. Enumerable.Range(0, tall.Length)];
        for (int i = 0; i < tall.Length; i++)
        {
            work.CountPieces(tall.Length - i);
            for (int j = i + 1; j < tall.Length; j++)
            {
                PixelBox a = tall[i].Box, b = tall[j].Box;
                if (b.Left - a.Right > WidestGap * height)
                    continue;
                if (a.CommonRows(b) >= CommonShare * Math.Min(a.Height, b.Height))
                    parent[Root(i)] = Root(j);
            }
        }

        return Enumerable.Range(0, tall.Length).GroupBy(Root).Select(group => group.Select(i => tall[i]).ToList());

        int Root(int i)
        {
            while (parent[i] != i)
                i = parent[i] = parent[parent[i]];
            return i;
        }
    }

    /// <summary>Dots, dashes, hats, and digits that grow smaller: what is near to the number, or to what was near to it.</summary>
    private static List<InkPiece> SmallOnesOf(Word word, InkPiece[] small, ReadingWork work)
    {
        double h = word.DigitHeight;
        List<InkPiece> own = [];
        PixelBox box = word.Box;
        work.CountPieces(small.Length);
        List<InkPiece> others = [.. small.Where(piece => piece.Area >= Math.Max(3, SpeckShare * h * h) && IsOnRow(piece.Box) && !IsRule(piece.Box, word.Box, h))];
        bool grows = true;
        while (grows)
        {
            work.CountPieces(others.Count);
            InkPiece[] near = [.. others.Where(piece => IsNear(piece.Box))];
            others.RemoveAll(piece => IsNear(piece.Box));
            own.AddRange(near);
            grows = false;
            foreach (InkPiece piece in near.Where(piece => piece.Box.Height >= 0.25 * h))
            {
                box = new PixelBox(Math.Min(box.Left, piece.Box.Left), box.Top, 0, box.Height) with { Width = Math.Max(box.Right, piece.Box.Right) - Math.Min(box.Left, piece.Box.Left) };
                grows = true;
            }
        }

        return own;

        bool IsNear(PixelBox other) => other.Left + other.Width / 2.0 is var x && x > box.Left - 0.6 * h && x < box.Right + 0.8 * h;

        bool IsOnRow(PixelBox other) => other.Top + other.Height / 2.0 is var y && y > box.Top - 0.35 * h && y < box.Bottom + 0.3 * h;
    }

    /// <summary>What is left of a line that digits stand on: flat, long and low. In the middle it is a dash, at the top a 5's hat.</summary>
    private static bool IsRule(PixelBox box, PixelBox digits, double h)
    {
        double y = box.Top + box.Height / 2.0;
        return box.Height < 0.2 * h && box.Width > 3 * box.Height && box.Width > 0.3 * h && y > digits.Bottom - 0.2 * h;
    }

    private static PixelBox BoxOf(IEnumerable<InkPiece> pieces) => pieces.Select(piece => piece.Box).Aggregate((a, b) => a.Union(b));
}
