namespace Inkling.Evaluation;

/// <summary>
/// The 15 labels of MNIST's test images that human judges found wrong (Northcutt, Athalye and Mueller, arXiv 2103.14749): by the
/// official labels, a perfect reader scores about 99.85 %.
/// </summary>
internal static class MnistLabelErrors
{
    /// <summary>Indices, from 0, of test images to which most judges gave another label, and that label.</summary>
    public static IReadOnlyDictionary<int, int> Corrected { get; } = new Dictionary<int, int>
    {
        [947] = 9,
        [1621] = 6,
        [1901] = 4,
        [2462] = 0,
        [2597] = 3,
        [3558] = 0,
        [5937] = 3,
        [6651] = 6,
        [6783] = 6,
        [9729] = 6,
    };

    /// <summary>Indices of test images that are neither of two digits, or on which the judges had no majority.</summary>
    public static IReadOnlySet<int> Dropped { get; } = new HashSet<int> { 2654, 3520, 9679, 2130, 8527 };

    /// <summary>Score by the corrected labels, leaving out the dropped images.</summary>
    /// <param name="test">MNIST's 10,000 test images.</param>
    /// <param name="confidences">Confidences for each image: [10,000][10].</param>
    /// <exception cref="ArgumentException">There are not 10,000 images and confidences.</exception>
    public static Score Score(LabelledImages test, IReadOnlyList<float[]> confidences)
    {
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(confidences);
        if (test.Count != 10_000 || confidences.Count != 10_000)
            throw new ArgumentException(
                $"MNIST has 10,000 test images, not {test.Count} read {confidences.Count} times.",
                nameof(test));
        int correct = Enumerable.Range(0, test.Count)
            .Count(i => !Dropped.Contains(i)
                && Numerics.Vectors.Argmax(confidences[i]) == Corrected.GetValueOrDefault(i, test.Labels[i]));
        return new Score(correct, test.Count - Dropped.Count);
    }
}
