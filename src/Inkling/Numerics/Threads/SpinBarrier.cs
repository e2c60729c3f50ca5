using System.Diagnostics;

namespace Inkling.Numerics.Threads;

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
