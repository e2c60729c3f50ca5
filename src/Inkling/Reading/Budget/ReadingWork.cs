namespace Inkling.Reading.Budget;

/// <summary>
/// Counts what a reading costs, holds it to a budget, and looks at its cancellation each time. Every loop that grows with the
/// picture reports here before it runs; one that sees the same pixels again right after a loop that reported need not. Not
/// thread-safe.
/// </summary>
/// <param name="cancellationToken">Ends the reading.</param>
internal sealed class ReadingWork(CancellationToken cancellationToken = default)
{
    private ReadingCost _most = ReadingCost.Unlimited, _mostNow = ReadingCost.Unlimited;

    /// <summary>What the reading has cost.</summary>
    public ReadingCost Spent { get; private set; }

    /// <summary>From now on, until it is called again, numbers may cost so much and no more.</summary>
    /// <param name="budget">What all numbers together may cost.</param>
    public void Allow(ReadingCost budget) => _most = _mostNow = Spent + budget;

    /// <summary>
    /// A number begins. It may cost half of what is left: after one that costs too much there is still something left for the
    /// others.
    /// </summary>
    public void BeginNumber() => _mostNow = Spent + (_most - Spent).Half();

    /// <summary>A number ends: what is done between numbers is counted, but not refused.</summary>
    public void EndNumber() => _mostNow = ReadingCost.Unlimited;

    /// <summary>Counts pixels that are about to be looked at, a row of them usually, each as often as it is looked at.</summary>
    /// <exception cref="OperationCanceledException">The reading is cancelled.</exception>
    /// <exception cref="WorkLimitException">That would be more than the picture allows.</exception>
    public void CountPixels(long pixels) => Count(Spent with { Pixels = Spent.Pixels + pixels });

    /// <summary>Counts pieces of ink that one is about to be compared with.</summary>
    /// <inheritdoc cref="CountPixels"/>
    public void CountPieces(int pieces) => Count(Spent with { Pieces = Spent.Pieces + pieces });

    /// <summary>Counts segments that are about to be shown to a network.</summary>
    /// <inheritdoc cref="CountPixels"/>
    public void CountSegments(int segments) => Count(Spent with { Segments = Spent.Segments + segments });

    /// <summary>Counts ways through a lattice that are about to be scored.</summary>
    /// <inheritdoc cref="CountPixels"/>
    public void CountWays(int ways) => Count(Spent with { Ways = Spent.Ways + ways });

    private void Count(ReadingCost cost)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Spent = cost;
        if (!cost.IsWithin(_mostNow))
            throw new WorkLimitException();
    }
}
