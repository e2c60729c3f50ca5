using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Inkling;

/// <summary>
/// Text from outside (names in files, paths, what other programs say) as a terminal or a log may print it: one line, bounded, its
/// control characters visible. A terminal obeys such characters: they can hide a line, forge another, or set the window's title.
/// </summary>
internal static class OneLine
{
    /// <summary>The most characters of a message: room for a path of some length and a sentence about it.</summary>
    public const int MostOfMessage = 1500;

    private const string Gap = " … ";

    /// <summary>The text in one line.</summary>
    /// <param name="text">Any text; null stays null.</param>
    /// <param name="most">The most characters (UTF-16 code units) that come out, from 8 on. Of a longer text the beginning and the end are kept: what it is about, and what to do.</param>
    /// <returns>The text itself where nothing has to be changed.</returns>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Of(string? text, int most = MostOfMessage)
    {
        if (text is null || (text.Length <= most && IsPlain(text)))
            return text;
        string visible = Visible(Cut(text, most)); // cut before as well, so that the work is bounded
        return Cut(visible, most);
    }

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
        foreach (Rune rune in text.ReplaceLineEndings(" ").EnumerateRunes()) // half a surrogate pair comes as U+FFFD
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

    /// <summary>Control characters, separators of lines, and those that change the direction of text or have no width; not the joiners that some scripts need.</summary>
    private static bool IsInvisible(Rune rune) => rune.Value is not (0x200C or 0x200D) && Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Cut(string text, int most)
    {
        if (text.Length <= most)
            return text;
        int end = (most - Gap.Length) / 4, beginning = most - Gap.Length - end;
        // A pair of surrogates is one character: where it would be parted, it is left out.
        beginning -= IsPairAt(beginning) ? 1 : 0;
        end -= IsPairAt(text.Length - end) ? 1 : 0;
        return $"{text.AsSpan(0, beginning)}{Gap}{text.AsSpan(text.Length - end)}";

        bool IsPairAt(int second) => second > 0 && second < text.Length && char.IsSurrogatePair(text[second - 1], text[second]);
    }
}
