using System.Globalization;

namespace Inkling.Cli;

/// <summary>Formats figures.</summary>
internal static class Figures
{
    /// <summary><c>95.42 %</c>.</summary>
    public static string Percent(double accuracy) => string.Create(CultureInfo.InvariantCulture, $"{100 * accuracy:0.00} %");

    /// <summary>The suffix of every figure that was not measured on MNIST.</summary>
    public static string NotMnist(ImageData data) => data.IsMnist ? "" : $" on {data.Name}";

    /// <summary>Mean and standard deviation (n - 1) of accuracies, in percent: <c>95.02 ± 0.21</c>.</summary>
    public static string MeanAndDeviation(IReadOnlyCollection<double> accuracies)
    {
        (double mean, double deviation) = Moments(accuracies);
        return accuracies.Count < 2
            ? string.Create(CultureInfo.InvariantCulture, $"{100 * mean:0.00}")
            : string.Create(CultureInfo.InvariantCulture, $"{100 * mean:0.00} ± {100 * deviation:0.00}");
    }

    public static (double Mean, double Deviation) Moments(IReadOnlyCollection<double> values)
    {
        double mean = values.Average();
        double deviation = values.Count < 2
            ? 0
            : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
        return (mean, deviation);
    }
}
