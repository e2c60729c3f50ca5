namespace Inkling.Numerics;

/// <summary>
/// Where threads wait for each other in the middle of a loop that each runs by itself. They meet so often that sleeping is
/// out of the question: they look again and again, and let others run only where a meeting takes long.
/// </summary>
/// <param name="threads">How many meet.</param>
internal sealed class Rendezvous(int threads)
{
    private const int SlotLength = 16, LooksBeforeYielding = 20_000; // longs: slots are two cache lines apart

    private volatile bool _isBroken;

    private readonly long[] _arrived = new long[(threads + 1) * SlotLength];

    /// <summary>Says that a thread has come to a meeting; what it wrote before is seen by those who then see it there.</summary>
    /// <param name="thread">Which, from 0.</param>
    /// <param name="meeting">The meetings' numbers ascend.</param>
    public void Arrive(int thread, long meeting) => Volatile.Write(ref _arrived[(thread + 1) * SlotLength], meeting);

    /// <summary>Says that a thread will not come any more, to this or any later meeting: the others do not wait for it.</summary>
    public void Break() => _isBroken = true;

    /// <summary>Returns when all threads have come to a meeting, or one never will.</summary>
    /// <returns>Whether all have come.</returns>
    public bool Wait(long meeting)
    {
        for (int thread = 0; thread < threads; thread++)
        {
            ref long slot = ref _arrived[(thread + 1) * SlotLength];
            for (int looks = 0; Volatile.Read(ref slot) < meeting; looks++)
            {
                if (_isBroken)
                    return false;
                if (looks > LooksBeforeYielding)
                    Thread.Yield(); // the other's core has something else to do
            }
        }

        return true;
    }
}
