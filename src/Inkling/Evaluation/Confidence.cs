using Inkling.Numerics;

namespace Inkling.Evaluation;

/// <summary>Converts outputs to confidences.</summary>
internal static class Confidence
{
    /// <summary>
    /// Raises each output to the power 1/temperature, then divides by the sum, so that independent sigmoid outputs add up to 1,
    /// too. For softmax outputs the power equals dividing the logits z by the temperature.
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
