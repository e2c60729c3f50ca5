using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Inkling.Benchmarks.Compare;

/// <summary>Measurements as a table, Markdown and JSON.</summary>
internal sealed class Report(int runs)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly List<Measurement> _measurements = [];
    private readonly List<string> _notes = [];

    /// <summary>Multiply-add peak of one core and of all, in 10⁹ operations per second.</summary>
    public (double One, double All) Peak { get; set; }

    public string Machine => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}; "
        + $"multiply-add peak {Peak.One:0} GF/s on one core, {Peak.All:0} on all");

    public void Add(Measurement measurement) => _measurements.Add(measurement);

    public void Note(string text) => _notes.Add(text);

    /// <summary>Adds a note to the first measurement of a piece of work, which is Inkling's.</summary>
    public void Annotate(string work, string note)
    {
        int first = _measurements.FindIndex(measurement => measurement.Work == work);
        _measurements[first] = _measurements[first] with { Note = note };
    }

    /// <summary>The fraction of all cores' peak that the first measurement of a piece of work, Inkling's, reaches.</summary>
    public string FractionOfPeak(string work, double operations)
    {
        double rate = operations / _measurements.First(measurement => measurement.Work == work).Median / 1e9;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{rate:0} GF/s, {100 * rate / Peak.All:0} % of the peak, the direct algorithm's operations counted");
    }

    public void Save(string folder)
    {
        Directory.CreateDirectory(folder);
        string markdown = Markdown();
        Console.Write(markdown);
        File.WriteAllText(Path.Combine(folder, "compare.md"), markdown);
        File.WriteAllText(Path.Combine(folder, "compare.json"), JsonSerializer.Serialize(
            new
            {
                machine = Machine,
                runs,
                measurements = _measurements.Select(m => new
                {
                    m.Work,
                    m.Who,
                    seconds = m.Seconds,
                    median = double.IsNaN(m.Median) ? (double?)null : m.Median,
                    m.Note
                }),
                notes = _notes
            },
            Indented));
    }

    private string Markdown()
    {
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{Machine}. Medians of {runs} runs, everybody in turn.\n\n"
            + $"| work | who | median | least … most | ours is faster | |\n| --- | --- | --- | --- | --- | --- |\n");
        foreach (IGrouping<string, Measurement> work in _measurements
            .GroupBy(measurement => measurement.Work, StringComparer.Ordinal))
        {
            Measurement ours = work.First();
            foreach (Measurement measurement in work)
            {
                string times = measurement.Seconds.Count == 0
                    ? "– | –"
                    : $"{Time(measurement.Median)} | {Time(measurement.Seconds.Min())} … {Time(measurement.Seconds.Max())}";
                string ratio = measurement == ours || measurement.Seconds.Count == 0
                    ? ""
                    : string.Create(CultureInfo.InvariantCulture, $"{measurement.Median / ours.Median:0.0} ×");
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {(measurement == ours ? work.Key : "")} | {measurement.Who} | {times} "
                    + $"| {ratio} | {measurement.Note} |\n");
            }
        }

        foreach (string note in _notes)
            text.Append('\n').Append(note).Append('\n');
        return text.ToString();
    }

    private static string Time(double seconds) => seconds switch
    {
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s"),
        >= 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{1e3 * seconds:0.00} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{1e6 * seconds:0.0} µs"),
    };

    private static string Processor()
    {
        const string info = "/proc/cpuinfo";
        string? line = File.Exists(info)
            ? File.ReadLines(info).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line is null
            ? RuntimeInformation.ProcessArchitecture.ToString()
            : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
