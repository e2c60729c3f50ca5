using System.Globalization;

namespace Inkling;

/// <summary>
/// How a network's pixels were normalised in training: (pixel - Mean) / Deviation, the pixel from 0 (paper) to 1 (ink).
/// PyTorch's MNIST example has <c>Normalize((0.1307,), (0.3081,))</c>.
/// </summary>
public sealed class PixelNormalisation
{
    /// <summary>Makes a normalisation.</summary>
    /// <param name="mean">Subtracted from each pixel.</param>
    /// <param name="deviation">The divisor of the difference; not 0.</param>
    /// <param name="isInverted">Whether ink was 0 and paper 1: the pixel is subtracted from 1 first.</param>
    /// <exception cref="ArgumentException">The deviation is 0, or a value is not finite.</exception>
    public PixelNormalisation(double mean, double deviation, bool isInverted = false)
    {
        if (!(double.IsFinite(mean) && double.IsFinite(deviation) && double.IsFinite(1 / deviation)))
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Pixels cannot be brought to a mean of {mean} and a deviation of {deviation}."),
                nameof(deviation));
        (Mean, Deviation, IsInverted) = (mean, deviation, isInverted);
    }

    /// <summary>From 0 to 1, as Inkling's networks take them.</summary>
    public static PixelNormalisation Unit { get; } = new(0, 1);

    /// <summary>From 0 to 255.</summary>
    public static PixelNormalisation Bytes { get; } = new(0, 1 / 255.0);

    /// <summary>To MNIST's mean and deviation, as in PyTorch's example.</summary>
    public static PixelNormalisation Mnist { get; } = new(0.1307, 0.3081);

    /// <summary>From -1 to 1.</summary>
    public static PixelNormalisation Symmetric { get; } = new(0.5, 0.5);

    /// <summary>Subtracted from each pixel.</summary>
    public double Mean { get; }

    /// <summary>The divisor of the difference.</summary>
    public double Deviation { get; }

    /// <summary>Whether the pixel is subtracted from 1 first, so that paper is 1.</summary>
    public bool IsInverted { get; }

    /// <summary>What an unnormalised pixel is multiplied by.</summary>
    internal double Scale => (IsInverted ? -1 : 1) / Deviation;

    /// <summary>What is added to the product.</summary>
    internal double Shift => ((IsInverted ? 1 : 0) - Mean) / Deviation;

    /// <summary>The same, of pixels whose paper is 1.</summary>
    internal PixelNormalisation Inverted() => new(Mean, Deviation, isInverted: true);

    /// <summary><c>pixels from 0 to 255</c>, or <c>(pixel - 0.1307) / 0.3081, inverted</c>.</summary>
    public override string ToString()
    {
        double paper = (0 - Mean) / Deviation, ink = (1 - Mean) / Deviation;
        string text = Math.Abs(paper - Math.Round(paper)) + Math.Abs(ink - Math.Round(ink)) < 1e-9
            ? string.Create(CultureInfo.InvariantCulture, $"pixels from {paper:0} to {ink:0}")
            : string.Create(CultureInfo.InvariantCulture, $"(pixel - {Mean:0.######}) / {Deviation:0.######}");
        return IsInverted ? $"{text}, inverted (paper is 1)" : text;
    }
}
