namespace Inkling.Benchmarks.Compare;

/// <summary>What the machine gave to a piece of work while it ran.</summary>
/// <param name="Elapsed">Seconds of wall-clock time.</param>
/// <param name="Own">Cores' worth of time that the implementation used: its processor time over the wall-clock time.</param>
/// <param name="Busy">Share of its time that each core was busy for anybody; null where the system does not tell.</param>
/// <param name="Stolen">Share of its time that the hypervisor took from each core; null where the system does not tell.</param>
internal sealed record MachineShare(double Elapsed, double Own, IReadOnlyList<double>? Busy, IReadOnlyList<double>? Stolen)
{
    /// <summary>
    /// Cores' worth of time that other programs used: what all cores were busy, without the implementation's own time. On which
    /// cores is not known: Linux counts a program's time, and a core's, but not a program's time on a core.
    /// </summary>
    public double? Others => Busy is null ? null : Math.Max(0, Busy.Sum() - Own);

    /// <summary>The shares between two readings of the cores' times.</summary>
    /// <param name="before">The cores' times when the work began; null where the system does not tell.</param>
    /// <param name="after">The same when it ended. Cores that were not in both are left out.</param>
    /// <param name="own">Processor time that the implementation used in between.</param>
    /// <param name="elapsed">Wall-clock time in between.</param>
    public static MachineShare Between(
        IReadOnlyDictionary<int, CoreTimes>? before, IReadOnlyDictionary<int, CoreTimes>? after, TimeSpan own, TimeSpan elapsed)
    {
        double cores = own / elapsed;
        if (before is null || after is null)
            return new MachineShare(elapsed.TotalSeconds, cores, null, null);
        CoreTimes[] passed = [.. before.Keys.Where(after.ContainsKey).Order().Select(core => new CoreTimes(
            after[core].Busy - before[core].Busy,
            after[core].Stolen - before[core].Stolen,
            after[core].Idle - before[core].Idle))];
        return new MachineShare(
            elapsed.TotalSeconds,
            cores,
            [.. passed.Select(core => Share(core.Busy, core))],
            [.. passed.Select(core => Share(core.Stolen, core))]);
    }

    /// <summary>The shares over several pieces, each as long as it took; null without any.</summary>
    public static MachineShare? Over(IReadOnlyList<MachineShare> pieces)
    {
        if (pieces.Count == 0)
            return null;
        double elapsed = pieces.Sum(piece => piece.Elapsed);
        double own = pieces.Sum(piece => piece.Own * piece.Elapsed) / elapsed;
        return new MachineShare(elapsed, own, Mean(piece => piece.Busy), Mean(piece => piece.Stolen));

        double[]? Mean(Func<MachineShare, IReadOnlyList<double>?> shares) =>
            pieces.Any(piece => shares(piece) is null)
                ? null
                : [.. Enumerable.Range(0, pieces.Min(piece => shares(piece)!.Count))
                    .Select(core => pieces.Sum(piece => shares(piece)![core] * piece.Elapsed) / elapsed)];
    }

    /// <summary>Idle times are estimates, and may go back: then a core was busy.</summary>
    private static double Share(long part, CoreTimes passed)
    {
        long all = Math.Max(0, passed.Busy) + Math.Max(0, passed.Stolen) + Math.Max(0, passed.Idle);
        return all == 0 ? 0 : (double)Math.Max(0, part) / all;
    }
}
