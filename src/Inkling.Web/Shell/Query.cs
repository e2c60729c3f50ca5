using System.Globalization;

namespace Inkling.Web.Shell;

/// <summary>Parses parts of an address, which users may have changed.</summary>
internal static class Query
{
    /// <summary>A whole number; null where there is none, or something else.</summary>
    public static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;
}
