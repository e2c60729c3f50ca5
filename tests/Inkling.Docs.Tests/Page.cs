namespace Inkling.Docs.Tests;

/// <summary>A page of the documentation, and the code on it.</summary>
/// <param name="Name">Its path below the repository's root.</param>
/// <param name="Text">Its content.</param>
public sealed record Page(string Name, string Text)
{
    /// <summary>The repository's root.</summary>
    public static string Root { get; } = Inkling.Tests.Repository.Folder;

    /// <summary>Every page that users read.</summary>
    public static IEnumerable<Page> All =>
        new[] { "README.md", "README.zh-CN.md", "eng/package.md" }
            .Concat(Directory.GetFiles(Path.Combine(Root, "docs"), "*.md")
                .Order(StringComparer.Ordinal)
                .Select(path => $"docs/{Path.GetFileName(path)}"))
            .Select(Named);

    public static Page Named(string name) => new(name, File.ReadAllText(Path.Combine(Root, name)));

    /// <summary>The code blocks in a language, in the page's order.</summary>
    public IEnumerable<string> Blocks(string language)
    {
        string[] parts = Text.Split("```");
        return parts
            .Where((part, i) => i % 2 == 1 && part.StartsWith(language + "\n", StringComparison.Ordinal))
            .Select(part => part[(language.Length + 1)..]);
    }
}
