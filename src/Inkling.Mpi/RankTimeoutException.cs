namespace Inkling.Mpi;

/// <summary>Other ranks have not answered in time: they hang, or their machines or the network do.</summary>
public sealed class RankTimeoutException : InklingException
{
    internal RankTimeoutException(IReadOnlyList<int> ranks, MpiRanks group, TimeSpan timeout)
        : base(
            $"{Names(ranks, group)} {(ranks.Count == 1 ? "has" : "have")} not answered for "
            + FormattableString.Invariant($"{timeout.TotalSeconds:0.#} s, and the training cannot go on. ")
            + "It resumes from its last checkpoint, if it has one.") => Ranks = ranks;

    /// <summary>The ranks that are silent.</summary>
    public IReadOnlyList<int> Ranks { get; }

    private static string Names(IReadOnlyList<int> ranks, MpiRanks group)
    {
        string names = string.Join(", ", ranks.Select(group.NameOf));
        return names.Length == 0 ? "A rank" : char.ToUpperInvariant(names[0]) + names[1..];
    }
}
