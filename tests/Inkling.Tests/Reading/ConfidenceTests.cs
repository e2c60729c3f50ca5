using CsCheck;
using Inkling.Reading.Constants;
using Inkling.Reading.Deciding;

namespace Inkling.Tests.Reading;

/// <summary>What a confidence means.</summary>
public sealed class ConfidenceTests
{
    private static readonly Gen<ReadDigit> Digits = Gen.Select(Gen.Int[0, 9], Gen.Double[0.11, 1]).Select((digit, own) =>
        new ReadDigit(
            digit,
            [.. Enumerable.Range(0, 10).Select(d => (float)(d == digit ? own : (1 - own) / 9))],
            new PixelBox(0, 0, 1, 1),
            []));

    private static readonly Gen<(ReadNumber Number, NumberEvidence Evidence)> Numbers =
        from digits in Digits.Array[1, 12]
        from score in Gen.Double[0.01, 0.99]
        from share in Gen.Double[0.01, 1]
        from cost in Gen.Double[0, 30]
        let product = digits.Aggregate(1.0, (all, digit) => all * digit.Confidence)
        let text = string.Concat(digits.Select(digit => digit.Digit))
        select (
            new ReadNumber(
                text, score, score, digits[0].Box, digits, [],
                [("1", Math.Min(score, (1 - score) / 2)), ("2", Math.Min(score, (1 - score) / 2) / 2)]),
            new NumberEvidence(share, product, cost));

    [Fact]
    public void The_confidences_in_a_numbers_digits_multiply_to_that_in_the_number() =>
        Numbers.Sample((number, evidence) =>
        {
            ReadNumber calibrated = NumberCalibration.Calibrated(number, evidence, new CalibrationConstants());
            double product = calibrated.Digits.Aggregate(1.0, (all, digit) => all * digit.Confidence);
            Assert.Equal(calibrated.Confidence, product, calibrated.Confidence * 1e-4);
        });

    [Theory]
    [InlineData(0.51, false)]
    [InlineData(0.49, true)]
    public void A_reading_that_is_more_likely_wrong_than_right_is_marked_as_unsure(double confidence, bool isUnsure)
    {
        ReadNumber number = new("7", confidence, confidence, new PixelBox(0, 0, 1, 1), [], [], []);
        ReadingResult reading = new(
            [new ReadLine([number])], new ReadingOptions().UnsureBelow, isComplete: true, [], 1, presence: 1, turn: 0);
        Assert.Equal(isUnsure, reading.IsUnsure);
    }

    [Fact]
    public void Nothing_is_likelier_than_certain_and_no_runner_up_likelier_than_the_number() =>
        Numbers.Sample((number, evidence) =>
        {
            ReadNumber calibrated = NumberCalibration.Calibrated(number, evidence, new CalibrationConstants());
            Assert.InRange(calibrated.Confidence, 0, 1);
            Assert.All(calibrated.Digits, digit => Assert.InRange(digit.Confidences.Sum(), 0, 1.0001f));
            Assert.All(calibrated.RunnersUp, other => Assert.InRange(other.Confidence, 0, calibrated.Confidence + 1e-9));
            Assert.InRange(calibrated.Confidence + calibrated.RunnersUp.Sum(other => other.Confidence), 0, 1 + 1e-9);
        });

    [Fact]
    public void More_doubt_about_digits_or_cuts_lowers_the_confidence() =>
        Numbers.Sample((_, evidence) =>
        {
            Assert.InRange(Of(evidence with { WayShare = evidence.WayShare * 0.9 }), 0, Of(evidence));
            Assert.InRange(Of(evidence with { DigitProbability = evidence.DigitProbability * 0.9 }), 0, Of(evidence));
            Assert.InRange(Of(evidence with { Cost = evidence.Cost + 1 }), 0, Of(evidence));

            static double Of(NumberEvidence evidence) => NumberCalibration.Probability(evidence, new CalibrationConstants());
        });

    [Fact]
    public void A_reading_of_several_numbers_is_as_likely_as_all_of_them_together()
    {
        ReadingResult reading = DigitReader.Load().Read(NumberPicture.Of("31 4159\n2718", seed: 3));
        double product = reading.Numbers.Aggregate(1.0, (all, number) => all * number.Confidence);
        Assert.Equal(3, reading.Numbers.Count());
        Assert.Empty(reading.Unread);
        Assert.Equal(product, reading.Confidence, 1e-9);
    }
}
