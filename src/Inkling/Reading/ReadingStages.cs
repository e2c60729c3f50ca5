using Inkling.Reading.Budget;
using Inkling.Reading.Finding;

namespace Inkling.Reading;

/// <summary>
/// How a picture was read, stage by stage: its ink, its numbers, their parts and the segments that were chosen.
/// </summary>
public sealed class ReadingStages
{
    internal ReadingStages(
        ReadingResult reading, double score, Ink ink, InkPieces pieces, IReadOnlyList<NumberStages> numbers, ReadingCost cost) =>
        (Reading, Score, Ink, Pieces, Numbers, Cost) = (reading, score, ink, pieces, numbers, cost);

    /// <summary>What came out.</summary>
    public ReadingResult Reading { get; }

    /// <summary>
    /// Where the picture has ink, or the sheet of paper on it that was read; turned by <see cref="ReadingResult.Turn"/>.
    /// </summary>
    public Ink Ink { get; }

    /// <summary>Each number's stages, line by line.</summary>
    public IReadOnlyList<NumberStages> Numbers { get; }

    /// <summary>The ink's pieces.</summary>
    internal InkPieces Pieces { get; }

    /// <summary>By what looks at the same picture are compared, 0 to 1: not calibrated, so not a probability.</summary>
    internal double Score { get; }

    /// <summary>The geometric mean of the score over the digits, 0 to 1; 0 where nothing was read.</summary>
    internal double ScorePerDigit => Math.Pow(Score, 1.0 / Math.Max(1, Reading.Digits.Count()));

    /// <summary>What the reading has cost, all looks together.</summary>
    internal ReadingCost Cost { get; }

    /// <summary>The same look with another result, or another cost.</summary>
    internal ReadingStages With(ReadingResult reading, ReadingCost cost) => new(reading, Score, Ink, Pieces, Numbers, cost);
}
