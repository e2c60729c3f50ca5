namespace Inkling;

/// <summary>Writes a file beside its place and renames it, so that a reader sees the old file or the whole new one, never half.</summary>
internal static class AtomicFile
{
    /// <param name="path">Where the file ends up; its folder is made where missing.</param>
    /// <param name="write">Writes the whole content.</param>
    /// <exception cref="InklingException">The file cannot be written; the message says why. What was at the path is left as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string full = Path.GetFullPath(path);
        string beside = $"{full}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (FileStream stream = new(beside, FileMode.CreateNew, FileAccess.Write))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(beside, full, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InklingException($"{path}: cannot be written: {e.Message}", e);
        }
        finally
        {
            if (File.Exists(beside))
                File.Delete(beside);
        }
    }
}
