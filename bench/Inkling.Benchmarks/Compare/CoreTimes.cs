using System.Globalization;

namespace Inkling.Benchmarks.Compare;

/// <summary>What a core did since the machine started, in ticks of /proc/stat.</summary>
/// <param name="Busy">Ran programs or the kernel.</param>
/// <param name="Stolen">Would have run, but the hypervisor gave its time to others.</param>
/// <param name="Idle">Had nothing to run, or only what waited for a disk.</param>
internal sealed record CoreTimes(long Busy, long Stolen, long Idle)
{
    private const string File = "/proc/stat";

    /// <summary>The cores' times by now, by their number; null where the system does not tell, as outside Linux.</summary>
    public static IReadOnlyDictionary<int, CoreTimes>? Now()
    {
        try
        {
            IReadOnlyDictionary<int, CoreTimes> cores = Parse(System.IO.File.ReadLines(File));
            return cores.Count == 0 ? null : cores;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads the lines <c>cpuN user nice system idle iowait irq softirq steal …</c>; others are ignored.</summary>
    /// <remarks>Time of guests, in later columns, is part of user and nice. Old kernels have fewer columns.</remarks>
    public static IReadOnlyDictionary<int, CoreTimes> Parse(IEnumerable<string> lines)
    {
        Dictionary<int, CoreTimes> cores = [];
        foreach (string line in lines.TakeWhile(line => line.StartsWith("cpu", StringComparison.Ordinal)))
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!int.TryParse(columns[0].AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out int core))
                continue; // the sum of all, without a number
            long[] ticks = [.. columns.Skip(1).Select(column =>
                long.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : 0)];
            Array.Resize(ref ticks, Math.Max(ticks.Length, 8));
            cores[core] = new CoreTimes(ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6], ticks[7], ticks[3] + ticks[4]);
        }

        return cores;
    }
}
