using System.Text.RegularExpressions;

namespace Inkling.Docs.Tests;

/// <summary>A page and its translation, which differ in their words only.</summary>
internal static partial class Translation
{
    /// <summary>What one of the two has and the other has not; none if the translation is complete.</summary>
    public static IEnumerable<string> Differences(Page original, Page translation) =>
    [
        .. Different("part", Outline(original), Outline(translation)),
        .. Different("code", Code(original), Code(translation)),
        .. Different("generated part", Sorted(Marks(original)), Sorted(Marks(translation))),
        .. Different("link", Sorted(Links(original)), Sorted(Links(translation)))
    ];

    private static IEnumerable<string> Different(string what, IEnumerable<string> original, IEnumerable<string> translation)
    {
        string[] one = [.. original], other = [.. translation];
        int at = one.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count();
        if (at < one.Length || at < other.Length)
        {
            string first = one.ElementAtOrDefault(at) ?? "none", second = other.ElementAtOrDefault(at) ?? "none";
            yield return $"{what} {at + 1}: {first}, but in the translation {second}";
        }
    }

    private static IEnumerable<string> Sorted(IEnumerable<string> items) => items.Order(StringComparer.Ordinal);

    /// <summary>
    /// Headings, rows of tables, items of lists and paragraphs, in their order, each with the heading it is under.
    /// </summary>
    private static IEnumerable<string> Outline(Page page)
    {
        bool isParagraph = false;
        int headings = 0;
        foreach (string line in CodeOrComment().Replace(page.Text, "\n").Split('\n'))
        {
            string kind = line switch
            {
                "" or [' ', ..] => "", // an item that goes on
                ['#', ..] => $"{line.Split(' ')[0]} {++headings}",
                ['|', ..] => "row",
                ['-', ' ', ..] or [>= '0' and <= '9', '.', ' ', ..] => "item",
                _ => "paragraph"
            };
            if (kind.Length > 0 && !(isParagraph && kind == "paragraph"))
                yield return $"{kind}, under heading {headings}";
            isParagraph = kind == "paragraph";
        }
    }

    /// <summary>The code blocks, with their languages, without comments.</summary>
    private static IEnumerable<string> Code(Page page) =>
        page.Text.Split("```").Where((_, i) => i % 2 == 1).Select(block => TrailingComment().Replace(block, ""));

    /// <summary>The figures, rows and commands that comments ask for.</summary>
    private static IEnumerable<string> Marks(Page page) =>
        Comment().Matches(page.Text).SelectMany(comment => Mark().Matches(comment.Value)).Select(mark => mark.Value);

    /// <summary>Where the links lead, whatever the language and the heading.</summary>
    private static IEnumerable<string> Links(Page page) =>
        Link().Matches(page.Text).Select(link => link.Groups["target"].Value).Select(target =>
        {
            if (target.Contains("://", StringComparison.Ordinal))
                return target;
            string file = target.Split('#')[0];
            string path = file.Length == 0
                ? Path.Combine(Page.Root, page.Name)
                : Path.Combine(Page.Root, Path.GetDirectoryName(page.Name)!, file);
            return Path.GetRelativePath(Page.Root, Path.GetFullPath(path)).Replace('\\', '/')
                .Replace("docs/zh/", "docs/", StringComparison.Ordinal)
                .Replace("README.zh-CN.md", "README.md", StringComparison.Ordinal);
        });

    // A figure's mark stands within a line, and ends no paragraph.
    [GeneratedRegex(
        "^```.*?^```$|^<!-- rows$.*?^-->$",
        RegexOptions.Multiline | RegexOptions.Singleline,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodeOrComment();

    [GeneratedRegex("(?:^| +)(?://|#) [^\n]*$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TrailingComment();

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Comment();

    [GeneratedRegex(@"figure: \S+|output of: .+|^each [^:]+|\{[^}]+\}", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mark();

    [GeneratedRegex(@"\]\((?<target>[^)]+)\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
