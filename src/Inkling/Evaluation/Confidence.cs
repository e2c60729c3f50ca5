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
        double[] logarithms = new double[outputs.Length];
        for (int i = 0; i < outputs.Length && temperature != 1; i++)
            logarithms[i] = PortableMath.Log(outputs[i]);
        float[] confidences = new float[outputs.Length];
        Of(outputs, logarithms, temperature, confidences);
        return confidences;
    }

    /// <summary>The same where the outputs' logarithms are known; they are not looked at where the temperature is 1.</summary>
    /// <param name="outputs">The outputs.</param>
    /// <param name="logarithms">Their natural logarithms.</param>
    /// <param name="temperature">Above 0.</param>
    /// <param name="confidences">Receives a confidence for each output.</param>
    public static void Of(
        ReadOnlySpan<float> outputs, ReadOnlySpan<double> logarithms, double temperature, Span<float> confidences)
    {
        float sum = 0;
        for (int i = 0; i < confidences.Length; i++)
        {
            confidences[i] = temperature == 1 ? outputs[i] : (float)PortableMath.Exp(logarithms[i] / temperature);
            sum += confidences[i];
        }

        foreach (ref float confidence in confidences)
            confidence = sum > 0 ? confidence / sum : 1f / confidences.Length;
    }
}
