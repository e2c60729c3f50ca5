using System.Text.Json.Serialization;

namespace Inkling;

/// <summary>Number of correct answers out of a total.</summary>
public readonly record struct Score
{
    /// <summary>Number of correct answers out of a total.</summary>
    /// <param name="correct">Correct answers.</param>
    /// <param name="total">Number of examples.</param>
    [JsonConstructor] // checkpoints hold scores
    public Score(int correct, int total) => (Correct, Total) = (correct, total);

    /// <summary>Correct answers.</summary>
    public int Correct { get; }

    /// <summary>Number of examples.</summary>
    public int Total { get; }

    /// <summary>Fraction of correct answers, from 0 to 1.</summary>
    public double Accuracy => (double)Correct / Total;

    /// <summary>95 % confidence interval of the accuracy on examples drawn like these (Wilson's score interval).</summary>
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

    /// <summary>Counts the examples whose largest confidence is that of their class.</summary>
    /// <param name="confidences">[count][classes].</param>
    /// <param name="examples">The examples that the confidences belong to.</param>
    public static Score Of(IReadOnlyList<float[]> confidences, Examples examples)
    {
        ArgumentNullException.ThrowIfNull(confidences);
        ArgumentNullException.ThrowIfNull(examples);
        return new Score(
            Enumerable.Range(0, confidences.Count).Count(i => Numerics.Vectors.Argmax(confidences[i]) == examples.ClassOf(i)),
            confidences.Count);
    }
}
