using System.Globalization;

namespace Inkling.Tests;

/// <summary>Runs an action under another culture.</summary>
internal static class Cultures
{
    /// <summary>
    /// Cultures whose formats differ from the invariant one: decimal comma, dotless i, direction marks before a minus sign.
    /// </summary>
    public static TheoryData<string> All => ["de-DE", "tr-TR", "ar-SA"];

    public static void Under(string name, Action action)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = Named(name);
        try
        {
            action();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>Skips the test where .NET has no culture data.</summary>
    public static CultureInfo Named(string name)
    {
        CultureInfo? culture = null;
        try
        {
            culture = CultureInfo.GetCultureInfo(name);
        }
        catch (CultureNotFoundException)
        {
        }

        Assert.SkipWhen(
            culture is null || CultureInfo.GetCultureInfo("de-DE").NumberFormat.NumberDecimalSeparator != ",",
            "This .NET has no data about cultures (no ICU, or invariant mode): install libicu.");
        return culture!;
    }
}
