using System.Collections.Concurrent;
using System.Globalization;

namespace Inkling.Tests;

/// <summary>Runs a check on many cases with new seeds, and says how a failure is seen again.</summary>
/// <remarks>
/// INKLING_CASES sets how many, INKLING_SEED the first seed, and each case has the seed behind that of the case before: a million
/// cases in all are
/// <c>INKLING_CASES=1000000 dotnet test -c Release --project tests/Inkling.Tests -- --filter-class "*RandomArchitectureTests"</c>.
/// A variable that is empty is as one that is not set.
/// </remarks>
internal static class RandomCases
{
    /// <summary>How many cases INKLING_CASES asks for; null where it does not.</summary>
    public static long? Wanted => FromEnvironment("INKLING_CASES");

    /// <param name="what">What errors call the check.</param>
    /// <param name="count">How many cases, unless INKLING_CASES says otherwise.</param>
    /// <param name="check">Given a seed; throws where the case fails.</param>
    /// <returns>How many cases there were, and the first one's seed.</returns>
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
    public static void ForEach(int count, Action<long> check, [System.Runtime.CompilerServices.CallerMemberName] string test = "") => ForEach(test, count, check);

    private static string ToSeeAgain(long seed) => string.Create(CultureInfo.InvariantCulture, $"INKLING_SEED={seed} INKLING_CASES=1");

    private static long? FromEnvironment(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } number
        ? long.Parse(number, CultureInfo.InvariantCulture)
        : null;
}

/// <summary>Ends what loops for ever, which no exception does, and says what it was.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly ConcurrentDictionary<object, (string What, long Begin)> _watched = new();
    private readonly TimeSpan _patience;
    private readonly Action<string> _end;
    private readonly Timer _timer;

    /// <param name="patience">How long one thing may take, however slow the machine is.</param>
    /// <param name="end">Told of what took longer.</param>
    public Watchdog(TimeSpan patience, Action<string> end)
    {
        (_patience, _end) = (patience, end);
        TimeSpan look = TimeSpan.FromSeconds(Math.Clamp(patience.TotalSeconds / 10, 0.01, 10));
        _timer = new Timer(_ => Look(), null, look, look);
    }

    /// <summary>Watches until what is returned is disposed of.</summary>
    public IDisposable Watch(string what)
    {
        Watched watched = new(this);
        _watched[watched] = (what, Environment.TickCount64);
        return watched;
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        foreach ((string what, long begin) in _watched.Values)
        {
            if (Environment.TickCount64 - begin >= _patience.TotalMilliseconds)
                _end(string.Create(CultureInfo.InvariantCulture, $"Ended after {_patience.TotalSeconds:0} s in one case. {what}"));
        }
    }

    private sealed class Watched(Watchdog watchdog) : IDisposable
    {
        public void Dispose() => watchdog._watched.TryRemove(this, out _);
    }
}
