namespace Inkling;

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
        string file = path + ".lock";
        Exception? cause = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            if (FileKinds.Of(file) is FileKind.None or FileKind.Regular)
            {
                for (int attempt = 0; attempt < 3; attempt++)
                {
                    FileStream locked = new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
                    if (File.Exists(file))
                        return new FileLock(locked);
                    locked.Dispose(); // the one who had it deleted it between our opening and our locking it
                }
            }
        }
        catch (IOException e) when (e.HResult is Linux or MacOS or Windows)
        {
            cause = e;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new InklingException($"{file}: cannot be written: {e.Message}".ReplaceLineEndings(" "), e);
        }

        throw new InklingException(inUse, cause);
    }

    public void Dispose() => _locked.Dispose();
}
