namespace Inkling.Cli;

/// <summary>A picture whose digits are known.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="Set">The set that it belongs to.</param>
/// <param name="Label">What it shows, and where it is from.</param>
internal sealed record LabelledPicture(GreyImage Picture, string Set, PictureLabel Label)
{
    /// <summary>Reads all pictures, several at once.</summary>
    public static ReaderOutcome[] ReadAll(
        IReadOnlyList<LabelledPicture> pictures, DigitReader reader, int threads, CancellationToken cancellationToken)
    {
        ReaderOutcome[] outcomes = new ReaderOutcome[pictures.Count];
        ParallelOptions parallel = new()
        {
            MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads,
            CancellationToken = cancellationToken,
        };
        Parallel.For(0, pictures.Count, parallel, i =>
        {
            LabelledPicture picture = pictures[i];
            outcomes[i] = ReaderOutcome.Of(reader, picture.Picture, picture.Set, picture.Label.Truth, cancellationToken);
        });
        return outcomes;
    }
}
