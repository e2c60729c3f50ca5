using System.CommandLine;
using Inkling.Data.Catalogue;
using Inkling.Files;

namespace Inkling.Cli;

/// <summary>The images that a command works on, as its options name them.</summary>
/// <param name="Name">A name of <see cref="Names"/>; null for MNIST, or what <paramref name="Path"/> holds.</param>
/// <param name="Path">A folder or file of one's own images; with a name, the folder where that set is looked for.</param>
/// <param name="Added">Names and paths of images to learn from beside these.</param>
internal sealed record DataChoice(string? Name, string? Path, IReadOnlyList<string> Added)
{
    /// <summary>The name of the digits that were corrected on the page.</summary>
    public const string Corrections = "corrections";

    /// <summary>Names of images: the published data sets, and the corrections.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. DataSets.All.Select(set => set.Name), Corrections];

    /// <summary>Where the page keeps corrections.</summary>
    public static string CorrectionsFolder => System.IO.Path.Combine(UserFolders.Data, Corrections);

    /// <summary>The files that are read; none of what would have to be downloaded.</summary>
    /// <exception cref="InklingException">There are no such images.</exception>
    public IEnumerable<string> Files() => Added.Select(Of).Prepend(this with { Added = [] }).SelectMany(one => one.OwnFiles());

    /// <summary>What <c>--add</c> names: a name, or else a path.</summary>
    public static DataChoice Of(string added) =>
        Names.Contains(added, StringComparer.Ordinal) ? new(added, null, []) : new(null, added, []);

    private IEnumerable<string> OwnFiles()
    {
        if (Name == Corrections)
        {
            string folder = Path ?? CorrectionsFolder;
            return Directory.Exists(folder) ? OwnSource.Find(folder).Files : [];
        }

        DataSet set = DataSets.Named(Name ?? "mnist");
        bool isPublished = Name is not null || Path is null || set.Locate(new DataOptions { Directory = Path }) is not null;
        return isPublished ? DataSource.FilesOf(set, Path) : OwnSource.Find(Path!).Files;
    }

    /// <summary>The options by which a command is told its images; <see cref="Added"/> is for those that learn.</summary>
    internal sealed class OptionGroup
    {
        public Option<string?> Name { get; } = Options.OneOf(
            "--dataset", "Images known by name, which \"inkling data\" lists (default: mnist)", [.. Names]);

        public Option<string?> Path { get; } = new("--data")
        {
            Description =
                "Your own images: a folder with folders 0 to 9 of pictures, a folder of pictures named as 7_anna.png, "
                    + "a CSV file as Kaggle's train.csv, IDX files; or the folder where a data set is looked for "
                    + "(default: INKLING_DATA, then the cache, then a download)",
            HelpName = "PATH",
        };

        public Option<string[]> Added { get; } = new("--add")
        {
            Description =
                "More images to learn from beside these, a name or a path: --add corrections, --add my-digits. "
                    + "May be given several times; validation and test stay as they are",
            HelpName = "NAME|PATH",
        };

        public DataChoice Of(ParseResult parsed) => new(
            parsed.GetValue(Name),
            parsed.GetValue(Path),
            parsed.GetResult(Added) is null ? [] : parsed.GetValue(Added) ?? []);
    }
}
