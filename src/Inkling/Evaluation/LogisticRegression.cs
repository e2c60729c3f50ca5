using Inkling.Numerics;

namespace Inkling.Evaluation;

/// <summary>How likely something is, from a few features of it: weights fitted by Newton's method.</summary>
internal static class LogisticRegression
{
    private const int Steps = 50;

    /// <summary>The weights that maximise the likelihood of what happened, with a small penalty for large ones.</summary>
    /// <param name="features">[examples][features]; the first is 1, and its weight is not penalised.</param>
    /// <param name="happened">[examples].</param>
    /// <param name="shares">[examples]: how much each counts, not negative.</param>
    /// <param name="penalty">Of half a weight's square, beside the sum over examples.</param>
    /// <returns>[features].</returns>
    /// <exception cref="ArgumentException">There is no example, or lengths differ.</exception>
    public static double[] Fit(
        IReadOnlyList<double[]> features, IReadOnlyList<bool> happened, IReadOnlyList<double> shares, double penalty)
    {
        if (features.Count == 0 || happened.Count != features.Count || shares.Count != features.Count
            || features.Any(example => example.Length != features[0].Length))
        {
            throw new ArgumentException("Each example has the same features, an outcome and a share.", nameof(features));
        }

        double[] weights = new double[features[0].Length];
        for (int step = 0; step < Steps; step++)
        {
            double[] gradient = [.. weights.Select((weight, i) => i == 0 ? 0 : -penalty * weight)];
            double[,] curvature = new double[weights.Length, weights.Length];
            for (int i = 0; i < weights.Length; i++)
                curvature[i, i] = Math.Max(penalty, 1e-9);
            for (int example = 0; example < features.Count; example++)
            {
                double[] x = features[example];
                double p = Probability(x, weights), error = (happened[example] ? 1 : 0) - p;
                for (int i = 0; i < x.Length; i++)
                {
                    gradient[i] += shares[example] * error * x[i];
                    for (int j = 0; j < x.Length; j++)
                        curvature[i, j] += shares[example] * p * (1 - p) * x[i] * x[j];
                }
            }

            double[] change = Solve(curvature, gradient);
            double length = Math.Sqrt(change.Sum(c => c * c)), shortened = Math.Min(1, 2 / Math.Max(length, 1e-12));
            for (int i = 0; i < weights.Length; i++)
                weights[i] += shortened * change[i];
            if (length < 1e-10)
                break;
        }

        return weights;
    }

    /// <summary>1 / (1 + exp(−features · weights)).</summary>
    public static double Probability(ReadOnlySpan<double> features, ReadOnlySpan<double> weights)
    {
        double sum = 0;
        for (int i = 0; i < features.Length; i++)
            sum += features[i] * weights[i];
        return 1 / (1 + PortableMath.Exp(-sum));
    }

    /// <summary>Solves matrix · x = right for a symmetric positive definite matrix, by Cholesky's decomposition.</summary>
    internal static double[] Solve(double[,] matrix, double[] right)
    {
        int n = right.Length;
        double[,] lower = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = matrix[i, j];
                for (int k = 0; k < j; k++)
                    sum -= lower[i, k] * lower[j, k];
                lower[i, j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / lower[j, j];
            }
        }

        double[] x = [.. right];
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < i; k++)
                x[i] -= lower[i, k] * x[k];
            x[i] /= lower[i, i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < n; k++)
                x[i] -= lower[k, i] * x[k];
            x[i] /= lower[i, i];
        }

        return x;
    }
}
