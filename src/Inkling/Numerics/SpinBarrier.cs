using System.Diagnostics;

namespace Inkling.Numerics;

/// <summary>
/// A barrier for threads that meet every few microseconds. Sleeping would take longer than the wait, so threads spin, and yield
/// if the wait is long.
/// </summary>
/// <param name="threads">Maximum number of threads.</param>
internal sealed class SpinBarrier(int threads)
{
    private const int SlotLength = 16; // longs: slots are two cache lines apart, against false sharing
    private const int SpinsBeforeYield = 20_000; // about 10 µs

    private volatile bool _isBroken;

    private readonly long[] _arrived = new long[(threads + 1) * SlotLength];
    private readonly long[] _waited = new long[(threads + 1) * SlotLength]; // ticks of Stopwatch

    /// <summary>Whether a thread has failed: see <see cref="Break"/>.</summary>
    public bool IsBroken => _isBroken;

    /// <summary>
    /// Time that all threads together have waited so far, but for waits of a few microseconds. To be read while none waits.
    /// </summary>
    public TimeSpan Waited
    {
        get
        {
            long ticks = 0;
            for (int thread = 0; thread < threads; thread++)
                ticks += _waited[(thread + 1) * SlotLength];
            return Stopwatch.GetElapsedTime(0, ticks);
        }
    }

    /// <summary>Marks a thread as having reached a phase. Threads that see it there also see its earlier writes.</summary>
    /// <param name="thread">The thread's index, from 0.</param>
    /// <param name="phase">The phase, which increases from one meeting to the next.</param>
    public void Arrive(int thread, long phase) => Volatile.Write(ref _arrived[(thread + 1) * SlotLength], phase);

    /// <summary>Releases all threads, now and in every later phase, because one of them has failed and will not arrive.</summary>
    public void Break() => _isBroken = true;

    /// <summary>
    /// Waits until the first <paramref name="participants"/> threads have reached a phase, or the barrier is broken.
    /// </summary>
    /// <param name="waiting">Index of the thread that waits, from 0.</param>
    /// <param name="participants">Number of threads that meet this time.</param>
    /// <param name="phase">The phase.</param>
    /// <returns>True if all have reached it, false if the barrier is broken.</returns>
    public bool Wait(int waiting, int participants, long phase)
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

            if (firstYield != 0)
                _waited[(waiting + 1) * SlotLength] += Stopwatch.GetTimestamp() - firstYield;
        }

        return true;
    }
}

/// <summary>
/// Decides whether threads that meet at a barrier work together. While other programs keep one of them from running, all wait
/// for it at every barrier, and a single thread is faster. Working together is tried again after some calls, twice as many
/// after each attempt that stalls (exponential backoff).
/// </summary>
internal sealed class StallBackoff
{
    private const int Shortest = 32, Longest = 512; // calls

    private int _alone, _next = Shortest;

    /// <summary>Whether the next call should use a single thread.</summary>
    public bool IsAlone => _alone > 0;

    /// <summary>Records how a call went.</summary>
    /// <param name="hasStalled">
    /// Whether the threads mostly waited for one that was not running; false for a single-threaded call.
    /// </param>
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
