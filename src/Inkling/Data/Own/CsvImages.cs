using System.Buffers.Text;
using System.Text;
using Inkling.Files;

namespace Inkling.Data.Own;

/// <summary>
/// Images as lines of text, a pixel a column, as Kaggle's <c>train.csv</c> (label, pixel0, …) and those without a header, whose
/// first column is the label. Pixels are from 0 to 255, or from 0 to 1.
/// </summary>
internal static class CsvImages
{
    /// <summary>Most files of a folder that are looked into.</summary>
    private const int MostFiles = 1000;

    /// <summary>The CSV files of a set, by part; empty where there are none.</summary>
    /// <param name="path">A folder with one set, or a file, which is loaded with the others of its set.</param>
    /// <param name="unlabelled">Files of the set that have no labels, as Kaggle's <c>test.csv</c>.</param>
    /// <exception cref="InklingException">The folder has several sets, or the file is not a table of images.</exception>
    public static IReadOnlyDictionary<DataPart, string> Find(string path, out IReadOnlyList<string> unlabelled)
    {
        bool isFolder = Directory.Exists(path);
        string folder = isFolder ? path : Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        IEnumerable<string> files = FilesIn(folder);
        if (!isFolder)
        {
            files = files
                .Where(file => PartName.Of(file).Set == PartName.Of(path).Set && Path.GetFullPath(file) != Path.GetFullPath(path))
                .Prepend(path);
        }

        Dictionary<DataPart, string> parts = [];
        List<string> withoutLabels = [];
        unlabelled = withoutLabels;
        string? set = null;
        foreach (string file in files)
        {
            if (CsvColumns.OfFile(file, isNamed: file == path) is not { } columns)
            {
                if (file == path)
                    throw new InklingException(
                        $"{path}: not a table of images: a line is a label and a square number of pixels, "
                        + "as label,pixel0, … ,pixel783.");
                continue;
            }

            if (columns.Label < 0)
            {
                if (file == path)
                    throw new InklingException(
                        $"{path}: it has no column \"label\", so there is nothing to learn from it. "
                        + "Of Kaggle's files, name train.csv.");
                withoutLabels.Add(file);
                continue;
            }

            PartName name = PartName.Of(file);
            bool isOther = !parts.TryAdd(name.Part ?? DataPart.Training, file) || (set ??= name.Set) != name.Set;
            if (isOther && isFolder)
                throw new InklingException($"{path}: CSV files of several sets. Name the file that is meant.");
        }

        return parts;
    }

    /// <summary>The files in a folder that are CSV by their names.</summary>
    public static IReadOnlyList<string> FilesIn(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*.csv", new EnumerationOptions { MatchCasing = MatchCasing.CaseInsensitive })
            .Take(MostFiles)
            .Order(StringComparer.Ordinal)
    ];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InklingException">It is damaged, or holds something else.</exception>
    public static RawImages Read(string path)
    {
        CsvColumns columns = CsvColumns.OfFile(path)
            ?? throw new InklingException($"{path}: not a table of images.");
        RawImages images = Read(path, columns, scale: 1, out bool isFrom0To1);
        if (isFrom0To1)
            images = Read(path, columns, scale: 255, out _);
        if (!Emnist.IsNamedSo(path))
            return images;
        (int height, int width) = (images.Height, images.Width);
        Emnist.MakeUpright(images.Pixels, ref height, ref width);
        bool countsFrom1 = Emnist.CountsFrom1(path) && !images.Labels.Contains((byte)0);
        return countsFrom1 ? images with { Labels = [.. images.Labels.Select(label => (byte)(label - 1))] } : images;
    }

    private static RawImages Read(string path, CsvColumns columns, int scale, out bool isFrom0To1)
    {
        List<byte> pixels = [], labels = [];
        byte[] row = new byte[columns.Side * columns.Side];
        double max = 0;
        bool hasFractions = false;
        try
        {
            using FileStream file = RegularFile.OpenRead(path);
            TextLines lines = new(file, path);
            if (columns.HasHeader)
                lines.Next(out _);
            while (lines.Next(out ReadOnlySpan<byte> line))
            {
                if (line.IsEmpty)
                    continue;
                int column = 0, pixel = 0;
                foreach (Range range in line.Split((byte)columns.Separator))
                {
                    ReadOnlySpan<byte> field = line[range];
                    if (column == columns.Label)
                        labels.Add((byte)NumberIn(field, column, isLabel: true));
                    else if (column < columns.Count && !columns.IsLeftOut(column))
                    {
                        double value = NumberIn(field, column, isLabel: false);
                        hasFractions |= value != Math.Floor(value);
                        max = Math.Max(max, value);
                        row[pixel++] = (byte)(value * scale + 0.5);
                    }

                    column++;
                }

                if (column != columns.Count)
                    throw new InklingException(
                        $"{path}: line {lines.Number} has {column} columns, but the first has {columns.Count}. "
                        + "Is the file cut short?");
                if (pixels.Count + (long)row.Length > Array.MaxLength)
                    throw new InklingException(
                        $"{path}: more than {labels.Count} images cannot be held in memory. Use a part of them.");
                pixels.AddRange(row);
            }

            isFrom0To1 = scale == 1 && hasFractions && max <= 1;
            return new RawImages(path, [.. pixels], [.. labels], columns.Side, columns.Side);

            double NumberIn(ReadOnlySpan<byte> field, int column, bool isLabel)
            {
                field = CsvColumns.Trimmed(field);
                if (SmallNumberIn(field) is var small and >= 0) // nearly all are
                    return small;
                if (Utf8Parser.TryParse(field, out double value, out int used)
                    && used == field.Length
                    && value is >= 0 and <= 255
                    && !(isLabel && value != Math.Floor(value)))
                    return value;
                string text = Encoding.UTF8.GetString(field[..Math.Min(field.Length, 20)]);
                throw new InklingException(
                    $"{path}: line {lines.Number}, column {column + 1}: \"{text}\": "
                    + (isLabel ? "classes are numbered from 0 to 255." : "pixels are numbers from 0 to 255, or from 0 to 1."));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InklingException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The value of one to three digits that are at most 255; -1 for anything else.</summary>
    private static int SmallNumberIn(ReadOnlySpan<byte> field)
    {
        int value = 0;
        foreach (byte digit in field)
        {
            if (digit is < (byte)'0' or > (byte)'9' || field.Length > 3)
                return -1;
            value = 10 * value + digit - '0';
        }

        return field.Length == 0 || value > 255 ? -1 : value;
    }
}
