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
/// <remarks>
/// https://github.com/huggingface/safetensors, "Format". Reads F16, BF16, F32 and F64; writes F16 and F32. The integer that
/// counts the mini-batches a PyTorch batch normalisation has seen is passed over.
/// </remarks>
internal sealed class Safetensors
{
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
        SafetensorsHeader header = SafetensorsHeader.Parse(file, name);
        List<Tensor> tensors = new(header.Entries.Count);
        foreach (SafetensorsEntry entry in header.Entries)
        {
            Tensor tensor = new(entry.Name, entry.Shape, new float[entry.Length]);
            header.Read(entry, file, tensor.Values);
            tensors.Add(tensor);
        }

        return new Safetensors(header.Metadata, tensors);
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
}
