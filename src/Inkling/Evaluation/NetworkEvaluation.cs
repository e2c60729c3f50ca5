using Inkling.Execution;
using Inkling.Execution.Costs;
using Inkling.Numerics;
using Inkling.Numerics.Threads;

namespace Inkling;

/// <summary>Evaluates networks on examples: accuracy, outputs and cost.</summary>
public static class NetworkEvaluation
{
    private const int BatchSize = 64;

    /// <summary>
    /// Counts the examples whose largest output is that of their class; of strings, those that <see cref="BestPath"/> reads.
    /// </summary>
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
        return new Score(CountCorrect(network, examples, threads, 0, examples.Count), examples.Count);
    }

    /// <summary>Counts as <see cref="Evaluate"/> does, among the examples from the first to the one before the end.</summary>
    internal static int CountCorrect(this Network network, Examples examples, int threads, int first, int end)
    {
        int correct = 0;
        ForEachOutput(network, examples, threads, first, end, (i, output) =>
        {
            bool isRight = examples is LineExamples lines
                ? BestPath.Of(output, examples.OutputSize).AsSpan().SequenceEqual(lines.LabelOf(i))
                : Vectors.Argmax(output) == examples.ClassOf(i);
            correct += isRight ? 1 : 0;
        });
        return correct;
    }

    /// <summary>
    /// The network's outputs for each example, in order: [count][outputs]; for inputs of any width [count][columns, outputs].
    /// </summary>
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
        ForEachOutput(network, examples, threads, 0, examples.Count, (i, output) => outputs[i] = output.ToArray());
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
        CtcAlignments alignments = new(examples.OutputSize, examples.OutputSize);
        double sum = 0;
        ForEachOutput(network, examples, threads: 0, 0, examples.Count, (i, a) =>
        {
            if (examples is LineExamples lines)
            {
                sum += alignments.CostOf(a, a.Length / y.Length, lines.LabelOf(i), i);
                return;
            }

            examples.CopyTarget(i, y);
            sum += CostFunctions.Of(network.Architecture.Cost, y, a);
        });
        return sum / examples.Count;
    }

    private static void ForEachOutput(
        Network network, Examples examples, int threads, int first, int last, OutputAction action)
    {
        using Backpropagation pass = new(
            network.Parameters,
            BatchSize,
            Workers.CountFor(threads),
            examples.IsSparse,
            purpose: PassPurpose.Reading);
        int[] order = [.. Enumerable.Range(first, last - first)];
        for (int start = 0; start < order.Length; start += BatchSize)
        {
            int size = Math.Min(BatchSize, order.Length - start), end = start + size;
            ReadOnlySpan<float> outputs = pass.FeedForward(
                examples,
                new(order, start, size),
                next: new(order, end, Math.Min(BatchSize, order.Length - end)));
            int stride = outputs.Length / size;
            for (int i = 0; i < size; i++)
            {
                ReadOnlySpan<float> padded = outputs.Slice(i * stride, stride);
                action(order[start + i], WithoutPadding(padded, pass.ColumnsOf(i), examples.OutputSize));
            }
        }
    }

    /// <summary>Outputs as [columns, outputs], where the engine has padding behind each column.</summary>
    private static ReadOnlySpan<float> WithoutPadding(ReadOnlySpan<float> padded, int columns, int outputs)
    {
        if (columns == 1)
            return padded[..outputs];
        float[] packed = new float[columns * outputs];
        for (int column = 0; column < columns; column++)
            padded.Slice(column * Rows.StrideOf(outputs), outputs).CopyTo(packed.AsSpan(column * outputs));
        return packed;
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
        bool areStrings = examples is LineExamples;
        if (areStrings ? !examples.Fit(network.Architecture.Input) : network.Architecture.Input.HasAnyWidth)
            throw new ArgumentException(
                $"The network takes inputs of {network.Architecture.Input}; the examples have {(areStrings
                    ? $"lines of {new Shape(1, examples.InputSize, Shape.AnyWidth)}"
                    : "one width and no strings")}.",
                nameof(examples));
        if (examples.InputSize != network.Architecture.Input.Size || examples.OutputSize != network.Architecture.Output.Size)
            throw new ArgumentException(
                $"The network has {network.Architecture.Input.Size} inputs and {network.Architecture.Output.Size} outputs; "
                + $"the examples have {examples.InputSize} and {examples.OutputSize}.",
                nameof(examples));
    }
}
