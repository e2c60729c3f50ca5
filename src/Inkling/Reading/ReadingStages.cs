using Inkling.Reading.Budget;
using Inkling.Reading.Finding;

namespace Inkling.Reading;

/// <summary>
/// How a picture was read, stage by stage: its ink, its numbers, their parts and the segments that were chosen.
/// </summary>
public sealed class ReadingStages
{
    internal ReadingStages(ReadingResult reading, double score, Ink ink, IReadOnlyList<NumberStages> numbers, ReadingCost cost) =>
        (Reading, Score, Ink, Numbers, Cost) = (reading, score, ink, numbers, cost);

    /// <summary>What came out.</summary>
    public ReadingResult Reading { get; }

    /// <summary>Where the picture has ink, or the sheet of paper on it that was read.</summary>
    public Ink Ink { get; }

    /// <summary>Each number's stages, line by line.</summary>
    public IReadOnlyList<NumberStages> Numbers { get; }

    /// <summary>By what looks at the same picture are compared, 0 to 1: not calibrated, so not a probability.</summary>
    internal double Score { get; }

    /// <summary>What the reading has cost, both looks together.</summary>
    internal ReadingCost Cost { get; }
}
