namespace Inkling.Docs.Tests;

/// <summary>A page of the documentation, and the code on it.</summary>
/// <param name="Name">Its path below the repository's root.</param>
/// <param name="Text">Its content.</param>
public sealed record Page(string Name, string Text)
{
    private const string ChineseFolder = "docs/zh/";

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = Inkling.Tests.Repository.Folder;

    /// <summary>Every page that users read.</summary>
    public static IEnumerable<Page> All =>
        new[] { "README.md", "README.zh-CN.md", "eng/package.md" }
            .Concat(In("docs/"))
            .Concat(In(ChineseFolder))
            .Select(Named);

    /// <summary>Whether it is in Chinese.</summary>
    public bool IsChinese => Name is "README.zh-CN.md" || IsTranslation;

    /// <summary>Whether it is one of docs/zh, each of which says what the page of docs with the same name says.</summary>
    public bool IsTranslation => Name.StartsWith(ChineseFolder, StringComparison.Ordinal);

    public static Page Named(string name) => new(name, File.ReadAllText(Path.Combine(Root, name)));

    /// <summary>The code blocks in a language, in the page's order.</summary>
    public IEnumerable<string> Blocks(string language)
    {
        string[] parts = Text.Split("```");
        return parts
            .Where((part, i) => i % 2 == 1 && part.StartsWith(language + "\n", StringComparison.Ordinal))
            .Select(part => part[(language.Length + 1)..]);
    }

    private static IEnumerable<string> In(string folder) =>
        Directory.GetFiles(Path.Combine(Root, folder), "*.md")
            .Order(StringComparer.Ordinal)
            .Select(path => folder + Path.GetFileName(path));
}
