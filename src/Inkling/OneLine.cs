using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Inkling;

/// <summary>
/// Makes untrusted text (names in files, paths, other programs' messages) safe to print in a terminal or a log: one line of
/// limited length, with control characters escaped. A terminal interprets such characters: they can hide a line, forge another,
/// or set the window's title.
/// </summary>
internal static class OneLine
{
    /// <summary>Maximum length of a message, in characters: room for a long path and a sentence about it.</summary>
    public const int MostOfMessage = 1500;

    private const string Gap = " … ";

    /// <summary>Returns the text as one line, escaped and cut to length.</summary>
    /// <param name="text">Any text; null stays null.</param>
    /// <param name="most">
    /// Maximum length of the result in characters (UTF-16 code units), at least 8. Of a longer text the beginning and the end are
    /// kept: what it is about, and what to do.
    /// </param>
    /// <returns>The same string if nothing has to be changed.</returns>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Of(string? text, int most = MostOfMessage)
    {
        if (text is null || (text.Length <= most && IsPlain(text)))
            return text;
        string visible = Visible(Cut(text, most)); // cut first as well, to bound the work
        return Cut(visible, most);
    }

    /// <summary>An exception's message without the name and value that <see cref="ArgumentException"/> adds.</summary>
    public static string ReasonOf(Exception exception) => exception is ArgumentException { ParamName: not null }
        ? exception.Message.Split(" (Parameter '")[0]
        : exception.Message;

    private static bool IsPlain(string text)
    {
        foreach (char c in text)
        {
            if (c is < ' ' or > '~')
                return text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar && !IsInvisible(rune));
        }

        return true;
    }

    private static string Visible(string text)
    {
        StringBuilder visible = new(text.Length);
        foreach (Rune rune in text.ReplaceLineEndings(" ").EnumerateRunes()) // a lone surrogate is enumerated as U+FFFD
        {
            if (rune.Value == '\t')
                visible.Append(' ');
            else if (IsInvisible(rune))
                visible.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
            else
                visible.Append(rune);
        }

        return visible.ToString();
    }

    /// <summary>
    /// Whether a character is a control character, a line separator, changes the text direction or has zero width. The zero-width
    /// joiners (U+200C, U+200D), which some scripts need, are not counted.
    /// </summary>
    private static bool IsInvisible(Rune rune) => rune.Value is not (0x200C or 0x200D) && Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator;

    private static string Cut(string text, int most)
    {
        if (text.Length <= most)
            return text;
        int end = (most - Gap.Length) / 4, beginning = most - Gap.Length - end;
        // A surrogate pair that the cut would split is left out whole.
        beginning -= IsPairAt(beginning) ? 1 : 0;
        end -= IsPairAt(text.Length - end) ? 1 : 0;
        return $"{text.AsSpan(0, beginning)}{Gap}{text.AsSpan(text.Length - end)}";

        bool IsPairAt(int second) => second > 0 && second < text.Length && char.IsSurrogatePair(text[second - 1], text[second]);
    }
}
