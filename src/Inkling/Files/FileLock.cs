namespace Inkling.Files;

/// <summary>
/// Exclusive lock on a file between processes, held on an empty file beside it, <c>FILE.lock</c>, which is deleted on release. If
/// the process is killed, the system releases the lock; the empty file stays until the next holder deletes it.
/// </summary>
internal sealed class FileLock : IDisposable
{
    /// <summary>
    /// Error codes of a file locked by another process: EWOULDBLOCK (Linux, macOS), ERROR_SHARING_VIOLATION (Windows).
    /// </summary>
    private const int Linux = 11, MacOS = 35, Windows = unchecked((int)0x80070020);

    private const int Attempts = 3;

    /// <summary>What follows the name of the file that a lock is for.</summary>
    public const string Ending = ".lock";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _locked;

    private FileLock(FileStream locked) => _locked = locked;

    /// <summary>Takes the lock, or throws if it is held.</summary>
    /// <param name="path">The file that the lock is for; its folder is created if missing.</param>
    /// <param name="inUse">Error message if the lock is held.</param>
    /// <exception cref="InklingException">The lock is held, or the lock file cannot be created.</exception>
    public static FileLock Take(string path, string inUse) => Guarded(path) ?? throw new InklingException(inUse);

    /// <summary>Takes the lock, waiting while it is held.</summary>
    /// <param name="path">The file that the lock is for; its folder is created if missing.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="InklingException">The lock file cannot be created.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static FileLock Wait(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Guarded(path) is { } taken)
                return taken;
            if (cancellationToken.WaitHandle.WaitOne(BetweenLooks))
                cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Takes the lock; returns null if it is held.</summary>
    /// <param name="path">The file that the lock is for; its folder is created if missing.</param>
    /// <exception cref="InklingException">The lock's path is taken by something that is not a lock file.</exception>
    /// <exception cref="IOException">The lock file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission to create the lock file is denied.</exception>
    public static FileLock? TryTake(string path)
    {
        string file = path + Ending;
        for (int attempt = 1; attempt <= Attempts; attempt++)
        {
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
                RequireOurs(file, path);
                FileStream locked = new(
                    file,
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None,
                    bufferSize: 0,
                    FileOptions.DeleteOnClose);
                if (File.Exists(file))
                    return new FileLock(locked);
                locked.Dispose(); // the previous holder deleted it between our opening and our locking it
            }
            catch (DirectoryNotFoundException) when (attempt < Attempts)
            {
                // another process deleted the empty folder after our creating it
            }
            catch (IOException e) when (e.HResult is Linux or MacOS or Windows)
            {
                return null;
            }
        }

        return null;
    }

    public void Dispose() => _locked.Dispose();

    /// <summary><see cref="TryTake"/>, all of whose errors are told as users' mistakes.</summary>
    private static FileLock? Guarded(string path)
    {
        try
        {
            return TryTake(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new InklingException($"{path}{Ending}: cannot be written: {e.Message}", e);
        }
    }

    /// <summary>
    /// Checks that the path is free or an empty file: releasing the lock deletes it, so nothing else may be there.
    /// </summary>
    private static void RequireOurs(string file, string path)
    {
        string? other = FileKinds.Of(file) switch
        {
            FileKind.None => null,
            FileKind.Regular when LengthOf(file) == 0 => null,
            FileKind.Regular => "a file with something in it",
            FileKind.Folder => "a folder",
            _ => "a device, a FIFO or a socket",
        };
        if (other is not null)
            throw new InklingException(
                $"{file}: {other} is where the lock of {Path.GetFileName(path)} has to be. Move it away.");
    }

    /// <summary>Length of the file; 0 if it has been deleted in the meantime.</summary>
    private static long LengthOf(string file)
    {
        try
        {
            FileSystemInfo end = File.ResolveLinkTarget(file, returnFinalTarget: true) ?? new FileInfo(file);
            return end is FileInfo { Exists: true } found ? found.Length : 0;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return 0;
        }
    }
}
