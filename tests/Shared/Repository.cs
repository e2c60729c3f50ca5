namespace Inkling.Tests;

/// <summary>The repository checkout in which the tests were built.</summary>
internal static class Repository
{
    /// <summary>The folder with Inkling.slnx.</summary>
    public static string Folder { get; } = Find();

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Inkling.slnx")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("The tests do not run inside their repository.");
    }
}
