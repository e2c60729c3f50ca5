using System.Text.Json.Nodes;

namespace Inkling.Docs.Tests;

/// <summary>What is out of date on a page is found and written; what cannot be written is refused.</summary>
[Collection("programs that print")] // the console is the process's
public sealed class GeneratedPartsTests
{
    private static readonly JsonObject Files = JsonNode.Parse(
        """
        {
          "best": {
            "seeds": [ { "name": "one", "test": 99.71, "aim": null }, { "name": "two", "test": 99.75, "aim": 99.7 } ],
            "size": 1519288,
            "interval": { "from": 99.6, "to": 99.80 },
            "exact": { "right": 1252, "of": 1797 },
            "seconds": [ 0.82, 0.7947, 0.0000213, 96.68 ]
          }
        }
        """)!.AsObject();

    private static readonly Figures Measured = new(Files);

    [Theory]
    [InlineData("best.size", "1519288")]
    [InlineData("best.size:N0", "1,519,288")]
    [InlineData("best.size:0,,.0", "1.5")]
    [InlineData("best.seeds.1.name", "two")]
    [InlineData("best.seeds.*.test:0.00", "99.73 ± 0.03")]
    [InlineData("best.interval:0.00", "99.60 … 99.80")]
    [InlineData("best.interval", "99.6 … 99.80")]
    [InlineData("best.exact", "1,252 of 1,797")]
    [InlineData("best.exact:0.0 %", "69.7 %")]
    [InlineData("best.seconds.min:time", "21.3 µs")]
    [InlineData("best.seconds.median:time", "807.35 ms")]
    [InlineData("best.seconds.max:time", "96.68 s")]
    [InlineData("best.seconds.count", "4")]
    [InlineData("best.seeds.0.aim", null)]
    public void A_figure_is_shown_in_its_format(string reference, string? text) => Assert.Equal(text, Measured.Text(reference));

    [Theory]
    [InlineData("best.seeds.1.name", "二")]
    [InlineData("best.seeds.0.name", "one")]
    [InlineData("best.exact", "1,252 / 1,797")]
    public void A_text_among_the_figures_is_shown_in_the_pages_language_where_it_is_known(string reference, string text) =>
        Assert.Equal(
            text,
            new Figures(Files, new Dictionary<string, string> { ["two"] = "二", [" of "] = " / " }).Text(reference));

    [Theory]
    [InlineData("best.sise")]
    [InlineData("worst.size")]
    [InlineData("best.seeds.2.test")]
    [InlineData("best.seeds.*.sise")]
    [InlineData("best.seconds.mode")]
    [InlineData("best.size.of")]
    [InlineData("best")]
    public void A_figure_that_does_not_exist_is_refused(string reference) =>
        Assert.Throws<InvalidDataException>(() => Measured.Text(reference));

    [Theory]
    [InlineData("a figure", "it has <!-- figure: best.size:N0 -->1,519,287<!-- end --> bytes", 1, "1,519,288<!-- end --> bytes")]
    [InlineData("a cell", "<!-- rows\n| {best.size} |\n-->\n| a |\n| --- |\n| 1519287 |\n", 6, "| 1519288 |")]
    [InlineData("a row too few", "<!-- rows\neach best.seeds: | {.name} |\n-->\n| a |\n| --- |\n| one |\n\n", 7, "| two |")]
    [InlineData("a row too many", "<!-- rows\n| {best.size} |\n-->\n| a |\n| --- |\n| 1519288 |\n| 7 |\n", 7, "")]
    [InlineData("an output", "<!-- output of: inkling read 42.png -->\n```\n43\n```\n", 3, "42")]
    public void A_part_that_is_out_of_date_is_found_and_written(string kind, string text, int line, string written)
    {
        Page page = new("planted.md", text);
        GeneratedParts parts = new(Measured, command => command == "read 42.png" ? "42  \n" : throw new InvalidDataException());
        string after = parts.Write(page);
        string change = PagesCommand.Changes(page, after).Single();
        Assert.StartsWith($"planted.md:{line}:\n", change, StringComparison.Ordinal);
        Assert.True(change.EndsWith(written, StringComparison.Ordinal), $"{kind}: {change}");
        Assert.Equal(after, parts.Write(page with { Text = after }));
    }

