namespace Inkling.Benchmarks.Compare;

/// <summary>One contender's times for a piece of work.</summary>
/// <param name="Work">What was done.</param>
/// <param name="Who">By whom, with how many threads.</param>
/// <param name="Seconds">Each run's time.</param>
internal sealed record Measurement(string Work, string Who, IReadOnlyList<double> Seconds)
{
    public double Median
    {
        get
        {
            double[] sorted = [.. Seconds.Order()];
            return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }
}
