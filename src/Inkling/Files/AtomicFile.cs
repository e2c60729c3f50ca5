namespace Inkling.Files;

/// <summary>
/// Writes files atomically: to a temporary file beside the target, then a rename, so that a reader sees the old file or the whole
/// new one. Symbolic links stay and lead to the new file; devices and FIFOs are written to, not replaced.
/// </summary>
internal static class AtomicFile
{
    /// <summary>For tests: called before each step with the temporary file's path; may throw to simulate a disk error.</summary>
    internal static AsyncLocal<Action<FileStep, string>?> BeforeStep { get; } = new();

    /// <summary>Writes a file.</summary>
    /// <param name="path">Path of the file; its folder is created if missing.</param>
    /// <param name="write">Writes the whole content.</param>
    /// <param name="previous">Path to keep the replaced file at, overwriting what is there; null to discard it.</param>
    /// <exception cref="InklingException">
    /// The file cannot be written; the message says why. The old file is unchanged.
    /// </exception>
    public static void Write(string path, Action<Stream> write, string? previous = null) => Guard(path, () =>
    {
        string target = TargetOf(path);
        if (FileKinds.Of(target) == FileKind.Stream)
        {
            using FileStream stream = new(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            if (stream.CanSeek && stream.Length > 0)
                stream.SetLength(0); // a regular file in /dev, such as /dev/shm: see FileKinds.Of
            write(stream);
            stream.Flush();
            return;
        }

        using TemporaryFile beside = new(target);
        BeforeStep.Value?.Invoke(FileStep.Write, beside.Path);
        write(beside.Stream);
        BeforeStep.Value?.Invoke(FileStep.Flush, beside.Path);
        beside.Complete();
        bool isKept = previous is not null && File.Exists(target);
        if (isKept)
        {
            BeforeStep.Value?.Invoke(FileStep.Keep, beside.Path);
            File.Move(target, previous!, overwrite: true);
        }

        try
        {
            BeforeStep.Value?.Invoke(FileStep.Rename, beside.Path);
            beside.MoveTo(target);
        }
        catch when (isKept)
        {
            TemporaryFile.Try(() => File.Move(previous!, target, overwrite: false));
            throw;
        }
    });

    /// <summary>
    /// Checks, before hours of work, that a file can be written: creates its folder and a temporary file in it.
    /// </summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="bytes">How many bytes the disk must have free for it; 0 where that is not known.</param>
    /// <exception cref="InklingException">It cannot be written; the message says why.</exception>
    public static void RequireWritable(string path, long bytes = 0) => Guard(path, () =>
    {
        string target = TargetOf(path);
        if (FileKinds.Of(target) == FileKind.Stream)
            return; // opening a FIFO would wait for its reader
        using TemporaryFile beside = new(target);
        beside.Stream.WriteByte(0);
        beside.Stream.Flush();
        if (FreeBytes(target) is { } free && free < bytes)
            throw new InklingException(FormattableString.Invariant(
                $"{path}: cannot be written: it may need {bytes:N0} bytes, and {free:N0} are free on the disk. ")
                + "Free some, or name a file on another disk.");
    });

    /// <summary>
    /// The file that a path leads to: a symbolic link's target, which need not exist; otherwise the full path itself.
    /// </summary>
    /// <exception cref="InklingException">The path is a folder, a disk or a socket.</exception>
    /// <exception cref="IOException">The links form a cycle.</exception>
    public static string TargetOf(string path)
    {
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            throw new InklingException($"\"{path.Replace("\0", "\\0", StringComparison.Ordinal)}\" is no file's name.");
        string full = Path.GetFullPath(path);
        FileKind kind = FileKinds.Of(full);
        if (kind == FileKind.Folder || Path.EndsInDirectorySeparator(full))
            throw new InklingException($"{path}: cannot be written: it is a folder. Name a file.");
        if (kind == FileKind.Other)
            throw new InklingException(
                $"{path}: cannot be written: it is neither a file nor a stream (a disk, or a socket). Name a file.");
        return kind == FileKind.Stream || new FileInfo(full).LinkTarget is null
            ? full
            : File.ResolveLinkTarget(full, returnFinalTarget: true)!.FullName;
    }

    /// <summary>The free bytes for this user on the file's disk; null where the system does not tell.</summary>
    private static long? FreeBytes(string file)
    {
        try
        {
            string folder = Path.GetDirectoryName(file)!; // Windows takes drives only, other systems any folder
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static void Guard(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new InklingException($"{path}: cannot be written: {e.Message}", e);
        }
    }
}

/// <summary>
/// The steps of <see cref="AtomicFile.Write"/>, between which the program may be killed and each of which may fail.
/// </summary>
internal enum FileStep
{
    /// <summary>The temporary file exists and is empty.</summary>
    Write,

    /// <summary>The content is written but not flushed to the disk.</summary>
    Flush,

    /// <summary>The content is on the disk and the file closed; the old file is about to be renamed.</summary>
    Keep,

    /// <summary>The temporary file is about to be renamed to the target.</summary>
    Rename,
}
