using Inkling.Reading.Arranging;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;
using Inkling.Reading.Deciding;
using Inkling.Reading.Finding;
using Inkling.Reading.Lines;

namespace Inkling.Reading;

/// <summary>How a number was read.</summary>
public sealed class NumberStages
{
    internal NumberStages(Word word, Strip strip, InkParts parts, ReadNumber number, NumberEvidence evidence) =>
        (Word, Strip, Parts, Number, Evidence) = (word, strip, parts, number, evidence);

    /// <summary>What came out.</summary>
    public ReadNumber Number { get; }

    /// <summary>The number set upright and level: its ink, [height, width] in <see cref="Finding.Ink.Values"/>.</summary>
    public Ink Upright => new(Strip.Width, Strip.Height, Strip.Values);

    /// <summary>
    /// [height, width] of <see cref="Upright"/>: the smallest part that a pixel belongs to, from 0 at the left; -1 for paper.
    /// </summary>
    public IReadOnlyList<int> Part => Parts.Part;

    /// <summary>The pieces of ink that the number was read from.</summary>
    internal Word Word { get; }

    internal Strip Strip { get; }

    internal InkParts Parts { get; }

    /// <summary>What the line network was shown and gave out; null where it was not asked.</summary>
    internal LineReading? Line { get; init; }

    /// <summary>What the number may be, the likeliest first.</summary>
    internal IReadOnlyList<NumberCandidate> Candidates { get; init; } = [];

    /// <summary>What speaks for the number and against it.</summary>
    internal NumberEvidence Evidence { get; }

    /// <inheritdoc cref="ReadNumber.Score"/>
    internal double Score => Number.Score;

    /// <summary>
    /// The geometric mean of the number's score over its digits, 0 to 1: comparable between short and long numbers.
    /// </summary>
    internal double ScorePerDigit => Math.Pow(Score, 1.0 / Number.Digits.Count);

    /// <summary>The same, compared with another reading of the same ink.</summary>
    /// <param name="agrees">Whether that is the same number; null where it is none.</param>
    internal NumberStages Compared(bool? agrees) => With(Number, Evidence with { Agrees = agrees });

    /// <summary>The same, with a confidence that is a probability.</summary>
    internal NumberStages Calibrated(CalibrationConstants constants) =>
        With(NumberCalibration.Calibrated(Number, Evidence, constants), Evidence);

    private NumberStages With(ReadNumber number, NumberEvidence evidence) =>
        new(Word, Strip, Parts, number, evidence) { Line = Line, Candidates = Candidates };
}
