namespace Inkling.Cli;

/// <summary>Where a command's results go: tried before the work that they come from.</summary>
internal static class OutputFiles
{
    private static readonly string[] PictureEndings = [".png", ".svg"];

    /// <summary>Tries all files, those that are null left out, and whether two of them are the same.</summary>
    /// <exception cref="InklingException">One cannot be written, or is named twice.</exception>
    public static void Require(params IEnumerable<string?> files)
    {
        HashSet<string> targets = new(StringComparer.Ordinal);
        foreach (string file in files.OfType<string>())
        {
            AtomicFile.RequireWritable(file);
            if (!IsStream(file) && !targets.Add(AtomicFile.TargetOf(file)))
                throw new InklingException($"{file}: two results would go into this file. Give each a name of its own.");
        }
    }

    /// <exception cref="InklingException">The file's name does not say that it is a picture that can be drawn.</exception>
    public static void RequirePicture(string option, string? file) => RequireEnding(option, file, PictureEndings);

    /// <exception cref="InklingException">The file's name ends in none of these; devices may have any name.</exception>
    public static void RequireEnding(string option, string? file, IReadOnlyList<string> endings)
    {
        if (file is not null && !endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) && !IsStream(file))
            throw new InklingException($"{option} must end in one of {string.Join(", ", endings)}, not \"{file}\".");
    }

    private static bool IsStream(string file) => file.Length > 0 && FileKinds.Of(file) == FileKind.Stream;
}
