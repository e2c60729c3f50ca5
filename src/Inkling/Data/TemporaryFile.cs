using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Inkling;

/// <summary>
/// A file beside the one that it will become, named after it and this process, and locked. Those that killed programs left for
/// the same file are deleted.
/// </summary>
internal sealed partial class TemporaryFile : IDisposable
{
    private readonly UnixFileMode? _mode;
    private bool _isMoved;

    /// <param name="target">The regular file that it will become; its folder is made where missing.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public TemporaryFile(string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
        DeleteAbandoned(target);
        _mode = !OperatingSystem.IsWindows() && File.Exists(target) ? File.GetUnixFileMode(target) : null;
        Path = string.Create(CultureInfo.InvariantCulture, $"{target}.{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}.tmp");
        Stream = new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.None); // a lock: see IsAbandoned
    }

    public string Path { get; }

    public FileStream Stream { get; }

    /// <summary>Gives the file its name, and the permissions of the file it replaces.</summary>
    public void MoveTo(string target)
    {
        if (!OperatingSystem.IsWindows() && _mode is { } mode)
            TryToSetMode(mode);
        if (OperatingSystem.IsWindows())
            Stream.Dispose(); // which renames no open file; elsewhere it stays locked until it has its name
        File.Move(Path, target, overwrite: true);
        _isMoved = true;
    }

    public void Dispose()
    {
        if (!_isMoved && !OperatingSystem.IsWindows())
            Try(() => File.Delete(Path)); // while it is locked
        Try(Stream.Dispose); // on a full disk, what is still in its buffer fails again
        if (!_isMoved)
            Try(() => File.Delete(Path));
    }

    /// <summary>Cleaning up: what went wrong before it is what the user is told.</summary>
    private static void Try(Action action)
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
        const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;
        try
        {
            File.SetUnixFileMode(Stream.SafeFileHandle, mode & Permissions);
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
                if (other.StartsWith(name, StringComparison.Ordinal) && Owner().Match(other[name.Length..]) is { Success: true } match)
                    DeleteIfAbandoned(file, match.Groups["process"].Value);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // cleaning up is not what was asked for
        }
    }

    /// <summary>
    /// Abandoned is what no living process owns. The lock says so for certain, also where processes have numbers of their own
    /// (containers); the number in the name covers the moment between making the file and locking it.
    /// </summary>
    private static void DeleteIfAbandoned(string file, string owner)
    {
        if (int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && IsAlive(id, File.GetLastWriteTime(file)))
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

    /// <summary>Whether a process of this number was there when the file was written; this one knows its own files by their locks.</summary>
    private static bool IsAlive(int id, DateTime written)
    {
        if (id == Environment.ProcessId)
            return OperatingSystem.IsWindows(); // where the lock ends before the file has its name
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

    [GeneratedRegex(@"^(?<process>[0-9]{1,10})-[0-9a-f]{8,32}\.tmp$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Owner();
}
