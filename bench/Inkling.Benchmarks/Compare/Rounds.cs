namespace Inkling.Benchmarks.Compare;

/// <summary>Times implementations in turn, a short piece of each.</summary>
internal static class Rounds
{
    /// <summary>
    /// In each round, each implementation but the first does a piece, and just before it the first does one: their ratio is that
    /// of neighbours, which meet the same noise. A round before these is not counted: it has everything compiled.
    /// </summary>
    /// <param name="implementations">The first is what the others are compared with; missing ones are passed over.</param>
    /// <param name="rounds">How many rounds are counted.</param>
    /// <param name="onPiece">Called after each piece with its round, 0 for the first; null for a piece that failed.</param>
    /// <returns>What was measured, in the same order; without pieces where an implementation is missing or failed.</returns>
    public static IReadOnlyList<(Implementation Of, IReadOnlyList<Piece> Pieces)> Run(
        IReadOnlyList<Implementation> implementations, int rounds, Action<int, Implementation, Piece?> onPiece)
    {
        List<Piece>[] pieces = [.. implementations.Select(_ => new List<Piece>())];
        for (int round = 0; round <= rounds; round++)
        {
            int[] others = [.. Enumerable.Range(1, implementations.Count - 1).Where(i => implementations[i].Missing is null)];
            if (others.Length == 0)
                Measure(0, null);
            foreach (int other in others)
            {
                double? reference = Measure(0, null)?.Seconds;
                Measure(other, reference);
            }

            Piece? Measure(int i, double? reference)
            {
                if (implementations[i].Missing is not null)
                    return null;
                Piece? piece = implementations[i].Measure(reference);
                onPiece(round, implementations[i], piece);
                if (piece is not null && round > 0)
                    pieces[i].Add(piece);
                return piece;
            }
        }

        return [.. implementations.Select((of, i) => (of, of.Missing is null ? (IReadOnlyList<Piece>)pieces[i] : []))];
    }
}
