using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Inkling.Formats;

/// <summary>A named array of floats in a safetensors file.</summary>
/// <param name="Name">Its name, such as <c>layers.0.weight</c>.</param>
/// <param name="Shape">The size of each dimension, the slowest first.</param>
/// <param name="Values">Row-major.</param>
internal sealed record Tensor(string Name, int[] Shape, float[] Values);

/// <summary>
/// The safetensors format: 8 bytes of header length, a JSON header with the name, type, shape and offsets of each tensor, then
/// the numbers. A file is accepted only if every byte of it is accounted for.
/// </summary>
/// <remarks>https://github.com/huggingface/safetensors, "Format". Reads F16, BF16, F32 and F64; writes F16 and F32.</remarks>
internal sealed class Safetensors
{
    /// <summary>The format's own limit.</summary>
    private const int MaxHeaderBytes = 100_000_000;

    public Safetensors(IReadOnlyDictionary<string, string> metadata, IReadOnlyList<Tensor> tensors)
    {
        Metadata = metadata;
        Tensors = tensors;
    }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors, in the order of their offsets in the file.</summary>
    public IReadOnlyList<Tensor> Tensors { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">Its name in error messages.</param>
    /// <exception cref="InklingException">The file is truncated, too long or inconsistent.</exception>
    public static Safetensors Parse(ReadOnlySpan<byte> file, string name)
    {
        if (file.Length < 8)
            throw Damaged(name, $"{file.Length} bytes are too few for a safetensors file");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file);
        if (headerLength > MaxHeaderBytes || headerLength > (ulong)(file.Length - 8))
            throw Damaged(name, $"its header would be {headerLength:N0} bytes long, but {file.Length - 8:N0} follow");
        ReadOnlySpan<byte> header = file.Slice(8, (int)headerLength), data = file[(8 + (int)headerLength)..];
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        List<Entry> entries = ReadHeader(header, metadata, name);
        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        long next = 0;
        foreach (Entry entry in entries)
        {
            if (entry.Begin != next || entry.End < entry.Begin || entry.End > data.Length)
            {
                string place = FormattableString.Invariant($"tensor \"{entry.Name}\" lies at {entry.Begin}…{entry.End}");
                throw Damaged(
                    name,
                    $"{place}, which does not follow what comes before ({next}) or passes the end ({data.Length})");
            }

            next = entry.End;
        }

        if (next != data.Length)
            throw Damaged(name, $"{data.Length - next:N0} bytes belong to no tensor");
        List<Tensor> tensors = new(entries.Count);
        foreach (Entry entry in entries)
            tensors.Add(ReadTensor(entry, data[(int)entry.Begin..(int)entry.End], name));
        return new Safetensors(metadata, tensors);
    }

    /// <summary>Whether numbers are written as F16 rather than F32.</summary>
    public bool IsHalf { get; init; }

    public void WriteTo(Stream stream)
    {
        using MemoryStream header = new();
        using (Utf8JsonWriter json = new(header))
            WriteHeader(json);
        while (header.Length % 8 != 0)
            header.WriteByte((byte)' '); // the format's padding, so that the numbers are aligned
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        header.WriteTo(stream);
        Span<byte> number = stackalloc byte[4];
        foreach (Tensor tensor in Tensors)
        {
            if (IsHalf)
            {
                foreach (float value in tensor.Values)
                {
                    BinaryPrimitives.WriteHalfLittleEndian(number, (Half)value);
                    stream.Write(number[..2]);
                }

                continue;
            }

            if (BitConverter.IsLittleEndian)
            {
                stream.Write(MemoryMarshal.AsBytes<float>(tensor.Values));
                continue;
            }

            foreach (float value in tensor.Values)
            {
                BinaryPrimitives.WriteSingleLittleEndian(number, value);
                stream.Write(number);
            }
        }
    }

    private void WriteHeader(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("__metadata__");
        foreach ((string key, string value) in Metadata)
            json.WriteString(key, value);
        json.WriteEndObject();
        long begin = 0;
        foreach (Tensor tensor in Tensors)
        {
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", IsHalf ? "F16" : "F32");
            json.WriteStartArray("shape");
            foreach (int size in tensor.Shape)
                json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(begin);
            json.WriteNumberValue(begin += (IsHalf ? 2L : sizeof(float)) * tensor.Values.Length);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static List<Entry> ReadHeader(ReadOnlySpan<byte> header, Dictionary<string, string> metadata, string name)
    {
        if (header is not [(byte)'{', ..])
            throw Damaged(name, $"its header is not a JSON object");
        List<Entry> entries = [];
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
                    entries.Add(ReadEntry(ref json, key));
            }

            if (json.Read())
                throw new JsonException("more follows the header's object");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Damaged(name, $"its header is not valid JSON of the format", e);
        }

        return entries;
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

    private static Entry ReadEntry(ref Utf8JsonReader json, string name)
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
            : new Entry(name, type, shape, begin, end);
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

    private static Tensor ReadTensor(Entry entry, ReadOnlySpan<byte> bytes, string name)
    {
        int size = entry.Type switch
        {
            "F16" or "BF16" => 2,
            "F32" => 4,
            "F64" => 8,
            _ => throw Damaged(name, $"tensor \"{entry.Name}\" is of type {entry.Type}; F16, BF16, F32 and F64 can be read"),
        };
        UInt128 elements = 1;
        foreach (long dimension in entry.Shape)
        {
            elements = elements > ulong.MaxValue ? elements : elements * (ulong)dimension;
            if (dimension > int.MaxValue)
                throw Damaged(name, $"tensor \"{entry.Name}\" has a dimension of {dimension:N0}");
        }

        if (elements * (uint)size != (UInt128)bytes.Length)
        {
            throw Damaged(
                name,
                $"tensor \"{entry.Name}\" of shape [{string.Join(", ", entry.Shape)}] does not fill its {bytes.Length:N0} bytes");
        }

        float[] values = new float[(int)elements];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> at = bytes.Slice(i * size, size);
            values[i] = entry.Type switch
            {
                "F16" => (float)BinaryPrimitives.ReadHalfLittleEndian(at),
                "BF16" => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(at) << 16),
                "F32" => BinaryPrimitives.ReadSingleLittleEndian(at),
                _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
            };
            if (!float.IsFinite(values[i]))
                throw Damaged(name, $"tensor \"{entry.Name}\" holds {values[i]} at {i}, which no weight is");
        }

        return new Tensor(entry.Name, [.. entry.Shape.Select(dimension => (int)dimension)], values);
    }

    private static InklingException Damaged(string name, FormattableString what, Exception? cause = null) =>
        new(
            $"{name}: {FormattableString.Invariant(what)}. The file is damaged or no safetensors file: save the network again.",
            cause);

    private sealed record Entry(string Name, string Type, List<long> Shape, long Begin, long End);
}
