using System.Globalization;
using Inkling.Training;

namespace Inkling.Cli.Sweeps;

/// <summary>The options of a run, as results and tables name them.</summary>
/// <param name="Network">The network's layers, name or architecture.</param>
/// <param name="Cost">Its cost.</param>
/// <param name="Init">How its weights were drawn.</param>
/// <param name="Optimiser">The optimiser, in words.</param>
/// <param name="Schedule">The schedule, in words.</param>
/// <param name="Epochs">Epochs, at most.</param>
/// <param name="MiniBatch">Images in a mini-batch.</param>
/// <param name="Eta">The learning rate.</param>
/// <param name="L2">λ of L2 regularisation.</param>
/// <param name="Patience">Epochs without improvement after which it ends; 0 for none.</param>
/// <param name="Seed">The seed.</param>
internal sealed record RunOptions(
    string Network,
    string Cost,
    string Init,
    string Optimiser,
    string Schedule,
    int Epochs,
    int MiniBatch,
    double Eta,
    double L2,
    int Patience,
    int Seed)
{
    /// <summary>The options by which cells are told apart, all but the seed: their names, and their values as text.</summary>
    public static IReadOnlyList<(string Name, Func<RunOptions, string> ValueOf)> Axes { get; } =
    [
        ("network", options => options.Network),
        ("cost", options => options.Cost),
        ("init", options => options.Init),
        ("optimiser", options => options.Optimiser),
        ("schedule", options => options.Schedule),
        ("epochs", options => Text(options.Epochs)),
        ("mini-batch", options => Text(options.MiniBatch)),
        ("eta", options => Text(options.Eta)),
        ("l2", options => Text(options.L2)),
        ("patience", options => Text(options.Patience)),
    ];

    /// <summary>The options of a run.</summary>
    public static RunOptions Of(SweepCell cell, int seed)
    {
        TrainingOptions options = cell.Recipe.Options;
        return new RunOptions(
            cell.Network,
            Architecture.Name(cell.Recipe.Architecture.Cost),
            LearningOptions.NameOf(cell.Recipe.Initialisation),
            TrainingHistory.Describe(options.Optimiser),
            TrainingHistory.Describe(options.Schedule),
            options.Epochs,
            options.MiniBatchSize,
            options.LearningRate,
            options.L2,
            options.Patience,
            seed);
    }

    /// <summary>
    /// Compares values of an axis: digits by the number that they are, so that 784,30,10 is before 784,100,10.
    /// </summary>
    public static int Compare(string a, string b)
    {
        if (double.TryParse(a, NumberStyles.Float, CultureInfo.InvariantCulture, out double x)
            && double.TryParse(b, NumberStyles.Float, CultureInfo.InvariantCulture, out double y))
        {
            return x.CompareTo(y);
        }

        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            ReadOnlySpan<char> left = DigitsAt(a, i), right = DigitsAt(b, j);
            int order = left.Length > 0 && right.Length > 0
                ? left.Length != right.Length ? left.Length - right.Length : left.SequenceCompareTo(right)
                : a[i] - b[j];
            if (order != 0)
                return order;
            i += Math.Max(1, left.Length);
            j += Math.Max(1, right.Length);
        }

        return (a.Length - i) - (b.Length - j);
    }

    /// <summary>All of it in a line: <c>network 784,30,10, eta 3, …, seed 1</c>.</summary>
    public override string ToString() =>
        $"{string.Join(", ", Axes.Select(axis => $"{axis.Name} {axis.ValueOf(this)}"))}, seed {Text(Seed)}";

    private static string Text(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);

    private static ReadOnlySpan<char> DigitsAt(string text, int start)
    {
        int end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return text.AsSpan(start, end - start);
    }
}
