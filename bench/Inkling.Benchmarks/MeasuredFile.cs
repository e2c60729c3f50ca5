using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inkling.Benchmarks;

/// <summary>Figures as a JSON file in the form of docs/measured, from which the pages' tables are written.</summary>
internal static class MeasuredFile
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The processor and the number of its cores.</summary>
    public static string Machine => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor()}, {Environment.ProcessorCount} cores");

    /// <param name="path">The file.</param>
    /// <param name="what">What was measured, and in which unit.</param>
    /// <param name="command">The arguments of this program.</param>
    /// <param name="runs">How many runs there were, and what was taken of them.</param>
    /// <param name="figures">The properties that hold the figures.</param>
    public static void Write(string path, string what, string command, JsonNode runs, JsonObject figures)
    {
        JsonObject file = new()
        {
            ["what"] = what,
            ["command"] = $"dotnet run -c Release --project bench/Inkling.Benchmarks -- {command}",
            ["machine"] = Machine,
            ["versions"] = $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}",
            ["date"] = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["runs"] = runs
        };
        foreach ((string name, JsonNode? value) in figures)
            file[name] = value?.DeepClone();
        File.WriteAllText(path, file.ToJsonString(Readable) + "\n");
    }

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
