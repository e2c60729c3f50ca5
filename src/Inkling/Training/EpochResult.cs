namespace Inkling;

/// <summary>What is known after an epoch of training.</summary>
/// <param name="Epoch">Counted from 0, as the seed counts.</param>
/// <param name="Cost">Mean of the cost over the training examples, each measured just before it was learned from.</param>
/// <param name="Test">Correct answers on the test data; null where none was given.</param>
/// <param name="Validation">Correct answers on the validation data; null where none was given.</param>
/// <param name="Time">How long this epoch's training took.</param>
/// <param name="Network">
/// The network as it stood at the end of this epoch; its own copy. Null for an epoch before an interruption: of those a checkpoint
/// keeps the network of the best on validation data only, or of the last where there are no such data.
/// </param>
public sealed record EpochResult(int Epoch, double Cost, Score? Test, Score? Validation, TimeSpan Time, Network? Network)
{
    /// <summary>The seed's line: <c>Epoch 0: 9056 / 10000</c>, or <c>Epoch 0 complete</c> without test data.</summary>
    public override string ToString() =>
        Test is { } test ? $"Epoch {Epoch}: {test.Correct} / {test.Total}" : $"Epoch {Epoch} complete";
}

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
