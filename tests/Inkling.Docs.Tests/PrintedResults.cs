using System.Text.RegularExpressions;

namespace Inkling.Docs.Tests;

/// <summary>
/// What a page's C# prints: <c>Console.WriteLine(reading.Text);   // → 42</c>. Of several lines the first is shown, and " …".
/// </summary>
internal static partial class PrintedResults
{
    private const string Arrow = "// → ";
    private const char Before = '\u0001', After = '\u0002';

    /// <summary>What code has printed, by its text without comments: that of a translated page is run once for both.</summary>
    private static readonly Dictionary<string, string> Printed = new(StringComparer.Ordinal);

    /// <summary>Compiles and runs the code of a page, and writes what each statement with an arrow behind it prints.</summary>
    /// <returns>The page's text with these results; unchanged, and nothing is run, if there are no arrows.</returns>
    /// <exception cref="InvalidDataException">
    /// The code does not compile, or a line with an arrow is not a statement that is run once and prints something.
    /// </exception>
    public static async Task<string> WriteAsync(Page page)
    {
        if (!page.Blocks("csharp").Any(block => block.Contains(Arrow, StringComparison.Ordinal)))
            return page.Text;
        string[] blocks = [.. page.Blocks("csharp").Select(block => Statement().Replace(block, Watched))];
        string code = TrailingComment().Replace(string.Join('\n', blocks), "");
        if (!Printed.TryGetValue(code, out string? printed))
            Printed[code] = printed = await Snippets.RunAsync(Snippets.Compile(page.Name, blocks));
        Queue<string> results = new(printed.ReplaceLineEndings("\n").Split(Before).Skip(1).Select(part => part.Split(After)[0]));
        bool isCode = false;
        string[] lines = page.Text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("```", StringComparison.Ordinal))
                isCode = lines[i] == "```csharp";
            else if (isCode && lines[i].Contains(Arrow, StringComparison.Ordinal))
            {
                Match statement = Statement().Match(lines[i]);
                if (!statement.Success)
                    throw new InvalidDataException($"line {i + 1}: The arrow must follow a statement on its line.");
                if (!results.TryDequeue(out string? result) || result.Length == 0)
                    throw new InvalidDataException($"line {i + 1}: The statement printed nothing.");
                string[] shown = result.TrimEnd().Split('\n');
                string more = shown.Length > 1 ? " …" : "";
                lines[i] = $"{statement.Groups["code"].Value}{statement.Groups["arrow"].Value}{shown[0]}{more}";
            }
        }

        return results.Count == 0
            ? string.Join('\n', lines)
            : throw new InvalidDataException("A statement with an arrow was run more than once.");
    }

    /// <summary>Surrounds what a statement prints with two control characters.</summary>
    private static string Watched(Match statement) =>
        $"Console.Write('\\u{(int)Before:x4}'); {statement.Groups["code"].Value} Console.Write('\\u{(int)After:x4}');";

    [GeneratedRegex("(?:^| +)// [^\n]*$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TrailingComment();

    [GeneratedRegex("^(?<code>[^\n]*;)(?<arrow> *// → )[^\n]*$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Statement();
}
