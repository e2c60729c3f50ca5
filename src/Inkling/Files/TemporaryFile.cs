using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Inkling.Files;

/// <summary>
/// A temporary file beside its target, named after the target and this process, and locked while it is written. Temporary files
/// of the same target left by killed processes are deleted.
/// </summary>
internal sealed partial class TemporaryFile : IDisposable
{
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;

    /// <summary>
    /// Names of this process's temporary files: one that is closed, so unlocked, but not yet renamed must not be deleted.
    /// </summary>
    private static readonly ConcurrentDictionary<string, byte> Live = new(StringComparer.Ordinal);

    private readonly UnixFileMode? _mode;
    private bool _isMoved;

    /// <summary>Creates the file and opens it for writing.</summary>
    /// <param name="target">The regular file to be replaced or created; its folder is created if missing.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission to create the file is denied.</exception>
    public TemporaryFile(string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
        DeleteAbandoned(target);
        // FileShare.None locks the file: see DeleteIfAbandoned.
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows() && File.Exists(target))
            options.UnixCreateMode = _mode = File.GetUnixFileMode(target) & Permissions; // no wider access than to the old file
        Path = string.Create(
            CultureInfo.InvariantCulture,
            $"{target}.{Environment.ProcessId}-{Place}{Guid.NewGuid().ToString("N")[..8]}.tmp");
        Live.TryAdd(Name, 0);
        try
        {
            Stream = new FileStream(Path, options);
        }
        catch
        {
            Live.TryRemove(Name, out _);
            throw;
        }
    }

    /// <summary>
    /// Identifies the scope of process ids, in eight hexadecimal digits: hash of the machine's name and, on Linux, of the PID
    /// namespace (container).
    /// </summary>
    private static string Place { get; } =
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(Environment.MachineName + PidNamespace())))[..8];

    public string Path { get; }

    public FileStream Stream { get; }

    private string Name => System.IO.Path.GetFileName(Path);

    /// <summary>
    /// Sets the permissions of the replaced file, flushes to disk, and closes the file, which could not be renamed while in use.
    /// </summary>
    public void Complete()
    {
        if (!OperatingSystem.IsWindows() && _mode is { } mode)
            TryToSetMode(mode);
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
    }

    /// <summary>Renames the completed file to the target.</summary>
    public void MoveTo(string target)
    {
        File.Move(Path, target, overwrite: true);
        _isMoved = true;
    }

    public void Dispose()
    {
        Try(Stream.Dispose); // on a full disk, flushing the rest of the buffer fails again
        if (!_isMoved)
            Try(() => File.Delete(Path));
        Live.TryRemove(Name, out _);
    }

    /// <summary>Runs a clean-up action and ignores its I/O errors, so that the original error is reported.</summary>
    internal static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private void TryToSetMode(UnixFileMode mode)
    {
        try
        {
            File.SetUnixFileMode(Stream.SafeFileHandle, mode); // the umask may have removed some bits
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a file system without permissions, such as FAT
        }
    }

    private static void DeleteAbandoned(string target)
    {
        string name = System.IO.Path.GetFileName(target) + ".";
        try
        {
            foreach (string file in Directory.EnumerateFiles(System.IO.Path.GetDirectoryName(target)!, "*.tmp"))
            {
                string other = System.IO.Path.GetFileName(file);
                if (other.StartsWith(name, StringComparison.Ordinal)
                    && Owner().Match(other[name.Length..]) is { Success: true } match
                    && !Live.ContainsKey(other))
                    DeleteIfAbandoned(file, match.Groups["process"].Value, match.Groups["place"].Value);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // best effort: failing to clean up does not fail the write
        }
    }

    /// <summary>
    /// Deletes a temporary file that no living process owns. A file is locked while it is written; the process id in its name
    /// protects it before that, and between closing and renaming. Process ids of another container or machine that shares the
    /// folder cannot be checked; its files are protected for a minute after the last write.
    /// </summary>
    private static void DeleteIfAbandoned(string file, string owner, string place)
    {
        DateTime written = File.GetLastWriteTime(file);
        if (place.Length > 0 && place != Place && DateTime.Now - written < TimeSpan.FromMinutes(1))
            return;
        if (int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && IsAlive(id, written))
            return;
        try
        {
            using FileStream locked = new(
                file,
                FileMode.Open,
                FileAccess.Read,
                OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None);
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // another process is writing it
        }
    }

    private static string? PidNamespace()
    {
        try
        {
            return OperatingSystem.IsLinux() ? new FileInfo("/proc/self/ns/pid").LinkTarget : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether another process with this id already ran when the file was written; this process's files are in
    /// <see cref="Live"/>.
    /// </summary>
    private static bool IsAlive(int id, DateTime written)
    {
        if (id == Environment.ProcessId)
            return false;
        try
        {
            using Process process = Process.GetProcessById(id);
            return process.StartTime <= written;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return true; // the process belongs to another user
        }
    }

    [GeneratedRegex(
        @"^(?<process>[0-9]{1,10})-(?<place>[0-9a-f]{8}(?=[0-9a-f]{8}\.))?[0-9a-f]{8,32}\.tmp$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Owner();
}
