using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Inkling.Cli.Sharing;
using Inkling.Files;
using Inkling.Training;

namespace Inkling.Cli.Sweeps;

/// <summary>
/// A sweep's folder: <c>sweep.json</c> says of which version and data its results are, <c>runs/</c> has a file for each run that
/// is done, and beside them are the tables made of these.
/// </summary>
internal sealed class SweepLedger
{
    private const string DescriptionFile = "sweep.json";
    private const int MostDescriptionBytes = 1 << 20;

    private SweepDescription _description;

    private SweepLedger(string folder, SweepDescription description) => (Folder, _description) = (folder, description);

    /// <summary>The folder, as it was named.</summary>
    public string Folder { get; }

    /// <summary>The version of the program that made the results.</summary>
    public string Version => _description.Version;

    /// <summary>What the data are called.</summary>
    public string DataName => _description.Data;

    /// <summary>A hash of all images and labels.</summary>
    public string DataHash => _description.DataHash;

    /// <summary>How many runs the grid had that was last begun here.</summary>
    public int Runs => _description.Runs;

    /// <summary>Where the runs' results are.</summary>
    public string RunsFolder => Path.Combine(Folder, "runs");

    /// <summary>The ending of a result's file.</summary>
    public static string Ending => ".json";

    /// <summary>The table for spreadsheets.</summary>
    public string CsvFile => Path.Combine(Folder, "results.csv");

    /// <summary>All results, a line of JSON each.</summary>
    public string LinesFile => Path.Combine(Folder, "results.jsonl");

    /// <summary>The picture of the grid.</summary>
    public string PictureFile => Path.Combine(Folder, "grid.png");

    /// <summary>Opens a folder for results of this version on these data; it need not exist.</summary>
    /// <exception cref="InklingException">It has other results, or other files.</exception>
    public static SweepLedger Open(string folder, ImageData data)
    {
        SweepLedger ledger = new(folder, new SweepDescription(LibraryVersion.Text, data.Name, HashOf(data), 0));
        if (!Path.Exists(Path.Combine(folder, DescriptionFile)))
        {
            RequireOwn(folder, ledger);
            return ledger;
        }

        ledger._description = ledger.GoingOnWith(Read(folder)._description);
        return ledger;
    }

    /// <summary>Opens the folder of a sweep to look at it.</summary>
    /// <exception cref="InklingException">It is none.</exception>
    public static SweepLedger Read(string folder)
    {
        string file = Path.Combine(folder, DescriptionFile);
        if (!Path.Exists(file))
        {
            throw new InklingException(
                $"{folder}: no folder of a sweep, since {DescriptionFile} is not in it. Name the folder that --out named.");
        }

        byte[] bytes = WholeFile.Read(file, MostDescriptionBytes, "sweep's description");
        try
        {
            if (JsonSerializer.Deserialize(bytes, SweepJson.Lines.SweepDescription) is
                { Version: not null, Data: not null, DataHash: not null } description)
            {
                return new SweepLedger(folder, description);
            }
        }
        catch (JsonException)
        {
            // told below
        }

        throw new InklingException($"{file}: damaged. Delete it: the next sweep into this folder writes it anew.");
    }

    /// <summary>Writes down what the folder is for, before the first run.</summary>
    /// <param name="runs">How many runs the grid has.</param>
    /// <param name="cancellationToken">Stops waiting for another process that does the same.</param>
    /// <exception cref="InklingException">
    /// The folder cannot be written, or has other results since it was opened.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Write(int runs, CancellationToken cancellationToken)
    {
        string file = Path.Combine(Folder, DescriptionFile);
        // To replace a file over a network that others read just now may fail their reading: what is right stays.
        if (Path.Exists(file) && Read(Folder)._description == _description with { Runs = runs })
            return;
        using FileLock only = FileLock.Wait(file, cancellationToken);
        SweepDescription there = Path.Exists(file) ? GoingOnWith(Read(Folder)._description) : _description;
        _description = there with { Runs = runs };
        if (there != _description || !Path.Exists(file))
            AtomicFile.Write(
                file, stream => JsonSerializer.Serialize(stream, _description, SweepJson.Lines.SweepDescription));
    }

    /// <summary>The results that there are, sorted by their options; those that cannot be read are told and left out.</summary>
    public IReadOnlyList<RunResult> Results(Action<string> onDamaged)
    {
        List<RunResult> results = [];
        foreach (string file in SharedWork.Files(RunsFolder, Ending))
        {
            try
            {
                results.Add(RunResult.Read(file));
            }
            catch (InklingException e)
            {
                onDamaged(e.Message);
            }
        }

        results.Sort(InOrder);
        return results;
    }

    /// <summary>The description in the folder, if its results are of this version and on these data.</summary>
    /// <exception cref="InklingException">They are not.</exception>
    private SweepDescription GoingOnWith(SweepDescription there)
    {
        if (there.Version != Version)
        {
            throw new InklingException(
                $"{Folder}: has results of version {there.Version}, and this is {Version}, whose results may differ. "
                + "Go on with that version, or name another folder.");
        }

        return there.DataHash == DataHash
            ? there
            : throw new InklingException(
                $"{Folder}: has results on other data ({there.Data}; these are {DataName}). Name another folder.");
    }

    private static int InOrder(RunResult a, RunResult b)
    {
        foreach ((_, Func<RunOptions, string> valueOf) in RunOptions.Axes)
        {
            if (RunOptions.Compare(valueOf(a.Options), valueOf(b.Options)) is not 0 and int order)
                return order;
        }

        return a.Options.Seed != b.Options.Seed
            ? a.Options.Seed.CompareTo(b.Options.Seed)
            : string.CompareOrdinal(a.Run, b.Run);
    }

    /// <summary>Refuses a folder with files that are none of a sweep, among which its own would be strewn.</summary>
    private static void RequireOwn(string folder, SweepLedger ledger)
    {
        if (File.Exists(folder))
            throw new InklingException($"--out {folder}: that is a file. Name a folder, which need not exist.");
        if (!Directory.Exists(folder))
            return;
        string[] own =
        [
            DescriptionFile,
            .. new[] { ledger.RunsFolder, ledger.CsvFile, ledger.LinesFile, ledger.PictureFile }.Select(Path.GetFileName)!,
        ];
        string? foreign = Directory.EnumerateFileSystemEntries(folder)
            .Select(path => Path.GetFileName(path))
            .FirstOrDefault(name => !own.Any(start => name.StartsWith(start, StringComparison.Ordinal)));
        if (foreign is not null)
        {
            throw new InklingException(
                $"--out {folder}: has files that are no sweep's, as {foreign}. Name a new folder, or an empty one.");
        }
    }

    private static string HashOf(ImageData data)
    {
        Dictionary<string, string> parts = new(StringComparer.Ordinal);
        TrainingFingerprint.AddExamples(parts, "training", data.Training);
        TrainingFingerprint.AddExamples(parts, "validation", data.Validation);
        TrainingFingerprint.AddExamples(parts, "test", data.Test);
        string text = string.Concat(parts.Select(part => $"{part.Key}: {part.Value}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}

/// <summary>What a sweep's folder has results of.</summary>
/// <param name="Version">The program's version.</param>
/// <param name="Data">What the data are called.</param>
/// <param name="DataHash">A hash of all images and labels.</param>
/// <param name="Runs">How many runs the grid had that was last begun here.</param>
internal sealed record SweepDescription(string Version, string Data, string DataHash, int Runs);
