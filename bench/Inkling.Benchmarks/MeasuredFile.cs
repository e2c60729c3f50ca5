using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Inkling.Files;

namespace Inkling.Benchmarks;

/// <summary>Figures as a JSON file in the form of docs/measured, from which the pages' tables are written.</summary>
internal static partial class MeasuredFile
{
    private static readonly JsonSerializerOptions Readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The processor, the widest vectors it has, and the number of its cores.</summary>
    public static string Machine => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor()} ({Vectors()}), {Environment.ProcessorCount} cores");

    /// <summary>A machine's name as a file's: small letters, digits and hyphens.</summary>
    public static string FileNameOf(string machine) =>
        NotInFileNames().Replace(Trademarks().Replace(machine, ""), "-").Trim('-').ToLowerInvariant();

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
        string text = NumbersOnLines()
            .Replace(file.ToJsonString(Readable), numbers => Spaces().Replace(numbers.Value.Trim(), " "));
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes($"{text}\n")));
    }

    private static string Vectors() =>
        Vector512.IsHardwareAccelerated ? "AVX-512"
        : Avx2.IsSupported ? "AVX2"
        : AdvSimd.IsSupported ? "NEON"
        : $"{8 * Vector<byte>.Count}-bit vectors";

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

    [GeneratedRegex("[^A-Za-z0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotInFileNames();

    [GeneratedRegex(@"\((R|TM|tm)\)|\bCPU\b|@ *[0-9.]+ *GHz", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Trademarks();

    /// <summary>An array of numbers, one a line.</summary>
    [GeneratedRegex(@"(?<=\[)\s[-+.,eE\d\s]*(?=\])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NumbersOnLines();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
