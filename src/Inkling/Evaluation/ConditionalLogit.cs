using Inkling.Numerics;

namespace Inkling.Evaluation;

/// <summary>
/// How likely each of several alternatives is, from a few features of each (McFadden 1974): a softmax of their weighted sums.
/// Fitted by Newton's method.
/// </summary>
internal static class ConditionalLogit
{
    private const int Steps = 50;

    /// <summary>The weights that maximise the likelihood of what was chosen, with a small penalty for large ones.</summary>
    /// <param name="features">[examples][alternatives][features]; alternatives may differ in number.</param>
    /// <param name="chosen">[examples]: which alternative.</param>
    /// <param name="shares">[examples]: how much each counts, not negative.</param>
    /// <param name="penalty">Of half a weight's square, beside the sum over examples.</param>
    /// <returns>[features].</returns>
    /// <exception cref="ArgumentException">There is no example, or lengths differ.</exception>
    public static double[] Fit(
        IReadOnlyList<double[][]> features, IReadOnlyList<int> chosen, IReadOnlyList<double> shares, double penalty)
    {
        int n = features.Count == 0 ? 0 : features[0][0].Length;
        if (n == 0 || chosen.Count != features.Count || shares.Count != features.Count
            || features.Any(example => example.Any(alternative => alternative.Length != n)))
        {
            throw new ArgumentException(
                "Each alternative has the same features, each example a choice and a share.", nameof(features));
        }

        double[] weights = new double[n];
        for (int step = 0; step < Steps; step++)
        {
            double[] gradient = [.. weights.Select(weight => -penalty * weight)];
            double[,] curvature = new double[n, n];
            for (int i = 0; i < n; i++)
                curvature[i, i] = Math.Max(penalty, 1e-9);
            for (int example = 0; example < features.Count; example++)
            {
                double[] p = Probabilities(features[example], weights);
                double[] mean = [.. Enumerable.Range(0, n).Select(i => features[example].Select((x, a) => p[a] * x[i]).Sum())];
                for (int i = 0; i < n; i++)
                {
                    gradient[i] += shares[example] * (features[example][chosen[example]][i] - mean[i]);
                    for (int j = 0; j < n; j++)
                    {
                        double product = features[example].Select((x, a) => p[a] * (x[i] - mean[i]) * (x[j] - mean[j])).Sum();
                        curvature[i, j] += shares[example] * product;
                    }
                }
            }

            double[] change = LogisticRegression.Solve(curvature, gradient);
            double length = Math.Sqrt(change.Sum(c => c * c)), shortened = Math.Min(1, 0.5 / Math.Max(length, 1e-12));
            for (int i = 0; i < n; i++)
                weights[i] += shortened * change[i];
            if (length < 1e-10)
                break;
        }

        return weights;
    }

    /// <summary>The probability of each alternative.</summary>
    /// <param name="alternatives">[alternatives][features].</param>
    /// <param name="weights">[features].</param>
    public static double[] Probabilities(double[][] alternatives, ReadOnlySpan<double> weights)
    {
        double[] p = new double[alternatives.Length];
        for (int a = 0; a < p.Length; a++)
        {
            for (int i = 0; i < weights.Length; i++)
                p[a] += weights[i] * alternatives[a][i];
        }

        double most = p.Max();
        for (int a = 0; a < p.Length; a++)
            p[a] = PortableMath.Exp(p[a] - most);
        double sum = p.Sum();
        return [.. p.Select(value => value / sum)];
    }
}
