using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Inkling.Web.Learning;

/// <summary>A run's data and hyperparameters: all arguments of the seed's SGD, and the cost.</summary>
internal sealed record RunSettings
{
    public const int MostNeurons = 2000, MostLayers = 5, MostEpochs = 1000, LargestMiniBatch = 10_000;

    public string Data { get; init; } = "mnist";

    /// <summary>Hidden neurons, layer by layer.</summary>
    public IReadOnlyList<int> Hidden { get; init; } = [30];

    public Cost Cost { get; init; } = Cost.Quadratic;

    public int MiniBatch { get; init; } = 10;

    public double Eta { get; init; } = 3;

    public int Epochs { get; init; } = 30;

    public int Seed { get; init; } = 1;

    /// <summary>The seed's three experiments.</summary>
    public static IReadOnlyList<RunSettings> Presets { get; } = [new(), new() { Hidden = [100] }, new() { Eta = 20 }];

    [JsonIgnore]
    public Architecture Architecture => Architecture.FullyConnected([784, .. Hidden, 10], Cost);

    /// <summary>All layers' sizes as <c>784-30-10</c>.</summary>
    [JsonIgnore]
    public string Sizes => string.Join('-', [784, .. Hidden, 10]);

    [JsonIgnore]
    public string EtaText => Eta.ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>The name in the resources of the first setting that is out of range; null where all are valid.</summary>
    public string? FirstWrong() =>
        Hidden is null || Hidden.Count is < 1 or > MostLayers || Hidden.Any(neurons => neurons is < 1 or > MostNeurons)
            ? "layers"
        : MiniBatch is < 1 or > LargestMiniBatch ? "minibatch"
        : !(Eta is > 0 and <= 1000) ? "eta"
        : Epochs is < 1 or > MostEpochs ? "epochs"
        : Enum.IsDefined(Cost) && Cost != Cost.LogLikelihood ? null : "cost";

    /// <summary>Hidden layers as a person types them: <c>30</c> or <c>100, 30</c>; empty where it is something else.</summary>
    public static IReadOnlyList<int> ParseHidden(string? text)
    {
        const StringSplitOptions Options = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        string[] parts = (text ?? "").Split([',', '-', ' '], MostLayers + 1, Options);
        int[] sizes = [.. parts.Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        return sizes.Contains(0) ? [] : sizes;
    }

    /// <summary>Parses settings from the store; null where they are damaged or out of range.</summary>
    public static RunSettings? Parse(string? json)
    {
        try
        {
            RunSettings? settings = json is null ? null : JsonSerializer.Deserialize<RunSettings>(json);
            return settings is { Data: not null } && settings.FirstWrong() is null ? settings : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>An epoch's figures.</summary>
internal sealed record RunEpoch(int Epoch, double Cost, int Correct, int Total, double Seconds)
{
    public double Accuracy => (double)Correct / Total;

    /// <summary>Parses a row of the store: run, epoch, cost, correct, total, seconds; null where it is damaged.</summary>
    public static RunEpoch? Of(object[] row) =>
        row[0] is long and >= 1 and <= int.MaxValue && row[1] is long and >= 0 and < RunSettings.MostEpochs and var epoch
        && row[2] is double or DBNull && row[4] is long and > 0 and <= int.MaxValue and var total
        && row[3] is long and >= 0 and var correct && correct <= total && row[5] is double seconds
            ? new RunEpoch(
                (int)epoch,
                row[2] as double? ?? double.NaN, // SQLite stores NaN as NULL
                (int)correct,
                (int)total,
                seconds)
            : null;
}

internal enum RunState
{
    Running,
    Paused,
    Done,
    Failed,
}
