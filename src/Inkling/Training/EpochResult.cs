namespace Inkling;

/// <summary>The results of an epoch of training.</summary>
/// <param name="Epoch">Counted from 0, as in Nielsen's network.py.</param>
/// <param name="Cost">Mean cost over the training examples, each measured just before the step that trains on it.</param>
/// <param name="Test">Correct answers on the test data; null where none was given.</param>
/// <param name="Validation">Correct answers on the validation data; null where none was given.</param>
/// <param name="Time">How long this epoch's training took.</param>
/// <param name="Network">
/// A copy of the network at the end of this epoch. Null for most epochs before an interruption: a checkpoint keeps only the
/// network of the epoch that was best on validation data, or of the last epoch if there are no validation data.
/// </param>
public sealed record EpochResult(int Epoch, double Cost, Score? Test, Score? Validation, TimeSpan Time, Network? Network)
{
    /// <summary>
    /// The line that Nielsen's network.py prints: <c>Epoch 0: 9056 / 10000</c>, or <c>Epoch 0 complete</c> without test data.
    /// </summary>
    public override string ToString() =>
        Test is { } test ? $"Epoch {Epoch}: {test.Correct} / {test.Total}" : $"Epoch {Epoch} complete";
}
