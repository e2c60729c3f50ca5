using Inkling.Reading;
using Inkling.Reading.Constants;
using Inkling.Reading.Deciding;

namespace Inkling.Cli;

/// <summary>What the reader made of a labelled picture.</summary>
/// <param name="Set">The set that the picture belongs to.</param>
/// <param name="IsRight">Whether all digits were read, and no others.</param>
/// <param name="Evidence">Of each number that was read.</param>
/// <param name="Presence">The factor of the confidence that there is a number at all, 0 to 1.</param>
/// <param name="Unread">The number of pieces that were left unread.</param>
/// <param name="Choices">What the number may be, where one was read.</param>
/// <param name="TruthProbability">The confidence in the true digits, whether they were read or are a runner-up, 0 to 1.</param>
internal sealed record ReaderOutcome(
    string Set, bool IsRight, IReadOnlyList<NumberEvidence> Evidence, double Presence, int Unread,
    IReadOnlyList<ReaderChoice> Choices, double TruthProbability)
{
    /// <summary>Reads the picture.</summary>
    public static ReaderOutcome Of(
        DigitReader reader, GreyImage picture, string set, string truth, CancellationToken cancellationToken)
    {
        ReadingStages stages = reader.Explain(picture, cancellationToken: cancellationToken);
        ReadingResult reading = stages.Reading;
        bool isRight = PictureLabel.DigitsOf(reading.Text) == truth;
        double ofTruth = isRight ? reading.Confidence
            : stages.Numbers is [var only] ? only.Number.RunnersUp.FirstOrDefault(other => other.Text == truth).Confidence
            : 0;
        return new ReaderOutcome(
            set, isRight, [.. stages.Numbers.Select(number => number.Evidence)], reading.Presence, reading.Unread.Count,
            stages.Numbers is [var read] ? ReaderChoice.AllOf(read, truth) : [], ofTruth);
    }

    /// <summary>The confidence in the reading.</summary>
    public double Confidence(CalibrationConstants calibration, double unreadConfidence) =>
        Evidence.Count == 0
            ? 0
            : Evidence.Aggregate(1.0, (product, number) => product * NumberCalibration.Probability(number, calibration))
                * Presence * Math.Pow(unreadConfidence, Unread);

    /// <summary>What both readers together say of each of <see cref="Choices"/>.</summary>
    public double[] Scores(LineConstants constants)
    {
        double best = Choices.Max(choice => choice.CutScore);
        return [.. Choices.Select(choice => NumberCandidates.Score(choice.CutScore, best, choice.LineScore, constants))];
    }
}

/// <summary>A number that the ink may be, for both readers.</summary>
/// <param name="CutScore">The log likelihood of its best way through the parts.</param>
/// <param name="LineScore">The logarithm of its probability without cuts.</param>
/// <param name="IsTrue">Whether it is the number.</param>
internal readonly record struct ReaderChoice(double CutScore, double LineScore, bool IsTrue)
{
    /// <summary>All that a number may be; none where the line network was not asked.</summary>
    public static ReaderChoice[] AllOf(NumberStages number, string truth) => number.Line is null ? [] :
    [
        .. number.Candidates.Select(candidate =>
            new ReaderChoice(candidate.CutScore, candidate.LineScore ?? 0, candidate.Way.Text == truth)),
    ];
}
