using System.Runtime.InteropServices;
using Inkling.Numerics.Threads;
using Inkling.Training.Steps;

namespace Inkling.Tests.Training;

/// <summary>Training of any network, on threads that may stop sharing a mini-batch and resume later.</summary>
public class StagedStepTests
{
    [Theory]
    [InlineData("1x28x28 conv:8:3x3 batchnorm relu maxpool:2 flatten dropout:0.3 dense:40 relu dense:10 softmax")]
    [InlineData("1x28x28 flatten dense:300 relu dense:10 softmax")]
    public void Weights_are_the_same_bits_whether_threads_work_together_or_one_alone_or_in_turn(string architecture)
    {
        byte[] alone = WeightsAfter(architecture, threads: 1, changeBefore: []);
        Assert.Equal(alone, WeightsAfter(architecture, threads: 3, changeBefore: []));
        Assert.Equal(alone, WeightsAfter(architecture, threads: 3, changeBefore: [1, 3, 4]));
    }

    private static byte[] WeightsAfter(string architecture, int threads, int[] changeBefore)
    {
        const int size = 64, steps = 6;
        LabelledImages digits = GeneratedDigits.Create(2 * size, seed: 5);
        Network network = new(Architecture.Parse(architecture), Initialisation.He, seed: 3), average = network.Clone();
        using StagedStep step = new(network.Parameters, digits, new StepSettings(size)
        {
            Threads = threads,
            Optimiser = new Optimiser.Adam(),
            Average = average.Parameters,
            AverageDecay = 0.9,
        });
        for (int i = 0; i < steps; i++)
        {
            for (bool isAlone = step.Choice.IsAlone; changeBefore.Contains(i) && step.Choice.IsAlone == isAlone;)
                step.Choice.Report(work: 1, ThreadChoice.LongestPause, waited: ThreadChoice.LongestPause);
            int[] order = [.. Enumerable.Range(i % 2 * size, size)];
            step.Run(new MiniBatches(order, size, new[] { 0.01 }, StepsBefore: i, Seed: 7));
        }

        return [.. MemoryMarshal.AsBytes(network.Parameters.Span), .. MemoryMarshal.AsBytes(average.Parameters.Span)];
    }
}
