using System.IO.Compression;
using Inkling.Files;

namespace Inkling.Data.Catalogue;

/// <summary>
/// A data set in MNIST's format: its name, where its files are stored or downloaded from, and how to load them.
/// </summary>
public sealed class DataSet
{
    internal DataSet(string name, string title, string description, int classes)
    {
        Name = name;
        Title = title;
        Description = description;
        Classes = classes;
    }

    /// <summary>Its name in commands and folders: <c>fashion-mnist</c>.</summary>
    public string Name { get; }

    /// <summary>Its name in texts: <c>Fashion-MNIST</c>.</summary>
    public string Title { get; }

    /// <summary>What the images show, and how many training and test images there are.</summary>
    public string Description { get; }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    internal IReadOnlyList<string> Mirrors { get; init; } = [];

    internal DataFiles Files { get; init; } = null!;

    /// <summary>The zip file that the files are published in; null if they are published one by one.</summary>
    internal DataFile? Archive { get; init; }

    /// <summary>Whether the stored images are transposed, as EMNIST's are.</summary>
    internal bool IsTransposed { get; init; }

    /// <summary>The label of the first class in the files.</summary>
    internal int FirstLabel { get; init; }

    /// <summary>The folder that has all four files; null if they have to be downloaded.</summary>
    public string? Locate(DataOptions? options = null) => Places(options ?? new DataOptions()).FirstOrDefault(HasAllFiles);

    /// <summary>Loads the data set, downloading it into the user's cache if it is not found.</summary>
    /// <param name="options">Where to look; null for the defaults.</param>
    /// <param name="cancellationToken">Stops a download; the part received is kept, and the next download resumes there.</param>
    /// <returns>
    /// The first five sixths of the training file, its last sixth for validation (MNIST: 50,000 and 10,000), and the test file.
    /// Of images loaded as MNIST that are not, which may be in any order, the sixth is drawn (<see cref="StratifiedSplit"/>).
    /// </returns>
    /// <exception cref="DataUnavailableException">It is not found, and cannot be downloaded.</exception>
    /// <exception cref="InklingException">A file is damaged, or <see cref="DataOptions.Directory"/> lacks one.</exception>
    public async Task<ImageData> LoadAsync(DataOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DataOptions();
        string folder = Locate(options) ?? await FetchAsync(options, cancellationToken).ConfigureAwait(false);
        Task<(LabelledImages, string?)> loadTest = Task.Run(
            () => Load(folder, Files.TestImages, Files.TestLabels),
            cancellationToken);
        Task<(LabelledImages, string?)> loadTraining = Task.Run(
            () => Load(folder, Files.TrainingImages, Files.TrainingLabels),
            cancellationToken);
        (LabelledImages all, string? trainingDifference) = await loadTraining.ConfigureAwait(false);
        (LabelledImages test, string? testDifference) = await loadTest.ConfigureAwait(false);
        string? different = Name == "mnist" ? trainingDifference ?? testDifference : null;
        string title = different is null ? Title : $"the images in {folder} (not MNIST)";
        int count = all.Count - all.Count / 6;
        (LabelledImages training, LabelledImages validation) = different is null
            ? (all.Slice(0, count), all.Slice(count, all.Count - count))
            : StratifiedSplit.Of(all, 1 / 6.0);
        return new ImageData(title, training, validation, test)
        {
            IsMnist = Name == "mnist" && different is null,
            DiffersFromMnist = different,
        };
    }

    internal async Task<string> FetchAsync(DataOptions options, CancellationToken cancellationToken)
    {
        if (options.Directory is { } given)
            throw new InklingException(
                $"{given}: has no {Missing(given)} (nor {Missing(given)}.gz, nor a folder {Name} with it). "
                + $"Name the folder that holds the IDX files of {Title}.");
        if (!options.AllowDownload)
            throw new DataUnavailableException($"{Title} is not on this machine.");
        string folder = Path.Combine(UserFolders.Cache, Name);
        using Download download = new(DownloadTimeouts.Default);
        if (Archive is null)
        {
            foreach (DataFile file in Files.All)
                await FetchAsync(download, file, Path.Combine(folder, file.Name + ".gz"), file.Name + ".gz")
                    .ConfigureAwait(false);
        }
        else
        {
            string zip = Path.Combine(UserFolders.Cache, "emnist.zip");
            await FetchAsync(download, Archive, zip, Archive.Name).ConfigureAwait(false);
            foreach (DataFile file in Files.All)
                Extract(zip, $"gzip/{file.Name}.gz", Path.Combine(folder, file.Name + ".gz"));
        }

        return folder;

        Task FetchAsync(Download download, DataFile file, string path, string remoteName) => download.FetchAsync(
            [.. Mirrors.Select(mirror => new Uri(mirror + remoteName))],
            path,
            file.Checksum!.MostBytes,
            file.Checksum.Verify,
            options.Progress,
            cancellationToken);
    }

