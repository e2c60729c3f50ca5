using System.Globalization;
using System.Text.RegularExpressions;
using Inkling.Files;

namespace Inkling.Web.Learning;

/// <summary>
/// The folder of the runs: <c>runs.db</c> lists them, and beside it each run has a checkpoint and a network. Only one server at a
/// time uses it: a lock is held on <c>serve.lock</c> beside the folder, which the operating system releases when the process
/// ends, however it ends.
/// </summary>
internal sealed partial class RunFolder : IDisposable
{
    private readonly FileLock _lock;

    /// <exception cref="InklingException">Another server holds the folder, or it cannot be written to.</exception>
    public RunFolder(WebSettings settings)
    {
        Location = Path.Combine(settings.SharedFolder, "runs");
        try
        {
            Directory.CreateDirectory(Location);
            _lock = FileLock.TryTake(Path.Combine(settings.Folder, "serve")) ?? throw new InklingException(
                $"{settings.Folder}: another \"inkling serve\" uses this folder. "
                + "End it, or set XDG_DATA_HOME to another folder for this one.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(settings.Folder, e);
        }
    }

    /// <summary>Where the files are.</summary>
    public string Location { get; }

    /// <summary>Called before each change on the disk with what is about to change. Tests copy the folder here, as a crash
    /// would leave it, or throw.</summary>
    public Action<string>? BeforeChange { get; set; }

    /// <summary>Whether there are checkpoints or networks.</summary>
    public bool HasRuns => Files().Any();

    /// <summary>The checkpoint that a run resumes from.</summary>
    public static string CheckpointOf(int id) => $"{id}.checkpoint";

    /// <summary>The network of a run that has ended.</summary>
    public static string NetworkOf(int id) => $"{id}.safetensors";

    /// <summary>The network of a run after an epoch.</summary>
    public static string NetworkOf(int id, int epoch) => $"{id}.epoch-{epoch}.safetensors";

    /// <summary>Says that a folder or file of runs cannot be used, why, and what to do.</summary>
    public static InklingException Unusable(string path, Exception e) =>
        new($"{path}: cannot be used: {e.Message} Set XDG_DATA_HOME to a folder that can be written to.", e);

    public string PathOf(string file) => Path.Combine(Location, file);

    /// <summary>Writes a network to a temporary file and renames it.</summary>
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
                // TidyUp tries again
            }
        }
    }

    /// <summary>All files of a run.</summary>
    public IReadOnlyList<string> FilesOf(int id) => [.. Files().Where(file => file.Id == id).Select(file => file.Name)];

    /// <summary>
    /// Deletes what a crash has left: half-written files, networks of epochs before the last, and files of deleted runs. Whole
    /// files of runs that the database does not list, for instance because an older one was restored, are moved aside: a new run
    /// may get their number.
    /// </summary>
    /// <param name="networks">For each run the network that its row names.</param>
    /// <param name="unreadable">Runs whose rows are damaged: their files are not touched.</param>
    /// <param name="removed">Runs that were deleted.</param>
    /// <returns>A line about the files moved aside; null where there were none.</returns>
    /// <exception cref="InklingException">Files cannot be moved aside.</exception>
    public string? TidyUp(IReadOnlyDictionary<int, string?> networks, IReadOnlySet<int> unreadable, IReadOnlySet<int> removed)
    {
        List<RunFile> files = [.. Files().Where(file => !unreadable.Contains(file.Id))];
        Delete(files.Where(IsLeftOver).Select(file => file.Name));
        List<RunFile> unknown = [.. files.Where(file => !IsLeftOver(file) && !networks.ContainsKey(file.Id))
            .OrderBy(file => file.Name, StringComparer.Ordinal)];
        if (unknown.Count == 0)
            return null;
        string aside = FreeName("unlisted");
        try
        {
            Directory.CreateDirectory(aside);
            foreach (RunFile file in unknown)
                File.Move(PathOf(file.Name), Path.Combine(aside, file.Name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string why = e.Message.ReplaceLineEndings(" ");
            throw new InklingException($"{Location}: files of runs that are not listed cannot be set aside: {why}", e);
        }

        return $"{Location}: {unknown.Count} files of runs that are not in the list, "
            + $"{unknown[0].Name} among them, are now in {aside}.";

        bool IsLeftOver(RunFile file) => file.Kind switch
        {
            RunFileKind.HalfWritten => true,
            RunFileKind.OfEpoch when networks.TryGetValue(file.Id, out string? network) => file.Name != network,
            _ => removed.Contains(file.Id),
        };
    }

    /// <summary>Deletes all files of runs: in the folder of a replica they are working copies.</summary>
    public void Clear() => Delete(Files().Select(file => file.Name).ToArray());

    /// <summary>Renames the folder with all its files, and creates an empty one.</summary>
    /// <returns>Its new path.</returns>
    public string SetAside()
    {
        string aside = FreeName("damaged");
        Directory.Move(Location, aside);
        Directory.CreateDirectory(Location);
        return aside;
    }

    public void Dispose() => _lock.Dispose();

    private string FreeName(string why) =>
        Enumerable.Range(1, int.MaxValue).Select(n => $"{Location}.{why}-{n}").First(path => !Path.Exists(path));

    /// <summary>The files of runs, recognised by exactly the names that this class and the file writer give.</summary>
    private IEnumerable<RunFile> Files()
    {
        foreach (string name in Directory.EnumerateFiles(Location).Select(path => Path.GetFileName(path)))
        {
            Match match = Ours().Match(name);
            if (match.Success
                && int.TryParse(match.Groups["id"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            {
                yield return new RunFile(name, id, match.Groups["half"].Success ? RunFileKind.HalfWritten
                    : match.Groups["epoch"].Success ? RunFileKind.OfEpoch : RunFileKind.OfRun);
            }
        }
    }

    [GeneratedRegex(
        @"\A(?<id>[1-9][0-9]*)\.(checkpoint(\.previous)?|safetensors|(?<epoch>epoch-[0-9]+)\.safetensors)"
        + @"(?<half>\.[0-9]{1,10}-[0-9a-f]{8,32}\.tmp)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ours();

    private enum RunFileKind
    {
        OfRun,
        OfEpoch,
        HalfWritten,
    }

    private readonly record struct RunFile(string Name, int Id, RunFileKind Kind);
}
