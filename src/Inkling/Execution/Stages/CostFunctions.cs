namespace Inkling.Execution.Stages;

/// <summary>The costs of one example, and what is done to its target before.</summary>
internal static class CostFunctions
{
    private const double Least = 1e-30; // ln 0 would make one sure mistake an infinite cost

    /// <summary>Takes a share of each target away and gives it to all outputs alike (Szegedy et al., arXiv 1512.00567).</summary>
    public static void Smooth(Span<float> target, double share)
    {
        foreach (ref float y in target)
            y = (float)((1 - share) * y + share / target.Length);
    }

    /// <summary>C of one example.</summary>
    /// <param name="cost">Which.</param>
    /// <param name="y">The outputs wished for.</param>
    /// <param name="a">The outputs.</param>
    public static double Of(Cost cost, ReadOnlySpan<float> y, ReadOnlySpan<float> a)
    {
        double sum = 0;
        for (int j = 0; j < a.Length; j++)
        {
            sum += cost switch
            {
                Cost.Quadratic => 0.5 * (a[j] - y[j]) * (a[j] - y[j]),
                Cost.CrossEntropy => -(y[j] * Numerics.PortableMath.Log(Math.Max(Least, a[j])) + (1 - y[j]) * Numerics.PortableMath.Log(Math.Max(Least, 1 - a[j]))),
                _ => y[j] == 0 ? 0 : -y[j] * Numerics.PortableMath.Log(Math.Max(Least, a[j])), // a NaN stays one
            };
        }

        return sum;
    }
}
