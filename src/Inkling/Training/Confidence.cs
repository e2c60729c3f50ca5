namespace Inkling;

/// <summary>Outputs as confidences.</summary>
internal static class Confidence
{
    /// <summary>
    /// Each output's share of their sum, so that ten independent sigmoid neurons give numbers that add up to 1. A share, not
    /// a calibrated probability.
    /// </summary>
    public static float[] Of(ReadOnlySpan<float> outputs)
    {
        float sum = 0;
        foreach (float output in outputs)
            sum += output;
        float[] shares = outputs.ToArray();
        foreach (ref float share in shares.AsSpan())
            share = sum > 0 ? share / sum : 1f / shares.Length;
        return shares;
    }
}
