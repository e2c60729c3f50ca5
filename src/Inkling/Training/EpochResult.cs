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
