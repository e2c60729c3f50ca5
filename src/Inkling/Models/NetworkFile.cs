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
        /// <exception cref="InklingException">The file cannot be written.</exception>
        public void Save(string path)
        {
            ArgumentNullException.ThrowIfNull(path);
            AtomicFile.Write(path, stream =>
            {
                if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
                    Network2Json.Write(stream, network);
                else
                    ToSafetensors(network).WriteTo(stream);
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
        ParameterBuffer parameters = isJson ? Network2Json.Parse(file, name) : FromSafetensors(Safetensors.Parse(file, name), name);
        return new Network(parameters, new RandomStream(seed: 1));
    }

    /// <summary>The network that a file describes, its numbers already checked against its sizes.</summary>
    /// <param name="sizes">Neurons in each layer, the inputs first.</param>
    /// <param name="weights">For each layer [neurons, inputs].</param>
    /// <param name="biases">For each layer [neurons].</param>
    /// <param name="name">What errors call the file.</param>
    internal static ParameterBuffer Assemble(int[] sizes, float[][] weights, float[][] biases, string name)
    {
        try
        {
            ParameterBuffer parameters = new(sizes);
            for (int l = 0; l < parameters.Layers.Length; l++)
            {
                parameters.Layers[l].SetWeights(weights[l]);
                biases[l].CopyTo(parameters.Layers[l].Biases);
            }

            return parameters;
        }
        catch (ArgumentException e)
        {
            throw new InklingException($"{name}: {e.Message}".ReplaceLineEndings(" "), e);
        }
    }

    private static Safetensors ToSafetensors(Network network)
    {
        using MemoryStream architecture = new();
        using (Utf8JsonWriter json = new(architecture))
        {
            json.WriteStartObject();
            json.WriteStartArray("sizes");
            foreach (int size in network.Sizes)
                json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteString("activation", "sigmoid");
            json.WriteString("cost", "quadratic");
            json.WriteEndObject();
        }

        Dictionary<string, string> metadata = new(StringComparer.Ordinal) { [ArchitectureKey] = Encoding.UTF8.GetString(architecture.ToArray()) };
        return new Safetensors(metadata, [.. network.Layers.SelectMany((layer, l) => new[]
        {
            new Tensor($"layers.{l}.weight", [layer.Neurons, layer.Inputs], layer.CopyWeights()),
            new Tensor($"layers.{l}.bias", [layer.Neurons], layer.Biases.ToArray()),
        })]);
    }

    private static ParameterBuffer FromSafetensors(Safetensors file, string name)
    {
        if (!file.Metadata.TryGetValue(ArchitectureKey, out string? architecture))
            throw new InklingException($"{name}: a safetensors file, but not of Inkling: its metadata has no \"{ArchitectureKey}\" entry that describes the network.");
        int[] sizes = ReadSizes(architecture, name);
        Dictionary<string, Tensor> tensors = file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        if (tensors.Count != 2 * (sizes.Length - 1))
            throw new InklingException($"{name}: {tensors.Count} tensors do not make the network {string.Join('-', sizes)} that its metadata describe.");
        float[][] weights = new float[sizes.Length - 1][], biases = new float[sizes.Length - 1][];
        for (int l = 0; l < weights.Length; l++)
        {
            weights[l] = Require($"layers.{l}.weight", sizes[l + 1], sizes[l]);
            biases[l] = Require($"layers.{l}.bias", sizes[l + 1]);
        }

        return Assemble(sizes, weights, biases, name);

        float[] Require(string tensorName, params int[] shape) =>
            tensors.TryGetValue(tensorName, out Tensor? tensor) && tensor.Shape.SequenceEqual(shape)
                ? tensor.Values
                : throw new InklingException($"{name}: tensor \"{tensorName}\" of shape [{string.Join(", ", shape)}] is missing, though its metadata describe {string.Join('-', sizes)}.");
    }

    private static int[] ReadSizes(string architecture, string name)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(architecture, new JsonDocumentOptions { MaxDepth = 8 });
            string? activation = json.RootElement.GetProperty("activation").GetString(), cost = json.RootElement.GetProperty("cost").GetString();
            if (activation != "sigmoid" || cost != "quadratic")
                throw new InklingException($"{name}: a network with {activation} neurons and {cost} cost; this version knows sigmoid neurons and the quadratic cost. Use a newer version.");
            int[] sizes = [.. json.RootElement.GetProperty("sizes").EnumerateArray().Select(size => size.GetInt32())];
            return sizes.Length >= 2 && sizes.All(size => size > 0) ? sizes : throw new FormatException("sizes");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InklingException($"{name}: its metadata do not describe a network. Save it again.", e);
        }
    }
}
