using System.Globalization;
using System.Text.Json.Nodes;

namespace Inkling.Benchmarks.Compare;

/// <summary>Measurements as docs/measured/compare.json has them.</summary>
internal sealed class Report(int runs)
{
    private readonly List<Measurement> _measurements = [];
    private readonly JsonObject _notes = [];

    /// <summary>Multiply-add peak of one core and of all, in 10⁹ operations per second.</summary>
    public (double One, double All) Peak { get; set; }

    public string Machine => string.Create(
        CultureInfo.InvariantCulture,
        $"{MeasuredFile.Machine}; multiply-add peak {Peak.One:0} GF/s on one core, {Peak.All:0} on all");

    public void Add(Measurement measurement) => _measurements.Add(measurement);

    /// <summary>Adds a note on a piece of work.</summary>
    public void Note(string work, string text) => _notes[work] = text;

    /// <summary>The fraction of all cores' peak that the first measurement of a piece of work, Inkling's, reaches.</summary>
    /// <param name="work">The piece of work.</param>
    /// <param name="operations">The operations that the direct algorithm would take.</param>
    public string FractionOfPeak(string work, double operations)
    {
        double rate = operations / _measurements.First(measurement => measurement.Work == work).Median / 1e9;
        return string.Create(CultureInfo.InvariantCulture, $"{rate:0} GF/s, {100 * rate / Peak.All:0} % of the peak");
    }

    /// <summary>Writes compare.json. Implementations that are not installed are among the notes.</summary>
    public void Save(string folder)
    {
        JsonArray measurements = [];
        foreach (IGrouping<string, Measurement> work in _measurements.GroupBy(m => m.Work, StringComparer.Ordinal))
        {
            Measurement first = work.First();
            foreach (Measurement measurement in work.Where(m => m.Seconds.Count > 0))
                measurements.Add((JsonNode)new JsonObject
                {
                    ["work"] = measurement == first ? work.Key : null,
                    ["implementation"] = measurement.Who,
                    ["seconds"] = new JsonArray([.. measurement.Seconds.Select(seconds => JsonValue.Create(seconds))]),
                    ["relative"] = measurement == first ? null : measurement.Median / first.Median
                });
            string[] missing = [.. work.Where(m => m.Seconds.Count == 0).Select(m => m.Who)];
            if (missing.Length > 0)
                _notes[$"{work.Key}, not run"] = string.Join("; ", missing);
        }

        Directory.CreateDirectory(folder);
        MeasuredFile.Write(
            Path.Combine(folder, "compare.json"),
            "The same work in Inkling and in each peer: each run's time in seconds",
            $"compare {runs}",
            runs,
            new JsonObject
            {
                ["peak"] = new JsonObject { ["one"] = Math.Round(Peak.One), ["all"] = Math.Round(Peak.All) },
                ["measurements"] = measurements,
                ["notes"] = _notes
            });
    }
}
