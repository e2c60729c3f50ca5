using Inkling.Numerics;
using Inkling.Numerics.Threads;
using Inkling.Synthesis;

namespace Inkling;

/// <summary>
/// Synthetic handwritten digits, drawn from original stroke designs and normalised like MNIST: training data for use offline.
/// Results on them say nothing about results on MNIST.
/// </summary>
public static class GeneratedDigits
{
    /// <summary>Draws digits, uniformly distributed and in random order.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">The same seed gives the same images, for any number of threads.</param>
    /// <param name="threads">The most threads, from 1 to 1,024; 0 for as many as the machine has cores.</param>
    /// <param name="plainShapes">
    /// Whether shapes that may be taken for another sign (9s like a P, 5s like a √ or an S) are left out: for digits that are
    /// shown. For training, their variety helps with real handwriting.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The count is less than 1 or more than 2.7 million, or there is no such number of threads.
    /// </exception>
    /// <returns>28×28 images as <see cref="MnistNormalisation"/> makes them.</returns>
    public static LabelledImages Create(int count, int seed = 1, int threads = 0, bool plainShapes = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        const int size = MnistNormalisation.Side * MnistNormalisation.Side;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Array.MaxLength / size);
        byte[] pixels = new byte[count * size];
        byte[] labels = new byte[count];
        Parallel.For(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = Workers.CountFor(threads) },
            () => new DigitPen(),
            (i, _, pen) =>
            {
                // One random stream for each image, so that the result does not depend on threads or their order.
                RandomStream random = new(seed, stream: i);
                labels[i] = (byte)random.NextInt32(10);
                pen.Write(labels[i], random, plainShapes);
                MnistNormalisation.Normalise(pen.Ink, DigitPen.Side, DigitPen.Side, pixels.AsSpan(i * size, size));
                return pen;
            },
            _ => { });
        return new LabelledImages(pixels, labels);
    }

    /// <summary>
    /// Draws training, validation and test images of plain shapes, by default as many as MNIST has: the data where there is no
    /// MNIST.
    /// </summary>
    /// <param name="training">Number of images to train on.</param>
    /// <param name="validation">Number of images to choose hyperparameters and models by.</param>
    /// <param name="test">Number of images to measure the final accuracy on.</param>
    /// <param name="seed">The same seed gives the same images.</param>
    public static ImageData CreateData(int training = 50_000, int validation = 10_000, int test = 10_000, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(training);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(validation);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(test);
        LabelledImages all = Create(training + validation + test, seed, plainShapes: true);
        return new ImageData(
            "generated digits (not MNIST)",
            all.Slice(0, training),
            all.Slice(training, validation),
            all.Slice(training + validation, test));
    }
}
