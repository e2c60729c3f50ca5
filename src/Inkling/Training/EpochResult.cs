namespace Inkling;

/// <summary>The results of an epoch of training.</summary>
public sealed class EpochResult
{
    internal EpochResult(int epoch, double cost, Score? test, Score? validation, TimeSpan time, Network? network) =>
        (Epoch, Cost, Test, Validation, Time, Network) = (epoch, cost, test, validation, time, network);

    /// <summary>Counted from 0, as in Nielsen's network.py.</summary>
    public int Epoch { get; }

    /// <summary>Mean cost over the training examples, each measured just before the step that trains on it.</summary>
    public double Cost { get; }

    /// <summary>Correct answers on the test data; null where none was given.</summary>
    public Score? Test { get; }

    /// <summary>Correct answers on the validation data; null where none was given.</summary>
    public Score? Validation { get; }

    /// <summary>How long this epoch's training took.</summary>
    public TimeSpan Time { get; }

    /// <summary>
    /// A copy of the network at the end of this epoch. Null for most epochs before an interruption: a checkpoint keeps only the
    /// network of the epoch that was best on validation data, or of the last epoch if there are no validation data.
    /// </summary>
    public Network? Network { get; }

    /// <summary>The same results with another network.</summary>
    internal EpochResult With(Network? network) => new(Epoch, Cost, Test, Validation, Time, network);

    /// <summary>
    /// The line that Nielsen's network.py prints: <c>Epoch 0: 9056 / 10000</c>, or <c>Epoch 0 complete</c> without test data.
    /// </summary>
    public override string ToString() =>
        Test is { } test ? $"Epoch {Epoch}: {test.Correct} / {test.Total}" : $"Epoch {Epoch} complete";
}
