using System.Globalization;
using Inkling.Reading.Constants;

namespace Inkling.Cli;

/// <summary>
/// Searches for the costs of cuts that make the true digits likeliest, one constant after another, up and down by a factor.
/// Reports for each set what a search on all other sets gives there.
/// </summary>
internal sealed class ReaderSearch(
    DigitReader reader, IReadOnlyList<LabelledPicture> pictures, int threads, Terminal terminal,
    CancellationToken cancellationToken)
{
    private const double Step = 1.3, LeastProbability = 1e-3;
    private const int MostOfSet = 400; // of larger sets every so-manieth picture, so that a round takes minutes

    private static readonly Constant[] Constants =
    [
        new("SizeWeight", c => c.SizeWeight, (c, value) => c with { SizeWeight = value }),
        new("OffsetWeight", c => c.OffsetWeight, (c, value) => c with { OffsetWeight = value }),
        new("GapWeight", c => c.GapWeight, (c, value) => c with { GapWeight = value }),
        new("JoinedPenalty", c => c.JoinedPenalty, (c, value) => c with { JoinedPenalty = value }),
        new("CutOffPenalty", c => c.CutOffPenalty, (c, value) => c with { CutOffPenalty = value }),
        new("BorrowedPenalty", c => c.BorrowedPenalty, (c, value) => c with { BorrowedPenalty = value }),
        new("OverlapWeight", c => c.OverlapWeight, (c, value) => c with { OverlapWeight = value }),
        new("MarkTrust", c => c.MarkTrust, (c, value) => c with { MarkTrust = value }),
        new("MarkPenalty", c => c.MarkPenalty, (c, value) => c with { MarkPenalty = value }),
        new("MarkInkWeight", c => c.MarkInkWeight, (c, value) => c with { MarkInkWeight = value }),
        new("UnreadPenalty", c => c.UnreadPenalty, (c, value) => c with { UnreadPenalty = value }),
        new("UnreadInkWeight", c => c.UnreadInkWeight, (c, value) => c with { UnreadInkWeight = value }),
    ];

    private readonly LabelledPicture[] _sample =
    [
        .. pictures.GroupBy(picture => picture.Set, StringComparer.Ordinal).SelectMany(set =>
        {
            int every = (set.Count() + MostOfSet - 1) / MostOfSet;
            return set.Where((_, i) => i % every == 0);
        })
    ];

    private readonly Dictionary<LatticeConstants, ReaderOutcome[]> _tried = [];

    /// <summary>Searches on all sets but one, for each, and on all.</summary>
    /// <returns>For each set, the constants that were found on all others.</returns>
    public IReadOnlyDictionary<string, ReaderConstants> Run(int rounds)
    {
        LatticeConstants before = ReaderConstants.Default.Lattice;
        Dictionary<string, ReaderConstants> byOthers = new(StringComparer.Ordinal);
        foreach (string set in _sample.Select(picture => picture.Set).Distinct(StringComparer.Ordinal).ToArray())
        {
            LatticeConstants found = Search(rounds, outcome => outcome.Set != set);
            byOthers[set] = ReaderConstants.Default with { Lattice = found };
            int Right(LatticeConstants c) => Outcomes(c).Count(outcome => outcome.Set == set && outcome.IsRight);
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{set}: {Right(before)} of {_sample.Count(picture => picture.Set == set)} right, "
                    + $"{Right(found)} with the costs that are best on the other sets"));
        }

        LatticeConstants best = Search(rounds, _ => true);
        foreach (Constant constant in Constants.Where(constant => constant.Get(best) != constant.Get(before)))
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"LatticeConstants.{constant.Name}: {constant.Get(before):0.###} → {constant.Get(best):0.###}"));
        return byOthers;
    }

    private LatticeConstants Search(int rounds, Func<ReaderOutcome, bool> isUsed)
    {
        LatticeConstants best = ReaderConstants.Default.Lattice;
        double bestScore = Score(best);
        for (int round = 0; round < rounds; round++)
        {
            LatticeConstants before = best;
            foreach (Constant constant in Constants)
            {
                double value = constant.Get(best);
                foreach (double changed in (double[])[value * Step, value / Step])
                {
                    LatticeConstants candidate = constant.With(best, Math.Round(changed, 3));
                    double score = Score(candidate);
                    if (score > bestScore)
                        (best, bestScore) = (candidate, score);
                }
            }

            if (best == before)
                break;
        }

        return best;

        double Score(LatticeConstants constants) =>
            Outcomes(constants).Where(isUsed).GroupBy(outcome => outcome.Set, StringComparer.Ordinal)
                .Average(set => set.Average(outcome => Math.Log(Math.Max(outcome.TruthProbability, LeastProbability))));
    }

    private ReaderOutcome[] Outcomes(LatticeConstants constants)
    {
        if (_tried.TryGetValue(constants, out ReaderOutcome[]? outcomes))
            return outcomes;
        DigitReader tried = reader.With(ReaderConstants.Default with { Lattice = constants });
        outcomes = LabelledPicture.ReadAll(_sample, tried, threads, cancellationToken);
        _tried.Add(constants, outcomes);
        terminal.Message(string.Create(
            CultureInfo.InvariantCulture,
            $"try {_tried.Count}: {outcomes.Count(outcome => outcome.IsRight):N0} of {outcomes.Length:N0} right"));
        return outcomes;
    }

    private sealed record Constant(
        string Name, Func<LatticeConstants, double> Get, Func<LatticeConstants, double, LatticeConstants> With);
}
