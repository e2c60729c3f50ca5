namespace Inkling.Onnx;

/// <summary>The input format and the output of an exported graph.</summary>
public sealed class OnnxOptions
{
    /// <summary>The format of an input pixel; the graph scales it to the network's own 0…1.</summary>
    public OnnxPixels Pixels { get; init; }

    /// <summary>
    /// Whether the graph outputs the last layer's weighted inputs z, without its softmax or activation; otherwise it outputs
    /// what the network does.
    /// </summary>
    public bool EndsInLogits { get; init; }

    /// <summary>
    /// Whether a network that ends in softmax divides z by its <see cref="Network.Temperature"/> first, so that the graph's
    /// probabilities are the confidences of <see cref="DigitReader"/>; otherwise they are those of
    /// <see cref="Network.FeedForward"/>.
    /// </summary>
    public bool IsCalibrated { get; init; } = true;

    /// <summary>What each output stands for, written into the metadata; null for 0, 1, 2 …</summary>
    public IReadOnlyList<string>? Classes { get; init; }
}

/// <summary>The format of a graph's input pixels. 0 is paper.</summary>
public enum OnnxPixels
{
    /// <summary>A float, 1 for full ink: what the network itself takes.</summary>
    Unit,

    /// <summary>A float, 255 for full ink: the graph divides by 255.</summary>
    Float255,

    /// <summary>A byte, 255 for full ink: the graph converts it to a float and divides by 255.</summary>
    Byte,
}
