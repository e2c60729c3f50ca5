using System.Globalization;
using Inkling.Data.Own;
using Inkling.Imaging;
using Inkling.Reading;
using Inkling.Reading.Budget;

namespace Inkling.Cli;

/// <summary>Pictures of one digit each, whose class the name of a folder or of the file tells.</summary>
/// <param name="Folder">The folder, as it was named.</param>
/// <param name="Files">The pictures.</param>
/// <param name="Folders">What was listed, and what was left out.</param>
/// <param name="Unlabelled">How many more pictures there are, whose class nothing tells.</param>
internal sealed record LabelledFiles(
    string Folder, IReadOnlyList<(string Path, byte Label)> Files, IReadOnlyList<PictureFolder> Folders, int Unlabelled)
{
    /// <summary>Most unreadable pictures that are told one by one.</summary>
    private const int MostTold = 5;

    /// <summary>
    /// The pictures of a folder, by part: in folders <c>train</c> and <c>test</c> where there are such. In each, the classes are
    /// folders <c>0</c> to <c>9</c> or, where there are none, the files' names tell them: <c>7_anna.png</c>.
    /// </summary>
    /// <returns>No parts where there are no such pictures.</returns>
    /// <exception cref="InklingException">There are too many files.</exception>
    public static IReadOnlyDictionary<DataPart, LabelledFiles> Find(string folder)
    {
        Dictionary<DataPart, LabelledFiles> parts = [];
        string[] folders = ClassFolders(folder).Count > 0
            ? []
            : [.. Directory.GetDirectories(folder).Order(StringComparer.Ordinal).Where(part => PartName.Of(part).IsPartAlone)];
        foreach (string part in folders)
        {
            if (In(part) is { Files.Count: > 0 } found)
                parts.TryAdd(PartName.Of(part).Part!.Value, found);
        }

        if (parts.Count == 0 && In(folder) is { Files.Count: > 0 } all)
            parts.Add(DataPart.Training, all);
        return parts;
    }

    /// <summary>Reads the pictures: finds each digit, and normalises it as the reader does.</summary>
    /// <param name="notes">Receives a line for each thing that was found.</param>
    /// <param name="terminal">Shows pictures that cannot be read.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public RawImages Load(List<string> notes, Terminal terminal, CancellationToken cancellationToken)
    {
        foreach (PictureFolder folder in Folders)
            folder.Report(terminal);
        if (Unlabelled > 0)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{Folder}: left out {Unlabelled:N0} {(Unlabelled == 1 ? "picture" : "pictures")} whose digit nothing tells: "
                    + $"put them in folders 0 to 9, or name them as 7_anna.png where there are no such folders."));
        }

        DigitImage?[] digits = new DigitImage?[Files.Count];
        string?[] errors = new string?[Files.Count];
        if (Files.Count > 1000)
            terminal.Message(string.Create(CultureInfo.InvariantCulture, $"{Folder}: reading {Files.Count:N0} pictures …"));
        Parallel.For(0, Files.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            try
            {
                digits[i] = DigitImage.Of(PictureFile.Load(Files[i].Path), cancellationToken);
            }
            catch (InklingException e)
            {
                errors[i] = e.Message;
            }
            catch (WorkLimitException)
            {
                // a texture: no digit
            }
        });
        string[] damaged = [.. errors.OfType<string>()];
        foreach (string error in damaged.Take(MostTold))
            terminal.Failure(error);
        if (damaged.Length > MostTold)
            terminal.Failure(string.Create(
                CultureInfo.InvariantCulture, $"{Folder}: {damaged.Length - MostTold:N0} more pictures cannot be read."));
        int[] found = [.. Enumerable.Range(0, digits.Length).Where(i => digits[i] is not null)];
        int blank = digits.Length - found.Length - damaged.Length;
        if (blank > 0)
        {
            int first = Enumerable.Range(0, digits.Length).First(i => digits[i] is null && errors[i] is null);
            string example = Files[first].Path;
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{Folder}: left out {blank:N0} without a digit ({example})."));
        }

        int dark = found.Count(i => digits[i]!.IsDarkOnLight);
        notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"{Folder}: {found.Length:N0} pictures, {dark:N0} of them dark on light. Each digit was cut out, scaled to 20×20 "
                + $"and centred by its mass in 28×28, as MNIST's are and as the reader does."));
        const int side = MnistNormalisation.Side;
        byte[] pixels = new byte[found.Length * side * side];
        for (int i = 0; i < found.Length; i++)
            digits[found[i]]!.Glyph.CopyTo(pixels, i * side * side);
        return new RawImages(Folder, pixels, [.. found.Select(i => Files[i].Label)], side, side);
    }

    private static LabelledFiles In(string folder)
    {
        IReadOnlyList<(string Path, byte Label)> classes = ClassFolders(folder);
        if (classes.Count > 0)
        {
            (PictureFolder Pictures, byte Label)[] listed =
                [.. classes.Select(one => (PictureFolder.Of(one.Path), one.Label))];
            return new LabelledFiles(
                folder,
                [.. listed.SelectMany(one => one.Pictures.Files.Select(file => (file, one.Label)))],
                [.. listed.Select(one => one.Pictures)],
                PicturesBeside(folder, classes));
        }

        PictureFolder pictures = PictureFolder.Of(folder);
        (string, byte)[] labelled =
        [
            .. pictures.Files.Select(file => (file, Label: PictureLabel.Of(file)))
                .Where(picture => picture.Label is { Truth.Length: 1 })
                .Select(picture => (picture.file, (byte)(picture.Label!.Truth[0] - '0')))
        ];
        return new LabelledFiles(folder, labelled, [pictures], pictures.Files.Count - labelled.Length);
    }

    /// <summary>How many pictures are in a folder but not in those of its classes. Links are not followed.</summary>
    private static int PicturesBeside(string folder, IReadOnlyList<(string Path, byte Label)> classes) =>
        Directory.EnumerateFiles(folder).Count(PictureFolder.IsPicture)
        + Directory.GetDirectories(folder)
            .Except(classes.Select(one => one.Path), StringComparer.Ordinal)
            .Where(path => new DirectoryInfo(path).LinkTarget is null)
            .Sum(path => PictureFolder.Of(path).Files.Count);

    /// <summary>The folders in a folder whose names are numbers from 0 to 255, by number.</summary>
    private static IReadOnlyList<(string Path, byte Label)> ClassFolders(string folder) =>
    [
        .. Directory.GetDirectories(folder)
            .Select(path => (path, IsClass: byte.TryParse(
                Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out byte label), label))
            .Where(one => one.IsClass)
            .OrderBy(one => one.label)
            .ThenBy(one => one.path, StringComparer.Ordinal)
            .Select(one => (one.path, one.label))
    ];
}
