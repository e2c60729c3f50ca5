namespace Inkling.Tests.House;

/// <summary>What .editorconfig asks for and no analyzer checks.</summary>
public class LineLengthTests
{
    private const int MaxColumns = 130; // .editorconfig: max_line_length

    [Fact]
    public void No_line_of_code_goes_beyond_the_column_that_editorconfig_names()
    {
        Assert.Contains(
            $"max_line_length = {MaxColumns}",
            File.ReadAllText(Path.Combine(Repository.Folder, ".editorconfig")),
            StringComparison.Ordinal);
        Assert.Empty(new[] { "src", "tests", "bench", "samples", "eng" }
            .Select(folder => Path.Combine(Repository.Folder, folder))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Where(IsWritten)
            .SelectMany(file => File.ReadLines(file).Index().Select(line => (file, line.Index, line.Item.Length)))
            .Where(line => line.Length > MaxColumns)
            .Select(line => $"{Path.GetRelativePath(Repository.Folder, line.file)}:{line.Index + 1} has {line.Length} columns"));
    }

    private static bool IsWritten(string file) =>
        Path.GetExtension(file) is ".cs" or ".razor"
        && !Path.GetRelativePath(Repository.Folder, file).Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj");
}
