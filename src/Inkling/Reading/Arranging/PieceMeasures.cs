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
}
