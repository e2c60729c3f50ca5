using Inkling.Data.Catalogue;
using Inkling.Data.Own;
using Inkling.Files;

namespace Inkling.Cli;

/// <summary>One's own labelled images, as found at a path: IDX files, CSV files or pictures.</summary>
/// <param name="Name">The path, as a name for results.</param>
internal abstract record OwnSource(string Name)
{
    /// <summary>The files that are read.</summary>
    public abstract IEnumerable<string> Files { get; }

    /// <summary>Finds out what is at a path.</summary>
    /// <param name="path">A folder or a file.</param>
    /// <exception cref="InklingException">There is nothing to learn from, or more than one thing.</exception>
    public static OwnSource Find(string path)
    {
        string name = Path.TrimEndingDirectorySeparator(path);
        bool isFolder = Directory.Exists(path);
        try
        {
            bool isIdx = isFolder || IsIdx(path);
            if (isIdx && IdxImages.Find(path) is { Count: > 0 } idx)
                return new Idx(name, idx);
            IReadOnlyList<string> unlabelled = [];
            IReadOnlyDictionary<DataPart, string>? csv =
                isFolder || !isIdx ? CsvImages.Find(path, out unlabelled) : null;
            if (isFolder && LabelledFiles.Find(path) is { Count: > 0 } pictures)
                return csv is { Count: > 0 } ? throw TwoThings(path, csv) : new Pictures(name, pictures, CsvImages.FilesIn(path));
            if (csv is { Count: > 0 })
                return new Csv(name, csv, unlabelled);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InklingException($"{path}: cannot be looked into: {e.Message}", e);
        }

        throw new InklingException(isFolder
            ? $"{path}: has no images with labels: no IDX files (train-images-idx3-ubyte and its labels), no CSV file with a "
                + $"column \"label\", no folders 0 to 9 with pictures, no pictures named as 7_anna.png.{OfNamedSets(path)}"
            : $"{path}: images in an IDX file are found by its name, as train-images-idx3-ubyte beside "
                + "train-labels-idx1-ubyte. Rename it; if it is something else that is compressed, unpack it.");
    }

    private static InklingException TwoThings(string folder, IReadOnlyDictionary<DataPart, string> tables) => new(
        $"{folder}: has pictures with labels and a table of images. Name the one that is meant: {tables.Values.First()}, or a "
        + "folder that holds the pictures alone.");

    /// <summary>Reads the images.</summary>
    /// <exception cref="InklingException">A file is damaged.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public ImageParts Load(Terminal terminal, CancellationToken cancellationToken)
    {
        List<string> notes = [];
        Dictionary<DataPart, RawImages> parts = ReadParts(notes, terminal, cancellationToken);
        return ImageParts.Of(Name, parts, notes);
    }

    private protected abstract Dictionary<DataPart, RawImages> ReadParts(
        List<string> notes, Terminal terminal, CancellationToken cancellationToken);

    private protected void NoteOrder(Dictionary<DataPart, RawImages> parts, List<string> notes)
    {
        if (parts.TryGetValue(DataPart.Training, out RawImages? training) && DataCheck.AreSortedByClass(training.Labels))
            notes.Add($"{Name}: the images are sorted by class. They are learned in random order.");
    }

    /// <summary>Whether a file is IDX by its first bytes, or compressed by gzip, as those often are.</summary>
    private static bool IsIdx(string path)
    {
        if (!Path.Exists(path))
        {
            throw new InklingException(DataChoice.Names.Contains(path, StringComparer.Ordinal)
                ? $"{path}: there is no such file or folder. For the data set of this name: --dataset {path}."
                : $"{path}: there is no such file or folder.");
        }

        using FileStream file = RegularFile.OpenRead(path);
        Span<byte> head = stackalloc byte[4];
        head = head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
        if (head is [(byte)'P', (byte)'K', ..])
            throw new InklingException($"{path}: an archive. Unpack it, and name what was in it.");
        if (PictureFolder.IsPicture(path))
            throw new InklingException($"{path}: one picture. Name the folder that it is in.");
        return head is [0, 0, ..] or [0x1f, 0x8b, ..];
    }

    private static string OfNamedSets(string folder)
    {
        DataOptions there = new() { Directory = folder };
        string[] names = [.. DataSets.All.Where(set => set.Locate(there) is not null).Select(set => set.Name)];
        return names.Length == 0 ? "" : $" It has {string.Join(", ", names)}: choose with --dataset {names[0]}.";
    }

    private sealed record Idx(string Name, IReadOnlyDictionary<DataPart, (string Images, string Labels)> Parts) : OwnSource(Name)
    {
        public override IEnumerable<string> Files => Parts.Values.SelectMany(pair => new[] { pair.Images, pair.Labels });

        private protected override Dictionary<DataPart, RawImages> ReadParts(
            List<string> notes, Terminal terminal, CancellationToken cancellationToken)
        {
            Dictionary<DataPart, RawImages> parts =
                Parts.ToDictionary(part => part.Key, part => IdxImages.Read(part.Value.Images, part.Value.Labels));
            NoteOrder(parts, notes);
            return parts;
        }
    }

    private sealed record Csv(string Name, IReadOnlyDictionary<DataPart, string> Parts, IReadOnlyList<string> Unlabelled)
        : OwnSource(Name)
    {
        public override IEnumerable<string> Files => Parts.Values;

        private protected override Dictionary<DataPart, RawImages> ReadParts(
            List<string> notes, Terminal terminal, CancellationToken cancellationToken)
        {
            foreach (string file in Unlabelled)
                notes.Add($"{file}: left out, since it has no labels.");
            Dictionary<DataPart, RawImages> parts = Parts.ToDictionary(part => part.Key, part => CsvImages.Read(part.Value));
            NoteOrder(parts, notes);
            return parts;
        }
    }

    private sealed record Pictures(
        string Name, IReadOnlyDictionary<DataPart, LabelledFiles> Parts, IReadOnlyList<string> Tables) : OwnSource(Name)
    {
        public override IEnumerable<string> Files => Parts.Values.SelectMany(part => part.Files).Select(file => file.Path);

        private protected override Dictionary<DataPart, RawImages> ReadParts(
            List<string> notes, Terminal terminal, CancellationToken cancellationToken)
        {
            foreach (string file in Tables)
                notes.Add($"{file}: left out, since {Name} has pictures. To learn from the file, name it.");
            Dictionary<DataPart, RawImages> parts = [];
            foreach ((DataPart part, LabelledFiles files) in Parts)
                parts.Add(part, files.Load(notes, terminal, cancellationToken));
            return parts;
        }
    }
}
