using System.Globalization;
using System.Text;
using Inkling.Files;
using Inkling.Plots;
using Spectre.Console;

namespace Inkling.Cli.Sweeps;

/// <summary>The results of a sweep by cell, as a table, as files and as a picture of the grid.</summary>
internal sealed class SweepTable
{
    private const int MostRows = 40, MostCellsDrawn = 2_000, MostOfLabel = 40;

    private readonly IReadOnlyList<RunResult> _results;
    private readonly string _data;
    private readonly (string Name, Func<RunOptions, string> ValueOf)[] _axes; // those with several values
    private readonly Cell[] _cells;

    /// <summary>Summarises results.</summary>
    /// <param name="results">Sorted by their options.</param>
    /// <param name="data">What the data are called.</param>
    public SweepTable(IReadOnlyList<RunResult> results, string data)
    {
        (_results, _data) = (results, data);
        _axes =
        [
            .. RunOptions.Axes.Where(
                axis => results.Select(result => axis.ValueOf(result.Options)).Distinct(StringComparer.Ordinal).Skip(1).Any())
        ];
        _cells =
        [
            .. results
                .GroupBy(result => string.Join('\n', _axes.Select(axis => axis.ValueOf(result.Options))), StringComparer.Ordinal)
                .Select(group => new Cell([.. _axes.Select(axis => axis.ValueOf(group.First().Options))], [.. group]))
        ];
    }

    /// <summary>Prints a row for each cell, the best on validation images first.</summary>
    public void Print(Terminal terminal)
    {
        Cell[] best = [.. _cells.OrderByDescending(cell => cell.Validation?.Mean ?? -1)];
        Table table = new() { Border = TableBorder.Rounded };
        string[] columns = [.. _axes.Select(axis => axis.Name), "runs", "validation", "test", "test, least … most"];
        foreach (string column in columns)
            table.AddColumn(column);
        foreach (Cell cell in best.Take(MostRows))
        {
            string runs = cell.Failed == 0
                ? Text(cell.Runs.Length)
                : $"{Text(cell.Runs.Length)}, {Text(cell.Failed)} of them failed";
            string range = cell.Test is { } test ? $"{Hundredths(test.Least)} … {Hundredths(test.Most)}" : "";
            table.AddRow(
            [
                .. cell.Values.Select(value => Terminal.Escape(OneLine.Of(value, MostOfLabel))),
                runs,
                cell.Validation?.ToString() ?? "–",
                cell.Test?.ToString() ?? "–",
                range,
            ]);
        }

        string note = best.Length > MostRows ? $"; the best {Text(MostRows)} of {Text(best.Length)} cells" : "";
        terminal.Line($"Right on {_data} after training, in %, mean ± standard deviation over seeds{note}:");
        terminal.People.Write(table);
    }

    /// <summary>Writes the tables and the picture beside the results.</summary>
    /// <returns>The files.</returns>
    /// <exception cref="InklingException">One cannot be written.</exception>
    public IReadOnlyList<string> Save(SweepLedger ledger)
    {
        AtomicFile.Write(ledger.CsvFile, stream => WriteLines(stream, CsvLines()));
        AtomicFile.Write(ledger.LinesFile, stream => WriteLines(stream, _results.Select(result => result.ToJson())));
        List<string> files = [ledger.CsvFile, ledger.LinesFile];
        if (Draw(ledger.PictureFile))
            files.Add(ledger.PictureFile);
        return files;
    }

