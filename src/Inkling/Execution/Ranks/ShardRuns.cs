using Inkling.Numerics;

namespace Inkling.Execution.Ranks;

/// <summary>
/// Which shards of a mini-batch each rank computes: a run of consecutive ones. Of the additions of the shards' tree
/// (<see cref="Shards.Additions"/>), a rank makes those within its run; what they leave, the roots of complete subtrees, is all
/// that ranks exchange. With more ranks than shards, the last ranks have none.
/// </summary>
internal sealed class ShardRuns
{
    /// <param name="shards">How a mini-batch is divided.</param>
    /// <param name="ranks">How many ranks there are.</param>
    public ShardRuns(Shards shards, int ranks)
    {
        (Shards, Active) = (shards, Math.Min(ranks, shards.Count));
        int[] rankOf = new int[shards.Count]; // for a shard's sum so far, the rank that has it; -1 for several
        for (int rank = 0; rank < Active; rank++)
        {
            (int first, int end) = Of(rank);
            Array.Fill(rankOf, rank, first, end - first);
        }

        int[] owners = [.. rankOf];
        List<(int Into, int From)>[] own = [.. Enumerable.Range(0, ranks).Select(_ => new List<(int, int)>())];
        List<(int Into, int From)> common = [];
        HashSet<int> spent = [];
        foreach ((int into, int from) in shards.Additions)
        {
            bool isOwn = rankOf[into] >= 0 && rankOf[into] == rankOf[from];
            if (isOwn)
                spent.Add(from);
            else
                rankOf[into] = -1;
            (isOwn ? own[rankOf[into]] : common).Add((into, from));
        }

        OwnAdditions = [.. own.Select(additions => additions.ToArray())];
        CommonAdditions = [.. common];
        Roots = [.. Enumerable.Range(0, ranks).Select(
            rank => Enumerable.Range(0, shards.Count).Where(shard => owners[shard] == rank && !spent.Contains(shard)).ToArray())];
    }

    /// <summary>How a mini-batch is divided.</summary>
    public Shards Shards { get; }

    /// <summary>How many ranks have shards: the first ones.</summary>
    public int Active { get; }

    /// <summary>For each rank, the additions that it makes by itself, in order.</summary>
    public (int Into, int From)[][] OwnAdditions { get; }

    /// <summary>The additions of sums from several ranks, in order, after all <see cref="OwnAdditions"/>.</summary>
    public (int Into, int From)[] CommonAdditions { get; }

    /// <summary>For each rank, the shards at whose place sums stand after its own additions.</summary>
    public int[][] Roots { get; }

    /// <summary>The shards of a rank: the first, and the one after the last.</summary>
    public (int First, int End) Of(int rank) => rank >= Active
        ? (Shards.Count, Shards.Count)
        : (rank * Shards.Count / Active, (rank + 1) * Shards.Count / Active);
}