    [Fact]
    public void A_row_goes_on_in_the_next_line_and_a_cell_without_a_figure_is_empty()
    {
        const string Text = "<!-- rows\neach best.seeds: | {.name} |\n  over {.aim:0.0} |\n-->\n| a | b |\n| --- | --- |\n";
        Assert.Equal(
            $"{Text}| one | |\n| two | over 99.7 |\n",
            new GeneratedParts(Measured, _ => "").Write(new Page("planted.md", Text)));
    }

    [Theory]
    [InlineData("```\n<!-- figure: best.size -->7<!-- end -->\n```\n")]
    [InlineData("No parts, and | a | table |\n| --- |\n")]
    public void What_is_not_marked_stays_as_it_is(string text) =>
        Assert.Equal(text, new GeneratedParts(Measured, _ => "").Write(new Page("planted.md", text)));

    [Theory]
    [InlineData("a comment that marks nothing", "It has <!-- figur: best.size -->7<!-- end --> bytes.")]
    [InlineData("a figure without an end", "It has <!-- figure: best.size -->7 bytes.")]
    [InlineData("a figure that does not exist", "It has <!-- figure: best.sise -->7<!-- end --> bytes.")]
    [InlineData("a figure at the start of a line", "<!-- figure: best.size -->7<!-- end --> bytes")]
    [InlineData("rows without an end", "<!-- rows\n| {best.size} |\n")]
    [InlineData("rows without a table", "<!-- rows\n| {best.size} |\n-->\nText.\n\n")]
    [InlineData("a row without a bar", "<!-- rows\n{best.size} |\n-->\n| a |\n| --- |\n")]
    [InlineData("rows for no array", "<!-- rows\neach best.size: | {.name} |\n-->\n| a |\n| --- |\n")]
    [InlineData("an output without a block", "<!-- output of: inkling read 42.png -->\n\n42\n")]
    public void A_mark_that_cannot_be_followed_is_refused_with_its_line(string kind, string text)
    {
        InvalidDataException refusal = Assert.Throws<InvalidDataException>(
            () => new GeneratedParts(Measured, _ => "42").Write(new Page("planted.md", $"A page.\n\n{text}")));
        Assert.True(refusal.Message.StartsWith("line 3: ", StringComparison.Ordinal), $"{kind}: {refusal.Message}");
    }

    [Fact]
    public async Task What_code_prints_is_written_behind_it()
    {
        const string Text =
            """
            ```csharp
            int[] two = [4, 2];
            Console.WriteLine("not watched");       // 43
            Console.WriteLine(string.Concat(two));  // → 43
            ```
            Text, // → 43
            ```csharp
            two.ToList().ForEach(Console.WriteLine); // → 43
            ```
            """;
        Assert.Equal(
            Text.Replace("(two));  // → 43", "(two));  // → 42", StringComparison.Ordinal)
                .Replace("Line); // → 43", "Line); // → 4 …", StringComparison.Ordinal),
            await PrintedResults.WriteAsync(new Page("planted.md", Text)));
    }

    [Theory]
    [InlineData("int a = 1; Console.Out.Flush(); a++; // → 1")]
    [InlineData("foreach (int a in new[] { 1, 2 })\n{\n    Console.WriteLine(a); // → 1\n}")]
    [InlineData("if (DateTime.Now.Year < 0)\n{\n    Console.WriteLine(1); // → 1\n}")]
    [InlineData("{ Console.WriteLine(1); } // → 1")]
    [InlineData("Console.WriteLine(\n    1); // → 1")]
    public async Task A_statement_that_does_not_print_once_is_refused(string code) =>
        await Assert.ThrowsAsync<InvalidDataException>(
            () => PrintedResults.WriteAsync(new Page("planted.md", $"```csharp\n{code}\n```\n")));
}
