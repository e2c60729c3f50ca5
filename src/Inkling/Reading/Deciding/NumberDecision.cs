using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;

namespace Inkling.Reading.Deciding;

/// <summary>The best way through a number's segments as what was read, with its confidence and the runners-up.</summary>
internal static class NumberDecision
{
    /// <param name="candidates">What the number may be, the likeliest first; that one has a digit, and a way.</param>
    /// <param name="segments">The number's segments.</param>
    /// <param name="opinions">For each segment, [11]: that it is a 0, … a 9, and that it is no digit.</param>
    /// <param name="inFile">Where in the file's picture a box of the strip is.</param>
    /// <param name="digitHeight">How high the number's digits are in the strip.</param>
    /// <param name="readerConstants">How the confidence is put together.</param>
    public static (ReadNumber Number, NumberEvidence Evidence) Of(
        IReadOnlyList<NumberCandidate> candidates, IReadOnlyList<Segment> segments, IReadOnlyList<float[]> opinions,
        Func<PixelBox, PixelBox> inFile, double digitHeight, ReaderConstants readerConstants)
    {
        DecisionConstants constants = readerConstants.Decision;
        Lattice.Way[] ways = [.. candidates.Select(candidate => candidate.Way)];
        double[] likelihoods = [.. ways.Select(way => Math.Exp((way.Score - ways[0].Score) / constants.ScoreTemperature))];
        double all = likelihoods.Sum();
        List<ReadDigit> digits = [];
        List<ReadSeparator> separators = [];
        double product = 1, logProduct = 0, logOdds = 0;
        int area = 0;
        foreach (Lattice.Step step in ways[0].Steps)
        {
            PixelBox box = inFile(segments[step.Segment].Box);
            if (step.Digit < 0)
            {
                SeparatorShape look = SeparatorShape.Of(
                    segments[step.Segment], digitHeight, readerConstants.Lattice, readerConstants.Separators);
                separators.Add(new ReadSeparator(look.Shape > 0 ? look.Kind : SeparatorKind.Other, box));
                continue;
            }

            float[] opinion = opinions[step.Segment];
            product *= opinion[step.Digit];
            logProduct += Math.Log(Math.Max(opinion[step.Digit], readerConstants.Lattice.MinProbability));
            logOdds += LogOdds(opinion, step.Digit, readerConstants.Presence);
            area += segments[step.Segment].Area;
            float sum = opinion.Take(10).Sum();
            float[] confidences = [.. opinion.Take(10).Select(p => sum > 0 ? p / sum : 0.1f)];
            digits.Add(new ReadDigit(step.Digit, confidences, box, segments[step.Segment].Glyph));
        }

        NumberEvidence evidence = new(likelihoods[0] / all, product, logProduct - candidates[0].CutScore)
        {
            LogOdds = logOdds,
            Area = area,
            LineScore = candidates[0].LineScore,
            IsBestOfCuts = candidates.All(candidate => candidate.CutScore <= candidates[0].CutScore),
            IsBestOfLine = candidates.All(candidate => candidate.LineScore <= candidates[0].LineScore),
        };
        double score = Math.Pow(evidence.WayShare, constants.WayPower) * Math.Pow(product, constants.SegmentPower);
        PixelBox whole = digits.Select(digit => digit.Box).Aggregate((a, b) => a.Union(b));
        double runnersUpShare = Math.Min(score, (1 - score) / (all - 1)); // for a likelihood of 1
        (string, double)[] runnersUp =
            [.. ways.Zip(likelihoods, (way, likelihood) => (way.Text, runnersUpShare * likelihood)).Skip(1)];
        return (new ReadNumber(ways[0].Text, score, score, whole, digits, separators, runnersUp), evidence);
    }

    /// <summary>The natural logarithm of the networks' odds that a segment is a digit, and this one.</summary>
    /// <param name="opinion">[11]: that it is a 0, … a 9, and that it is no digit.</param>
    /// <param name="digit">The digit.</param>
    /// <param name="c">How the two count.</param>
    private static double LogOdds(ReadOnlySpan<float> opinion, int digit, PresenceConstants c)
    {
        double isDigit = Math.Max(1 - opinion[10], 1e-6);
        return LogOddsOf(isDigit) + c.WhichWeight * LogOddsOf(opinion[digit] / isDigit);

        double LogOddsOf(double p)
        {
            double clamped = Math.Clamp(p, c.MinDoubt, 1 - c.MinDoubt);
            return Math.Log(clamped / (1 - clamped));
        }
    }
}
