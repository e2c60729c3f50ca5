using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Inkling.Docs.Tests;

/// <summary>
/// The parts of a page that are written by the command <c>dotnet run eng/docs.cs</c>. Comments, which are not shown when the
/// page is rendered, mark them:
/// <code>
/// &lt;!-- figure: PATH:FORMAT --&gt;99.73&lt;!-- end --&gt;     a figure within a line
/// &lt;!-- output of: inkling read FILE --&gt;         what a command prints: the code block that follows
/// &lt;!-- rows                                     the rows of the table that follows
/// | `best` | {best.ensemble.test:0.00} |        one row
/// each best.seeds: | {.name} | {.test:0.00} |   one row for each element of an array
/// --&gt;
/// </code>
/// A row's text may go on in the next line. A cell with a figure that is null is empty. What C# prints is written by
/// <see cref="PrintedResults"/>.
/// </summary>
/// <param name="figures">The measured figures.</param>
/// <param name="outputOf">Runs a command and returns what it prints.</param>
public sealed partial class GeneratedParts(Figures figures, Func<string, string> outputOf)
{
    private const string Comment = "<!--", Fence = "```";

    /// <summary>Writes what comments mark.</summary>
    /// <param name="page">A page.</param>
    /// <returns>The page's text, with all of these parts as they are now.</returns>
    /// <exception cref="InvalidDataException">
    /// A comment is not one of those above, or what it asks for does not exist.
    /// </exception>
    public string Write(Page page)
    {
        string[] lines = page.Text.Split('\n');
        List<string> written = [];
        bool isCode = false;
        int i = 0;
        try
        {
            while (i < lines.Length)
            {
                string line = lines[i];
                if (line.StartsWith(Fence, StringComparison.Ordinal))
                    isCode = !isCode;
                if (isCode || !line.Contains(Comment, StringComparison.Ordinal))
                    written.Add(lines[i++]);
                else if (line == $"{Comment} rows")
                    i = WriteRows(lines, i, written);
                else if (OutputMark().Match(line) is { Success: true } mark)
                    i = WriteOutput(lines, i, mark.Groups["command"].Value, written);
                else
                {
                    written.Add(WithFigures(line));
                    i++;
                }
            }
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"line {i + 1}: {exception.Message}", exception);
        }

        return string.Join('\n', written);
    }

    private int WriteRows(string[] lines, int start, List<string> written)
    {
        int end = Array.FindIndex(lines, start, line => line == "-->");
        if (end < 0 || end + 2 >= lines.Length || !lines[end + 2].StartsWith("| ---", StringComparison.Ordinal))
            throw new InvalidDataException("\"-->\" and the table's two header lines must follow the rows.");
        written.AddRange(lines[start..(end + 3)]);
        List<string> rows = [];
        foreach (string line in lines[(start + 1)..end])
        {
            if (line.StartsWith('|') || line.StartsWith("each ", StringComparison.Ordinal))
                rows.Add(line);
            else if (rows.Count > 0)
                rows[^1] += $" {line.Trim()}";
            else
                throw new InvalidDataException($"\"{line}\" is no row.");
        }

        foreach (string row in rows)
        {
            if (EachRow().Match(row) is { Success: true } each)
            {
                foreach (JsonNode element in figures.Elements(each.Groups["path"].Value))
                    written.Add(Row(each.Groups["row"].Value, element));
            }
            else
                written.Add(Row(row));
        }

        int next = end + 3;
        while (next < lines.Length && lines[next].StartsWith('|'))
            next++;
        return next;
    }

    private string Row(string template, JsonNode? element = null)
    {
        if (!template.StartsWith("| ", StringComparison.Ordinal) || !template.EndsWith('|'))
            throw new InvalidDataException($"\"{template}\" does not begin and end with |.");
        return $"|{string.Concat(template[1..^1].Split('|').Select(Cell))}";

        string Cell(string text)
        {
            bool isEmpty = false;
            string cell = Reference().Replace(text.Trim(), match =>
            {
                string? figure = figures.Text(match.Groups["reference"].Value, element);
                isEmpty |= figure is null;
                return figure ?? "";
            });
            return isEmpty || cell.Length == 0 ? " |" : $" {cell} |";
        }
    }

    private int WriteOutput(string[] lines, int start, string command, List<string> written)
    {
        int end = Array.IndexOf(lines, Fence, Math.Min(start + 2, lines.Length));
        if (end < 0 || !lines[start + 1].StartsWith(Fence, StringComparison.Ordinal))
            throw new InvalidDataException("A code block must follow.");
        written.AddRange(lines[start..(start + 2)]);
        written.AddRange(outputOf(command).ReplaceLineEndings("\n").TrimEnd().Split('\n').Select(line => line.TrimEnd()));
        written.Add(Fence);
        return end + 1;
    }

    private string WithFigures(string line)
    {
        string written = FigureMark().Replace(line, match =>
            $"{match.Groups["mark"].Value}{figures.Text(match.Groups["reference"].Value)}{match.Groups["end"].Value}");
        if (FigureMark().Replace(line, "").Contains(Comment, StringComparison.Ordinal))
            throw new InvalidDataException($"\"{line.Trim()}\" has a comment that marks nothing.");
        if (line.TrimStart().StartsWith(Comment, StringComparison.Ordinal))
            throw new InvalidDataException(
                "In Markdown a line that begins with a comment ends the paragraph: break it elsewhere.");
        return written;
    }

    [GeneratedRegex("^<!-- output of: inkling (?<command>.+) -->$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OutputMark();

    [GeneratedRegex(
        "(?<mark><!-- figure: (?<reference>\\S[^>]*) -->)[^<]*(?<end><!-- end -->)",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex FigureMark();

    [GeneratedRegex("^each (?<path>[^:]+): (?<row>.+)$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EachRow();

    [GeneratedRegex("{(?<reference>[^}]+)}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
