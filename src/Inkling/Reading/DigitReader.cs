using Inkling.Numerics;

namespace Inkling;

/// <summary>Reads a picture of one handwritten digit: ink, MNIST-exact normalisation, network. Safe from several threads at once.</summary>
public sealed class DigitReader
{
    private readonly Network _network;

    /// <summary>A reader that asks the best of the bundled networks.</summary>
    public static DigitReader Load() => new(BundledModels.Load("best"));

    /// <summary>A reader that asks this network, which must not be trained meanwhile.</summary>
    /// <exception cref="ArgumentException">The network does not read 28×28 pixels as ten digits.</exception>
    public DigitReader(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.Architecture.Input.Size != MnistNormalisation.Side * MnistNormalisation.Side || network.Architecture.Output.Size != 10)
            throw new ArgumentException($"A network that reads digits has {MnistNormalisation.Side * MnistNormalisation.Side} inputs and 10 outputs; this one is {network}.", nameof(network));
        _network = network;
    }

    /// <summary>The digit in a picture, dark on light or light on dark.</summary>
    /// <exception cref="InklingException">There is no ink in the picture.</exception>
    public DigitReading Read(GreyImage picture)
    {
        Ink ink = Ink.OfOneDigit(picture);
        byte[] glyph = MnistNormalisation.Normalise(ink.Values, ink.Width, ink.Height);
        LabelledImages image = new(glyph, new byte[1]);
        float[] input = new float[image.InputSize];
        image.CopyInput(0, input);
        float[] confidences = Confidence.Of(_network.FeedForward(input), _network.Temperature);
        return new DigitReading(Argmax.Of(confidences), confidences, glyph);
    }
}

/// <summary>What was read.</summary>
/// <param name="Digit">The digit, 0 to 9.</param>
/// <param name="Confidences">[10]: each digit's share of the network's outputs; they add up to 1.</param>
/// <param name="Glyph">[28, 28]: what the network saw; 0 is paper, 255 is ink.</param>
public sealed record DigitReading(int Digit, IReadOnlyList<float> Confidences, byte[] Glyph)
{
    /// <summary>The confidence in <see cref="Digit"/>, 0 to 1.</summary>
    public float Confidence => Confidences[Digit];

    /// <summary>The other digits, the likeliest first.</summary>
    public IEnumerable<int> RunnersUp => Enumerable.Range(0, Confidences.Count).Where(digit => digit != Digit).OrderByDescending(digit => Confidences[digit]);
}
