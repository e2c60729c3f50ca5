using Inkling.Execution;
using Inkling.Execution.Stages;
using Inkling.Numerics;

namespace Inkling;

/// <summary>Evaluates networks on examples: accuracy, outputs and cost.</summary>
public static class NetworkEvaluation
{
    private const int BatchSize = 64;

    /// <summary>Counts the examples whose largest output is that of their class.</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="examples">Examples to evaluate on.</param>
    /// <param name="threads">
    /// The most threads, from 1 to 1,024; 0 for as many as the machine has cores. The result does not depend on it.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The examples' inputs or outputs are not the network's, or there is no such number of threads.
    /// </exception>
    public static Score Evaluate(this Network network, Examples examples, int threads = 0)
    {
        RequireFit(network, examples);
        int correct = 0;
        ForEachOutput(
            network, examples, threads, (i, output) => correct += Vectors.Argmax(output) == examples.ClassOf(i) ? 1 : 0);
        return new Score(correct, examples.Count);
    }

    /// <summary>The network's outputs for each example, in order: [count][outputs].</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="examples">Examples to evaluate on.</param>
    /// <param name="threads">
    /// The most threads, from 1 to 1,024; 0 for as many as the machine has cores. The result does not depend on it.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The examples' inputs or outputs are not the network's, or there is no such number of threads.
    /// </exception>
    public static float[][] Outputs(this Network network, Examples examples, int threads = 0)
    {
        RequireFit(network, examples);
        float[][] outputs = new float[examples.Count][];
        ForEachOutput(network, examples, threads, (i, output) => outputs[i] = output.ToArray());
        return outputs;
    }

    /// <summary>The network's mean cost over the examples; for the quadratic cost, C = 1/2n Σ ‖y - a‖².</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="examples">Examples to evaluate on.</param>
    /// <exception cref="ArgumentException">The examples' inputs or outputs are not the network's.</exception>
    public static double Cost(this Network network, Examples examples)
    {
        RequireFit(network, examples);
        float[] y = new float[examples.OutputSize];
        double sum = 0;
        ForEachOutput(network, examples, threads: 0, (i, a) =>
        {
            examples.CopyTarget(i, y);
            sum += CostFunctions.Of(network.Architecture.Cost, y, a);
        });
        return sum / examples.Count;
    }

    private static void ForEachOutput(Network network, Examples examples, int threads, OutputAction action)
    {
        using Backpropagation pass = new(
            network.Parameters,
            BatchSize,
            Workers.CountFor(threads),
            examples.IsSparse,
            purpose: PassPurpose.Reading);
        int[] order = [.. Enumerable.Range(0, examples.Count)];
        for (int start = 0; start < order.Length; start += BatchSize)
        {
            int size = Math.Min(BatchSize, order.Length - start), end = start + size;
            ReadOnlySpan<float> outputs = pass.FeedForward(
                examples,
                new(order, start, size),
                next: new(order, end, Math.Min(BatchSize, order.Length - end)));
            int stride = outputs.Length / size;
            for (int i = 0; i < size; i++)
                action(start + i, outputs.Slice(i * stride, examples.OutputSize));
        }
    }

    private delegate void OutputAction(int index, ReadOnlySpan<float> output);

    internal static void RequireFit(Network network, Examples examples)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(examples);
        if (examples is LabelledImages images
            && examples.InputSize == network.Architecture.Input.Size
            && !examples.Fit(network.Architecture.Input))
            throw new ArgumentException(
                $"The network takes inputs of {network.Architecture.Input}; "
                + $"images of {images.Height}×{images.Width} in shades of grey have one channel.",
                nameof(examples));
        if (examples.InputSize != network.Architecture.Input.Size || examples.OutputSize != network.Architecture.Output.Size)
            throw new ArgumentException(
                $"The network has {network.Architecture.Input.Size} inputs and {network.Architecture.Output.Size} outputs; "
                + $"the examples have {examples.InputSize} and {examples.OutputSize}.",
                nameof(examples));
    }
}