    /// <summary>Draws the grid: the axis with the most values in columns, all others in rows.</summary>
    /// <returns>Whether it is drawn: a picture of too many cells, those without a run included, is not.</returns>
    private bool Draw(string path)
    {
        int columnAxis = _axes.Length == 0 ? -1 : Enumerable.Range(0, _axes.Length).MaxBy(axis => (Values(axis).Length, axis));
        string[] columns = columnAxis < 0 ? [""] : Values(columnAxis);
        int[] rowAxes = [.. Enumerable.Range(0, _axes.Length).Where(axis => axis != columnAxis)];
        Dictionary<string, int> rowOf = new(StringComparer.Ordinal);
        List<string[]> rows = [];
        foreach (Cell cell in _cells)
        {
            string[] row = [.. rowAxes.Select(axis => cell.Values[axis])];
            if (rowOf.TryAdd(string.Join('\n', row), rows.Count))
                rows.Add(row);
        }

        if ((long)rows.Count * columns.Length > MostCellsDrawn)
            return false;
        GridCell?[,] cells = new GridCell?[rows.Count, columns.Length];
        int most = _cells.Select(cell => cell.Runs.Length).DefaultIfEmpty().Max();
        foreach (Cell cell in _cells)
        {
            int row = rowOf[string.Join('\n', rowAxes.Select(axis => cell.Values[axis]))];
            int column = columnAxis < 0 ? 0 : Array.IndexOf(columns, cell.Values[columnAxis]);
            cells[row, column] = new GridCell(
                cell.Validation?.Mean,
                cell.Validation is { Count: > 1 } several ? several.Deviation : null,
                cell.NoteAmong(most));
        }

        RunOptions? fixedAt = _results.Count > 0 ? _results[0].Options : null;
        string others = fixedAt is null ? "" : string.Join(", ", RunOptions.Axes
            .Where(axis => !_axes.Contains(axis))
            .Select(axis => (axis.Name, Value: axis.ValueOf(fixedAt)))
            .Where(axis => axis.Value != "0")
            .Select(axis => $"{axis.Name} {OneLine.Of(axis.Value, MostOfLabel)}"));
        GridHeatMap.Save(
            path,
            $"Accuracy on validation images of {OneLine.Of(_data, MostOfLabel)} in %, {Seeds(most)}",
            _cells.Length > 1 ? $"{others}; best cell framed black, worst red" : others,
            [.. rowAxes.Select(axis => _axes[axis].Name)],
            [.. rows.Select(row => row.Select(value => OneLine.Of(value, MostOfLabel)).ToArray())],
            columnAxis < 0 ? "" : _axes[columnAxis].Name,
            [.. columns.Select(value => OneLine.Of(value, MostOfLabel / 2))],
            cells);
        return true;

        string[] Values(int axis) => [.. _cells
            .Select(cell => cell.Values[axis])
            .Distinct(StringComparer.Ordinal)
            .Order(Comparer<string>.Create(RunOptions.Compare))];
    }

    private static string Seeds(int most) => most == 1 ? "one seed" : $"mean ± sd over {Text(most)} seeds";

    private IEnumerable<string> CsvLines()
    {
        yield return string.Join(',', (string[])
        [
            "run", .. RunOptions.Axes.Select(axis => axis.Name), "seed", "data", "epochs trained", "last cost",
            "validation accuracy", "test accuracy", "weights", "failure",
        ]);
        foreach (RunResult result in _results)
        {
            yield return string.Join(',', ((string[])
            [
                result.Run,
                .. RunOptions.Axes.Select(axis => axis.ValueOf(result.Options)),
                Text(result.Options.Seed),
                result.Data,
                result.Epochs is { } epochs ? Text(epochs.Count) : "",
                result.Epochs is [.., var last] ? Text(last.Cost) : "",
                result.Validation is { } validation ? Text(validation.Accuracy) : "",
                result.Test is { } test ? Text(test.Accuracy) : "",
                result.Weights ?? "",
                result.Failure ?? "",
            ]).Select(Quoted));
        }
    }

    /// <summary>A field as RFC 4180 has it.</summary>
    private static string Quoted(string field) => field.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? field
        : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static void WriteLines(Stream stream, IEnumerable<string> lines)
    {
        using StreamWriter writer = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        foreach (string line in lines)
            writer.WriteLine(line);
    }

    private static string Text<T>(T number)
        where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Hundredths(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>The runs of a cell.</summary>
    /// <param name="Values">The values of the axes.</param>
    /// <param name="Runs">The results.</param>
    private sealed record Cell(string[] Values, RunResult[] Runs)
    {
        /// <summary>How many failed: their cost was no longer a number.</summary>
        public int Failed { get; } = Runs.Count(run => run.Validation is null);

        /// <summary>Accuracies on validation images; null where all runs failed.</summary>
        public Spread? Validation { get; } = Spread.Of(Runs.Select(run => run.Validation));

        /// <summary>Accuracies on test images; null where all runs failed.</summary>
        public Spread? Test { get; } = Spread.Of(Runs.Select(run => run.Test));

        /// <summary>The worst run, or how many failed, or are missing of the most that a cell has.</summary>
        public string NoteAmong(int most) =>
            Failed > 0 ? $"{Text(Failed)} of {Text(Runs.Length)} failed"
            : Runs.Length < most ? $"{Text(Runs.Length)} of {Text(most)} runs"
            : Runs.Length == 1 ? ""
            : Runs.MinBy(run => run.Validation!.Accuracy) is { } worst
                ? $"worst {Hundredths(worst.Validation!.Accuracy)}, seed {Text(worst.Options.Seed)}"
            : "";
    }

    /// <summary>How accuracies lie.</summary>
    private sealed record Spread(int Count, double Mean, double Deviation, double Least, double Most)
    {
        public static Spread? Of(IEnumerable<RunScore?> scores)
        {
            double[] accuracies = [.. scores.OfType<RunScore>().Select(score => score.Accuracy)];
            if (accuracies.Length == 0)
                return null;
            (double mean, double deviation) = Figures.Moments(accuracies);
            return new Spread(accuracies.Length, mean, deviation, accuracies.Min(), accuracies.Max());
        }

        public override string ToString() =>
            Count < 2 ? Hundredths(Mean) : $"{Hundredths(Mean)} ± {Hundredths(Deviation)}";
    }
}
