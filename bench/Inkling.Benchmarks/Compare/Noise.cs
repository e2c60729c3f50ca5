using System.Globalization;

namespace Inkling.Benchmarks.Compare;

/// <summary>Whether a run was too noisy to be a result.</summary>
internal static class Noise
{
    /// <summary>Pieces without which their spread is not known.</summary>
    public const int MinPieces = 5;

    /// <summary>
    /// Cores' worth of time that other programs may take. An idle Linux takes 0.01; times are counted in hundredths of a second,
    /// which over a few seconds gives another 0.01 or 0.02.
    /// </summary>
    public const double MaxOthers = 0.05;

    /// <summary>Share of a core that the hypervisor may take: a ratio to a neighbour is then off by about as much.</summary>
    public const double MaxStolen = 0.03;

    /// <summary>
    /// Width of the middle half of the times, over their median: a median of fifteen such times is known to a quarter of this.
    /// </summary>
    public const double MaxSpread = 0.1;

    /// <summary>The worst of each kind of noise, a clause each; none where the run is a result.</summary>
    public static IReadOnlyList<string> In(IReadOnlyList<Measurement> measurements)
    {
        Measurement[] measured = [.. measurements.Where(measurement => measurement.Pieces.Count > 0)];
        if (measured.Length == 0)
            return ["nothing was measured"];
        List<string> noise = [];
        int fewest = measured.Min(measurement => measurement.Pieces.Count);
        if (fewest < MinPieces)
            noise.Add(Text($"{fewest} of at least {MinPieces} pieces"));
        AddWorst(
            of => of.Machine.Others ?? 0,
            MaxOthers,
            (of, share) => Text($"other programs took {share:0 %} of a core{Beside(of)}"));
        AddWorst(
            of => of.Machine.Stolen?.Max() ?? 0,
            MaxStolen,
            (of, share) => Text(
                $"the hypervisor took {share:0 %} of core {of.Machine.Stolen!.ToList().IndexOf(share)}{Beside(of)}"));
        if (fewest >= MinPieces)
        {
            AddWorst(
                of => Statistics.RelativeSpread([.. of.Measurement.Seconds]),
                MaxSpread,
                (of, spread) => Text($"half of the times spread over {spread:0 %} of their median{Beside(of)}"));
        }

        return noise;

        void AddWorst(
            Func<(Measurement Measurement, MachineShare Machine), double> amount,
            double limit,
            Func<(Measurement Measurement, MachineShare Machine), double, string> clause)
        {
            var worst = measured
                .Select(measurement => (measurement, MachineShare.Over([.. measurement.Pieces.Select(piece => piece.Machine)])!))
                .MaxBy(amount);
            double value = amount(worst);
            if (value > limit)
                noise.Add($"{clause(worst, value)} (at most {Text($"{limit:0 %}")})");
        }
    }

    private static string Beside((Measurement Measurement, MachineShare Machine) of) =>
        $" during \"{of.Measurement.Work}\" by {of.Measurement.Who}";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
