namespace Inkling.Files;

/// <summary>
/// Opens regular files only. Opening a FIFO blocks until a process writes to it, and a device may be endless, so paths to them
/// are refused before they are opened.
/// </summary>
internal static class RegularFile
{
    /// <summary>Whether a path, links followed, is a regular file that is not empty.</summary>
    /// <remarks>
    /// Used where <see cref="FileKinds"/> cannot tell. Pipes, sockets and devices have length 0, as have virtual files such as
    /// those in /proc; anything with another length is a regular file.
    /// </remarks>
    public static bool IsAt(string path)
    {
        try
        {
            path = Path.GetFullPath(path); // .NET resolves a link given without a folder against the root folder
            return (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path))
                is FileInfo { Exists: true, Length: > 0 };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false; // a broken or cyclic link
        }
    }

    /// <summary>Opens a regular file for reading.</summary>
    /// <param name="path">Path of the file; links are followed.</param>
    /// <param name="otherwise">Advice for the error message if it is not a regular file, or empty.</param>
    /// <exception cref="InklingException">The file is missing or empty, or is a folder, a pipe, a socket or a device.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission to read it is denied.</exception>
    public static FileStream OpenRead(string path, string otherwise = "Name a file that has something in it.")
    {
        ArgumentNullException.ThrowIfNull(path);
        FileKind kind = FileKinds.Of(path);
        if (kind == FileKind.Folder)
            throw new InklingException($"{path}: a folder, not a file.");
        if (kind == FileKind.None)
            throw new InklingException($"{path}: there is no such file.");
        if (kind is FileKind.Stream or FileKind.Other)
            throw new InklingException($"{path}: no regular file but a pipe, a socket or a device. {otherwise}");
        if (!IsAt(path))
            throw new InklingException(
                $"{path}: empty"
                + $"{(FileKinds.TellsPipes ? "" : ", or no regular file but a pipe, a socket or a device")}. {otherwise}");
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
    }
}
