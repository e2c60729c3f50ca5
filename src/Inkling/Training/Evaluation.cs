using Inkling.Numerics;

namespace Inkling;

/// <summary>How well a network does.</summary>
public static class Evaluation
{
    private const int BatchSize = 64;

    /// <summary>How many examples the network answers rightly: its most active output is the wished-for one.</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="examples">What it is asked.</param>
    /// <exception cref="ArgumentException">The examples' inputs or outputs are not the network's.</exception>
    public static Score Evaluate(this Network network, Examples examples)
    {
        RequireFit(network, examples);
        int correct = 0;
        ForEachOutput(network, examples, (i, output) => correct += Argmax.Of(output) == examples.ClassOf(i) ? 1 : 0);
        return new Score(correct, examples.Count);
    }

    /// <summary>The network's outputs for each example, in order: [count][outputs].</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="examples">What it is asked.</param>
    /// <exception cref="ArgumentException">The examples' inputs or outputs are not the network's.</exception>
    public static float[][] Outputs(this Network network, Examples examples)
    {
        RequireFit(network, examples);
        float[][] outputs = new float[examples.Count][];
        ForEachOutput(network, examples, (i, output) => outputs[i] = output.ToArray());
        return outputs;
    }

    /// <summary>The quadratic cost C = 1/2n Σ ‖y - a‖² over the examples.</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="examples">What it is judged by.</param>
    /// <exception cref="ArgumentException">The examples' inputs or outputs are not the network's.</exception>
    public static double Cost(this Network network, Examples examples)
    {
        RequireFit(network, examples);
        float[] y = new float[examples.OutputSize];
        double sum = 0;
        ForEachOutput(network, examples, (i, a) =>
        {
            examples.CopyTarget(i, y);
            for (int j = 0; j < y.Length; j++)
                sum += ((double)y[j] - a[j]) * ((double)y[j] - a[j]);
        });
        return sum / (2 * examples.Count);
    }

    private static void ForEachOutput(Network network, Examples examples, OutputAction action)
    {
        Backpropagation pass = new(network, BatchSize);
        int[] order = [.. Enumerable.Range(0, examples.Count)];
        for (int start = 0; start < order.Length; start += BatchSize)
        {
            ReadOnlySpan<int> rest = order.AsSpan(start), batch = rest[..Math.Min(BatchSize, rest.Length)];
            ReadOnlySpan<float> outputs = pass.FeedForward(examples.SparseInputs, batch, next: rest[batch.Length..]);
            int stride = outputs.Length / batch.Length;
            for (int i = 0; i < batch.Length; i++)
                action(start + i, outputs.Slice(i * stride, examples.OutputSize));
        }
    }

    private delegate void OutputAction(int index, ReadOnlySpan<float> output);

    internal static void RequireFit(Network network, Examples examples)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(examples);
        if (examples.InputSize != network.Sizes[0] || examples.OutputSize != network.Sizes[^1])
            throw new ArgumentException($"The network has {network.Sizes[0]} inputs and {network.Sizes[^1]} outputs; the examples have {examples.InputSize} and {examples.OutputSize}.", nameof(examples));
    }
}
