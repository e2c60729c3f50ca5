using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Finding;

namespace Inkling.Reading.Arranging;

/// <summary>
/// Pieces of ink that surround the writing: frames, rectangles, and along the picture's edge bars, shadows and the ends of
/// tables.
/// </summary>
internal static class Surroundings
{
    /// <summary>
    /// Boxes of pieces that lie around several others nearly as high: frames, perhaps with a digit that touches them.
    /// </summary>
    public static IEnumerable<PixelBox> Frames(InkPieces pieces, ReaderConstants constants, ReadingWork work)
    {
        if (pieces.AreTooMany)
            yield break;
        SurroundingsConstants c = constants.Surroundings;
        int minHeight = c.FrameMinHeight * constants.Layout.MinDigitHeight;
        foreach (InkPiece piece in pieces.All)
        {
            if (piece.Box.Width <= piece.Box.Height || piece.Box.Height <= minHeight)
                continue;
            work.CountPieces(pieces.All.Count);
            if (pieces.All.Count(other => IsFramedBy(piece, other, c)) >= c.FrameMinPieces)
                yield return piece.Box;
        }
    }

    /// <summary>
    /// Rectangles of one size, several of them or some with a digit inside that does not touch them: a form's boxes for a digit
    /// each.
    /// </summary>
    public static IEnumerable<PixelBox> FormBoxes(InkPieces pieces, ReaderConstants constants, ReadingWork work)
    {
        if (pieces.AreTooMany)
            return [];
        SurroundingsConstants c = constants.Surroundings;
        int minSize = c.BoxMinSize * constants.Layout.MinDigitHeight;
        IReadOnlyList<InkPiece> all = pieces.All;
        InkPiece[] boxes = [.. all.Where(IsBox)];
        work.CountPieces(boxes.Length * (all.Count + boxes.Length));
        HashSet<int> framing = [.. boxes.Where(box => all.Any(other => IsFramedBy(box, other, c))).Select(box => box.Id)];
        return boxes.Where(IsOfForm).Select(box => box.Box);

        bool IsOfForm(InkPiece box)
        {
            InkPiece[] alike = [.. boxes.Where(other => AreAlike(box.Box, other.Box))];
            return alike.Length >= c.TouchedBoxes || (alike.Length > 1 && alike.Any(other => framing.Contains(other.Id)));
        }

        bool IsBox(InkPiece piece) =>
            piece.LeastSide >= c.BoxMinSide && Math.Min(piece.Box.Width, piece.Box.Height) > minSize;

        bool AreAlike(PixelBox a, PixelBox b) => IsNear(a.Width, b.Width) && IsNear(a.Height, b.Height);

        bool IsNear(int a, int b) => Math.Abs(a - b) <= c.BoxTolerance * Math.Max(a, b);
    }

    /// <summary>
    /// Pieces without what surrounds the writing. What is at the edge stays where nothing else is there to be read: a picture may
    /// be cut close to its digits.
    /// </summary>
    public static IEnumerable<InkPiece> Without(Ink ink, IReadOnlyList<InkPiece> all, ReaderConstants constants, ReadingWork work)
    {
        SurroundingsConstants c = constants.Surroundings;
        InkPiece[] inside = [.. all.Where(piece => !piece.TouchesEdge)];
        double height = PieceMeasures.TypicalHeight(inside);
        InkPiece[] row = [.. inside.Where(IsOfRow)];
        bool isRow = height >= c.RowMinHeight * constants.Layout.MinDigitHeight && row.Length >= c.RowMinPieces;
        PixelBox band = isRow ? PieceMeasures.BoxAround(row) : default;
        InkPiece[] rest = [.. all.Where(IsWriting)];
        bool hasDigits = isRow || (rest.Length > 0 && LargestArea(rest) >= c.MinDigitArea * LargestArea(all));
        return hasDigits ? rest : all;

        bool IsOfRow(InkPiece piece) => piece.Box.Height > c.RowLowest * height && piece.Box.Height < c.RowHighest * height;

        bool IsWriting(InkPiece piece) =>
            !IsRectangle(piece, all, constants, work) && !LiesAlongEdge(piece, ink, c) && !IsOutsideRow(piece);

        static int LargestArea(IEnumerable<InkPiece> pieces) => pieces.Max(piece => piece.Area);

        bool IsOutsideRow(InkPiece piece) => isRow && piece.TouchesEdge && IsNoPartOf(band, piece, height, c);
    }

    /// <summary>
    /// Whether a piece at the edge is no part of the row inside: far larger, or it sticks out and is a bar or mostly elsewhere.
    /// </summary>
    private static bool IsNoPartOf(PixelBox band, InkPiece piece, double height, SurroundingsConstants c)
    {
        PixelBox box = piece.Box;
        if (Math.Max(box.Width, box.Height) > c.MaxSizeAtEdge * height)
            return true;
        bool sticksOut = Math.Max(band.Top - box.Top, box.Bottom - band.Bottom) > c.MaxStickOut * height;
        bool isElsewhere = band.CommonRows(box) < c.ElsewhereCommonRows * Math.Min(band.Height, box.Height);
        bool isBar = piece.Outline >= c.RectangleOutline * piece.Area || piece.LeastSide >= c.BoxMinSide;
        return sticksOut && (isBar || isElsewhere);
    }

    /// <summary>Whether a piece is the outline of a rectangle around another one.</summary>
    private static bool IsRectangle(InkPiece piece, IReadOnlyList<InkPiece> all, ReaderConstants constants, ReadingWork work)
    {
        SurroundingsConstants c = constants.Surroundings;
        bool isSmall = Math.Min(piece.Box.Width, piece.Box.Height) <= c.FrameMinHeight * constants.Layout.MinDigitHeight;
        if (piece.Outline < c.RectangleOutline * piece.Area || isSmall)
            return false;
        work.CountPieces(all.Count);
        return all.Any(other => IsFramedBy(piece, other, c));
    }

    private static bool IsFramedBy(InkPiece frame, InkPiece other, SurroundingsConstants c) =>
        other != frame && frame.Box.Contains(other.Box) && other.Box.Height >= c.FramedMinHeight * frame.Box.Height;

    /// <summary>Whether a piece is a thin bar or a shadow along the picture's edge.</summary>
    private static bool LiesAlongEdge(InkPiece piece, Ink ink, SurroundingsConstants c)
    {
        double shorter = Math.Min(ink.Width, ink.Height);
        int upright = Math.Max(piece.LeftEdge, piece.RightEdge), level = Math.Max(piece.TopEdge, piece.BottomEdge);
        bool isBar = (upright > c.BarMinLength * shorter && piece.Box.Width < c.BarMaxThickness * shorter)
            || (level > c.BarMinLength * shorter && piece.Box.Height < c.BarMaxThickness * shorter);
        return isBar || upright > c.ShadowMinLength * ink.Height || level > c.ShadowMinLength * ink.Width;
    }
}
