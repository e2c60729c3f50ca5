namespace Inkling.Execution.Costs;

/// <summary>The cost functions, for one example, and label smoothing of its target.</summary>
internal static class CostFunctions
{
    /// <summary>The least argument of ln: ln 0 would make the cost of one confident mistake infinite.</summary>
    public const double MinProbability = 1e-30;

    /// <summary>Spreads a share of each target evenly over all outputs (Szegedy et al., arXiv 1512.00567).</summary>
    public static void Smooth(Span<float> target, double share)
    {
        foreach (ref float y in target)
            y = (float)((1 - share) * y + share / target.Length);
    }

    /// <summary>The cost C of one example.</summary>
    /// <param name="cost">Which cost function.</param>
    /// <param name="y">The target outputs.</param>
    /// <param name="a">The outputs.</param>
    public static double Of(Cost cost, ReadOnlySpan<float> y, ReadOnlySpan<float> a)
    {
        double sum = 0;
        for (int j = 0; j < a.Length; j++)
        {
            sum += cost switch
            {
                Cost.Quadratic => 0.5 * (a[j] - y[j]) * (a[j] - y[j]),
                Cost.CrossEntropy =>
                    -(y[j] * Numerics.PortableMath.Log(Math.Max(MinProbability, a[j]))
                        + (1 - y[j]) * Numerics.PortableMath.Log(Math.Max(MinProbability, 1 - a[j]))),
                _ => y[j] == 0 ? 0 : -y[j] * Numerics.PortableMath.Log(Math.Max(MinProbability, a[j])), // Math.Max passes NaN on
            };
        }

        return sum;
    }
}
