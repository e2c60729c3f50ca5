using System.Text.RegularExpressions;

namespace Inkling.Cli;

/// <summary>
/// What a picture shows by its name, which begins with its digits and an underscore, as <c>504192_anna_001.jpg</c>.
/// </summary>
/// <param name="Truth">All digits in it, line by line, without anything between them.</param>
/// <param name="Source">Where it is from: the text between the first underscore and the last.</param>
internal sealed partial record PictureLabel(string Truth, string Source)
{
    /// <summary>The label in a file's name; null where there is none.</summary>
    public static PictureLabel? Of(string file) =>
        Form().Match(Path.GetFileName(file)) is { Success: true } match
            ? new PictureLabel(DigitsOf(match.Groups["label"].Value), match.Groups["source"].Value)
            : null;

    /// <summary>The digits in a text.</summary>
    public static string DigitsOf(string text) => string.Concat(text.Where(char.IsAsciiDigit));

    [GeneratedRegex(
        "^(?<label>[0-9]+(?:[-+][0-9]+)*)_(?:(?<source>.*)_)?",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
