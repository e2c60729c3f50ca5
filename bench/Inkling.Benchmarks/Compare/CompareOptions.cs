using System.Globalization;

namespace Inkling.Benchmarks.Compare;

/// <summary>What <c>compare</c> is asked for.</summary>
/// <param name="Pieces">How many pieces of each implementation are timed.</param>
/// <param name="Folder">Where the result is written.</param>
/// <param name="Only">The only work to do; null for all of it.</param>
/// <param name="Chroot">A newer system in which libtorch runs; null without.</param>
/// <param name="FastMnist">The sources of fast-mnist-nn; null without.</param>
/// <param name="Grensen">The folder of grensen's benchmark.cs; null without.</param>
internal sealed record CompareOptions(
    int Pieces = 15,
    string Folder = "compare",
    string? Only = null,
    string? Chroot = null,
    string? FastMnist = null,
    string? Grensen = null)
{
    public const string Usage =
        "compare [PIECES] [FOLDER] [--only WORK] [--chroot DIR] [--fast-mnist-nn DIR] [--grensen DIR]";

    /// <exception cref="InklingException">An argument is not one of these, or a folder is not there.</exception>
    public static CompareOptions Parse(IReadOnlyList<string> arguments)
    {
        CompareOptions options = new();
        int places = 0;
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            options = argument switch
            {
                "--only" => options with { Only = Known(Value()) },
                "--chroot" => options with { Chroot = Existing(Value()) },
                "--fast-mnist-nn" => options with { FastMnist = Existing(Value()) },
                "--grensen" => options with { Grensen = Existing(Value()) },
                _ when argument.StartsWith('-') => throw new InklingException($"{argument} is not an option. Usage: {Usage}"),
                _ => places++ switch
                {
                    0 => options with { Pieces = Count(argument) },
                    1 => options with { Folder = argument },
                    _ => throw new InklingException($"{argument} is one argument too many. Usage: {Usage}")
                }
            };

            string Value() =>
                ++i < arguments.Count ? arguments[i] : throw new InklingException($"{argument} has no value. Usage: {Usage}");
        }

        return options;
    }

    private static int Count(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= 1 and <= 1000
            ? count
            : throw new InklingException($"{text} is no number of pieces from 1 to 1000. Usage: {Usage}");

    private static string Known(string work) => Comparison.Works.Contains(work, StringComparer.Ordinal)
        ? work
        : throw new InklingException($"{work} is none of the works: {string.Join("; ", Comparison.Works)}.");

    private static string Existing(string folder) =>
        Directory.Exists(folder) ? Path.GetFullPath(folder) : throw new InklingException($"{folder}: there is no such folder.");
}
