using Inkling.Numerics;
using Inkling.Synthesis;

namespace Inkling;

/// <summary>
/// Digits that look written by hand, drawn from strokes of our own design and brought into MNIST's form: something to learn
/// from where there is no data and no network to fetch it. A figure made with them says nothing about MNIST.
/// </summary>
public static class GeneratedDigits
{
    /// <summary>Draws digits; each digit is as likely as any other, and so in no order.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same seed gives the same images, however many threads draw them.</param>
    /// <param name="threads">How many threads draw, or -1 for as many as the machine has.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is under 1 or over 2.7 million, or the threads are 0.</exception>
    /// <returns>28×28 images as <see cref="MnistNormalisation"/> makes them.</returns>
    public static LabelledImages Create(int count, int seed = 1, int threads = -1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        const int size = MnistNormalisation.Side * MnistNormalisation.Side;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.MaxLength / size);
        byte[] pixels = new byte[count * size];
        byte[] labels = new byte[count];
        Parallel.For(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = threads },
            () => new DigitPen(),
            (i, _, pen) =>
            {
                // A stream of its own for each image: which thread draws it, and after which other, does not show.
                RandomStream random = new(seed, stream: i);
                labels[i] = (byte)random.NextInt32(10);
                pen.Write(labels[i], random);
                MnistNormalisation.Normalise(pen.Ink, DigitPen.Side, DigitPen.Side, pixels.AsSpan(i * size, size));
                return pen;
            },
            _ => { });
        return new LabelledImages(pixels, labels);
    }

    /// <summary>Draws digits in MNIST's three parts, in its numbers unless told otherwise.</summary>
    /// <param name="training">How many images to learn from.</param>
    /// <param name="validation">How many images to make choices by.</param>
    /// <param name="test">How many images to measure the final figure on.</param>
    /// <param name="seed">The same seed gives the same images.</param>
    public static ImageData CreateData(int training = 50_000, int validation = 10_000, int test = 10_000, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(training);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(validation);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(test);
        LabelledImages all = Create(training + validation + test, seed);
        return new ImageData(
            "generated digits (not MNIST)",
            all.Slice(0, training),
            all.Slice(training, validation),
            all.Slice(training + validation, test));
    }
}
