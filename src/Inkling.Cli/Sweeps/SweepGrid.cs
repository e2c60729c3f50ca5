using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Inkling.Training;

namespace Inkling.Cli.Sweeps;

/// <summary>A grid: cells, which differ in how a network is trained, and seeds, with which each of them is.</summary>
/// <param name="Cells">The cells.</param>
/// <param name="Seeds">The seeds.</param>
internal sealed record SweepGrid(IReadOnlyList<SweepCell> Cells, IReadOnlyList<int> Seeds)
{
    /// <summary>The most runs of one sweep: their results are sorted, and their names kept, in memory.</summary>
    private const int MostRuns = 100_000;

    /// <summary>Checks the number of runs before any is made.</summary>
    /// <param name="axes">How many values each axis has.</param>
    /// <param name="seeds">How many seeds there are.</param>
    /// <exception cref="InklingException">There are too many.</exception>
    public static void RequireSize(IReadOnlyList<int> axes, long seeds)
    {
        decimal runs = axes.Aggregate((decimal)seeds, (product, length) => product * length);
        if (runs <= MostRuns)
            return;
        string factors = string.Join(" × ", axes.Where(length => length > 1).Select(Text).Append($"{Text(seeds)} seeds"));
        throw new InklingException(
            $"The grid has {Text(runs)} runs ({factors}); a sweep has {Text(MostRuns)} at most. Divide it into several.");

        static string Text<T>(T number)
            where T : IFormattable => number.ToString("N0", CultureInfo.InvariantCulture);
    }

    /// <summary>The runs: cell after cell, and seed after seed.</summary>
    /// <param name="ledger">The version and the data, which are part of each run's name.</param>
    /// <exception cref="InklingException">The grid has a run twice, or a network that does not fit the data.</exception>
    public IReadOnlyList<SweepJob> JobsFor(SweepLedger ledger)
    {
        List<SweepJob> jobs = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (SweepCell cell in Cells)
        {
            string settings = cell.Settings;
            foreach (int seed in Seeds)
            {
                string name = NameOf(ledger, settings, seed);
                if (!names.Add(name))
                    throw new InklingException($"The grid has the same run twice: {RunOptions.Of(cell, seed)}.");
                jobs.Add(new SweepJob(name, cell, seed));
            }
        }

        return jobs;
    }

    /// <summary>128 bits of a hash of all that a bit of the result depends on, in hexadecimal digits.</summary>
    private static string NameOf(SweepLedger ledger, string settings, int seed)
    {
        string text = string.Create(
            CultureInfo.InvariantCulture, $"{ledger.Version}\n{ledger.DataHash}\n{settings}seed: {seed}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }
}

/// <summary>A cell of the grid: how networks are trained, but for the seed.</summary>
/// <param name="Network">What the network is called: its layers, its name or its architecture.</param>
/// <param name="Recipe">What is trained, and how.</param>
internal sealed record SweepCell(string Network, Recipe Recipe)
{
    /// <summary>All settings on which a bit of the result depends, one a line.</summary>
    public string Settings
    {
        get
        {
            Dictionary<string, string> settings = new(StringComparer.Ordinal)
            {
                ["network"] = Recipe.Architecture.ToString(),
                ["cost"] = Architecture.Name(Recipe.Architecture.Cost),
                ["initialisation"] = LearningOptions.NameOf(Recipe.Initialisation),
            };
            TrainingFingerprint.AddOptions(settings, Recipe.Options);
            return string.Concat(settings.Select(setting => $"{setting.Key}: {setting.Value}\n"));
        }
    }
}

/// <summary>One run of a sweep.</summary>
/// <param name="Name">The hash that names it and its result.</param>
/// <param name="Cell">How the network is trained.</param>
/// <param name="Seed">The seed of its weights and of the order of the images.</param>
internal sealed record SweepJob(string Name, SweepCell Cell, int Seed);
