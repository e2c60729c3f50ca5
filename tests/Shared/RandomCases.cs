using System.Collections.Concurrent;
using System.Globalization;

namespace Inkling.Tests;

/// <summary>Runs a check on many cases with new seeds, and says how to repeat a failure.</summary>
/// <remarks>
/// INKLING_CASES sets the number of cases and INKLING_SEED the first seed; each further case has the next seed. A million
/// cases in all:
/// <c>
/// INKLING_CASES=1000000 dotnet test -c Release --project tests/Inkling.Tests -- --filter-class "*RandomArchitectureTests"
/// </c>.
/// An empty variable counts as not set.
/// </remarks>
internal static class RandomCases
{
    /// <summary>The number of cases that INKLING_CASES asks for; null if it is not set.</summary>
    public static long? Wanted => FromEnvironment("INKLING_CASES");

    /// <param name="what">The name of the check in errors.</param>
    /// <param name="count">The number of cases, unless INKLING_CASES sets another.</param>
    /// <param name="check">Given a seed; throws where the case fails.</param>
    /// <returns>The number of cases that ran, and the first one's seed.</returns>
    public static (long Count, long FirstSeed) ForEach(string what, long count, Action<long> check)
    {
        count = Wanted ?? count;
        long first = FromEnvironment("INKLING_SEED") ?? Random.Shared.NextInt64(1L << 52);
        using Watchdog watchdog = new(TimeSpan.FromMinutes(2), message =>
        {
            Console.Error.WriteLine(message);
            Environment.FailFast(message);
        });
        Parallel.For(0, count, (i, loop) =>
        {
            try
            {
                using (watchdog.Watch($"{what}: {ToSeeAgain(first + i)}"))
                    check(first + i);
            }
            catch (Exception e)
            {
                loop.Stop();
                throw new Xunit.Sdk.XunitException($"{e.Message} To see it again: {ToSeeAgain(first + i)}", e);
            }
        });
        return (count, first);
    }

    /// <inheritdoc cref="ForEach(string, long, Action{long})"/>
    public static void ForEach(int count, Action<long> check, [System.Runtime.CompilerServices.CallerMemberName] string test = "")
        => ForEach(test, count, check);

    private static string ToSeeAgain(long seed)
        => string.Create(CultureInfo.InvariantCulture, $"INKLING_SEED={seed} INKLING_CASES=1");

    private static long? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } number
        ? long.Parse(number, CultureInfo.InvariantCulture)
        : null;
}

/// <summary>
/// Ends a case that never finishes, which no exception would end, and names it. Both clocks must have run: on a machine that is
/// busy with other programs a short case may last minutes, and on many cores other tests take minutes of processor time at once.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private readonly ConcurrentDictionary<object, (string What, long Begin, TimeSpan Processor)> _watched = new();
    private readonly TimeSpan _patience;
    private readonly Action<string> _end;
    private readonly Timer _timer;

    /// <param name="patience">How long one case may last, and how much processor time this process may take meanwhile.</param>
    /// <param name="end">Called with a message that names a case that took longer.</param>
    public Watchdog(TimeSpan patience, Action<string> end)
    {
        (_patience, _end) = (patience, end);
        TimeSpan look = TimeSpan.FromSeconds(Math.Clamp(patience.TotalSeconds / 10, 0.01, 10));
        _timer = new Timer(_ => Look(), null, look, look);
    }

    /// <summary>Watches a case until the returned object is disposed.</summary>
    public IDisposable Watch(string what)
    {
        Watched watched = new(this);
        _watched[watched] = (what, Environment.TickCount64, Environment.CpuUsage.TotalTime);
        return watched;
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        foreach ((string what, long begin, TimeSpan processor) in _watched.Values)
        {
            if (Environment.TickCount64 - begin >= _patience.TotalMilliseconds
                && Environment.CpuUsage.TotalTime - processor >= _patience)
            {
                _end(
                    string.Create(CultureInfo.InvariantCulture, $"Ended after {_patience.TotalSeconds:0} s in one case. {what}"));
            }
        }
    }

    private sealed class Watched(Watchdog watchdog) : IDisposable
    {
        public void Dispose() => watchdog._watched.TryRemove(this, out _);
    }
}
