using Inkling.Execution;

namespace Inkling;

/// <summary>
/// The gradient of one output of a network, before its activation, with respect to the input and to each layer's output:
/// exact, by one pass forward and one back.
/// </summary>
/// <remarks>Simonyan, Vedaldi and Zisserman, arXiv 1312.6034, section 3: the class saliency.</remarks>
public sealed class InputGradient
{
    private InputGradient(IReadOnlyList<float[]> values, IReadOnlyList<float[]> gradients, int output)
    {
        Values = values;
        Gradients = gradients;
        Output = output;
    }

    /// <summary>Which output's weighted input z this is the gradient of.</summary>
    public int Output { get; }

    /// <summary>The input and each layer's output, [channels, height, width] each; dropout is inactive.</summary>
    public IReadOnlyList<float[]> Values { get; }

    /// <summary>∂z/∂v for each number v of <see cref="Values"/>, up to z itself: a last activation has none.</summary>
    public IReadOnlyList<float[]> Gradients { get; }

    /// <summary>Computes the gradient of an output for an input.</summary>
    /// <param name="network">The network; not changed.</param>
    /// <param name="input">As many numbers as the input's shape has; of an image [channels, height, width].</param>
    /// <param name="output">Which output; null for the largest.</param>
    /// <exception cref="ArgumentException">The input has another length, or the network takes inputs of any width.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such output.</exception>
    public static InputGradient Of(Network network, ReadOnlySpan<float> input, int? output = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        Architecture architecture = network.Architecture;
        if (architecture.Input.HasAnyWidth)
            throw new ArgumentException(
                "The gradient of an output is computed for networks that end in a vector.", nameof(network));
        if (input.Length != architecture.Input.Size)
        {
            throw new ArgumentException(
                $"The network has {architecture.Input.Size} inputs; the input has {input.Length} numbers.", nameof(input));
        }

        if (output is < 0 || output >= architecture.Output.Size)
            throw new ArgumentOutOfRangeException(nameof(output), output, $"The network has {architecture.Output.Size} outputs.");
        using Backpropagation pass = new(network.Parameters, miniBatchSize: 1, purpose: PassPurpose.InputGradient);
        (float[][] values, float[][] gradients, int chosen) = pass.DifferentiateOutput(input, output);
        return new InputGradient(values, gradients, chosen);
    }
}
