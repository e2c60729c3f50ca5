using System.Globalization;
using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// Which normalisation of pixels a network was trained with, judged by how many generated digits it reads right under each: 0 to
/// 1, 0 to 255, MNIST's mean and deviation, -1 to 1, and these inverted. Under a wrong one it gives wrong answers without an
/// error.
/// </summary>
/// <example>
/// <code>
/// Network network = Network.LoadOnnx("torch.onnx");
/// PixelFit fit = PixelFit.Of(network);             // (pixel - 0.1307) / 0.3081
/// network = network.WithNormalisation(fit.Normalisation);
/// </code>
/// </example>
public sealed class PixelFit
{
    private const int Digits = 200, Side = MnistNormalisation.Side;

    /// <summary>
    /// By how much more of the digits another normalisation must be read right than 0 to 1, which networks are taken to be
    /// trained with: generated digits are not the training's.
    /// </summary>
    private const double Margin = 0.05;

    /// <summary>The least share of digits read right for a normalisation to be right; one in ten is chance.</summary>
    private const double LeastAccuracy = 0.5;

    private static readonly PixelNormalisation[] Candidates =
    [
        PixelNormalisation.Unit, PixelNormalisation.Mnist, PixelNormalisation.Symmetric, PixelNormalisation.Bytes,
        PixelNormalisation.Unit.Inverted(), PixelNormalisation.Mnist.Inverted(), PixelNormalisation.Symmetric.Inverted(),
        PixelNormalisation.Bytes.Inverted()
    ];

    private static readonly Lazy<LabelledImages> Sample = new(() => GeneratedDigits.Create(Digits, seed: 17));

    private PixelFit(PixelNormalisation normalisation, double accuracy, double accuracyAsItIs) =>
        (Normalisation, Accuracy, AccuracyAsItIs) = (normalisation, accuracy, accuracyAsItIs);

    /// <summary>The one that fits best; <see cref="PixelNormalisation.Unit"/> where none is clearly better.</summary>
    public PixelNormalisation Normalisation { get; }

    /// <summary>The share of generated digits that the network reads right with <see cref="Normalisation"/>.</summary>
    public double Accuracy { get; }

    /// <summary>The share that it reads right as it is, with pixels from 0 to 1.</summary>
    public double AccuracyAsItIs { get; }

    /// <summary>Whether the network reads digits at all with <see cref="Normalisation"/>.</summary>
    public bool Fits => Accuracy >= LeastAccuracy;

    /// <summary>Judges a network.</summary>
    /// <param name="network">Reads 28×28 pixels as ten digits.</param>
    /// <exception cref="ArgumentException">It does not.</exception>
    public static PixelFit Of(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!CanJudge(network))
            throw new ArgumentException($"{network} does not read {Side}×{Side} pixels as ten digits.", nameof(network));
        FrozenNetwork reader = network.Freeze();
        double[] accuracies = [.. Candidates.Select(candidate => AccuracyOf(reader, candidate))];
        int best = Array.IndexOf(accuracies, accuracies.Max());
        bool isClear = accuracies[best] >= LeastAccuracy && accuracies[best] >= accuracies[0] + Margin;
        return new PixelFit(Candidates[isClear ? best : 0], accuracies[isClear ? best : 0], accuracies[0]);
    }

    /// <summary>Whether a network reads 28×28 pixels as ten digits.</summary>
    internal static bool CanJudge(Network network) =>
        network.Architecture.Input.IsGreyImage(Side, Side) && network.Architecture.Output.Size == 10;

    /// <summary>
    /// <c>(pixel - 0.1307) / 0.3081: 97 % of 200 generated digits read right, 41 % with pixels from 0 to 1</c>.
    /// </summary>
    public override string ToString()
    {
        string found = string.Create(
            CultureInfo.InvariantCulture, $"{Normalisation}: {Accuracy:P0} of {Digits} generated digits read right");
        return Normalisation == PixelNormalisation.Unit
            ? found
            : string.Create(CultureInfo.InvariantCulture, $"{found}, {AccuracyAsItIs:P0} with pixels from 0 to 1");
    }

    private static double AccuracyOf(FrozenNetwork reader, PixelNormalisation normalisation)
    {
        LabelledImages sample = Sample.Value;
        float[] inputs = new float[sample.Count * reader.InputSize], outputs = new float[sample.Count * reader.OutputSize];
        for (int i = 0; i < sample.Count; i++)
        {
            ReadOnlySpan<byte> pixels = sample.Pixels(i);
            for (int k = 0; k < pixels.Length; k++)
                inputs[i * pixels.Length + k] = (float)(pixels[k] / 255.0 * normalisation.Scale + normalisation.Shift);
        }

        reader.FeedForward(inputs, outputs, threads: 0);
        int right = 0;
        for (int i = 0; i < sample.Count; i++)
        {
            ReadOnlySpan<float> answer = outputs.AsSpan(i * reader.OutputSize, reader.OutputSize);
            right += Vectors.Argmax(answer) == sample.Labels[i] ? 1 : 0;
        }

        return (double)right / sample.Count;
    }
}
