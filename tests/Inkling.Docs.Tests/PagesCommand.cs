using System.Globalization;

namespace Inkling.Docs.Tests;

/// <summary>Writes the generated parts of all pages, or says which lines would change.</summary>
internal static class PagesCommand
{
    /// <param name="isCheck">Whether pages are compared only.</param>
    /// <returns>The process's exit code: 1 if a page was to change and was not written, or cannot be written.</returns>
    public static async Task<int> RunAsync(bool isCheck)
    {
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        using SnippetFolder folder = new();
        GeneratedParts parts = new(Figures.Load(Path.Combine(Page.Root, "docs", "measured")), InklingCommand.OutputOf);
        bool isStale = false;
        foreach (Page page in Page.All)
        {
            string text;
            try
            {
                text = await PrintedResults.WriteAsync(page with { Text = parts.Write(page) });
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
