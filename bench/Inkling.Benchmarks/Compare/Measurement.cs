namespace Inkling.Benchmarks.Compare;

/// <summary>An implementation's times for some work, measured in pieces.</summary>
/// <param name="Work">What was done.</param>
/// <param name="Who">By whom, with how many threads.</param>
/// <param name="Pieces">The pieces in the order in which they were done.</param>
internal sealed record Measurement(string Work, string Who, IReadOnlyList<Piece> Pieces)
{
    public IEnumerable<double> Seconds => Pieces.Select(piece => piece.Seconds);

    public double Median => Statistics.Median(Seconds);

    /// <summary>The median of the ratios to the first implementation's neighbouring pieces; null for the first.</summary>
    public double? Ratio =>
        Pieces.Any(piece => piece.Ratio is null) ? null : Statistics.Median(Pieces.Select(piece => piece.Ratio!.Value));
}

/// <summary>One timed piece of some work.</summary>
/// <param name="Seconds">What the whole work takes at this piece's speed.</param>
/// <param name="Ratio">That, over the first implementation's time just before; null for the first implementation.</param>
/// <param name="Machine">What the machine gave.</param>
internal sealed record Piece(double Seconds, double? Ratio, MachineShare Machine);
