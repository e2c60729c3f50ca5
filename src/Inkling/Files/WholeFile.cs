namespace Inkling.Files;

/// <summary>Reads files that are parsed as a whole, such as saved networks.</summary>
internal static class WholeFile
{
    /// <summary>The longest file that is taken, in bytes: four hundred times the largest network that comes with the package.</summary>
    public const int MostBytes = 1 << 30;

    /// <summary>The bytes of a regular file. Never more memory than the file is long.</summary>
    /// <exception cref="InklingException">There is no such file, it is empty, too long, no regular file, or cannot be read; the message names it.</exception>
    /// <param name="path">Where it is; links are followed.</param>
    /// <param name="mostBytes">The longest that is taken.</param>
    /// <param name="what">What is looked for, in errors.</param>
    public static byte[] Read(string path, int mostBytes = MostBytes, string what = "network")
    {
        try
        {
            using FileStream file = RegularFile.OpenRead(path);
            if (file.Length > mostBytes)
                throw new InklingException(FormattableString.Invariant($"{path}: {file.Length:N0} bytes; a {what}'s file has {mostBytes:N0} at most. Name a {what}'s file."));
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new InklingException($"{path}: cannot be read: {e.Message}", e);
        }
    }
}
