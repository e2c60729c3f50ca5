using Inkling.Numerics;

namespace Inkling.Evaluation;

/// <summary>Outputs as confidences.</summary>
internal static class Confidence
{
    /// <summary>
    /// Each output's share of their sum, so that ten independent sigmoid neurons give numbers that add up to 1; each first
    /// raised to the power 1/temperature, which is to divide z by it where outputs are softmax.
    /// </summary>
    public static float[] Of(ReadOnlySpan<float> outputs, double temperature)
    {
        float[] shares = outputs.ToArray();
        if (temperature != 1)
        {
            foreach (ref float share in shares.AsSpan())
                share = (float)PortableMath.Exp(PortableMath.Log(share) / temperature);
        }

        float sum = 0;
        foreach (float share in shares)
            sum += share;
        foreach (ref float share in shares.AsSpan())
            share = sum > 0 ? share / sum : 1f / shares.Length;
        return shares;
    }
}
