using System.Buffers.Binary;
using System.Text.Json;
using Inkling.Numerics;

namespace Inkling.Formats;

/// <summary>Where a tensor is in a safetensors file.</summary>
/// <param name="Name">Its name, such as <c>layers.0.weight</c>.</param>
/// <param name="Type">The type of its numbers: F16, BF16, F32 or F64.</param>
/// <param name="Shape">The size of each dimension, the slowest first.</param>
/// <param name="Length">How many numbers it holds.</param>
/// <param name="Begin">The offset of its first byte behind the header.</param>
/// <param name="Bytes">How many bytes it takes.</param>
internal sealed record SafetensorsEntry(string Name, string Type, int[] Shape, int Length, int Begin, int Bytes);

/// <summary>
/// The header of a safetensors file: its metadata, and what it says of each tensor, checked against the file's length. The
/// numbers are read one tensor at a time, into memory of the caller.
/// </summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The format's own limit.</summary>
    private const int MaxHeaderBytes = 100_000_000;

    private readonly string _name;
    private readonly int _dataStart;

    private SafetensorsHeader(
        string name, int dataStart, IReadOnlyDictionary<string, string> metadata, IReadOnlyList<SafetensorsEntry> entries) =>
        (_name, _dataStart, Metadata, Entries) = (name, dataStart, metadata, entries);

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors, in the order of their offsets; without PyTorch's counts of mini-batches.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>Reads a header.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">Its name in error messages.</param>
    /// <exception cref="InklingException">The file is truncated, too long or inconsistent.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length < 8)
            throw Damaged(name, $"{file.Length} bytes are too few for a safetensors file");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file);
        if (headerLength > MaxHeaderBytes || headerLength > (ulong)(file.Length - 8))
            throw Damaged(name, $"its header would be {headerLength:N0} bytes long, but {file.Length - 8:N0} follow");
        int dataStart = 8 + (int)headerLength, dataLength = file.Length - dataStart;
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        List<Description> descriptions = ReadDescriptions(file[8..dataStart], metadata, name);
        descriptions.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        long next = 0;
        foreach (Description tensor in descriptions)
        {
            if (tensor.Begin != next || tensor.End < tensor.Begin || tensor.End > dataLength)
            {
                string place = FormattableString.Invariant($"tensor \"{tensor.Name}\" lies at {tensor.Begin}…{tensor.End}");
                throw Damaged(
                    name,
                    $"{place}, which does not follow what comes before ({next}) or passes the end ({dataLength})");
            }

            next = tensor.End;
        }

        if (next != dataLength)
            throw Damaged(name, $"{dataLength - next:N0} bytes belong to no tensor");
        IEnumerable<SafetensorsEntry> entries = descriptions
            .Where(tensor => !tensor.Name.EndsWith(".num_batches_tracked", StringComparison.Ordinal))
            .Select(tensor => EntryOf(tensor, name));
        return new SafetensorsHeader(name, dataStart, metadata, [.. entries]);
    }

    /// <summary>Reads a tensor's numbers.</summary>
    /// <param name="entry">One of <see cref="Entries"/>.</param>
    /// <param name="file">The file of this header.</param>
    /// <param name="values">Receives them; of the tensor's length.</param>
    /// <exception cref="InklingException">One of them is not finite.</exception>
    public void Read(SafetensorsEntry entry, ReadOnlySpan<byte> file, Span<float> values)
    {
        ReadOnlySpan<byte> bytes = file.Slice(_dataStart + entry.Begin, entry.Bytes);
        switch (entry.Type)
        {
            case "F16":
                HalfPrecision.ToSingle(bytes, values);
                break;
            case "BF16":
                for (int i = 0; i < values.Length; i++)
                    values[i] = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]) << 16);
                break;
            case "F32":
                for (int i = 0; i < values.Length; i++)
                    values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
                break;
            default:
                for (int i = 0; i < values.Length; i++)
                    values[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
                break;
        }

        if (Vectors.AreFinite(values))
            return;
        int at = values.IndexOfAny(float.NaN, float.PositiveInfinity, float.NegativeInfinity);
        throw Damaged(_name, $"tensor \"{entry.Name}\" holds {values[at]} at {at}, which no weight is");
    }

    private static List<Description> ReadDescriptions(ReadOnlySpan<byte> header, Dictionary<string, string> metadata, string name)
    {
        if (header is not [(byte)'{', ..])
            throw Damaged(name, $"its header is not a JSON object");
        List<Description> tensors = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        Utf8JsonReader json = new(header, new JsonReaderOptions { MaxDepth = 8 });
        try
        {
            json.Read();
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string key = json.GetString()!;
                if (!names.Add(key))
                    throw Damaged(name, $"\"{key}\" occurs twice in its header");
                if (key == "__metadata__")
                    ReadMetadata(ref json, metadata);
                else
                    tensors.Add(ReadDescription(ref json, key));
            }

            if (json.Read())
                throw new JsonException("more follows the header's object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Damaged(name, $"its header is not valid JSON of the format", e);
        }

        return tensors;
    }

    private static void ReadMetadata(ref Utf8JsonReader json, Dictionary<string, string> metadata)
    {
        Expect(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            Expect(ref json, JsonTokenType.String);
            metadata[key] = json.GetString()!;
        }
    }

    private static Description ReadDescription(ref Utf8JsonReader json, string name)
    {
        string? type = null;
        List<long>? shape = null, offsets = null;
        Expect(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            switch (json.GetString())
            {
                case "dtype":
                    Expect(ref json, JsonTokenType.String);
                    type = json.GetString();
                    break;
                case "shape":
                    shape = ReadNumbers(ref json);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(ref json);
                    break;
                default:
                    throw new JsonException("an unknown key");
            }
        }

        return type is null || shape is null || offsets is not [var begin, var end]
            ? throw new JsonException("a tensor lacks dtype, shape or data_offsets")
            : new Description(name, type, shape, begin, end);
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader json)
    {
        List<long> numbers = [];
        Expect(ref json, JsonTokenType.StartArray);
        while (json.Read() && json.TokenType == JsonTokenType.Number)
        {
            numbers.Add(
                json.TryGetInt64(out long number) && number >= 0
                    ? number
                    : throw new JsonException("a number out of range"));
        }

        return numbers;
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        if (!json.Read() || json.TokenType != type)
            throw new JsonException($"{type} expected");
    }

    private static SafetensorsEntry EntryOf(Description tensor, string name)
    {
        int size = tensor.Type switch
        {
            "F16" or "BF16" => 2,
            "F32" => 4,
            "F64" => 8,
            _ => throw Damaged(name, $"tensor \"{tensor.Name}\" is of type {tensor.Type}; F16, BF16, F32 and F64 can be read"),
        };
        UInt128 elements = 1;
        foreach (long dimension in tensor.Shape)
        {
            elements = elements > ulong.MaxValue ? elements : elements * (ulong)dimension;
            if (dimension > int.MaxValue)
                throw Damaged(name, $"tensor \"{tensor.Name}\" has a dimension of {dimension:N0}");
        }

        long bytes = tensor.End - tensor.Begin;
        if (elements * (uint)size != (UInt128)bytes)
        {
            throw Damaged(
                name,
                $"tensor \"{tensor.Name}\" of shape [{string.Join(", ", tensor.Shape)}] does not fill its {bytes:N0} bytes");
        }

        int[] shape = [.. tensor.Shape.Select(dimension => (int)dimension)];
        return new SafetensorsEntry(tensor.Name, tensor.Type, shape, (int)elements, (int)tensor.Begin, (int)bytes);
    }

    private static InklingException Damaged(string name, FormattableString what, Exception? cause = null) =>
        new(
            $"{name}: {FormattableString.Invariant(what)}. The file is damaged or no safetensors file: save the network again.",
            cause);

    /// <summary>What the header says of a tensor.</summary>
    private sealed record Description(string Name, string Type, List<long> Shape, long Begin, long End);
}
