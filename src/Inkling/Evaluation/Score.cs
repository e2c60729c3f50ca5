namespace Inkling;

/// <summary>How many of how many were read rightly.</summary>
/// <param name="Correct">Right answers.</param>
/// <param name="Total">All examples.</param>
public readonly record struct Score(int Correct, int Total)
{
    /// <summary>Between 0 and 1.</summary>
    public double Accuracy => (double)Correct / Total;

    /// <summary>Where the true accuracy lies with 95 % probability, for examples drawn like these (Wilson's interval).</summary>
    public (double Low, double High) Interval
    {
        get
        {
            const double Z = 1.959964;
            double middle = (Accuracy + Z * Z / (2 * Total)) / (1 + Z * Z / Total);
            double half = Z * Math.Sqrt(Accuracy * (1 - Accuracy) / Total + Z * Z / (4.0 * Total * Total)) / (1 + Z * Z / Total);
            return (middle - half, middle + half);
        }
    }

    /// <summary>How many of the examples have their largest confidence at their class.</summary>
    /// <param name="confidences">[count][classes].</param>
    /// <param name="examples">What was asked.</param>
    public static Score Of(IReadOnlyList<float[]> confidences, Examples examples)
    {
        ArgumentNullException.ThrowIfNull(confidences);
        ArgumentNullException.ThrowIfNull(examples);
        return new Score(Enumerable.Range(0, confidences.Count).Count(i => Numerics.Argmax.Of(confidences[i]) == examples.ClassOf(i)), confidences.Count);
    }
}
