using Inkling.Numerics;

namespace Inkling.Synthesis;

/// <summary>
/// Images of digits by who wrote them: QMNIST tells it of each of MNIST's training images (Yadav and Bottou 2019).
/// </summary>
internal sealed class WriterDigits
{
    /// <summary>One in so many writers is kept for validation.</summary>
    private const int HeldOut = 10;

    /// <summary>A pixel above it is ink; others may be soft edge.</summary>
    public const byte Ink = 100;

    private readonly int[][][] _indices; // [writers][10]: their images of a digit

    private WriterDigits(LabelledImages images, int[][][] indices) => (Images, _indices) = (images, indices);

    /// <summary>All images.</summary>
    public LabelledImages Images { get; }

    /// <summary>How many writers there are.</summary>
    public int Writers => _indices.Length;

    /// <summary>The writers to learn from, or those kept for validation: no writer is in both.</summary>
    /// <param name="images">28×28 images of digits.</param>
    /// <param name="writers">Who wrote each, by any number.</param>
    /// <param name="isValidation">Whether to take those kept for validation.</param>
    /// <exception cref="ArgumentException">
    /// There are not as many writers' numbers as images, too few writers, or a digit that nobody wrote.
    /// </exception>
    public static WriterDigits Of(LabelledImages images, ReadOnlySpan<int> writers, bool isValidation)
    {
        if (writers.Length != images.Count)
            throw new ArgumentException($"{images.Count} images have {writers.Length} writers.", nameof(writers));
        SortedDictionary<int, List<int>[]> byWriter = [];
        for (int i = 0; i < writers.Length; i++)
        {
            if (!byWriter.TryGetValue(writers[i], out List<int>[]? digits))
                byWriter.Add(writers[i], digits = [.. Enumerable.Range(0, 10).Select(_ => new List<int>())]);
            digits[images.Labels[i]].Add(i);
        }

        int[][][] chosen =
        [
            .. byWriter.Values.Where((_, i) => i % HeldOut == HeldOut - 1 == isValidation)
                .Select(digits => digits.Select(indices => indices.ToArray()).ToArray()),
        ];
        if (chosen.Length == 0)
            throw new ArgumentException($"{byWriter.Count} writers are too few.", nameof(writers));
        for (int digit = 0; digit < 10; digit++)
        {
            if (chosen.All(indices => indices[digit].Length == 0))
                throw new ArgumentException($"None of {chosen.Length} writers wrote a {digit}.", nameof(writers));
        }

        return new WriterDigits(images, chosen);
    }

    /// <summary>The sides of the ink in a 28×28 image, right and bottom exclusive; null where there is none.</summary>
    public static (int Left, int Top, int Right, int Bottom)? InkBox(ReadOnlySpan<byte> image)
    {
        const int side = MnistNormalisation.Side;
        (int left, int top, int right, int bottom) = (side, side, 0, 0);
        for (int i = 0; i < image.Length; i++)
        {
            if (image[i] > Ink)
            {
                (left, right) = (Math.Min(left, i % side), Math.Max(right, i % side + 1));
                (top, bottom) = (Math.Min(top, i / side), Math.Max(bottom, i / side + 1));
            }
        }

        return left < right ? (left, top, right, bottom) : null;
    }

    /// <summary>One of a writer's images of a digit; another writer's where there is none.</summary>
    public ReadOnlySpan<byte> Pick(int writer, int digit, RandomStream random)
    {
        int[] of = _indices[writer][digit];
        while (of.Length == 0)
            of = _indices[random.NextInt32(Writers)][digit];
        return Images.Pixels(of[random.NextInt32(of.Length)]);
    }
}
