using System.Globalization;

namespace Inkling.Mpi;

/// <summary>How many of a machine's cores a rank may take, where several ranks are on it.</summary>
internal static class Cores
{
    /// <summary>
    /// The cores of one of several processes on this machine. Launchers may have bound each to cores of its own already: then
    /// it may use fewer than the launcher itself.
    /// </summary>
    /// <param name="processes">How many ranks are on this machine.</param>
    /// <param name="own">How many cores this process may use.</param>
    public static int ShareOf(int processes, int own) => ShareOf(
        processes, own, Allowed("/proc/self/status"), Allowed($"/proc/{ParentOf("/proc/self/status")}/status"));

    /// <param name="processes">How many ranks are on this machine.</param>
    /// <param name="own">How many cores this process may use, after limits on its time.</param>
    /// <param name="allowed">To how many cores it is bound; 0 where that is not known.</param>
    /// <param name="ofLauncher">The same of the process that started it.</param>
    internal static int ShareOf(int processes, int own, int allowed, int ofLauncher)
    {
        int share = ofLauncher > allowed && allowed > 0 ? Math.Min(own, ofLauncher / processes) : own / processes;
        return Math.Max(1, share);
    }

    /// <summary>The number of cores in a list such as <c>0-3,8</c>.</summary>
    internal static int CountOf(string list)
    {
        int count = 0;
        foreach (string range in list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int[] ends = [.. range.Split('-').Select(end => int.Parse(end, NumberStyles.None, CultureInfo.InvariantCulture))];
            count += ends[^1] - ends[0] + 1;
        }

        return count;
    }

    private static int Allowed(string status) => Value(status, "Cpus_allowed_list:") is { } list ? CountOf(list) : 0;

    private static string? ParentOf(string status) => Value(status, "PPid:");

    /// <summary>A value in a process's status, as Linux has it; null elsewhere.</summary>
    private static string? Value(string status, string name)
    {
        try
        {
            return File.ReadLines(status).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..]
                .Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
