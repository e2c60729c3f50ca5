namespace Inkling.Files;

/// <summary>
/// Keeps a file to one user at a time by a lock on another file beside it, <c>FILE.lock</c>, which goes when the lock does. The
/// system takes a killed program's lock away; the empty file stays until the next one is done with it.
/// </summary>
internal sealed class FileLock : IDisposable
{
    /// <summary>What a lock that somebody else holds is called: EWOULDBLOCK twice, and ERROR_SHARING_VIOLATION.</summary>
    private const int Linux = 11, MacOS = 35, Windows = unchecked((int)0x80070020);

    private readonly FileStream _locked;

    private FileLock(FileStream locked) => _locked = locked;

    /// <summary>Locks, or says that somebody else has.</summary>
    /// <param name="path">The file that the lock is for; its folder is made where missing.</param>
    /// <param name="inUse">What to tell where the file is in use.</param>
    /// <exception cref="InklingException">It is in use, or no lock can be made there.</exception>
    public static FileLock Take(string path, string inUse)
    {
        try
        {
            return TryTake(path) ?? throw new InklingException(inUse);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new InklingException($"{path}.lock: cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Locks; null where somebody else has.</summary>
    /// <param name="path">The file that the lock is for; its folder is made where missing.</param>
    /// <exception cref="InklingException">Something that is no lock is in its place.</exception>
    /// <exception cref="IOException">No lock can be made there.</exception>
    /// <exception cref="UnauthorizedAccessException">No lock may be made there.</exception>
    public static FileLock? TryTake(string path)
    {
        string file = path + ".lock";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        for (int attempt = 0; attempt < 3; attempt++)
        {
            RequireOurs(file, path);
            try
            {
                FileStream locked = new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
                if (File.Exists(file))
                    return new FileLock(locked);
                locked.Dispose(); // the one who had it deleted it between our opening and our locking it
            }
            catch (IOException e) when (e.HResult is Linux or MacOS or Windows)
            {
                return null;
            }
        }

        return null;
    }

    public void Dispose() => _locked.Dispose();

    /// <summary>Our locks are empty files, and are deleted: nothing else may be taken for one.</summary>
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
            throw new InklingException($"{file}: {other} is where the lock of {Path.GetFileName(path)} has to be. Move it away, or name another file than {path}.");
    }

    /// <summary>0 where it is gone in the meantime.</summary>
    private static long LengthOf(string file)
    {
        try
        {
            FileSystemInfo end = File.ResolveLinkTarget(file, returnFinalTarget: true) ?? new FileInfo(file);
            return end is FileInfo { Exists: true } found ? found.Length : 0;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }
}
