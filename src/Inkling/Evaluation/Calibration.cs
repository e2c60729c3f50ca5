using Inkling.Evaluation;
using Inkling.Numerics;

namespace Inkling;

/// <summary>
/// Calibrates a network's confidences and measures their error. After <see cref="Calibrate"/>, about nine in ten of the readings
/// with 90 % confidence are correct.
/// </summary>
public static class Calibration
{
    private const int Bins = 15;

    /// <summary>
    /// Temperature scaling (Guo et al., arXiv 1706.04599): sets the temperature that maximises the likelihood of the examples'
    /// true classes. The class that the network predicts does not change.
    /// </summary>
    /// <param name="network">The network; only its temperature changes.</param>
    /// <param name="validation">Examples that the network was not trained on.</param>
    /// <returns>The temperature, from 0.05 to 20.</returns>
    /// <exception cref="ArgumentException">The examples do not fit the network.</exception>
    public static double Calibrate(this Network network, Examples validation)
    {
        float[][] outputs = network.Outputs(validation);
        double[][] logarithms = [.. outputs.Select(output => Array.ConvertAll(output, share => PortableMath.Log(share)))];
        double low = PortableMath.Log(0.05), high = PortableMath.Log(20), golden = (Math.Sqrt(5) - 1) / 2;
        for (int i = 0; i < 40; i++) // golden-section search: the likelihood is unimodal
        {
            double a = high - golden * (high - low), b = low + golden * (high - low);
            if (NegativeLogLikelihood(outputs, logarithms, validation, PortableMath.Exp(a))
                < NegativeLogLikelihood(outputs, logarithms, validation, PortableMath.Exp(b)))
            {
                high = b;
            }
            else
            {
                low = a;
            }
        }

        return network.Temperature = PortableMath.Exp((low + high) / 2);
    }

    /// <summary>
    /// The expected calibration error: the mean absolute difference between confidence and accuracy over fifteen equal bins of
    /// confidence, weighted by the number of examples in each.
    /// </summary>
    /// <param name="network">The network; its temperature is applied.</param>
    /// <param name="examples">Examples to evaluate on.</param>
    /// <returns>From 0 to 1.</returns>
    /// <exception cref="ArgumentException">The examples do not fit the network.</exception>
    public static double CalibrationError(this Network network, Examples examples)
    {
        float[][] outputs = network.Outputs(examples);
        double[] gaps = new double[Bins];
        for (int i = 0; i < outputs.Length; i++)
        {
            float[] confidences = Confidence.Of(outputs[i], network.Temperature);
            int read = Vectors.Argmax(confidences);
            gaps[Math.Min(Bins - 1, (int)(confidences[read] * Bins))]
                += confidences[read] - (read == examples.ClassOf(i) ? 1 : 0);
        }

        return gaps.Sum(Math.Abs) / outputs.Length;
    }

    /// <summary>Negative log-likelihood of the true classes, summed over all examples.</summary>
    private static double NegativeLogLikelihood(
        float[][] outputs, double[][] logarithms, Examples examples, double temperature)
    {
        double sum = 0;
        float[] confidences = new float[examples.OutputSize];
        for (int i = 0; i < outputs.Length; i++)
        {
            Confidence.Of(outputs[i], logarithms[i], temperature, confidences);
            sum -= PortableMath.Log(Math.Max(1e-30, confidences[examples.ClassOf(i)]));
        }

        return sum;
    }
}
