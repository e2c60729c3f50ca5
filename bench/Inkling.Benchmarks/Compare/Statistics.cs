namespace Inkling.Benchmarks.Compare;

internal static class Statistics
{
    /// <summary>The middle value, or the mean of the two in the middle; NaN of none.</summary>
    public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

    /// <summary>The width of the middle half of the values, over their median: 0 where all are equal; NaN of none.</summary>
    public static double RelativeSpread(IReadOnlyCollection<double> values) =>
        (Quantile(values, 0.75) - Quantile(values, 0.25)) / Median(values);

    /// <summary>The value below which this fraction of the values is, interpolated linearly between neighbours.</summary>
    private static double Quantile(IEnumerable<double> values, double fraction)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
            return double.NaN;
        double at = fraction * (sorted.Length - 1);
        int below = (int)at, above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
