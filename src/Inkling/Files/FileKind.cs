using System.Runtime.InteropServices;

namespace Inkling.Files;

/// <summary>The kind of file at a path, symbolic links followed.</summary>
internal enum FileKind
{
    /// <summary>Nothing, or something this user has no access to.</summary>
    None,

    /// <summary>A regular file, which may be replaced.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A character device (such as <c>/dev/null</c> or a terminal) or a FIFO: written to, never replaced.</summary>
    Stream,

    /// <summary>A block device or a socket: cannot be written as a file.</summary>
    Other,
}

/// <summary>Distinguishes regular files from devices and FIFOs, which .NET 10 does not.</summary>
internal static partial class FileKinds
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint TypeOnly = 1; // STATX_TYPE

    /// <summary>Whether FIFOs and devices can be told from regular files on this system.</summary>
    public static bool TellsPipes => OperatingSystem.IsLinux();

    /// <summary>The kind of file at a path, symbolic links followed.</summary>
    /// <remarks>
    /// Without statx (systems other than Linux) only the path is known: anything under /dev counts as a stream, even a file in
    /// /dev/shm, and a FIFO or device elsewhere counts as a regular file, so that saving replaces it.
    /// </remarks>
    public static FileKind Of(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                if (Statx(CurrentFolder, path, 0, TypeOnly, out StatxResult found) == 0)
                    return OfMode(found.Mode);
            }
            catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
            {
                // the C library predates statx (2018): use .NET, as when a sandbox forbids the call
            }
        }

        if (Directory.Exists(path))
            return FileKind.Folder;
        if (!File.Exists(path))
            return FileKind.None;
        return !OperatingSystem.IsWindows()
            && Path.GetFullPath(path).StartsWith("/dev/", StringComparison.Ordinal)
                ? FileKind.Stream
                : FileKind.Regular;
    }

    private static FileKind OfMode(ushort mode) => (mode & 0xF000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Folder,
        0x2000 or 0x1000 => FileKind.Stream,
        _ => FileKind.Other,
    };

    /// <summary>Linux's statx(2); unlike that of stat, its structure is the same on all architectures.</summary>
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, out StatxResult result);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatxResult
    {
        [FieldOffset(28)]
        public ushort Mode;
    }
}
