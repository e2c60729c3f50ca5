namespace Inkling.Evaluation;

/// <summary>
/// The labels of MNIST's test images that people judged wrong: a reader that is always right scores about 99.85 % by the
/// official labels. Northcutt, Athalye and Mueller, arXiv 2103.14749, 15 images.
/// </summary>
public static class MnistLabelErrors
{
    /// <summary>Test images, from 0, that most judges gave another digit, and which.</summary>
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

    /// <summary>Test images that are neither of two digits, or on which the judges had no majority.</summary>
    public static IReadOnlySet<int> Dropped { get; } = new HashSet<int> { 2654, 3520, 9679, 2130, 8527 };

    /// <summary>How many test images were read rightly by the corrected labels, without those that were dropped.</summary>
    /// <param name="test">MNIST's 10,000 test images.</param>
    /// <param name="confidences">For each image, what it was read as: [10,000][10].</param>
    /// <exception cref="ArgumentException">The images are not as many as MNIST's.</exception>
    public static Score Score(LabelledImages test, IReadOnlyList<float[]> confidences)
    {
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(confidences);
        if (test.Count != 10_000 || confidences.Count != 10_000)
            throw new ArgumentException($"MNIST has 10,000 test images, not {test.Count} read {confidences.Count} times.", nameof(test));
        int correct = Enumerable.Range(0, test.Count).Count(i => !Dropped.Contains(i) && Numerics.Argmax.Of(confidences[i]) == Corrected.GetValueOrDefault(i, test.Labels[i]));
        return new Score(correct, test.Count - Dropped.Count);
    }
}
