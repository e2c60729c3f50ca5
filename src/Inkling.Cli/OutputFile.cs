namespace Inkling.Cli;

/// <summary>Sees to it that a command does not write over what it reads.</summary>
internal static class OutputFile
{
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
}
