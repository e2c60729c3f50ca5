
namespace Inkling.Tests;

/// <summary>
/// Numbers in double precision, [items][size], of one size or several, each with the error expected of an engine that computes
/// in single precision: a running error analysis with independent roundings, whose variances add up.
/// </summary>
/// <remarks>
/// Wilkinson's running error analysis, in the probabilistic form of Higham and Mary, SIAM Journal on Scientific Computing
/// 41 (2019): the error of a sum of n terms grows with √n rather than n. Roundings are not quite independent;
/// <see cref="Slack"/> allows for that.
/// </remarks>
internal sealed class Numbers(IReadOnlyList<int> sizes)
{
    public Numbers(int items, int size)
        : this([.. Enumerable.Repeat(size, items)])
    {
    }

    /// <summary>Unit roundoff of single precision: half a unit in the last place of 1.</summary>
    public const double U = 1.0 / (1 << 24);

    /// <summary>The allowed deviation of a number, as a multiple of its expected error.</summary>
    public const double Slack = 32;

    /// <summary>Rounding errors that Winograd's method adds to a plain sum's, in U times the norms of both factors.</summary>
    public const double Winograd = 8;

    public double[][] Value { get; } = [.. sizes.Select(size => new double[size])];

    public double[][] Error { get; } = [.. sizes.Select(size => new double[size])];

    public int Items => sizes.Count;

    /// <summary>The size of the first item.</summary>
    public int Size => sizes[0];

    /// <summary>Zeros, of the same sizes.</summary>
    public Numbers Like() => new(sizes);

    /// <summary>Exact numbers, with errors of 0.</summary>
    public static Numbers Exact(IReadOnlyList<float[]> values)
    {
        Numbers numbers = new([.. values.Select(item => item.Length)]);
        for (int i = 0; i < values.Count; i++)
        {
            for (int k = 0; k < values[i].Length; k++)
                numbers.Value[i][k] = values[i][k];
        }

        return numbers;
    }

    /// <summary>
    /// The error of a sum of products: the errors carried in by the factors, and those added by rounding. Many terms may be
    /// equal and are then rounded the same way, so the error of a long sum grows faster than the root of its length.
    /// </summary>
    /// <param name="carried">The sum of the squares of the terms' errors.</param>
    /// <param name="alike">The sum of those errors: their total where one cause moves all terms alike.</param>
    /// <param name="squares">The sum of the squares of the terms.</param>
    /// <param name="count">The number of terms.</param>
    public static double OfSum(double carried, double alike, double squares, double count)
        => Math.Max(Math.Sqrt(carried), alike / 8) + U * Math.Sqrt(count * squares) * Math.Max(1, Math.Sqrt(count) / 4);

    /// <summary>The deviation of a number, divided by the allowed deviation.</summary>
    public static double Miss(double expected, double error, double actual)
    {
        double allowed = Slack * error + 1e-9, miss = Math.Abs(actual - expected) / allowed;
        return double.IsNaN(miss) ? double.PositiveInfinity : miss;
    }
}
