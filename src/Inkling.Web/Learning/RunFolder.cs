using System.Globalization;

namespace Inkling.Web.Learning;

/// <summary>
/// The folder of the runs: <c>runs.db</c> says what there is, and beside it each run has a checkpoint and a network. One server
/// at a time uses it: a lock is held on <c>serve.lock</c> beside the folder, which the system releases when the process ends,
/// however it ends.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private readonly FileStream _lock;

    /// <exception cref="InklingException">Another server holds the folder, or it cannot be written to.</exception>
    public RunFolder(WebSettings settings)
    {
        Location = Path.Combine(settings.Folder, "runs");
        try
        {
            Directory.CreateDirectory(Location);
            _lock = new FileStream(Path.Combine(settings.Folder, "serve.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeldByAnother(e))
        {
            throw new InklingException(
                $"{settings.Folder}: another \"inkling serve\" uses this folder. End it, or set XDG_DATA_HOME to another folder for this one.",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string why = $"{e.Message} Set XDG_DATA_HOME to a folder that can be written to.".ReplaceLineEndings(" ");
            throw new InklingException($"{settings.Folder}: cannot be used: {why}", e);
        }
    }

    /// <summary>Where the files are.</summary>
    public string Location { get; }

    /// <summary>Called before each change on the disk with what is about to change. Tests copy the folder here, as a crash
    /// would leave it, or throw.</summary>
    public Action<string>? BeforeChange { get; set; }

    /// <summary>Whether there are checkpoints or networks.</summary>
    public bool HasRuns => Files().Any();

    /// <summary>The file that a run goes on from.</summary>
    public static string CheckpointOf(int id) => $"{id}.checkpoint";

    /// <summary>The network of a run that has ended.</summary>
    public static string NetworkOf(int id) => $"{id}.safetensors";

    /// <summary>The network of a run after an epoch.</summary>
    public static string NetworkOf(int id, int epoch) => $"{id}.epoch-{epoch}.safetensors";

    public string PathOf(string file) => Path.Combine(Location, file);

    /// <summary>Writes a network beside its place and renames it.</summary>
    /// <exception cref="InklingException">It cannot be written.</exception>
    public void Save(Network network, string file)
    {
        BeforeChange?.Invoke($"save {file}");
        network.Save(PathOf(file));
    }

    /// <summary>Deletes files that nothing refers to any more. What cannot be deleted now is deleted by the next
    /// start.</summary>
    public void Delete(params IEnumerable<string> files)
    {
        foreach (string file in files)
        {
            try
            {
                BeforeChange?.Invoke($"delete {file}");
                File.Delete(PathOf(file));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // RemoveLeftovers tries again
            }
        }
    }

    /// <summary>All files of a run.</summary>
    public IReadOnlyList<string> FilesOf(int id) => [.. Files().Where(file => file.Id == id).Select(file => file.Name)];

    /// <summary>Deletes what a crash has left: half-written files, those of deleted runs, and networks of epochs before the
    /// last.</summary>
    /// <param name="networks">For each run the network that its row names.</param>
    /// <param name="unreadable">Runs whose rows are damaged: nothing of theirs is touched.</param>
    public void RemoveLeftovers(IReadOnlyDictionary<int, string?> networks, IReadOnlySet<int> unreadable)
    {
        Delete(Files().Where(file => !unreadable.Contains(file.Id) && !IsNeeded(file.Name, file.Id)).Select(file => file.Name).ToList());

        bool IsNeeded(string name, int id) =>
            networks.TryGetValue(id, out string? network)
            && (name == network || name == CheckpointOf(id) || name == CheckpointOf(id) + ".previous");
    }

    /// <summary>Renames the folder with all that is in it, and begins an empty one.</summary>
    /// <returns>What it is called now.</returns>
    public string SetAside()
    {
        string aside = Enumerable.Range(1, int.MaxValue).Select(n => $"{Location}.damaged-{n}").First(path => !Directory.Exists(path));
        Directory.Move(Location, aside);
        Directory.CreateDirectory(Location);
        return aside;
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>The files of runs, told by their names: a run's number, then what they are.</summary>
    private IEnumerable<(string Name, int Id)> Files()
    {
        foreach (string name in Directory.EnumerateFiles(Location).Select(path => Path.GetFileName(path)))
        {
            int dot = name.IndexOf('.', StringComparison.Ordinal);
            ReadOnlySpan<char> kind = name.AsSpan(Math.Max(0, dot));
            bool isOurs = kind.StartsWith(".checkpoint") || kind.StartsWith(".epoch-") || kind.StartsWith(".safetensors");
            if (isOurs && int.TryParse(name.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                yield return (name, id);
        }
    }

    /// <summary>EWOULDBLOCK of Linux and of macOS; ERROR_SHARING_VIOLATION of Windows.</summary>
    private static bool IsHeldByAnother(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);
}