    private static void Extract(string zip, string member, string path)
    {
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(zip);
            ZipArchiveEntry entry = archive.GetEntry(member)
                ?? throw new InklingException($"{zip}: has no {member}. Delete it and fetch the data set again.");
            if (entry.Length > 2 * entry.CompressedLength + 4096) // the members are gzip files, so they hardly compress
                throw new InklingException(
                    FormattableString.Invariant($"{zip}: {member} would unpack to {entry.Length:N0} bytes.")
                    + " Delete it and fetch the data set again.");
            AtomicFile.Write(path, target =>
            {
                using Stream source = entry.Open();
                source.CopyTo(target);
            });
        }
        catch (InvalidDataException e)
        {
            throw new InklingException($"{zip}: damaged ({e.Message}) Delete it and fetch the data set again.", e);
        }
    }

    private IEnumerable<string> Places(DataOptions options)
    {
        if (options.Directory is { } given)
            return InOrUnder(given);
        string? variable = Environment.GetEnvironmentVariable("INKLING_DATA");
        return [.. string.IsNullOrEmpty(variable) ? [] : InOrUnder(variable), Path.Combine(UserFolders.Cache, Name)];
    }

    /// <summary>
    /// The subfolder with the data set's name, then the folder itself if it has that name or the data set is MNIST: other data
    /// sets use MNIST's file names, so any other folder could hold a different data set.
    /// </summary>
    private IEnumerable<string> InOrUnder(string folder)
    {
        yield return Path.Combine(folder, Name);
        string last = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        if (Name == "mnist" || last == Name)
            yield return folder;
    }

    private bool HasAllFiles(string folder) => Files.All.All(file => PathOf(folder, file) is not null);

    private string Missing(string folder) => Files.All.First(file => PathOf(folder, file) is null).Name;

    private static string? PathOf(string folder, DataFile file)
    {
        string plain = Path.Combine(folder, file.Name);
        return File.Exists(plain) ? plain : File.Exists(plain + ".gz") ? plain + ".gz" : null;
    }

    /// <summary>
    /// Loads the images of two files, and says which differs from the published one; null if both match or there is no content
    /// checksum to compare with.
    /// </summary>
    private (LabelledImages Images, string? Difference) Load(string folder, DataFile imageFile, DataFile labelFile)
    {
        string imagePath = PathOf(folder, imageFile)!, labelPath = PathOf(folder, labelFile)!;
        IdxArray images = IdxFile.Read(imagePath);
        if (images is not { ElementType: IdxElementType.UInt8, Shape: [_, > 0, > 0] })
            throw new InklingException(
                $"{imagePath}: images are bytes in three dimensions, as [60000, 28, 28]; "
                + $"this file holds {images.ElementType} in [{string.Join(", ", images.Shape)}].");
        IdxArray labelArray = IdxFile.Read(labelPath);
        byte[] labels = Labels(labelArray, labelPath);
        int count = images.Shape[0], height = images.Shape[1], width = images.Shape[2];
        if (labels.Length != count)
            throw new InklingException(
                FormattableString.Invariant(
                    $"{labelPath}: {labels.Length:N0} labels for the {count:N0} images of {Path.GetFileName(imagePath)}.")
                + " Fetch both from one place.");
        string? difference = Difference(imageFile, images) ?? Difference(labelFile, labelArray);
        byte[] pixels = images.Values<byte>();
        return (IsTransposed
            ? new LabelledImages(Transposed(pixels, height, width), labels, width, height, Classes)
            : new LabelledImages(pixels, labels, height, width, Classes), difference);
    }

    private static string? Difference(DataFile file, IdxArray array) =>
        file.Checksum is { IsOfContent: true } published && !published.IsOf(array)
            ? $"{file.Name} holds something else"
            : null;

    private byte[] Labels(IdxArray array, string path)
    {
        int[] labels = array switch
        {
            { ElementType: IdxElementType.UInt8, Shape.Count: 1 } => [.. array.Values<byte>().Select(label => (int)label)],
            { ElementType: IdxElementType.Int32, Shape: [var count, >= 1 and var columns] } =>
                [.. Enumerable.Range(0, count).Select(row => array.Values<int>()[row * columns])],
            _ => throw new InklingException(
                $"{path}: labels are bytes in one dimension (or QMNIST's integers in two); "
                + $"this file holds {array.ElementType} in [{string.Join(", ", array.Shape)}]."),
        };
        int wrong = Array.FindIndex(labels, label => label < FirstLabel || label >= FirstLabel + Classes);
        if (wrong >= 0)
            throw new InklingException(
                $"{path}: label {wrong} is {labels[wrong]}; {Title} has labels from {FirstLabel} to {FirstLabel + Classes - 1}.");
        return [.. labels.Select(label => (byte)(label - FirstLabel))];
    }

    private static byte[] Transposed(byte[] pixels, int height, int width)
    {
        byte[] result = new byte[pixels.Length];
        int size = height * width;
        for (int start = 0; start < pixels.Length; start += size)
        {
            for (int i = 0; i < height; i++)
            {
                for (int j = 0; j < width; j++)
                    result[start + j * height + i] = pixels[start + i * width + j];
            }
        }

        return result;
    }
}
