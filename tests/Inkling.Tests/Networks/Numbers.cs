
namespace Inkling.Tests;

/// <summary>
/// Numbers in double precision, [items][size], and beside each by how much an engine that computes in single precision may
/// be expected to miss it: a running error analysis with independent roundings, whose variances add up.
/// </summary>
/// <remarks>
/// Wilkinson's running error analysis, in the probabilistic form of Higham and Mary, SIAM Journal on Scientific Computing
/// 41 (2019): the error of a sum of n terms grows with √n rather than n. Roundings are not quite independent, which
/// <see cref="Slack"/> is for.
/// </remarks>
internal sealed class Numbers(int items, int size)
{
    /// <summary>Half a unit in the last place of 1 in single precision.</summary>
    public const double U = 1.0 / (1 << 24);

    /// <summary>How many times its expected error a number may be away.</summary>
    public const double Slack = 32;

    /// <summary>How much larger Winograd's roundings are than a plain sum's, over the norms of what is multiplied.</summary>
    public const double Winograd = 8;

    public double[][] Value { get; } = [.. Enumerable.Range(0, items).Select(_ => new double[size])];

    public double[][] Error { get; } = [.. Enumerable.Range(0, items).Select(_ => new double[size])];

    public int Items => items;

    public int Size => size;

    /// <summary>Numbers that are exact.</summary>
    public static Numbers Exact(IReadOnlyList<float[]> values)
    {
        Numbers numbers = new(values.Count, values[0].Length);
        for (int i = 0; i < values.Count; i++)
        {
            for (int k = 0; k < values[i].Length; k++)
                numbers.Value[i][k] = values[i][k];
        }

        return numbers;
    }

    /// <summary>
    /// The error of a sum of products: what comes in with the factors, and what rounding adds. Many terms may be alike, and
    /// are then rounded the same way: the error of a long sum grows faster than its root.
    /// </summary>
    /// <param name="carried">The sum of the squares of the errors that the terms have.</param>
    /// <param name="alike">The sum of those errors, which is what they come to where one cause moves all terms alike.</param>
    /// <param name="squares">The sum of the squares of the terms.</param>
    /// <param name="count">How many terms.</param>
    public static double OfSum(double carried, double alike, double squares, double count) => Math.Max(Math.Sqrt(carried), alike / 8) + U * Math.Sqrt(count * squares) * Math.Max(1, Math.Sqrt(count) / 4);

    /// <summary>How far a number is away, in units of what it may be.</summary>
    public static double Miss(double expected, double error, double actual)
    {
        double allowed = Slack * error + 1e-9, miss = Math.Abs(actual - expected) / allowed;
        return double.IsNaN(miss) ? double.PositiveInfinity : miss;
    }
}
