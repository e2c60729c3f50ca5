using Inkling.Numerics;

namespace Inkling;

/// <summary>Evaluates networks on a device: what <see cref="NetworkEvaluation"/> computes, up to rounding.</summary>
public static class DeviceEvaluation
{
    /// <summary>
    /// Counts the examples whose largest output is that of their class; of strings, those that <see cref="BestPath"/> reads.
    /// </summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="examples">Examples to evaluate on.</param>
    /// <param name="device">The device that computes the outputs.</param>
    /// <exception cref="ArgumentException">The examples' inputs or outputs are not the network's.</exception>
    /// <exception cref="InklingException">The device has too little memory, or fails.</exception>
    public static Score Evaluate(this Network network, Examples examples, TrainingDevice device)
    {
        float[][] outputs = network.Outputs(examples, device);
        int correct = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            bool isRight = examples is LineExamples lines
                ? BestPath.Of(outputs[i], examples.OutputSize).AsSpan().SequenceEqual(lines.LabelOf(i))
                : Vectors.Argmax(outputs[i]) == examples.ClassOf(i);
            correct += isRight ? 1 : 0;
        }

        return new Score(correct, examples.Count);
    }

    /// <summary>
    /// The network's outputs for each example, in order: [count][outputs]; for inputs of any width [count][columns, outputs].
    /// </summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="examples">Examples to evaluate on.</param>
    /// <param name="device">The device that computes the outputs.</param>
    /// <exception cref="ArgumentException">The examples' inputs or outputs are not the network's.</exception>
    /// <exception cref="InklingException">The device has too little memory, or fails.</exception>
    public static float[][] Outputs(this Network network, Examples examples, TrainingDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        NetworkEvaluation.RequireFit(network, examples);
        return device.OutputsOf(network.Parameters, examples);
    }
}
