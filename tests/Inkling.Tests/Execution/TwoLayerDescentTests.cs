using Inkling.Execution;
using Inkling.Numerics.Threads;

namespace Inkling.Tests.Execution;

/// <summary>Training of a network with one hidden layer, on threads that may stop sharing it and resume later.</summary>
public class TwoLayerDescentTests
{
    [Fact]
    public void Weights_are_the_same_bits_whether_threads_work_together_or_one_alone_or_in_turn()
    {
        byte[] alone = WeightsAfter(threads: 1, changeBefore: []);
        Assert.Equal(alone, WeightsAfter(threads: 3, changeBefore: []));
        Assert.Equal(alone, WeightsAfter(threads: 3, changeBefore: [2, 20, 50]));
    }

    private static byte[] WeightsAfter(int threads, int[] changeBefore)
    {
        LabelledImages digits = GeneratedDigits.Create(30, seed: 5);
        Network network = new([784, 40, 10], seed: 3);
        using TwoLayerDescent descent = new(network.Parameters, digits, threads);
        for (int call = 0; call < 60; call++)
        {
            for (bool isAlone = descent.Choice.IsAlone; changeBefore.Contains(call) && descent.Choice.IsAlone == isAlone;)
                descent.Choice.Report(work: 1, ThreadChoice.ShortestPause, waited: ThreadChoice.ShortestPause);
            descent.Descend(Enumerable.Range(0, 30).ToArray(), miniBatchSize: 10, new[] { -0.3f, -0.3f, -0.3f });
        }

        return System.Runtime.InteropServices.MemoryMarshal.AsBytes(network.Parameters.Span).ToArray();
    }
}
