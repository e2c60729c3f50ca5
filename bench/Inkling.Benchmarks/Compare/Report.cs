using System.Globalization;
using System.Text.Json.Nodes;
using Inkling.Files;

namespace Inkling.Benchmarks.Compare;

/// <summary>Measurements as docs/benchmarks has them, a file for each processor.</summary>
internal sealed class Report(CompareOptions options)
{
    private const string Unknown = "unknown";

    private readonly List<Measurement> _measurements = [];
    private readonly JsonObject _notes = [];

    /// <summary>Multiply-add peak of one core and of all, in 10⁹ operations per second.</summary>
    public (double One, double All) Peak { get; set; }

    public string Machine => string.Create(
        CultureInfo.InvariantCulture,
        $"{MeasuredFile.Machine}; multiply-add peak {Peak.One:0} GF/s on one core, {Peak.All:0} on all");

    private string File => Path.Combine(options.Folder, $"{MeasuredFile.FileNameOf(MeasuredFile.Machine)}.json");

    private string NoisyFile => Path.ChangeExtension(File, ".noisy.json");

    /// <summary>Checks, before minutes of work, that the result can be written.</summary>
    /// <exception cref="InklingException">It cannot.</exception>
    public void RequireWritable() => AtomicFile.RequireWritable(File);

    /// <summary>Adds what was measured of some work; implementations that are missing become a note.</summary>
    public void Add(string work, IReadOnlyList<(Implementation Of, IReadOnlyList<Piece> Pieces)> measured)
    {
        _measurements.AddRange(measured
            .Where(implementation => implementation.Pieces.Count > 0)
            .Select(implementation => new Measurement(work, implementation.Of.Name, implementation.Pieces)));
        string[] missing = [.. measured
            .Where(implementation => implementation.Of.Missing is not null)
            .Select(implementation => $"{implementation.Of.Name}: {implementation.Of.Missing}")];
        if (missing.Length > 0)
            _notes[$"{work}, not run"] = string.Join("; ", missing);
    }

    /// <summary>Adds a note on some work.</summary>
    public void Note(string work, string text) => _notes[work] = text;

    /// <summary>Notes the fraction of all cores' peak that the first measurement of some work, Inkling's, reaches.</summary>
    /// <param name="work">The work.</param>
    /// <param name="operations">The operations that the direct algorithm would take.</param>
    public void NoteFractionOfPeak(string work, double operations)
    {
        if (_measurements.FirstOrDefault(measurement => measurement.Work == work) is not { } first)
            return;
        double rate = operations / first.Median / 1e9;
        Note(work, string.Create(CultureInfo.InvariantCulture, $"{rate:0} GF/s, {100 * rate / Peak.All:0} % of the peak"));
    }

    /// <summary>A piece in one line: its time, and what the machine gave.</summary>
    /// <param name="start">What the line begins with.</param>
    /// <param name="implementation">Whose piece it is.</param>
    /// <param name="piece">The piece; null if it failed.</param>
    public static string Line(string start, Implementation implementation, Piece? piece)
    {
        if (piece is null)
            return $"{start} failed: {implementation.Missing}";
        MachineShare machine = piece.Machine;
        string others = machine.Others?.ToString("0.00", CultureInfo.InvariantCulture) ?? Unknown,
            ratio = piece.Ratio is { } times ? string.Create(CultureInfo.InvariantCulture, $", {times:0.00} ×") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{start} {piece.Seconds:0.000000} s{ratio}; used {machine.Own:0.00} cores, others {others}; ")
            + $"cores busy {Percent(machine.Busy)}, stolen {Percent(machine.Stolen)}";

        static string Percent(IReadOnlyList<double>? shares) => shares is null
            ? Unknown
            : $"{string.Join(' ', shares.Select(share => (100 * share).ToString("0", CultureInfo.InvariantCulture)))} %";
    }

    /// <summary>Writes the file, and says whether it is a result.</summary>
    /// <param name="versions">What the peers that ran say about themselves.</param>
    /// <returns>The exit code: 1 where it is none, because the machine was not quiet.</returns>
    public int Finish(IEnumerable<string> versions)
    {
        List<string> noise = [.. Noise.In(_measurements)];
        if (options.Only is not null)
            noise.Insert(0, $"only \"{options.Only}\" was measured");
        string file = noise.Count == 0 ? File : NoisyFile;
        MeasuredFile.Write(
            file,
            "The same work in Inkling and in each peer: each piece's time, as seconds for the whole work",
            $"compare {options.Pieces.ToString(CultureInfo.InvariantCulture)}",
            options.Pieces,
            Figures(noise, versions));
        if (noise.Count == 0)
        {
            System.IO.File.Delete(NoisyFile); // of an earlier run
            Console.Error.WriteLine($"Written: {file}");
            return 0;
        }

        Console.Error.WriteLine($"Not a result: {string.Join("; ", noise)}. Times are in {file}.");
        return 1;
    }

    /// <summary>The file's figures.</summary>
    /// <param name="noise">Why they are no result; empty if they are.</param>
    /// <param name="versions">What the peers that ran say about themselves.</param>
    internal JsonObject Figures(IReadOnlyList<string> noise, IEnumerable<string> versions)
    {
        JsonArray measurements = [];
        string? work = null;
        foreach (Measurement measurement in _measurements)
        {
            measurements.Add((JsonNode)new JsonObject
            {
                ["work"] = measurement.Work == work ? null : measurement.Work,
                ["implementation"] = measurement.Who,
                ["seconds"] = Numbers(measurement.Seconds, 4),
                ["relative"] = measurement.Ratio is { } ratio ? Rounded(ratio, 4) : null,
                ["ratios"] = measurement.Ratio is null
                    ? null
                    : Numbers(measurement.Pieces.Select(piece => piece.Ratio!.Value), 4),
                ["coresUsed"] = Numbers(measurement.Pieces.Select(piece => piece.Machine.Own), 3),
                ["coresUsedByOthers"] = measurement.Pieces.Any(piece => piece.Machine.Others is null)
                    ? Unknown
                    : Numbers(measurement.Pieces.Select(piece => piece.Machine.Others!.Value), 2),
                ["busy"] = ByCore(measurement, machine => machine.Busy),
                ["stolen"] = ByCore(measurement, machine => machine.Stolen)
            });
            work = measurement.Work;
        }

        return new JsonObject
        {
            ["noise"] = noise.Count == 0 ? null : new JsonArray([.. noise.Select(clause => JsonValue.Create(clause))]),
            ["peers"] = string.Join(", ", versions),
            ["peak"] = new JsonObject { ["one"] = Math.Round(Peak.One), ["all"] = Math.Round(Peak.All) },
            ["measurements"] = measurements,
            ["notes"] = _notes.DeepClone()
        };
    }

    /// <summary>For each core its shares of the pieces.</summary>
    private static JsonNode ByCore(Measurement measurement, Func<MachineShare, IReadOnlyList<double>?> shares)
    {
        IReadOnlyList<double>?[] pieces = [.. measurement.Pieces.Select(piece => shares(piece.Machine))];
        return pieces.Contains(null)
            ? Unknown
            : new JsonArray([.. Enumerable.Range(0, pieces.Min(piece => piece!.Count))
                .Select(core => Numbers(pieces.Select(piece => piece![core]), 2))]);
    }

    private static JsonArray Numbers(IEnumerable<double> values, int digits) =>
        new([.. values.Select(value => JsonValue.Create(Rounded(value, digits)))]);

    /// <summary>With this many significant digits.</summary>
    private static double Rounded(double value, int digits) =>
        double.Parse(value.ToString($"G{digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
