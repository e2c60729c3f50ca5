using System.Text;
using System.Text.Json;

namespace Inkling.Formats;

/// <summary>Metadata of a saved network: the JSON that safetensors and ONNX files have under <see cref="Key"/>.</summary>
/// <param name="Architecture">Its layers and its cost.</param>
/// <param name="Temperature">Its <see cref="Network.Temperature"/>.</param>
/// <param name="History">Its <see cref="Network.History"/>.</param>
internal sealed record NetworkDescription(Architecture Architecture, double Temperature, string? History)
{
    /// <summary>The metadata entry's name.</summary>
    public const string Key = "inkling";

    /// <summary>Exclusive upper bound of a temperature; calibration finds values near 1.</summary>
    public const double MaxTemperature = 1000;

    public static NetworkDescription Of(Network network) => new(network.Architecture, network.Temperature, network.History);

    public string ToJson()
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter json = new(text))
        {
            json.WriteStartObject();
            json.WriteString("architecture", Architecture.ToString());
            json.WriteString("cost", Architecture.Name(Architecture.Cost));
            if (Temperature != 1)
                json.WriteNumber("temperature", Temperature);
            if (History is not null)
                json.WriteString("training", History);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>Reads a description.</summary>
    /// <param name="description">JSON as <see cref="ToJson"/> writes it.</param>
    /// <param name="name">The file's name in error messages.</param>
    /// <exception cref="InklingException">It does not describe a network.</exception>
    public static NetworkDescription Parse(string description, string name)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(description, new JsonDocumentOptions { MaxDepth = 8 });
            string? costName = json.RootElement.GetProperty("cost").GetString();
            Cost cost = CostNamed(costName)
                ?? throw new InklingException(
                    $"{name}: a network with {costName} cost, which this version does not know. Use a newer version.");
            double temperature = json.RootElement.TryGetProperty("temperature", out JsonElement t) ? t.GetDouble() : 1;
            if (!(temperature is > 0 and < MaxTemperature))
                throw new FormatException("temperature");
            string? history = json.RootElement.TryGetProperty("training", out JsonElement h) ? h.GetString() : null;
            if (history is { Length: > Network.MaxHistoryLength })
                throw new FormatException("training");
            return json.RootElement.TryGetProperty("sizes", out JsonElement sizes) // older files, which have dense layers only
                ? new(
                    Architecture.FullyConnected([.. sizes.EnumerateArray().Select(size => size.GetInt32())], cost),
                    temperature,
                    history)
                : new(
                    Architecture.Parse(json.RootElement.GetProperty("architecture").GetString() ?? "", cost),
                    temperature,
                    history);
        }
        catch (Exception e)
            when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InklingException($"{name}: its metadata do not describe a network ({e.Message}). Save it again.", e);
        }
    }

    /// <summary>The cost with this name; null if there is none.</summary>
    public static Cost? CostNamed(string? name) =>
        Enum.GetValues<Cost>().Cast<Cost?>().FirstOrDefault(cost => Architecture.Name(cost!.Value) == name);
}
