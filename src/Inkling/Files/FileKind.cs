using System.Runtime.InteropServices;

namespace Inkling.Files;

/// <summary>What lies at a path, symbolic links followed.</summary>
internal enum FileKind
{
    /// <summary>Nothing, or what this user may not look at.</summary>
    None,

    /// <summary>A regular file: what may be replaced by another of the same name.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A character device, as <c>/dev/null</c> or a terminal, or a FIFO: written to, never replaced.</summary>
    Stream,

    /// <summary>A disk, a socket: nothing to write a file to.</summary>
    Other,
}

/// <summary>Tells regular files from devices and FIFOs, which .NET 10 calls files all alike.</summary>
internal static partial class FileKinds
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint TypeOnly = 1; // STATX_TYPE

    /// <summary>Whether this system says what is a FIFO or a device.</summary>
    public static bool TellsPipes => OperatingSystem.IsLinux();

    /// <summary>What lies at a path, symbolic links followed.</summary>
    /// <remarks>
    /// Without statx (other systems than Linux) the name has to do: what is under /dev is a stream, a file in /dev/shm too, and a
    /// FIFO or device elsewhere counts as a regular file, so that saving replaces it.
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
                // a C library older than statx (2018); where a sandbox forbids the call, .NET is asked too
            }
        }

        if (Directory.Exists(path))
            return FileKind.Folder;
        if (!File.Exists(path))
            return FileKind.None;
        return !OperatingSystem.IsWindows() && Path.GetFullPath(path).StartsWith("/dev/", StringComparison.Ordinal) ? FileKind.Stream : FileKind.Regular;
    }

    private static FileKind OfMode(ushort mode) => (mode & 0xF000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Folder,
        0x2000 or 0x1000 => FileKind.Stream,
        _ => FileKind.Other,
    };

    /// <summary>Linux's statx(2): unlike stat's, its structure is the same on all processors.</summary>
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
