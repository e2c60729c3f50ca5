namespace Inkling;

/// <summary>The data sets that can be loaded by name: MNIST and the siblings that share its format.</summary>
public static class DataSets
{
    private static readonly string[] MnistFiles = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    /// <summary>The table. Checksums are SHA-256 of the decompressed file for MNIST, MD5 of the download for the others.</summary>
    public static IReadOnlyList<DataSet> All { get; } =
    [
        new("mnist", "MNIST", "handwritten digits: 60,000 and 10,000", 10)
        {
            Mirrors = ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
            Files = Named(
                MnistFiles,
                Checksum.Content("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
                Checksum.Content("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
                Checksum.Content("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
                Checksum.Content("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")),
        },
        new("fashion-mnist", "Fashion-MNIST", "pieces of clothing: 60,000 and 10,000", 10)
        {
            Mirrors = ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
            Files = Named(
                MnistFiles,
                Checksum.Download("8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
                Checksum.Download("25c81989df183df01b3e8a0aad5dffbe"),
                Checksum.Download("bef4ecab320f06d8554ea6380940ec79"),
                Checksum.Download("bb300cfdad3c16e7a12a480ee83cd310")),
        },
        new("kmnist", "KMNIST", "cursive Japanese characters: 60,000 and 10,000", 10)
        {
            Mirrors = ["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
            Files = Named(
                MnistFiles,
                Checksum.Download("bdb82020997e1d708af4cf47b453dcf7"),
                Checksum.Download("e144d726b3acfaa3e44228e80efcd344"),
                Checksum.Download("5c965bf0a639b31b8f53240b1b52f4d7"),
                Checksum.Download("7320c461ea6c1c855c0b718fb2a4b134")),
        },
        Emnist("digits", "handwritten digits: 240,000 and 40,000", classes: 10, firstLabel: 0),
        Emnist("letters", "handwritten letters, either case", classes: 26, firstLabel: 1),
        new("qmnist", "QMNIST", "MNIST rebuilt, with all of its 60,000 test digits", 10)
        {
            Mirrors = ["https://raw.githubusercontent.com/facebookresearch/qmnist/master/"],
            Files = Named(
                ["qmnist-train-images-idx3-ubyte", "qmnist-train-labels-idx2-int", "qmnist-test-images-idx3-ubyte", "qmnist-test-labels-idx2-int"],
                Checksum.Download("ed72d4157d28c017586c42bc6afe6370"),
                Checksum.Download("0058f8dd561b90ffdd0f734c6a30e5e4"),
                Checksum.Download("1394631089c404de565df7b7aeaf9412"),
                Checksum.Download("5b5b05890a5e13444e108efe57b788aa")),
        },
    ];

    /// <summary>One entry of the table.</summary>
    /// <exception cref="ArgumentException">There is none of that name; the message lists the names.</exception>
    public static DataSet Named(string name) =>
        All.FirstOrDefault(set => set.Name == name) ?? throw new ArgumentException($"There is no data set \"{name}\": {string.Join(", ", All.Select(set => set.Name))}.", nameof(name));

    private static DataSet Emnist(string part, string description, int classes, int firstLabel) => new($"emnist-{part}", $"EMNIST {part}", description, classes)
    {
        Mirrors = ["https://biometrics.nist.gov/cs_links/EMNIST/"],
        Files = Named([$"emnist-{part}-train-images-idx3-ubyte", $"emnist-{part}-train-labels-idx1-ubyte", $"emnist-{part}-test-images-idx3-ubyte", $"emnist-{part}-test-labels-idx1-ubyte"]),
        Archive = new DataFile("gzip.zip", Checksum.Download("58c8d27c78d21e728a6bc7b3cc06412e")),
        IsTransposed = true,
        FirstLabel = firstLabel,
    };

    private static DataFiles Named(string[] names, params Checksum?[] checksums)
    {
        DataFile[] files = [.. names.Select((name, i) => new DataFile(name, i < checksums.Length ? checksums[i] : null))];
        return new DataFiles(files[0], files[1], files[2], files[3]);
    }
}
