namespace Inkling.Files;

/// <summary>
/// Opens regular files and nothing else. Opening a named pipe waits until somebody writes to it, and a device may have no end:
/// a path that leads to one is refused before it is opened.
/// </summary>
internal static class RegularFile
{
    /// <summary>Whether a path, links followed, is a regular file with something in it.</summary>
    /// <remarks>
    /// Where <see cref="FileKinds"/> cannot tell: pipes, sockets and devices have a length of 0, and so have files that a system
    /// makes up as they are read (/proc). Whatever has a length is a regular file.
    /// </remarks>
    public static bool IsAt(string path)
    {
        try
        {
            path = Path.GetFullPath(path); // of a link that is named without a folder, .NET looks for the target in the root
            return (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)) is FileInfo { Exists: true, Length: > 0 };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false; // a link to nowhere, or in a circle
        }
    }

    /// <summary>Opens a regular file to be read from its beginning.</summary>
    /// <param name="path">Where it is; links are followed.</param>
    /// <param name="otherwise">What to do where it is none.</param>
    /// <exception cref="InklingException">There is no such file, it is a folder, empty, or a pipe, a socket or a device.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
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
            throw new InklingException($"{path}: empty{(FileKinds.TellsPipes ? "" : ", or no regular file but a pipe, a socket or a device")}. {otherwise}");
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
    }
}
