using System.Globalization;

namespace Inkling.Docs.Tests;

/// <summary>Writes the generated parts of all pages and the charts on them, or says what would change.</summary>
internal static class PagesCommand
{
    /// <param name="isCheck">Whether pages are compared only.</param>
    /// <returns>The process's exit code: 1 if a page was to change and was not written, or cannot be written.</returns>
    public static async Task<int> RunAsync(bool isCheck)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        using SnippetFolder folder = new();
        string docs = Path.Combine(Page.Root, "docs");
        Figures figures = Figures.Load(Path.Combine(docs, "measured"), Path.Combine(docs, "benchmarks"));
        Dictionary<string, string> outputs = new(StringComparer.Ordinal); // a translated page shows the same ones
        GeneratedParts english = new(figures, OutputOf), chinese = new(figures.InChinese(), OutputOf);
        bool isStale = false;
        foreach ((string name, string svg) in GrowthCharts.All(GrowthCharts.Measured()))
        {
            string path = Path.Combine(Page.Root, name);
            if (File.Exists(path) && await File.ReadAllTextAsync(path) == svg)
                continue;
            isStale = true;
            Console.WriteLine($"{name}: not as docs/measured/growth.json has it");
            if (!isCheck)
                await File.WriteAllTextAsync(path, svg);
        }

        foreach (Page page in Page.All)
        {
            string text;
            try
            {
                text = await PrintedResults.WriteAsync(page with { Text = (page.IsChinese ? chinese : english).Write(page) });
            }
            catch (Exception exception) when (exception is InvalidDataException or InklingException)
            {
                await Console.Error.WriteLineAsync($"{page.Name}: {exception.Message}");
                return 1;
            }

            if (text == page.Text)
                continue;
            isStale = true;
            foreach (string change in Changes(page, text))
                Console.WriteLine(change);
            if (!isCheck)
                await File.WriteAllTextAsync(Path.Combine(Page.Root, page.Name), text);
        }

        if (!isStale)
            Console.WriteLine("The pages are as their figures and programs are: nothing to change.");
        else if (isCheck)
            await Console.Error.WriteLineAsync("Run: dotnet run eng/docs.cs");
        return isStale && isCheck ? 1 : 0;

        string OutputOf(string command) =>
            outputs.TryGetValue(command, out string? output) ? output : outputs[command] = InklingCommand.OutputOf(command);
    }

    /// <summary>
    /// The lines that change, with the page and their numbers: all, or the first if lines are added or removed.
    /// </summary>
    public static IEnumerable<string> Changes(Page page, string text)
    {
        string[] before = page.Text.Split('\n'), after = text.Split('\n');
        IEnumerable<string> changes = Enumerable.Range(0, Math.Max(before.Length, after.Length))
            .Where(i => before.ElementAtOrDefault(i) != after.ElementAtOrDefault(i))
            .Select(i => $"{page.Name}:{i + 1}:\n- {before.ElementAtOrDefault(i)}\n+ {after.ElementAtOrDefault(i)}");
        return before.Length == after.Length ? changes : changes.Take(1);
    }
}
