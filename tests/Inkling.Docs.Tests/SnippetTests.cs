namespace Inkling.Docs.Tests;

/// <summary>The examples in the documentation work: the C# compiles and runs, and the commands and their options exist.</summary>
[Collection("programs that print")] // the console is the process's
public sealed class SnippetTests : IDisposable
{
    private readonly SnippetFolder _folder = new();

    public SnippetTests() => _folder.ReplaceMnist();

    public void Dispose() => _folder.Dispose();

    /// <summary>Translations apart, which have the same code (<see cref="TranslationTests"/>).</summary>
    public static TheoryData<string> PagesWithCode
        => [.. Page.All.Where(page => !page.IsTranslation && page.Blocks("csharp").Any()).Select(page => page.Name)];

    [Theory]
    [MemberData(nameof(PagesWithCode))]
    public async Task The_code_of_a_page_compiles_and_runs(string name)
    {
        // The pages show numbers in the invariant culture.
        System.Globalization.CultureInfo.CurrentCulture = System.Globalization.CultureInfo.InvariantCulture;
        _ = typeof(Imaging.PictureFile).Assembly.Location + typeof(Onnx.OnnxFile).Assembly.Location;
        string printed = await Snippets.RunAsync(Snippets.Compile(name, Page.Named(name).Blocks("csharp")));
        if (name is "docs/read-digits-in-your-app.md" or "eng/package.md")
            Assert.StartsWith("42\n", printed.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        if (name is "docs/the-seed-in-csharp.md")
            Assert.StartsWith(
                "1 1 1 0\n1 + 1: carry 1, sum 0\n0.4975 0.5025\n",
                printed.ReplaceLineEndings("\n"),
                StringComparison.Ordinal);
    }

    [Fact]
    public void The_commands_of_all_pages_are_known_with_their_options()
    {
        Dictionary<string, string> help = new(StringComparer.Ordinal);
        foreach ((string page, string line) in Page.All.SelectMany(
            page => page.Blocks("sh").SelectMany(block => block.Split('\n')).Select(line => (page.Name, line.Split('#')[0]))))
        {
            string[] words = line.Split("Inkling.Cli -- ", StringSplitOptions.None)[^1]
                .Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.FirstOrDefault() == "inkling")
                words = words[1..];
            else if (!line.Contains("Inkling.Cli -- ", StringComparison.Ordinal))
                continue;
            if (!help.TryGetValue(words[0], out string? known))
                help[words[0]] = known = InklingCommand.OutputOf($"{words[0]} --help");
            foreach (string option in words.Where(word => word.StartsWith("--", StringComparison.Ordinal)))
                Assert.True(known.Contains(option, StringComparison.Ordinal), $"{page}: {line} — {words[0]} has no {option}");
        }

        Assert.Superset(new HashSet<string>(["train", "read", "export"]), help.Keys.ToHashSet());
    }

    [Fact]
    public void Every_link_between_pages_leads_somewhere()
    {
        foreach (Page page in Page.All.Where(page => page.Name != "eng/package.md"))
        {
            foreach (string target in page.Text.Split("](").Skip(1)
                .Select(rest => rest.Split(')')[0])
                .Where(target => !target.Contains("://", StringComparison.Ordinal)))
            {
                string[] parts = target.Split('#');
                string path = parts[0].Length == 0
                    ? Path.Combine(Page.Root, page.Name)
                    : Path.Combine(Page.Root, Path.GetDirectoryName(page.Name)!, parts[0]);
                Assert.True(File.Exists(path) || Directory.Exists(path), $"{page.Name}: {target}");
                if (parts.Length > 1)
                    Assert.Contains(File.ReadAllLines(path), line => line.StartsWith('#') && AnchorOf(line) == parts[1]);
            }
        }

        static string AnchorOf(string heading) =>
            string.Concat(heading.TrimStart('#').Trim().ToLowerInvariant()
                .Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_'))
                .Replace(' ', '-');
    }
}
