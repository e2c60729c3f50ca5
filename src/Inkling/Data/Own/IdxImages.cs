namespace Inkling.Data.Own;

/// <summary>
/// IDX files under any of the names that people give them: <c>train-images.idx3-ubyte</c>, <c>t10k-images-idx3-ubyte.gz</c>,
/// <c>emnist-digits-train-images-idx3-ubyte</c>. A file with "images" in its name goes with the one that has "labels" there.
/// </summary>
internal static class IdxImages
{
    /// <summary>Most files of a folder that are looked at.</summary>
    private const int MostFiles = 100_000;

    /// <summary>The IDX files of a set, images and labels, by part; empty where there are none.</summary>
    /// <param name="path">A folder with one set, or a file of images or labels, which goes with the others of its set.</param>
    /// <exception cref="InklingException">The folder has several sets, or images without labels.</exception>
    public static IReadOnlyDictionary<DataPart, (string Images, string Labels)> Find(string path)
    {
        bool isFolder = Directory.Exists(path);
        string folder = isFolder ? path : Path.GetDirectoryName(path) is { Length: > 0 } parent ? parent : ".";
        (string File, PartName Name)[] named =
        [
            .. Directory.EnumerateFiles(folder)
                .Take(MostFiles)
                .Where(IsNamedAsIdx)
                .Order(StringComparer.Ordinal) // a plain file before its .gz
                .Select(file => (file, PartName.Of(file)))
        ];
        string[] sets =
            [.. named.Where(file => file.Name.HoldsImages).Select(file => file.Name.Set).Distinct(StringComparer.Ordinal)];
        if (!isFolder)
            sets = [PartName.Of(path).Set];
        if (sets.Length > 1)
        {
            throw new InklingException(
                $"{path}: IDX files of several sets: "
                + $"{string.Join(", ", sets.Select(set => set.Length == 0 ? "(no name)" : set))}. "
                + "Name one file of the set that is meant.");
        }

        Dictionary<DataPart, (string, string)> parts = [];
        foreach ((string file, PartName name) in named.Where(file => file.Name.HoldsImages && file.Name.Set == sets[0]))
        {
            string labels = named.FirstOrDefault(
                    other => other.Name.HoldsLabels && other.Name.Set == name.Set && other.Name.Part == name.Part).File
                ?? throw new InklingException(
                    $"{file}: no labels beside it. They are expected in a file of the same name with \"labels\" for \"images\".");
            parts.TryAdd(name.Part ?? DataPart.Training, (file, labels));
        }

        return parts;
    }

    /// <summary>Loads the images of a pair of files.</summary>
    /// <param name="imageFile">Bytes in [count, height, width].</param>
    /// <param name="labelFile">Bytes in [count], or 32-bit integers in [count, columns], the label first, as QMNIST's.</param>
    /// <exception cref="InklingException">A file is damaged, or holds something else, or they do not go together.</exception>
    public static RawImages Read(string imageFile, string labelFile)
    {
        IdxArray images = IdxFile.Read(imageFile);
        if (images is not { ElementType: IdxElementType.UInt8, Shape: [_, > 0, > 0] })
        {
            throw new InklingException(
                $"{imageFile}: images are bytes in three dimensions, as [60000, 28, 28]; "
                + $"this file holds {images.ElementType} in [{string.Join(", ", images.Shape)}].");
        }

        byte[] labels = LabelsOf(IdxFile.Read(labelFile), labelFile);
        (byte[] pixels, int count, int height, int width) =
            (images.Values<byte>(), images.Shape[0], images.Shape[1], images.Shape[2]);
        if (count == labels.Length + 1 && PartName.Of(imageFile).Set == "corrections") // the page is writing them
            (pixels, count) = (pixels[..^(height * width)], labels.Length);
        if (labels.Length != count)
        {
            throw new InklingException(
                FormattableString.Invariant(
                    $"{labelFile}: {labels.Length:N0} labels for the {count:N0} images of {Path.GetFileName(imageFile)}.")
                + " Take both from one place.");
        }

        if (Emnist.IsNamedSo(imageFile))
            Emnist.MakeUpright(pixels, ref height, ref width);
        if (Emnist.CountsFrom1(labelFile) && !labels.Contains((byte)0))
            labels = [.. labels.Select(label => (byte)(label - 1))];
        return new RawImages(imageFile, pixels, labels, height, width);
    }

    private static byte[] LabelsOf(IdxArray array, string path)
    {
        if (array is { ElementType: IdxElementType.UInt8, Shape.Count: 1 })
            return array.Values<byte>();
        bool isTable = array.Shape.Count == 1 || (array.Shape.Count == 2 && array.Shape[1] > 0);
        if (array.ElementType != IdxElementType.Int32 || !isTable)
        {
            throw new InklingException(
                $"{path}: labels are bytes in one dimension (or QMNIST's integers in two); "
                + $"this file holds {array.ElementType} in [{string.Join(", ", array.Shape)}].");
        }

        int[] values = array.Values<int>();
        int columns = array.Shape.Count == 1 ? 1 : array.Shape[1];
        byte[] labels = new byte[array.Shape[0]];
        for (int i = 0; i < labels.Length; i++)
        {
            int label = values[i * columns];
            labels[i] = label is >= 0 and <= byte.MaxValue
                ? (byte)label
                : throw new InklingException(
                    FormattableString.Invariant($"{path}: label {i} is {label}; classes are numbered from 0 to 255."));
        }

        return labels;
    }

    private static bool IsNamedAsIdx(string path)
    {
        string name = Path.GetFileName(path);
        return PartName.Of(name) is { HoldsImages: true } or { HoldsLabels: true }
            && (name.Contains("ubyte", StringComparison.OrdinalIgnoreCase)
                || name.Contains("idx", StringComparison.OrdinalIgnoreCase));
    }
}
