namespace Inkling.Files;

/// <summary>Reads files that are parsed as a whole, such as saved networks.</summary>
internal static class WholeFile
{
    /// <summary>Maximum length of a file, in bytes: four hundred times the largest bundled network.</summary>
    public const int MostBytes = 1 << 30;

    /// <summary>Reads a regular file, allocating no more memory than its length.</summary>
    /// <exception cref="InklingException">
    /// The file is missing, empty, too long, not a regular file or cannot be read; the message names it.
    /// </exception>
    /// <param name="path">Path of the file; links are followed.</param>
    /// <param name="mostBytes">Maximum length in bytes.</param>
    /// <param name="what">What the file should be, for error messages.</param>
    public static byte[] Read(string path, int mostBytes = MostBytes, string what = "network")
    {
        try
        {
            using FileStream file = RegularFile.OpenRead(path);
            if (file.Length > mostBytes)
                throw new InklingException(
                    FormattableString.Invariant(
                        $"{path}: {file.Length:N0} bytes; a {what}'s file has {mostBytes:N0} at most. Name a {what}'s file."));
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
