namespace Inkling.Data.Catalogue;

/// <summary>The data sets that can be loaded by name: MNIST and others in its format.</summary>
/// <remarks>
/// Lengths and SHA-256 of the other data sets' files: TensorFlow Datasets, tensorflow_datasets/url_checksums, and torchvision's
/// prototype datasets.
/// </remarks>
public static class DataSets
{
    private static readonly string[] MnistFiles =
    [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte"
    ];

    /// <summary>
    /// All data sets. Checksums are SHA-256: of the decompressed file for MNIST, whose mirrors compress differently, of the
    /// download for the others.
    /// </summary>
    public static IReadOnlyList<DataSet> All { get; } =
    [
        new("mnist", "MNIST", "handwritten digits: 60,000 and 10,000", 10)
        {
            Mirrors = ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
            Files = Named(
                MnistFiles,
                Checksum.Content("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db", 47_040_016),
                Checksum.Content("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5", 60_008),
                Checksum.Content("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7", 7_840_016),
                Checksum.Content("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2", 10_008)),
        },
        new("fashion-mnist", "Fashion-MNIST", "pieces of clothing: 60,000 and 10,000", 10)
        {
            // The authors' bucket at its HTTPS address (the website's address has no TLS), and their repository.
            Mirrors =
            [
                "https://fashion-mnist.s3.eu-central-1.amazonaws.com/",
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
            ],
            Files = Named(
                MnistFiles,
                Checksum.Download("3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", 26_421_880),
                Checksum.Download("a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", 29_515),
                Checksum.Download("346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", 4_422_102),
                Checksum.Download("67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", 5_148)),
        },
        new("kmnist", "KMNIST", "cursive Japanese characters: 60,000 and 10,000", 10)
        {
            Mirrors = ["https://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
            Files = Named(
                MnistFiles,
                Checksum.Download("51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4", 18_165_135),
                Checksum.Download("e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17", 29_497),
                Checksum.Download("edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5", 3_041_136),
                Checksum.Download("20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c", 5_120)),
        },
        Emnist("digits", "handwritten digits: 240,000 and 40,000", classes: 10, firstLabel: 0),
        Emnist("letters", "handwritten letters, either case", classes: 26, firstLabel: 1),
        new("qmnist", "QMNIST", "MNIST rebuilt, with all of its 60,000 test digits", 10)
        {
            Mirrors = ["https://raw.githubusercontent.com/facebookresearch/qmnist/master/"],
            Files = Named(
                [
                    "qmnist-train-images-idx3-ubyte",
                    "qmnist-train-labels-idx2-int",
                    "qmnist-test-images-idx3-ubyte",
                    "qmnist-test-labels-idx2-int"
                ],
                Checksum.Download("9e26a7bf1683614e065d7b76460ccd52807165b3f22561fb782bd9f38c52b51d", 9_704_059),
                Checksum.Download("2c05dc77f6b916b38e455e97ab129a42a444f3dbef09b278a366f82904e0dd9f", 463_024),
                Checksum.Download("43fc22bf7498b8fc98de98369d72f752d0deabc280a43a7bcc364ab19e57b375", 9_742_279),
                Checksum.Download("9fbcbe594c3766fdf4f0b15c5165dc0d1e57ac604e01422608bb72c906030d06", 526_800)),
        },
    ];

    /// <summary>The data set of this name.</summary>
    /// <exception cref="ArgumentException">There is no data set of this name; the message lists the names.</exception>
    public static DataSet Named(string name) =>
        All.FirstOrDefault(set => set.Name == name)
            ?? throw new ArgumentException(
                $"There is no data set \"{name}\": {string.Join(", ", All.Select(set => set.Name))}.",
                nameof(name));

    private static DataSet Emnist(string part, string description, int classes, int firstLabel) =>
        new($"emnist-{part}", $"EMNIST {part}", description, classes)
        {
            Mirrors = ["https://biometrics.nist.gov/cs_links/EMNIST/"],
            Files = Named(
            [
                $"emnist-{part}-train-images-idx3-ubyte",
                $"emnist-{part}-train-labels-idx1-ubyte",
                $"emnist-{part}-test-images-idx3-ubyte",
                $"emnist-{part}-test-labels-idx1-ubyte"
            ]),
            Archive = new DataFile(
                "gzip.zip",
                Checksum.Download("fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e", 561_753_746)),
            IsTransposed = true,
            FirstLabel = firstLabel,
        };

    private static DataFiles Named(string[] names, params Checksum?[] checksums)
    {
        DataFile[] files = [.. names.Select((name, i) => new DataFile(name, i < checksums.Length ? checksums[i] : null))];
        return new DataFiles(files[0], files[1], files[2], files[3]);
    }
}
