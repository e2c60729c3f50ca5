using System.Diagnostics;

namespace Inkling.Numerics;

/// <summary>
/// A barrier for threads that wait for each other every few microseconds: sleeping would take longer than the wait, so that they
/// spin, and yield where a wait is long.
/// </summary>
/// <param name="threads">The most threads that meet.</param>
internal sealed class SpinBarrier(int threads)
{
    private const int SlotLength = 16; // longs: slots are two cache lines apart
    private const int SpinsBeforeYield = 20_000; // about 10 µs

    private static readonly TimeSpan StallTime = TimeSpan.FromMilliseconds(0.5); // longer than a sleeping thread takes to wake

    private volatile bool _isBroken;

    private readonly long[] _arrived = new long[(threads + 1) * SlotLength];

    /// <summary>How often a thread has waited for one that other programs kept from running.</summary>
    public int Stalls { get; private set; }

    /// <summary>Marks a thread as having reached a phase; what it wrote before is seen by those who then see it there.</summary>
    /// <param name="thread">Which, from 0.</param>
    /// <param name="phase">Phases ascend.</param>
    public void Arrive(int thread, long phase) => Volatile.Write(ref _arrived[(thread + 1) * SlotLength], phase);

    /// <summary>Releases all threads, now and in every later phase: one of them has failed and will not arrive.</summary>
    public void Break() => _isBroken = true;

    /// <summary>Returns when the first threads have all reached a phase, or the barrier is broken.</summary>
    /// <param name="participants">How many threads meet this time.</param>
    /// <param name="phase">Which phase.</param>
    /// <returns>Whether all have reached it.</returns>
    public bool Wait(int participants, long phase)
    {
        for (int thread = 0; thread < participants; thread++)
        {
            ref long slot = ref _arrived[(thread + 1) * SlotLength];
            long firstYield = 0;
            for (int spins = 0; Volatile.Read(ref slot) < phase; spins++)
            {
                if (_isBroken)
                    return false;
                if (spins < SpinsBeforeYield)
                    continue;
                if (firstYield == 0)
                    firstYield = Stopwatch.GetTimestamp();
                Thread.Yield();
            }

            if (firstYield != 0 && Stopwatch.GetElapsedTime(firstYield) > StallTime)
                Stalls++; // a count lost to a race does not matter
        }

        return true;
    }
}

/// <summary>
/// Whether threads that meet at a barrier should work together. Where other programs keep one of them from running, all wait for it
/// at every meeting, and one thread by itself is faster. Together is tried again after a while, which doubles each time it was too early.
/// </summary>
internal sealed class StallBackoff
{
    private const int Shortest = 8, Longest = 256;

    private int _alone, _next = Shortest;

    /// <summary>Whether the next call is for one thread.</summary>
    public bool IsAlone => _alone > 0;

    /// <summary>Says how a call went.</summary>
    /// <param name="hasStalled">Whether a thread had to wait for one that was not running; false where there was only one.</param>
    public void Report(bool hasStalled)
    {
        if (hasStalled)
        {
            _alone = _next;
            _next = Math.Min(2 * _next, Longest);
        }
        else if (IsAlone)
        {
            _alone--;
        }
        else
        {
            _next = Shortest;
        }
    }
}
