using Inkling.Reading.Constants;
using Inkling.Reading.Finding;

namespace Inkling.Reading.Arranging;

/// <summary>Measures of several pieces of ink together.</summary>
internal static class PieceMeasures
{
    /// <summary>The smallest box around pieces, of which there is one at least.</summary>
    public static PixelBox BoxAround(IEnumerable<InkPiece> pieces) =>
        pieces.Select(piece => piece.Box).Aggregate((a, b) => a.Union(b));

    /// <summary>The median height of pieces, weighted by their ink; 0 where there are none.</summary>
    public static double TypicalHeight(IReadOnlyCollection<InkPiece> pieces)
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

    /// <summary>
    /// How many pieces may be digits, whichever way up they are: nearly as long as the one in the middle of the ink.
    /// </summary>
    public static int CountDigitSized(IReadOnlyList<InkPiece> pieces, LayoutConstants constants)
    {
        InkPiece[] byLength = [.. pieces.OrderBy(LengthOf)];
        double half = pieces.Sum(piece => (double)piece.Area) / 2, below = 0;
        int typical = byLength.Select(piece => (Length: LengthOf(piece), Below: below += piece.Area))
            .FirstOrDefault(piece => piece.Below >= half).Length;
        return byLength.Count(piece => LengthOf(piece) >= Math.Max(constants.MinDigitHeight, constants.TallShare * typical));

        static int LengthOf(InkPiece piece) => Math.Max(piece.Box.Width, piece.Box.Height);
    }
}
