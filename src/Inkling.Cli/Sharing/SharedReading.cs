using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Inkling.Files;
using Inkling.Web.Api;
using Spectre.Console;

namespace Inkling.Cli.Sharing;

/// <summary>
/// Reads any number of pictures into one file, by one process or by several that share them. What is read is kept in pieces in
/// <c>FILE.parts</c>; when all are there, they become the file, and <c>FILE.done</c> says of which pictures.
/// </summary>
internal sealed class SharedReading
{
    private const int MostPieces = 4096, MostDoneBytes = 1 << 16;
    private const string Ending = ".jsonl";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);

    private readonly string _file;
    private readonly IReadOnlyList<string> _pictures;
    private readonly Func<PictureOutput, PictureReader> _readerFor;
    private readonly Part _part;
    private readonly int _pieceLength;
    private readonly string[] _names;
    private readonly string _job;

    /// <summary>Divides the pictures into pieces: one each of up to 4,096, more in each of more.</summary>
    /// <param name="file">The file of all readings.</param>
    /// <param name="pictures">The pictures, in the order of the readings.</param>
    /// <param name="settings">All else on which readings depend.</param>
    /// <param name="part">Which pieces this process reads first.</param>
    /// <param name="readerFor">Makes a reader that writes to an output.</param>
    public SharedReading(
        string file,
        IReadOnlyList<string> pictures,
        string settings,
        Part part,
        Func<PictureOutput, PictureReader> readerFor)
    {
        (_file, _pictures, _part, _readerFor) = (file, pictures, part, readerFor);
        _pieceLength = (pictures.Count + MostPieces - 1) / MostPieces;
        _names =
        [
            .. Enumerable.Range(0, (pictures.Count + _pieceLength - 1) / _pieceLength)
                .Select(piece => HashOf(StampsOf(piece).Prepend(settings).Prepend(LibraryVersion.Text)))
                .Select((hash, piece) => (Hash: hash, Piece: piece))
                .GroupBy(named => named.Hash, StringComparer.Ordinal)
                // A picture that is named twice is read twice, under names of its own.
                .SelectMany(same => same.Select((named, i) => (named.Piece, Name: i == 0
                    ? named.Hash
                    : HashOf([named.Hash, i.ToString(CultureInfo.InvariantCulture)]))))
                .OrderBy(named => named.Piece)
                .Select(named => named.Name)
        ];
        _job = HashOf(_names);
    }

    private string PartsFolder => PartsOf(_file);

    private string DoneFile => DoneOf(_file);

    /// <summary>The file in the current folder for readings of these, where none is named: that of the first.</summary>
    public static string StandardFile(IReadOnlyList<string> images) =>
        $"{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(images[0])))}{Ending}";

    /// <summary>Refuses a file that nobody named and that is there already, unless it is of shared readings.</summary>
    /// <exception cref="InklingException">It is another file.</exception>
    public static void RequireNoOther(string file)
    {
        // In this order: a process that finishes writes the file, says so beside it, and only then deletes the pieces.
        if (File.Exists(file) && !Directory.Exists(PartsOf(file)) && !File.Exists(DoneOf(file)))
            throw new InklingException(
                $"{file}: the readings would replace this file. Name another one with --out, or move this one away.");
    }

    /// <summary>
    /// Reads what is missing. The first part stays until all is read, and reads what processes that ended have left.
    /// </summary>
    /// <returns>How many pictures could not be read; 0 where other processes are not done yet.</returns>
    /// <exception cref="InklingException">A file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public int Run(Terminal terminal, CancellationToken cancellationToken)
    {
        if (FinishedFailures() is { } before)
        {
            string again = before == 0 ? "" : string.Create(
                CultureInfo.InvariantCulture, $" {before:N0} of them could not be read; delete {_file} to read all again.");
            terminal.Message($"{_file}: all of these pictures are read already.{again}");
            return before;
        }

        OutputFiles.Require(_file);
        SharedWork work = new(PartsFolder, Ending, _names, _part);
        if (terminal.IsLive && _names.Length > 3)
        {
            terminal.People.Progress()
                .AutoClear(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .Start(context =>
                {
                    ProgressTask bar = context.AddTask("reading", maxValue: work.Count);
                    ReadAll(work, () => bar.Value = work.Done, cancellationToken);
                });
        }
        else
        {
            ReadAll(work, () => { }, cancellationToken);
        }

        if (!work.IsComplete && FinishedFailures() is null)
        {
            terminal.Message("The pictures that are left are read by other processes; the last of them writes the file.");
            return 0;
        }

        int failures = Finish(work, cancellationToken);
        terminal.Message(string.Create(CultureInfo.InvariantCulture, $"Read {_pictures.Count:N0} pictures into {_file}"));
        return failures;
    }

    /// <summary>Prints the readings as <c>read</c> prints them without a file.</summary>
    public void Print(Terminal terminal)
    {
        PrintedReadings output = new(terminal);
        foreach (string line in File.ReadLines(_file))
        {
            if (JsonSerializer.Deserialize(line, PieceJson.Default.UnreadPicture) is { Error: not null } unread)
                output.Failed(unread.File, unread.Error);
            else
                output.Read(JsonSerializer.Deserialize(line, AnswerJson.Default.ReadingAnswer)!);
        }
    }

    private static string PartsOf(string file) => file + ".parts";

    private static string DoneOf(string file) => file + ".done";

    private void ReadAll(SharedWork work, Action onPiece, CancellationToken cancellationToken)
    {
        while (true)
        {
            while (work.TryClaim() is { } claim)
            {
                using (claim)
                {
                    if (FinishedFailures() is not null)
                        return; // the piece is missing because all are in the file already
                    claim.Complete(Read(claim.Index, cancellationToken));
                }

                onPiece();
            }

            if (_part.Index > 0 || work.IsComplete || FinishedFailures() is not null)
                return;
            if (cancellationToken.WaitHandle.WaitOne(BetweenLooks))
                cancellationToken.ThrowIfCancellationRequested();
            work.Refresh();
            onPiece();
        }
    }

    private byte[] Read(int piece, CancellationToken cancellationToken)
    {
        PieceOutput output = new();
        PictureReader reader = _readerFor(output);
        foreach (string picture in PicturesOf(piece))
        {
            cancellationToken.ThrowIfCancellationRequested();
            reader.Read(picture);
        }

        return output.ToArray();
    }

    /// <summary>Puts the pieces together, unless another process has done so meanwhile.</summary>
    /// <returns>How many pictures could not be read.</returns>
    private int Finish(SharedWork work, CancellationToken cancellationToken)
    {
        using (FileLock.Wait(_file, cancellationToken))
        {
            if (FinishedFailures() is { } before)
            {
                Delete(work);
                return before;
            }

            HashSet<string> unread = new(StringComparer.Ordinal);
            AtomicFile.Write(_file, stream =>
            {
                foreach (string name in _names)
                {
                    byte[] piece = File.ReadAllBytes(work.FileOf(name));
                    stream.Write(piece);
                    foreach (string line in Encoding.UTF8.GetString(piece).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                    {
                        if (JsonSerializer.Deserialize(line, PieceJson.Default.UnreadPicture) is { Error: not null } picture)
                            unread.Add(picture.File);
                    }
                }
            });
            FinishedReading finished = new(_job, _pictures.Count, unread.Count);
            AtomicFile.Write(DoneFile, stream => JsonSerializer.Serialize(stream, finished, PieceJson.Default.FinishedReading));
            Delete(work);
            return unread.Count;
        }
    }

    /// <summary>How many of these pictures could not be read; null where they are not in the file yet.</summary>
    private int? FinishedFailures()
    {
        if (!File.Exists(_file) || !File.Exists(DoneFile))
            return null;
        try
        {
            FinishedReading? finished = JsonSerializer.Deserialize(
                WholeFile.Read(DoneFile, MostDoneBytes, "finished reading"), PieceJson.Default.FinishedReading);
            return finished?.Job == _job ? finished.Failures : null;
        }
        catch (Exception e) when (e is JsonException or InklingException)
        {
            return null;
        }
    }

    /// <summary>Deletes these pictures' pieces; what is not theirs, as other pictures' pieces, stays with its folder.</summary>
    private void Delete(SharedWork work)
    {
        if (!Directory.Exists(PartsFolder))
            return;
        SharedWork.DeleteAbandonedLocks(PartsFolder, Ending);
        string[] pieces = [.. _names.Select(work.FileOf)];
        foreach (string piece in pieces)
            Try(() => File.Delete(piece));
        foreach (string folder in pieces.Select(piece => Path.GetDirectoryName(piece)!).Distinct(StringComparer.Ordinal))
            Try(() => Directory.Delete(folder, recursive: false));
        Try(() => Directory.Delete(PartsFolder, recursive: false));

        static void Try(Action delete)
        {
            try
            {
                delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // another process looks at it, it is not empty, or it is deleted already
            }
        }
    }

    private IEnumerable<string> PicturesOf(int piece) => Enumerable
        .Range(piece * _pieceLength, Math.Min(_pieceLength, _pictures.Count - (piece * _pieceLength)))
        .Select(i => _pictures[i]);

    /// <summary>For each picture its name, length and time: one that was replaced is read again.</summary>
    private IEnumerable<string> StampsOf(int piece) => PicturesOf(piece).Select(picture =>
    {
        FileInfo info = new(picture);
        return info.Exists
            ? string.Create(CultureInfo.InvariantCulture, $"{picture}\0{info.Length}\0{info.LastWriteTimeUtc.Ticks}")
            : picture;
    });

    private static string HashOf(IEnumerable<string> lines)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string line in lines)
            hash.AppendData(Encoding.UTF8.GetBytes($"{line}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..32];
    }

    /// <summary>Collects the readings of a piece.</summary>
    private sealed class PieceOutput : PictureOutput
    {
        private readonly StringBuilder _lines = new();

        public override void Read(ReadingAnswer answer) =>
            _lines.Append(JsonSerializer.Serialize(answer, AnswerJson.Default.ReadingAnswer)).Append('\n');

        public override void Failed(string image, string message) => _lines
            .Append(JsonSerializer.Serialize(new UnreadPicture(image, OneLine.Of(message)), PieceJson.Default.UnreadPicture))
            .Append('\n');

        public byte[] ToArray() => Encoding.UTF8.GetBytes(_lines.ToString());
    }
}

/// <summary>A picture that could not be read, or a page of one.</summary>
/// <param name="File">Its name.</param>
/// <param name="Error">Why.</param>
internal sealed record UnreadPicture(string File, string Error);

/// <summary>What a finished file has readings of.</summary>
/// <param name="Job">A hash of the pictures' names, lengths and times, and of how they were read.</param>
/// <param name="Pictures">How many pictures.</param>
/// <param name="Failures">How many of them could not be read.</param>
internal sealed record FinishedReading(string Job, int Pictures, int Failures);

/// <summary>Serialises what is kept of a reading that several processes share.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(UnreadPicture))]
[JsonSerializable(typeof(FinishedReading))]
internal sealed partial class PieceJson : JsonSerializerContext;
