using System.Text.Json.Nodes;

namespace Inkling.Docs.Tests;

/// <summary>The files of docs/measured and docs/benchmarks say where their figures are from; tables are made from them.</summary>
public sealed class MeasuredFilesTests
{
    public static TheoryData<string> Measured => [.. In("measured")];

    public static TheoryData<string> Files => [.. In("measured"), .. In("benchmarks")];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_says_what_was_measured_and_how(string file)
    {
        JsonNode content = JsonNode.Parse(File.ReadAllText(Path.Combine(Page.Root, file)))!;
        foreach (string name in new[] { "what", "command", "machine", "versions", "date", "runs" })
            Assert.False(string.IsNullOrEmpty(content[name]?.ToString()), $"{file} has no \"{name}\".");
    }

    [Theory]
    [MemberData(nameof(Measured))]
    public void What_was_measured_is_shown_on_a_page(string file) => Assert.Contains(
        Page.All,
        page => new[] { "{", "figure: ", "each " }.Any(
            mark => page.Text.Contains($"{mark}{Path.GetFileNameWithoutExtension(file)}.", StringComparison.Ordinal)));

    [Theory]
    [InlineData("docs/results.md")]
    [InlineData("docs/zh/results.md")]
    [InlineData("docs/performance.md")]
    public void Every_table_of_a_page_of_figures_is_written_from_a_file(string name)
    {
        string[] lines = Page.Named(name).Text.Split('\n');
        foreach (int separator in Enumerable.Range(2, lines.Length - 2)
            .Where(i => lines[i].StartsWith("| ---", StringComparison.Ordinal)))
            Assert.True(lines[separator - 2] == "-->", $"{name}:{separator}: the table has no <!-- rows --> before it.");
    }

    private static IEnumerable<string> In(string folder) =>
        Directory.GetFiles(Path.Combine(Page.Root, "docs", folder)).Select(path => Path.GetRelativePath(Page.Root, path));
}
