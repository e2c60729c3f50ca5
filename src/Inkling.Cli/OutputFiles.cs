using Inkling.Files;

namespace Inkling.Cli;

/// <summary>Checks a command's output files before its work begins: all can be written, and none is an input file.</summary>
internal static class OutputFiles
{
    /// <summary>Checks that all files can be written and that no two are the same; nulls are skipped.</summary>
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
        if (file is not null
            && !endings.Any(ending => file.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            && !IsStream(file))
            throw new InklingException($"{option} must end in one of {string.Join(", ", endings)}, not \"{file}\".");
    }

    /// <summary>
    /// Refuses an output that is one of the inputs under whatever name: a relative path, a symbolic or hard link, other case, or
    /// standard input (<c>-</c>).
    /// </summary>
    /// <param name="option">The output's name in errors: <c>--plot</c>.</param>
    /// <param name="output">The file to be written; null for none.</param>
    /// <param name="inputs">The files that are read; names that are no files are skipped.</param>
    /// <exception cref="InklingException">The output is one of the inputs.</exception>
    public static void RequireNoneOf(string option, string? output, IEnumerable<string> inputs)
    {
        if (output is null)
            return;
        using FileStream? held = Hold(output);
        foreach (string name in inputs)
        {
            // Standard input may be redirected from the output's own file; where there is no such path, it cannot be told.
            string input = name == "-" ? "/dev/stdin" : name;
            if (IsSamePath(output, input) || (held is not null && IsHeld(input)))
                throw new InklingException(
                    $"{option} {output}: that is the same file as {(name == "-" ? "standard input" : name)}, which is read. "
                        + "Name another file.");
        }
    }

    private static bool IsSamePath(string output, string input)
        => File.Exists(input) && string.Equals(
            Path.GetFullPath(output),
            Path.GetFullPath(input),
            OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    /// <summary>Opens the output exclusively, so that opening the same file under any other name fails.</summary>
    /// <returns>Null where there is no such file yet, or another program has it open: then only names are compared.</returns>
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
            return false; // reported when it is read
        }
        catch (IOException e)
        {
            return e.GetType() == typeof(IOException); // a sharing violation; a missing file throws a derived type
        }
    }

    private static bool IsStream(string file) => file.Length > 0 && FileKinds.Of(file) == FileKind.Stream;
}
