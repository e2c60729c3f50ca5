using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Inkling.Docs.Tests;

/// <summary>
/// The figures that the pages show: the files of docs/measured and docs/benchmarks by name, and "bundled", the sizes of the
/// bundled networks.
/// A path such as <c>best.seeds.0.test</c> leads from a file's name to a value. In an array a step is an index, or <c>*</c>
/// for a property of all elements; of an array of numbers, <c>median</c>, <c>min</c>, <c>max</c> or <c>count</c>.
/// </summary>
/// <param name="files">The files' contents, by name.</param>
/// <param name="translations">
/// For pages in another language: what their texts, and the " of " between two numbers, become; others stay as they are.
/// </param>
public sealed class Figures(JsonObject files, IReadOnlyDictionary<string, string>? translations = null)
{
    private const string Ratio = "right", Total = "of", Low = "from", High = "to";

    /// <summary>Reads folders of JSON files, and the bundled networks.</summary>
    public static Figures Load(params IEnumerable<string> folders)
    {
        JsonObject files = new() { ["bundled"] = Bundled() };
        foreach (string path in folders.SelectMany(folder => Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal)))
            files.Add(Path.GetFileNameWithoutExtension(path), JsonNode.Parse(File.ReadAllText(path)));
        return new Figures(files);
    }

    /// <summary>The same figures for the Chinese pages, with the texts of docs/zh/words.json.</summary>
    public Figures InChinese() => new(files, ChineseTexts());

    /// <summary>What the texts of docs/measured are in Chinese.</summary>
    internal static Dictionary<string, string> ChineseTexts() =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(
            File.ReadAllText(Path.Combine(Page.Root, "docs", "zh", "words.json")))!;

    /// <summary>The elements of an array, for each of which a table has a row.</summary>
    /// <exception cref="InvalidDataException">There is no such array.</exception>
    public IReadOnlyList<JsonNode> Elements(string path) =>
        ValueAt(path, files) is JsonArray array
            ? [.. array.Select(element => element!)]
            : throw new InvalidDataException($"{path} is no array.");

    /// <summary>A value as a page shows it.</summary>
    /// <param name="reference">
    /// PATH or PATH:FORMAT, where FORMAT is one of .NET's for numbers in the invariant culture, or "time" for seconds. Without a
    /// format a number is shown as its file has it. A path that begins with a point starts at <paramref name="element"/>.
    /// </param>
    /// <param name="element">The element that a table's row is about.</param>
    /// <returns>
    /// The text; null where the value is null. An array of numbers is shown as mean ± standard deviation, and so is an object
    /// with "mean" and "sd"; one with "from" and "to" as "from … to"; one with "right" and "of" as "right of of", or, if the
    /// format has a percent sign, as their ratio.
    /// </returns>
    /// <exception cref="InvalidDataException">There is no such value.</exception>
    public string? Text(string reference, JsonNode? element = null)
    {
        string[] parts = reference.Split(':', 2);
        string path = parts[0];
        JsonNode? value = path.StartsWith('.') ? ValueAt(path[1..], element) : ValueAt(path, files);
        return Shown(value, parts.ElementAtOrDefault(1), reference);
    }

    private string Translated(string text) => translations?.GetValueOrDefault(text) ?? text;

    private string? Shown(JsonNode? value, string? format, string reference)
    {
        string NumberOf(JsonNode? number) => Number(number!, format);
        switch (value)
        {
            case null:
                return null;
            case JsonValue when value.GetValueKind() is JsonValueKind.String or JsonValueKind.Number:
                return NumberOf(value);
            case JsonArray { Count: > 1 } array when array.All(item => item?.GetValueKind() == JsonValueKind.Number):
                double[] runs = [.. array.Select(item => item!.GetValue<double>())];
                double mean = runs.Average(), variance = runs.Sum(run => (run - mean) * (run - mean)) / (runs.Length - 1);
                return $"{NumberOf(mean)} ± {NumberOf(Math.Sqrt(variance))}";
            case JsonObject spread when spread.ContainsKey("mean") && spread.ContainsKey("sd"):
                return $"{NumberOf(spread["mean"])} ± {NumberOf(spread["sd"])}";
            case JsonObject range when range.ContainsKey(Low) && range.ContainsKey(High):
                return $"{NumberOf(range[Low])} … {NumberOf(range[High])}";
            case JsonObject share when share.ContainsKey(Ratio) && share.ContainsKey(Total):
                return format?.Contains('%', StringComparison.Ordinal) == true
                    ? NumberOf(share[Ratio]!.GetValue<double>() / share[Total]!.GetValue<double>())
                    : $"{Number(share[Ratio]!, "N0")}{Translated(" of ")}{Number(share[Total]!, "N0")}";
            default:
                throw new InvalidDataException($"{reference} is not one figure, but {value.ToJsonString()}");
        }
    }

    private string Number(JsonNode value, string? format)
    {
        if (value.GetValueKind() == JsonValueKind.String)
            return Translated(value.GetValue<string>());
        return format switch
        {
            null => value.ToJsonString(), // with the digits that the file has
            "time" => Time(value.GetValue<double>()),
            _ => value.GetValue<double>().ToString(format, CultureInfo.InvariantCulture)
        };
    }

    /// <summary>Seconds in the unit that suits them, as the benchmarks print them.</summary>
    private static string Time(double seconds) => seconds switch
    {
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.00} s"),
        >= 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{1e3 * seconds:0.00} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{1e6 * seconds:0.0} µs"),
    };

    private static JsonNode? ValueAt(string path, JsonNode? start)
    {
        JsonNode? at = start;
        string[] steps = path.Split('.');
        for (int i = 0; i < steps.Length; i++)
        {
            switch (at)
            {
                case JsonObject fields when fields.TryGetPropertyValue(steps[i], out JsonNode? field):
                    at = field;
                    break;
                case JsonArray array when steps[i] == "*":
                    string rest = string.Join('.', steps[(i + 1)..]);
                    return new JsonArray([.. array.Select(element => ValueAt(rest, element)?.DeepClone())]);
                case JsonArray array
                    when int.TryParse(steps[i], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                        && index < array.Count:
                    at = array[index];
                    break;
                case JsonArray array when Statistic(array, steps[i]) is { } statistic:
                    at = statistic;
                    break;
                default:
                    throw new InvalidDataException($"There is no {steps[i]} on the way to {path}.");
            }
        }

        return at;
    }

    private static double? Statistic(JsonArray array, string name)
    {
        if (array.Count == 0 || array.Any(item => item?.GetValueKind() != JsonValueKind.Number))
            return null;
        double[] sorted = [.. array.Select(item => item!.GetValue<double>()).Order()];
        return name switch
        {
            "count" => sorted.Length,
            "min" => sorted[0],
            "max" => sorted[^1],
            "median" => (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2,
            _ => null
        };
    }

    private static JsonObject Bundled()
    {
        JsonObject all = [];
        foreach (string name in BundledModels.Names.Concat(["segments", "lines"]))
        {
            using Stream file = typeof(BundledModels).Assembly.GetManifestResourceStream($"{name}.safetensors")!;
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            string path = Path.GetTempFileName();
            File.WriteAllBytes(path, bytes);
            Network network = Network.Load(path);
            File.Delete(path);
            all[name] = JsonSerializer.SerializeToNode(new
            {
                parameters = network.ParameterCount,
                multiplyAdds = network.Architecture.MultiplyAdds,
                bytes = bytes.Length
            });
        }

        return all;
    }
}
