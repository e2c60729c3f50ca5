using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Inkling.Files;

namespace Inkling.Cli.Sweeps;

/// <summary>
/// The result of a run. It has no times and no names of machines: the same run has the same bytes wherever it was made.
/// </summary>
/// <param name="Run">The run's name.</param>
/// <param name="Version">The version of the program.</param>
/// <param name="Data">What the data are called.</param>
/// <param name="Options">How the network was trained.</param>
/// <param name="Validation">How many validation images the trained network reads rightly; null where training failed.</param>
/// <param name="Test">How many test images it reads rightly; null where training failed.</param>
/// <param name="Weights">SHA-256 of its weights, in hexadecimal digits; null where training failed.</param>
/// <param name="Failure">Why training failed: the cost was no longer a number. Otherwise null.</param>
/// <param name="Epochs">Figures of each epoch; null from a graphics processor, which has those of the end alone.</param>
internal sealed record RunResult(
    string Run,
    string Version,
    string Data,
    RunOptions Options,
    RunScore? Validation,
    RunScore? Test,
    string? Weights,
    string? Failure,
    IReadOnlyList<RunEpoch>? Epochs)
{
    private const int MostBytes = 64 << 20; // 100,000 epochs

    /// <summary>The result as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, SweepJson.Lines.RunResult);

    /// <summary>The content of the result's file: the result and a hash of it.</summary>
    public byte[] ToFile()
    {
        string json = ToJson();
        return Encoding.UTF8.GetBytes($"{{\"result\":{json},\"sha256\":\"{HashOf(json)}\"}}\n");
    }

    /// <summary>Reads a result's file.</summary>
    /// <exception cref="InklingException">It is damaged, or no result; the message says what to do.</exception>
    public static RunResult Read(string file)
    {
        byte[] bytes = WholeFile.Read(file, MostBytes, "result");
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement result = document.RootElement.GetProperty("result");
            if (document.RootElement.GetProperty("sha256").GetString() == HashOf(result.GetRawText())
                && result.Deserialize(SweepJson.Lines.RunResult) is { Options: not null } read
                && read.Run == Path.GetFileNameWithoutExtension(file))
            {
                return read;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // told below
        }

        throw new InklingException($"{file}: damaged, or no result of a sweep. Delete it: its run is then made again.");
    }

    private static string HashOf(string json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)));
}

/// <summary>How many images a network reads rightly.</summary>
/// <param name="Correct">So many.</param>
/// <param name="Total">Of so many.</param>
internal sealed record RunScore(int Correct, int Total)
{
    /// <summary>The share, 0 to 1.</summary>
    [JsonIgnore]
    public double Accuracy => Total == 0 ? 0 : (double)Correct / Total;

    public static RunScore Of(Score score) => new(score.Correct, score.Total);
}

/// <summary>The figures of an epoch.</summary>
/// <param name="Cost">Mean cost over the training images, each measured just before the step that trains on it.</param>
/// <param name="Validation">Validation images read rightly.</param>
/// <param name="Test">Test images read rightly.</param>
internal sealed record RunEpoch(double Cost, int Validation, int Test);

/// <summary>Serialises what a sweep writes.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(SweepDescription))]
internal sealed partial class SweepJson : JsonSerializerContext
{
    /// <summary>For files and lines that are put into no page: × and π are written as they are.</summary>
    public static SweepJson Lines { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
