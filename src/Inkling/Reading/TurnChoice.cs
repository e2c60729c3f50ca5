using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;
using Inkling.Reading.Reshaping;

namespace Inkling.Reading;

/// <summary>Which turns of a picture are worth a look, and when a turned reading is taken instead of the one as it is.</summary>
/// <param name="c">What it goes by.</param>
/// <param name="judge">The networks.</param>
internal sealed class TurnChoice(TurnConstants c, SegmentJudge judge)
{
    /// <summary>
    /// The turns, in degrees clockwise, after which the picture may be read better: those that make a steep line level; upside
    /// down, where a level line was read badly; all quarter turns, where a page was. A single digit is never turned: lying 6s,
    /// 9s and 1s are not told from others.
    /// </summary>
    /// <param name="asItIs">What was read as it is.</param>
    /// <param name="digitSized">How many pieces may be digits: two at least.</param>
    /// <param name="work">Counts the pixels.</param>
    public IReadOnlyList<int> ToTry(ReadingStages asItIs, int digitSized, ReadingWork work)
    {
        InkAxis axis = InkAxis.Of(asItIs.Ink, work);
        int degrees = axis.Degrees, steepness = Math.Abs(degrees);
        if (steepness >= c.ColumnMinDegrees && axis.Elongation >= c.ColumnMinElongation)
            return [90, 270];
        if (axis.Elongation >= c.LineMinElongation)
        {
            if (steepness < c.MinDegrees)
                return asItIs.ScorePerDigit < c.DoubtfulScore && MayBeUpsideDown(asItIs, work) ? [180] : [];
            return steepness <= c.UprightMaxDegrees ? [-degrees] : [-degrees, 180 - degrees];
        }

        return asItIs.ScorePerDigit < c.DoubtfulScore && digitSized >= c.PageMinPieces ? [90, 180, 270] : [];
    }

    /// <summary>Whether what was read looks like digits upside down, too; or nothing was read.</summary>
    private bool MayBeUpsideDown(ReadingStages asItIs, ReadingWork work)
    {
        byte[][] glyphs = [.. asItIs.Reading.Digits.Select(digit => digit.Glyph)];
        if (glyphs.Length == 0)
            return true;
        double product = asItIs.Numbers.Aggregate(1.0, (product, number) => product * number.Evidence.DigitProbability);
        return judge.ProbabilityUpsideDown(glyphs, work) >= c.UpsideDownMinShare * Math.Pow(product, 1.0 / glyphs.Length);
    }

    /// <summary>
    /// Whether a turned reading is much likelier: it reads as much with a far better score, or far more, on longer lines, nearly
    /// as well.
    /// </summary>
    public bool IsBetter(ReadingStages turned, ReadingStages asItIs)
    {
        (int digits, int digitsAsItIs) = (DigitsOf(turned), DigitsOf(asItIs));
        (int line, int lineAsItIs) = (LongestLineOf(turned), LongestLineOf(asItIs));
        bool isUpsideDownZero = turned.Reading.Turn == 180 && turned.Reading.Text.StartsWith("00", StringComparison.Ordinal);
        if (line < 2 || turned.ScorePerDigit < c.MinScorePerDigit || isUpsideDownZero)
            return false;
        return (line > lineAsItIs && digits >= digitsAsItIs && turned.ScorePerDigit > asItIs.ScorePerDigit - c.MaxLossPerDigit)
            || (digits >= c.MinDigitsShare * digitsAsItIs && turned.Score > c.MinAdvantage * asItIs.Score);
    }

    private static int DigitsOf(ReadingStages stages) => stages.Reading.Digits.Count();

    private static int LongestLineOf(ReadingStages stages) =>
        stages.Reading.Lines.Select(line => line.Numbers.Sum(number => number.Digits.Count)).DefaultIfEmpty().Max();
}
