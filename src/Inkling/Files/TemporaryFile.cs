using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Inkling.Files;

/// <summary>
/// A file beside the one that it will become, named after it and this process, and locked while it is written. Those that killed
/// programs left for the same file are deleted.
/// </summary>
internal sealed partial class TemporaryFile : IDisposable
{
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;

    /// <summary>The names of this process's own: one that is closed, and so not locked, but not renamed yet is nobody's to delete.</summary>
    private static readonly ConcurrentDictionary<string, byte> Live = new(StringComparer.Ordinal);

    private readonly UnixFileMode? _mode;
    private bool _isMoved;

    /// <param name="target">The regular file that it will become; its folder is made where missing.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public TemporaryFile(string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
        DeleteAbandoned(target);
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None }; // a lock: see DeleteIfAbandoned
        if (!OperatingSystem.IsWindows() && File.Exists(target))
            options.UnixCreateMode = _mode = File.GetUnixFileMode(target) & Permissions; // never readable by more than what it replaces
        Path = string.Create(CultureInfo.InvariantCulture, $"{target}.{Environment.ProcessId}-{Place}{Guid.NewGuid().ToString("N")[..8]}.tmp");
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

    /// <summary>Where this process's number counts, in eight hexadecimal digits: a machine, and on Linux a namespace of processes (a container).</summary>
    private static string Place { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Environment.MachineName + PidNamespace())))[..8];

    public string Path { get; }

    public FileStream Stream { get; }

    private string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Gives the file the permissions of the one it replaces, brings it to the disk, and closes it: under its name it would be in use.</summary>
    public void Complete()
    {
        if (!OperatingSystem.IsWindows() && _mode is { } mode)
            TryToSetMode(mode);
        Stream.Flush(flushToDisk: true);
        Stream.Dispose();
    }

    /// <summary>Gives the file, which is complete, its name.</summary>
    public void MoveTo(string target)
    {
        File.Move(Path, target, overwrite: true);
        _isMoved = true;
    }

    public void Dispose()
    {
        Try(Stream.Dispose); // on a full disk, what is still in its buffer fails again
        if (!_isMoved)
            Try(() => File.Delete(Path));
        Live.TryRemove(Name, out _);
    }

    /// <summary>Cleaning up: what went wrong before it is what the user is told.</summary>
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
            File.SetUnixFileMode(Stream.SafeFileHandle, mode); // the user's mask may have left something out
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // a file system without permissions, as FAT
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
                if (other.StartsWith(name, StringComparison.Ordinal) && Owner().Match(other[name.Length..]) is { Success: true } match && !Live.ContainsKey(other))
                    DeleteIfAbandoned(file, match.Groups["process"].Value, match.Groups["place"].Value);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // cleaning up is not what was asked for
        }
    }

    /// <summary>
    /// Abandoned is what no living process owns. A file is locked while it is written; the number in its name covers the moments
    /// before that and between closing and renaming it. Where numbers are others (another container or machine that shares the
    /// folder), such a moment is over after a minute.
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
            using FileStream locked = new(file, FileMode.Open, FileAccess.Read, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None);
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // somebody is writing it
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

    /// <summary>Whether another process of this number was there when the file was written; this one knows its own files by their names.</summary>
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
            return true; // another user's
        }
    }

    [GeneratedRegex(@"^(?<process>[0-9]{1,10})-(?<place>[0-9a-f]{8}(?=[0-9a-f]{8}\.))?[0-9a-f]{8,32}\.tmp$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Owner();
}
