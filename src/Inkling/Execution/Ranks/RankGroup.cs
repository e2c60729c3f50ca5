namespace Inkling;

/// <summary>
/// The processes that train one network together: ranks, as MPI calls them. Each runs the same program on the same data and
/// options, and they exchange messages; <c>Inkling.Mpi</c> implements it by an installed MPI library. A training ends in the
/// same bits for any number of ranks (docs/many-machines.md).
/// </summary>
/// <remarks>The training thread alone calls <see cref="Exchange"/>, and every rank calls it equally often.</remarks>
public abstract class RankGroup
{
    /// <summary>This process's number, from 0. Rank 0 reports and writes files; the others only compute.</summary>
    public abstract int Rank { get; }

    /// <summary>How many ranks there are, at least 1.</summary>
    public abstract int Count { get; }

    /// <summary>How many threads a rank has by default: its share of the machine's cores, at least 1.</summary>
    public virtual int DefaultThreads => Environment.ProcessorCount;

    /// <summary>What messages call a rank: its number, and its machine where that is known.</summary>
    /// <param name="rank">From 0 to <see cref="Count"/> - 1.</param>
    public virtual string NameOf(int rank) => FormattableString.Invariant($"rank {rank}");

    /// <summary>
    /// Sends and receives several messages at once; returns when all have arrived and those sent may be overwritten. Both sides
    /// of a message know its length. There is at most one from a rank to another in each call.
    /// </summary>
    /// <param name="sent">The messages of this rank, each to another one.</param>
    /// <param name="received">Room for the messages to this rank, each from another one.</param>
    /// <exception cref="InklingException">Another rank has ended, or does not answer; the training cannot go on.</exception>
    public abstract void Exchange(ReadOnlySpan<RankMessage> sent, ReadOnlySpan<RankMessage> received);
}

/// <summary>A message to another rank, or the room for one from there.</summary>
/// <param name="Rank">The other rank.</param>
/// <param name="Bytes">What is sent, or receives it; not empty.</param>
public readonly record struct RankMessage(int Rank, Memory<byte> Bytes);
