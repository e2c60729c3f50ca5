using System.Diagnostics;
using Inkling.Data;

namespace Inkling.Docs.Tests;

/// <summary>The examples in the documentation work: the C# compiles and runs, and the commands and their options exist.</summary>
public sealed class SnippetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("inkling docs ").FullName;
    private readonly string _before = Environment.CurrentDirectory;
    private readonly string? _dataBefore = Environment.GetEnvironmentVariable("INKLING_DATA");

    /// <summary>Prepares a folder to run the snippets in, with few images, so that all of them take seconds.</summary>
    public SnippetTests()
    {
        foreach ((string part, LabelledImages images) in new[]
        {
            ("train", GeneratedDigits.Create(600, seed: 1)),
            ("t10k", GeneratedDigits.Create(100, seed: 2))
        })
        {
            byte[] pixels = [.. Enumerable.Range(0, images.Count).SelectMany(i => images.Pixels(i).ToArray())];
            IdxFile.Write(Path.Combine(_folder, $"{part}-images-idx3-ubyte"), IdxArray.Create(pixels, images.Count, 28, 28));
            IdxFile.Write(
                Path.Combine(_folder, $"{part}-labels-idx1-ubyte"),
                IdxArray.Create(images.Labels.ToArray(), images.Count));
        }

        File.Copy(Path.Combine(Page.Root, "samples", "42.png"), Path.Combine(_folder, "number.png"));
        File.Copy(
            Path.Combine(Page.Root, "tests", "Inkling.Onnx.Tests", "Files", "pytorch-example.onnx"),
            Path.Combine(_folder, "torch.onnx"));
        Environment.CurrentDirectory = _folder;
        Environment.SetEnvironmentVariable("INKLING_DATA", _folder);
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        Environment.SetEnvironmentVariable("INKLING_DATA", _dataBefore);
        Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<string> PagesWithCode
        => [.. Page.All.Where(page => page.Blocks("csharp").Any()).Select(page => page.Name)];

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
    public async Task The_commands_of_all_pages_are_known_with_their_options()
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
                help[words[0]] = known = await HelpAsync(words[0]);
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

    private static async Task<string> HelpAsync(string command)
    {
        string cli = Path.Combine(AppContext.BaseDirectory, "Inkling.Cli.dll");
        using Process process = Process.Start(
            new ProcessStartInfo("dotnet", ["exec", cli, command, "--help"]) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"inkling {command} is no command");
        return output;
    }
}
