using Inkling.Reading.Cutting;

namespace Inkling.Reading;

/// <summary>The best way through a number's segments as what was read, with its confidence and the runners-up.</summary>
internal static class NumberDecision
{
    /// <summary>
    /// A number's confidence is a product of powers: of its way's likelihood among all ways, and of what the networks think of its
    /// segments. Both speak of the same doubts; the powers were fitted on pictures of numbers.
    /// </summary>
    private const double WayPower = 0.5, SegmentPower = 0.3;

    /// <summary>Differences of scores are divided by it: the networks are surer than they are right, since a number's segments are judged alike.</summary>
    private const double ScoreTemperature = 1.5;

    /// <param name="ways">The likeliest ways, the best first; that one has a digit.</param>
    /// <param name="segments">The number's segments.</param>
    /// <param name="opinions">For each segment, [11]: that it is a 0, … a 9, and that it is no digit.</param>
    /// <param name="inFile">Where in the file's picture a box of the strip is.</param>
    public static ReadNumber Of(
        IReadOnlyList<Lattice.Way> ways, IReadOnlyList<Segment> segments, IReadOnlyList<float[]> opinions, Func<PixelBox, PixelBox> inFile)
    {
        double[] likelihoods = [.. ways.Select(way => Math.Exp((way.Score - ways[0].Score) / ScoreTemperature))];
        double all = likelihoods.Sum();
        List<ReadDigit> digits = [];
        List<PixelBox> separators = [];
        double product = 1;
        foreach (Lattice.Step step in ways[0].Steps)
        {
            PixelBox box = inFile(segments[step.Segment].Box);
            if (step.Digit < 0)
            {
                separators.Add(box);
                continue;
            }

            float[] opinion = opinions[step.Segment];
            product *= opinion[step.Digit];
            float sum = opinion.Take(10).Sum();
            float[] confidences = [.. opinion.Take(10).Select(p => p / Math.Max(sum, 1e-6f))];
            digits.Add(new ReadDigit(step.Digit, confidences, box, segments[step.Segment].Glyph));
        }

        double confidence = Math.Pow(likelihoods[0] / all, WayPower) * Math.Pow(product, SegmentPower);
        PixelBox whole = digits.Select(digit => digit.Box).Aggregate((a, b) => a.Union(b));
        double runnersUpShare = Math.Min(confidence, (1 - confidence) / (all - 1)); // for a likelihood of 1
        (string, double)[] runnersUp = [.. ways.Zip(likelihoods).Skip(1).Select(pair => (pair.First.Text, runnersUpShare * pair.Second))];
        return new ReadNumber(ways[0].Text, confidence, whole, digits, separators, runnersUp);
    }
}
