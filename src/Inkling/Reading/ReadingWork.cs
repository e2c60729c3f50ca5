namespace Inkling;

/// <summary>
/// What one look at a picture has cost so far. Every loop over pixels, segments or ways reports here, row by row, so that a
/// reading that is cancelled ends at once. For one thread.
/// </summary>
/// <param name="cancellationToken">Ends the reading.</param>
internal sealed class ReadingWork(CancellationToken cancellationToken = default)
{
    /// <summary>Pixels looked at, each as often as it was.</summary>
    public long Pixels { get; private set; }

    /// <summary>Pieces of ink compared with another.</summary>
    public long Pieces { get; private set; }

    /// <summary>Segments shown to a network.</summary>
    public long Segments { get; private set; }

    /// <summary>Ways through a lattice that were scored.</summary>
    public long Ways { get; private set; }

    /// <summary>Counts pixels that are about to be looked at: a row of them, usually.</summary>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    public void CountPixels(long pixels)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Pixels += pixels;
    }

    /// <summary>Counts pieces of ink that one is about to be compared with.</summary>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    public void CountPieces(int pieces)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Pieces += pieces;
    }

    /// <summary>Counts segments that are about to be shown to a network.</summary>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    public void CountSegments(int segments)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Segments += segments;
    }

    /// <summary>Counts ways that are about to be scored.</summary>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    public void CountWays(int ways)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Ways += ways;
    }
}
