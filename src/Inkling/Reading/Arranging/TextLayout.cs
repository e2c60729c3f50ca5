using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Finding;

namespace Inkling.Reading.Arranging;

/// <summary>Which pieces of ink make numbers, and which numbers stand on one line.</summary>
internal static class TextLayout
{
    /// <summary>Lines from the top, each its numbers from the left.</summary>
    public static IReadOnlyList<IReadOnlyList<Word>> Find(
        Ink ink, InkPieces pieces, ReaderConstants constants, ReadingWork work) =>
        Lines(Words(ink, pieces, constants, work), constants.Layout, work);

    /// <summary>Lines from the top, each its numbers from the left. Numbers on one line overlap by half their height.</summary>
    public static IReadOnlyList<IReadOnlyList<Word>> Lines(IReadOnlyList<Word> words, LayoutConstants constants, ReadingWork work)
    {
        List<List<Word>> lines = [];
        foreach (Word word in words.OrderBy(word => word.Box.Top + word.Box.Height / 2.0))
        {
            List<Word>? line = lines.LastOrDefault();
            work.CountPieces(line?.Count ?? 0);
            if (line is not null && line.All(other => Overlap(other.Box, word.Box)))
                line.Add(word);
            else
                lines.Add([word]);
        }

        return [.. lines.Select(line => line.OrderBy(word => word.Box.Left).ToList())];

        bool Overlap(PixelBox a, PixelBox b) => a.CommonRows(b) >= constants.LineMinCommonRows * Math.Min(a.Height, b.Height);
    }

    /// <summary>The numbers in a picture, in no order.</summary>
    public static IReadOnlyList<Word> Words(Ink ink, InkPieces pieces, ReaderConstants constants, ReadingWork work)
    {
        LayoutConstants c = constants.Layout;
        if (pieces.All.Count == 0 || pieces.AreTooMany)
            return [];
        InkPiece[] written = [.. Surroundings.Without(ink, pieces.All, constants, work)];
        double height = PieceMeasures.TypicalHeight(written);
        if (height < c.MinDigitHeight)
            return [];
        InkPiece[] tall = [.. written.Where(piece => piece.Box.Height >= c.TallShare * height).OrderBy(piece => piece.Box.Left)];
        InkPiece[] small = [.. written.Except(tall)];
        List<Word> words = [];
        foreach (List<InkPiece> group in Groups(tall, height, c, work))
            words.Add(new Word(group, PieceMeasures.BoxAround(group), PieceMeasures.TypicalHeight(group)));
        words.RemoveAll(word => word.DigitHeight < c.MinDigitHeight);
        return [.. words.Select(word => word with { Pieces = [.. word.Pieces, .. SmallPiecesOf(word, small, c, work)] })];
    }

    /// <summary>Pieces as large as digits beside a number, that are in none: perhaps digits that were not read.</summary>
    public static IEnumerable<InkPiece> Unread(
        InkPieces pieces, IReadOnlyList<Word> words, LayoutConstants c, ReadingWork work)
    {
        HashSet<int> read = [.. words.SelectMany(word => word.Pieces).Select(piece => piece.Id)];
        foreach (InkPiece piece in pieces.All.Where(piece => !read.Contains(piece.Id)))
        {
            work.CountPieces(words.Count);
            if (words.Any(word => IsBeside(word, piece)))
                yield return piece;
        }

        bool IsBeside(Word word, InkPiece piece)
        {
            PixelBox box = piece.Box, row = word.Box;
            double h = word.DigitHeight;
            return box.Height >= c.UnreadMinHeight * h && box.Height <= c.UnreadMaxHeight * h
                && piece.Area >= c.UnreadMinArea * h * h && box.CommonRows(row) >= c.LineMinCommonRows * box.Height
                && Math.Max(box.Left - row.Right, row.Left - box.Right) <= c.UnreadMaxGap * h;
        }
    }

    /// <summary>
    /// Pieces that are joined with a neighbour, and those with theirs (connected components, found with union-find).
    /// </summary>
    private static IEnumerable<List<InkPiece>> Groups(InkPiece[] tall, double height, LayoutConstants c, ReadingWork work)
    {
        int[] parent = [.. Enumerable.Range(0, tall.Length)];
        for (int i = 0; i < tall.Length; i++)
        {
            work.CountPieces(tall.Length - i);
            for (int j = i + 1; j < tall.Length; j++)
            {
                PixelBox a = tall[i].Box, b = tall[j].Box;
                if (b.Left - a.Right > c.MaxGap * height)
                    break; // the others are farther right
                if (a.CommonRows(b) >= c.MinCommonRows * Math.Min(a.Height, b.Height))
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

    /// <summary>
    /// Dots, dashes, hats, and digits that grow smaller: what is near to the number, or to what was near to it.
    /// </summary>
    private static List<InkPiece> SmallPiecesOf(Word word, InkPiece[] small, LayoutConstants c, ReadingWork work)
    {
        double h = word.DigitHeight;
        List<InkPiece> own = [];
        PixelBox box = word.Box;
        work.CountPieces(small.Length);
        double minArea = Math.Max(c.SpeckMinArea, c.SpeckArea * h * h);
        List<InkPiece> others = [.. small.Where(MayBelong)];
        bool grows = true;
        while (grows)
        {
            work.CountPieces(others.Count);
            InkPiece[] near = [.. others.Where(piece => IsNear(piece.Box))];
            others.RemoveAll(piece => IsNear(piece.Box));
            own.AddRange(near);
            grows = false;
            foreach (InkPiece piece in near.Where(piece => piece.Box.Height >= c.SmallDigitMinHeight * h))
            {
                int left = Math.Min(box.Left, piece.Box.Left), right = Math.Max(box.Right, piece.Box.Right);
                box = new PixelBox(left, box.Top, right - left, box.Height);
                grows = true;
            }
        }

        return own;

        bool MayBelong(InkPiece piece) => piece.Area >= minArea && IsOnRow(piece.Box) && !IsRestOfRule(piece.Box, word, c);

        bool IsNear(PixelBox other)
        {
            double x = other.Left + other.Width / 2.0;
            return x > box.Left - c.SmallPieceLeft * h && x < box.Right + c.SmallPieceRight * h;
        }

        bool IsOnRow(PixelBox other)
        {
            double y = other.Top + other.Height / 2.0;
            return y > box.Top - c.SmallPieceAbove * h && y < box.Bottom + c.SmallPieceBelow * h;
        }
    }

    /// <summary>Whether a piece is what is left of a rule that digits stand on: flat, long and low.</summary>
    private static bool IsRestOfRule(PixelBox box, Word word, LayoutConstants c)
    {
        double y = box.Top + box.Height / 2.0, h = word.DigitHeight;
        return box.Height < c.RuleRestMaxHeight * h && box.Width > c.RuleRestMinAspect * box.Height
            && box.Width > c.RuleRestMinWidth * h && y > word.Box.Bottom - c.RuleRestMaxRise * h;
    }
}
