using Inkling.Evaluation;
using Inkling.Reading.Constants;

namespace Inkling.Reading.Deciding;

/// <summary>From evidence to a probability: how often numbers with such evidence are right.</summary>
internal static class NumberCalibration
{
    private const double Least = 0.0001, Most = 0.9999;

    /// <summary>
    /// How likely it is that all digits of a number are right: a logistic regression of its evidence. Where only some numbers
    /// were allowed, no more than what either reader thinks of it by itself.
    /// </summary>
    public static double Probability(NumberEvidence evidence, CalibrationConstants constants)
    {
        double probability = LogisticRegression.Probability(evidence.Features, constants.Weights);
        if (evidence.IsRestricted)
        {
            double ofLine = evidence.LineScore is { } score ? Math.Exp(score) : 0;
            double byItself = Math.Max(evidence.DigitProbability, ofLine);
            probability = Math.Min(probability, Math.Pow(byItself, constants.RestrictedPower));
        }

        return Math.Clamp(probability, Least, Most);
    }

    /// <summary>
    /// A number with the probability for its confidence. Those of its digits are changed so that their product is the number's:
    /// doubts that no digit has by itself (whether it is cut rightly) are shared by all of them.
    /// </summary>
    public static ReadNumber Calibrated(ReadNumber number, NumberEvidence evidence, CalibrationConstants constants)
    {
        double confidence = Probability(evidence, constants), doubt = -Math.Log(confidence);
        double doubtOfDigits = number.Digits.Sum(digit => -Math.Log(Math.Max(digit.Confidence, Least)));
        double shared = Math.Max(0, doubt - doubtOfDigits) / number.Digits.Count;
        double power = doubt < doubtOfDigits ? doubt / doubtOfDigits : 1;
        ReadDigit[] digits = [.. number.Digits.Select(Changed)];
        double others = number.RunnersUp.Sum(other => other.Confidence);
        double factor = others > 0 ? Math.Min(confidence / number.RunnersUp[0].Confidence, (1 - confidence) / others) : 0;
        (string, double)[] runnersUp = [.. number.RunnersUp.Select(other => (other.Text, other.Confidence * factor))];
        return new ReadNumber(number.Text, number.Score, confidence, number.Box, digits, number.Separators, runnersUp);

        ReadDigit Changed(ReadDigit digit)
        {
            double before = Math.Clamp(digit.Confidence, Least, 1), after = Math.Pow(before, power) * Math.Exp(-shared);
            double ofOthers = before < 1 ? Math.Min(after / before, (1 - after) / (1 - before)) : 0;
            double thoughtOf = ofOthers * digit.Confidences.Where((_, d) => d != digit.Digit).Sum(p => (double)p);
            double toEach = Math.Max(0, 1 - after - thoughtOf) / (digit.Confidences.Count - 1); // doubts that name no digit
            float[] confidences =
                [.. digit.Confidences.Select((p, d) => (float)(d == digit.Digit ? after : p * ofOthers + toEach))];
            return new ReadDigit(digit.Digit, confidences, digit.Box, digit.Glyph);
        }
    }
}
