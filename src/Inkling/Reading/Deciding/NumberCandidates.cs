using Inkling.Numerics;
using Inkling.Reading.Budget;
using Inkling.Reading.Constants;
using Inkling.Reading.Cutting;
using Inkling.Reading.Lines;

namespace Inkling.Reading.Deciding;

/// <summary>A number that the ink may be, and what both readers say of it.</summary>
/// <param name="Way">The best way through the parts to it, with the score of both; without steps where there is no way.</param>
/// <param name="CutScore">The log likelihood of that way.</param>
/// <param name="LineScore">The logarithm of its probability without cuts; null where the line network was not asked.</param>
internal sealed record NumberCandidate(Lattice.Way Way, double CutScore, double? LineScore);

/// <summary>
/// What a number may be: the best ways through its parts, and what the line network finds likeliest without cuts, each scored
/// by both.
/// </summary>
internal static class NumberCandidates
{
    /// <param name="lattice">The ways through the parts.</param>
    /// <param name="ways">The best of them, the best first.</param>
    /// <param name="line">What the line network says; null where it was not asked.</param>
    /// <param name="options">What the number may be.</param>
    /// <param name="constants">How both are weighed.</param>
    /// <param name="work">Counts the work.</param>
    /// <returns>The best first; of equal ones that with the better way.</returns>
    public static IReadOnlyList<NumberCandidate> Of(
        Lattice lattice, IReadOnlyList<Lattice.Way> ways, LineReading? line, ReadingOptions options, LineConstants constants,
        ReadingWork work)
    {
        if (line is null)
            return OfCuts(ways);
        List<Lattice.Way> all = [.. ways];
        double lowest = ways.Count > 0 ? ways[^1].Score : constants.NoWaysScore;
        foreach (string text in line.Best(options, constants, work))
        {
            if (text.Length is 0 or > ReadingOptions.MaxDigits || all.Any(way => way.Text == text))
                continue;
            if (lattice.BestTo(text, options, work) is { } way)
                all.Add(way);
            else if (line.LogProbability(text, constants, work) >= constants.NoWayMinLogProbability)
                all.Add(new Lattice.Way(text, lowest - constants.NoWayPenalty, []));
        }

        if (all.Count == 0)
            return [];
        double best = all.Max(way => way.Score);
        return
        [
            .. all.Select(way =>
            {
                double ofLine = line.LogProbability(way.Text, constants, work);
                double score = Score(way.Score, best, ofLine, constants);
                return new NumberCandidate(way with { Score = score }, way.Score, ofLine);
            }).OrderByDescending(candidate => candidate.Way.Score),
        ];
    }

    /// <summary>The best ways alone, where the line network was not asked.</summary>
    public static IReadOnlyList<NumberCandidate> OfCuts(IReadOnlyList<Lattice.Way> ways) =>
        [.. ways.Select(way => new NumberCandidate(way, way.Score, LineScore: null))];

    /// <summary>What both readers together say, as a log likelihood.</summary>
    /// <param name="cutScore">The score of the candidate's way.</param>
    /// <param name="best">The best way's score.</param>
    /// <param name="lineScore">The logarithm of the candidate's probability without cuts.</param>
    /// <param name="c">The weights of both.</param>
    public static double Score(double cutScore, double best, double lineScore, LineConstants c) =>
        c.CutWeight * PortableMath.Log(PortableMath.Exp(cutScore - best) + c.MinWayShare) + c.LineWeight * lineScore;
}
