using System.Globalization;

namespace Inkling.Web.Shell;

/// <summary>Numbers as the page writes them; no line breaks before a per cent sign.</summary>
internal static class Say
{
    /// <summary>Rounded down: 100 % would claim a certainty that no network has.</summary>
    public static string Percent(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(1000 * share + 1e-9) / 10:0.0}\u00a0%");

    public static string Accuracy(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00}\u00a0%");

    /// <summary>For attributes of SVG.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Signed(double value, string format = "0.00") =>
        (value < 0 ? "−" : "") + Math.Abs(value).ToString(format, CultureInfo.InvariantCulture);
}
