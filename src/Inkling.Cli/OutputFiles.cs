using Inkling.Files;

namespace Inkling.Cli;

/// <summary>Where a command's results go: tried before the work that they come from, and never one of the files that are read.</summary>
internal static class OutputFiles
{
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

    /// <exception cref="InklingException">The file's name ends in none of these; devices may have any name.</exception>
    public static void RequireEnding(string option, string? file, IReadOnlyList<string> endings)
    {
        if (file is not null && !endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) && !IsStream(file))
            throw new InklingException($"{option} must end in one of {string.Join(", ", endings)}, not \"{file}\".");
    }

    /// <summary>Refuses an output that is one of the inputs, whatever it is called: a relative path, a link, a second name, other letters.</summary>
    /// <param name="option">What errors call the output: <c>--plot</c>.</param>
    /// <param name="output">The file to be written; null for none.</param>
    /// <param name="inputs">The files that are read; names that are no files are passed over.</param>
    /// <exception cref="InklingException">The output is one of the inputs.</exception>
    public static void RequireNoneOf(string option, string? output, IEnumerable<string> inputs)
    {
        if (output is null)
            return;
        using FileStream? held = Hold(output);
        foreach (string input in inputs)
        {
            if (IsSamePath(output, input) || (held is not null && IsHeld(input)))
                throw new InklingException($"{option} {output}: that is the same file as {input}, which is read. Name another file.");
        }
    }

    private static bool IsSamePath(string output, string input) => File.Exists(input) && string.Equals(
        Path.GetFullPath(output), Path.GetFullPath(input), OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    /// <summary>Opens the output so that nobody else can: the system then says of any other name whether it is the same file.</summary>
    /// <returns>Null where there is no such file yet, or another program has it open: then names alone are compared.</returns>
    private static FileStream? Hold(string output)
    {
        try
        {
            return RegularFile.IsAt(output) ? new FileStream(output, FileMode.Open, FileAccess.Read, FileShare.None) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsHeld(string input)
    {
        if (!RegularFile.IsAt(input))
            return false;
        try
        {
            using FileStream shared = new(input, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return false; // which is said when it is read
        }
        catch (IOException e)
        {
            return e.GetType() == typeof(IOException); // a sharing violation; that a file is missing has types of its own
        }
    }

    private static bool IsStream(string file) => file.Length > 0 && FileKinds.Of(file) == FileKind.Stream;
}
