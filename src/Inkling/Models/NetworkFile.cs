using System.Text;
using System.Text.Json;
using Inkling.Numerics;

namespace Inkling;

/// <summary>Saved networks: safetensors with the architecture in the metadata, or the JSON of network2.py.</summary>
/// <remarks>
/// In a safetensors file, <c>layers.0.weight</c> is [neurons, inputs] and <c>layers.0.bias</c> is [neurons], as PyTorch
/// names and lays them out; the metadata entry <c>inkling</c> describes the architecture as JSON.
/// </remarks>
public static class NetworkFile
{
    private const string ArchitectureKey = "inkling";

    extension(Network network)
    {
        /// <summary>Saves the network: as network2.py does where the name ends in <c>.json</c>, as safetensors otherwise.</summary>
        /// <param name="path">The file; written beside its place and renamed.</param>
        /// <param name="isHalf">Whether safetensors hold half precision, which halves the file; what is loaded again is rounded to it.</param>
        /// <exception cref="InklingException">The file cannot be written.</exception>
        public void Save(string path, bool isHalf = false)
        {
            ArgumentNullException.ThrowIfNull(path);
            AtomicFile.Write(path, stream =>
            {
                if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                    Network2Json.Write(stream, network);
                else
                    ToSafetensors(network, isHalf).WriteTo(stream);
            });
        }

        /// <summary>Loads a network that was saved as safetensors or by network2.py; which, its first bytes tell.</summary>
        /// <exception cref="InklingException">The file is missing, truncated, too large or inconsistent.</exception>
        public static Network Load(string path)
        {
            try
            {
                return Parse(File.ReadAllBytes(path), path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
            {
                throw new InklingException($"{path}: cannot be read: {e.Message}".ReplaceLineEndings(" "), e);
            }
        }
    }

    /// <param name="file">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    internal static Network Parse(ReadOnlySpan<byte> file, string name)
    {
        // A safetensors file begins with the low byte of a length, and its ninth byte opens the header; a JSON text opens first.
        bool isJson = file.TrimStart(" \t\r\n"u8) is [(byte)'{', ..] && file is not [_, _, _, _, 0, 0, 0, 0, (byte)'{', ..];
        return isJson ? Network2Json.Parse(file, name) : FromSafetensors(Safetensors.Parse(file, name), name);
    }

    /// <summary>The whole file.</summary>
    /// <param name="network">What is saved.</param>
    /// <param name="isHalf">Whether each number is rounded to half precision, which halves the file.</param>
    internal static Safetensors ToSafetensors(Network network, bool isHalf = false)
    {
        using MemoryStream architecture = new();
        using (Utf8JsonWriter json = new(architecture))
        {
            json.WriteStartObject();
            json.WriteString("architecture", network.Architecture.ToString());
            json.WriteString("cost", Architecture.Name(network.Architecture.Cost));
            if (network.Temperature != 1)
                json.WriteNumber("temperature", network.Temperature);
            json.WriteEndObject();
        }

        Dictionary<string, string> metadata = new(StringComparer.Ordinal) { [ArchitectureKey] = Encoding.UTF8.GetString(architecture.ToArray()) };
        List<Tensor> tensors = [];
        ForEachTensor(network, (name, shape, get, _) => tensors.Add(new Tensor(name, shape, get())));
        return new Safetensors(metadata, tensors) { IsHalf = isHalf };
    }

    private static Network FromSafetensors(Safetensors file, string name)
    {
        if (!file.Metadata.TryGetValue(ArchitectureKey, out string? description))
            throw new InklingException($"{name}: a safetensors file, but not of Inkling: its metadata has no \"{ArchitectureKey}\" entry that describes the network.");
        (Architecture architecture, double temperature) = ReadArchitecture(description, name);
        long stored = file.Tensors.Sum(tensor => (long)tensor.Values.Length);
        if (stored < architecture.ParameterCount)
            throw new InklingException($"{name}: its tensors hold {stored:N0} numbers, fewer than the {architecture.ParameterCount:N0} of the network {architecture} that its metadata describe.");
        Dictionary<string, Tensor> tensors = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        Network network = new(new ParameterBuffer(architecture), new RandomStream(seed: 1)) { Temperature = temperature };
        ForEachTensor(network, (tensorName, shape, _, set) =>
        {
            if (!tensors.Remove(tensorName, out Tensor? tensor) || !tensor.Shape.SequenceEqual(shape))
                throw new InklingException($"{name}: tensor \"{tensorName}\" of shape [{string.Join(", ", shape)}] is missing, though its metadata describe {architecture}.");
            set(tensor.Values);
        });
        if (tensors.Count > 0)
            throw new InklingException($"{name}: tensor \"{tensors.Keys.First()}\" has no place in the network {architecture} that its metadata describe.");
        return network;
    }

    /// <summary>Each tensor of a network by its PyTorch name, <c>layers.N</c> being the Nth layer with anything to save.</summary>
    private static void ForEachTensor(Network network, Action<string, int[], Func<float[]>, Action<float[]>> action)
    {
        int n = 0;
        foreach (object? layer in network.Parameters.All)
        {
            switch (layer)
            {
                case WeightedLayer weighted:
                    action($"layers.{n}.weight", weighted.WeightShape, weighted.CopyWeights, values => weighted.SetWeights(values));
                    if (weighted.HasBias)
                        action($"layers.{n}.bias", [weighted.Neurons], () => weighted.Biases.ToArray(), values => values.CopyTo(weighted.Biases));
                    n++;
                    break;
                case BatchNormalisation normalisation:
                    int[] shape = [normalisation.Scale.Length];
                    action($"layers.{n}.weight", shape, () => normalisation.Scale.ToArray(), values => values.CopyTo(normalisation.Scale));
                    action($"layers.{n}.bias", shape, () => normalisation.Shift.ToArray(), values => values.CopyTo(normalisation.Shift));
                    action($"layers.{n}.running_mean", shape, () => normalisation.RunningMean.ToArray(), values => values.CopyTo(normalisation.RunningMean));
                    action($"layers.{n}.running_var", shape, () => normalisation.RunningVariance.ToArray(), values => values.CopyTo(normalisation.RunningVariance));
                    n++;
                    break;
            }
        }
    }

    private static (Architecture Architecture, double Temperature) ReadArchitecture(string description, string name)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(description, new JsonDocumentOptions { MaxDepth = 8 });
            string? costName = json.RootElement.GetProperty("cost").GetString();
            Cost? cost = Enum.GetValues<Cost>().Cast<Cost?>().FirstOrDefault(cost => Architecture.Name(cost!.Value) == costName);
            if (cost is null)
                throw new InklingException($"{name}: a network with {costName} cost, which this version does not know. Use a newer version.");
            double temperature = json.RootElement.TryGetProperty("temperature", out JsonElement t) ? t.GetDouble() : 1;
            if (!(temperature is > 0 and < 1000))
                throw new FormatException("temperature");
            return json.RootElement.TryGetProperty("sizes", out JsonElement sizes) // before there were other layers
                ? (Architecture.FullyConnected([.. sizes.EnumerateArray().Select(size => size.GetInt32())], cost.Value), temperature)
                : (Architecture.Parse(json.RootElement.GetProperty("architecture").GetString() ?? "", cost), temperature);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new InklingException($"{name}: its metadata do not describe a network ({e.Message}). Save it again.".ReplaceLineEndings(" "), e);
        }
    }
}
