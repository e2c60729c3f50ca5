using System.Text.Json;
using Inkling.Layers;
using Inkling.Numerics;

namespace Inkling.Formats;

/// <summary>
/// The JSON format of Nielsen's network2.py: <c>{"sizes": [784, 30, 10], "weights": [[[…]]], "biases": [[[b], …]],
/// "cost": "QuadraticCost"}</c>, where weights[l][j][k] connects neuron k of layer l to neuron j of layer l + 1.
/// </summary>
internal static class Network2Json
{
    /// <summary>Reads a network.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">Its name in error messages.</param>
    /// <exception cref="InklingException">The file is truncated or inconsistent.</exception>
    public static Network Parse(ReadOnlySpan<byte> file, string name)
    {
        int[]? sizes = null;
        List<Matrix>? weights = null, biases = null;
        Cost cost = Cost.Quadratic;
        try
        {
            Utf8JsonReader json = new(file, new JsonReaderOptions { MaxDepth = 8 });
            Expect(ref json, JsonTokenType.StartObject);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                switch (json.GetString())
                {
                    case "sizes":
                        sizes = ReadSizes(ref json);
                        break;
                    case "weights":
                        weights = ReadMatrices(ref json);
                        break;
                    case "biases":
                        biases = ReadMatrices(ref json);
                        break;
                    case "cost":
                        Expect(ref json, JsonTokenType.String);
                        cost = json.ValueTextEquals("CrossEntropyCost") ? Cost.CrossEntropy : Cost.Quadratic;
                        break;
                    default:
                        json.Skip();
                        break;
                }
            }

            if (json.Read())
                throw new JsonException("more follows the object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Damaged(name, $"not valid JSON of network2.py ({FirstSentence(e)})", e);
        }

        if (sizes is null || weights is null || biases is null)
            throw Damaged(name, "\"sizes\", \"weights\" or \"biases\" is missing");
        RequireFit(sizes, weights, biases, name);
        return Assemble(Architecture.FullyConnected(sizes, cost), weights, biases);
    }

    /// <summary>Writes a network.</summary>
    /// <exception cref="InklingException">The network is not one that network2.py supports.</exception>
    public static void Write(Stream stream, Network network)
    {
        IReadOnlyList<int> sizes = network.Architecture.Sizes
            ?? throw new InklingException(
                $"network2.py knows layers of sigmoid neurons only, not {network.Architecture}. Save it as .safetensors.");
        using Utf8JsonWriter json = new(stream);
        json.WriteStartObject();
        json.WriteStartArray("sizes");
        foreach (int size in sizes)
            json.WriteNumberValue(size);
        json.WriteEndArray();
        json.WriteStartArray("weights");
        foreach (WeightedLayer layer in network.WeightedLayers)
        {
            json.WriteStartArray();
            for (int j = 0; j < layer.Neurons; j++)
            {
                json.WriteStartArray();
                for (int k = 0; k < layer.Inputs; k++)
                    json.WriteNumberValue(layer[j, k]);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteStartArray("biases");
        foreach (WeightedLayer layer in network.WeightedLayers)
        {
            json.WriteStartArray();
            foreach (float bias in layer.Biases)
            {
                json.WriteStartArray();
                json.WriteNumberValue(bias);
                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteString("cost", network.Architecture.Cost == Cost.CrossEntropy ? "CrossEntropyCost" : "QuadraticCost");
        json.WriteEndObject();
    }

    private static Network Assemble(Architecture architecture, List<Matrix> weights, List<Matrix> biases)
    {
        Network network = new(new ParameterBuffer(architecture), new RandomStream(seed: 1));
        for (int l = 0; l < weights.Count; l++)
        {
            network.WeightedLayers[l].SetWeights(weights[l].Values);
            biases[l].Values.CopyTo(network.WeightedLayers[l].Biases);
        }

        return network;
    }

    /// <summary>Checks "sizes" against the arrays in the file, before memory is allocated for the network.</summary>
    private static void RequireFit(int[] sizes, List<Matrix> weights, List<Matrix> biases, string name)
    {
        if (sizes.Length < 2 || sizes.Any(size => size < 1)
            || weights.Count != sizes.Length - 1
            || biases.Count != sizes.Length - 1)
            throw Damaged(
                name,
                $"{sizes.Length} sizes do not go with {weights.Count} layers of weights and {biases.Count} of biases");
        for (int l = 0; l < weights.Count; l++)
        {
            if (weights[l].Rows != sizes[l + 1] || weights[l].Columns != sizes[l])
                throw Damaged(name, $"weights[{l}] are {weights[l]}, but sizes ask for {sizes[l + 1]} rows of {sizes[l]}");
            if (biases[l].Rows != sizes[l + 1] || biases[l].Columns != 1)
                throw Damaged(name, $"biases[{l}] are {biases[l]}, but sizes ask for {sizes[l + 1]} rows of 1");
        }
    }

    private static int[] ReadSizes(ref Utf8JsonReader json)
    {
        List<int> sizes = [];
        Expect(ref json, JsonTokenType.StartArray);
        while (json.Read() && json.TokenType == JsonTokenType.Number)
            sizes.Add(json.GetInt32());
        RequireEnd(json.TokenType);
        return [.. sizes];
    }

    private static List<Matrix> ReadMatrices(ref Utf8JsonReader json)
    {
        List<Matrix> matrices = [];
        Expect(ref json, JsonTokenType.StartArray);
        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
            matrices.Add(ReadMatrix(ref json));
        RequireEnd(json.TokenType);
        return matrices;
    }

    private static Matrix ReadMatrix(ref Utf8JsonReader json)
    {
        List<float> values = [];
        int rows = 0, columns = 0;
        for (; json.Read() && json.TokenType == JsonTokenType.StartArray; rows++)
        {
            int before = values.Count;
            while (json.Read() && json.TokenType == JsonTokenType.Number)
            {
                float value = json.GetSingle();
                values.Add(float.IsFinite(value) ? value : throw new JsonException("a number too large"));
            }

            RequireEnd(json.TokenType);
            if (rows > 0 && values.Count - before != columns)
                throw new JsonException($"rows of {columns} and of {values.Count - before} numbers in one matrix");
            columns = values.Count - before;
        }

        RequireEnd(json.TokenType);
        return new Matrix(rows, columns, [.. values]);
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        if (!json.Read() || json.TokenType != type)
            throw new JsonException($"{type} expected");
    }

    private static void RequireEnd(JsonTokenType type)
    {
        if (type != JsonTokenType.EndArray)
            throw new JsonException("a list holds something else than numbers");
    }

    private static string FirstSentence(Exception e) => e.Message.ReplaceLineEndings(" ").Split(". ")[0].TrimEnd('.');

    private static InklingException Damaged(string name, string what, Exception? cause = null) =>
        new($"{name}: {what}. Save the network again.", cause);

    private sealed record Matrix(int Rows, int Columns, float[] Values)
    {
        public override string ToString() => $"{Rows} rows of {Columns}";
    }
}
