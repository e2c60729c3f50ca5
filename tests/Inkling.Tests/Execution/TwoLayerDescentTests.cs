using Inkling.Execution;
using Inkling.Numerics;

namespace Inkling.Tests.Execution;

/// <summary>Threads stop sharing the work when other programs keep one of them from running, and resume later.</summary>
public class TwoLayerDescentTests
{
    [Fact]
    public void Weights_are_the_same_bits_whether_threads_work_together_or_one_alone_or_in_turn()
    {
        byte[] alone = WeightsAfter(threads: 1, stallBefore: []);
        Assert.Equal(alone, WeightsAfter(threads: 3, stallBefore: []));
        Assert.Equal(alone, WeightsAfter(threads: 3, stallBefore: [2, 50]));
    }

    [Fact]
    public void After_a_stall_one_thread_goes_on_alone_and_for_twice_as_long_where_the_next_attempt_stalls_too()
    {
        StallBackoff backoff = new();
        Assert.False(backoff.IsAlone);
        foreach (int expected in new[] { 32, 64, 128, 256, 512, 512 })
        {
            backoff.Report(hasStalled: true);
            Assert.Equal(expected, CallsAlone(backoff));
        }

        backoff.Report(hasStalled: false);
        backoff.Report(hasStalled: true);
        Assert.Equal(32, CallsAlone(backoff));
    }

    private static int CallsAlone(StallBackoff backoff)
    {
        int calls = 0;
        for (; backoff.IsAlone; calls++)
            backoff.Report(hasStalled: false);
        return calls;
    }

    private static byte[] WeightsAfter(int threads, int[] stallBefore)
    {
        LabelledImages digits = GeneratedDigits.Create(30, seed: 5);
        Network network = new([784, 40, 10], seed: 3);
        using TwoLayerDescent descent = new(network.Parameters, digits, threads);
        for (int call = 0; call < 60; call++)
        {
            if (stallBefore.Contains(call))
                descent.Backoff.Report(hasStalled: true);
            descent.Descend(Enumerable.Range(0, 30).ToArray(), miniBatchSize: 10, new[] { -0.3f, -0.3f, -0.3f });
        }

        return System.Runtime.InteropServices.MemoryMarshal.AsBytes(network.Parameters.Span).ToArray();
    }
}
