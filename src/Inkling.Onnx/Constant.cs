using System.Buffers.Binary;
using Inkling.Onnx.Schema;
using static Inkling.Onnx.Schema.TensorProto.Types;

namespace Inkling.Onnx;

/// <summary>A tensor stored in a graph, or computed from stored ones: weights as floats, sizes and indices as integers.</summary>
internal sealed class Constant
{
    /// <summary>Stands for the free batch size among the integers of a shape.</summary>
    public const long Batch = long.MinValue;

    private readonly float[]? _floats;
    private readonly long[]? _integers;

    public Constant(int[] shape, float[] values)
    {
        Shape = shape;
        _floats = values;
    }

    public Constant(int[] shape, long[] values)
    {
        Shape = shape;
        _integers = values;
    }

    /// <summary>The size of each dimension; empty for a single number.</summary>
    public int[] Shape { get; }

    /// <summary>Row-major; null where they are integers.</summary>
    public float[]? Floats => _floats;

    /// <summary>Row-major; null where they are floats.</summary>
    public long[]? Integers => _integers;

    public int Count => _floats?.Length ?? _integers!.Length;

    /// <param name="tensor">The tensor in the file.</param>
    /// <param name="name">The tensor's name in errors, beginning with the file's.</param>
    /// <param name="allowance">The number of elements that may still be taken into memory.</param>
    /// <param name="files">Where tensors in other files are read from; null where there can be none.</param>
    /// <exception cref="InklingException">
    /// The tensor is in another file that cannot be read, of an unsupported type, inconsistent, or holds numbers that are not
    /// finite.
    /// </exception>
    public static Constant Of(TensorProto tensor, string name, ElementBudget allowance, ExternalTensors? files = null)
    {
        if (tensor.Segment is not null)
            throw new InklingException($"{name} is stored in segments, which are not read.");
        UInt128 count = 1;
        foreach (long side in tensor.Dims)
        {
            if (side is < 0 or > int.MaxValue)
                throw new InklingException($"{name} has a dimension of {side}.");
            count = count > int.MaxValue ? count : count * (uint)side;
        }

        int size = tensor.DataType switch
        {
            DataType.Uint8 or DataType.Int8 or DataType.Bool => 1,
            DataType.Float16 or DataType.Bfloat16 => 2,
            DataType.Float or DataType.Int32 => 4,
            DataType.Int64 or DataType.Double => 8,
            _ => throw new InklingException(
                $"{name} is of a type (number {(int)tensor.DataType}) that is not read; "
                    + "floats of 16, 32 and 64 bits and integers are."),
        };
        ReadOnlySpan<byte> raw = tensor.RawData.Span;
        if (tensor.DataLocation != DataLocation.Default || tensor.ExternalData.Count > 0)
        {
            long bytes = count <= int.MaxValue / 8
                ? (long)count * size
                : throw new InklingException($"{name} of shape [{Node.List(tensor.Dims)}] is too large.");
            raw = (files ?? new ExternalTensors(model: null)).Read(tensor, bytes, name, allowance);
        }

        int stored = raw.Length > 0 || count == 0 ? raw.Length / size : tensor.DataType switch
        {
            DataType.Float => tensor.FloatData.Count,
            DataType.Double => tensor.DoubleData.Count,
            DataType.Int64 => tensor.Int64Data.Count,
            _ => tensor.Int32Data.Count,
        };
        if (count != (UInt128)stored || (raw.Length > 0 && raw.Length % size != 0))
            throw new InklingException(
                $"{name} of shape [{Node.List(tensor.Dims)}] does not fit the {stored:N0} numbers stored for it.");
        allowance.Take(stored, name);
        int[] shape = [.. tensor.Dims.Select(side => (int)side)];
        if (tensor.DataType is DataType.Uint8 or DataType.Int8 or DataType.Bool or DataType.Int32 or DataType.Int64)
        {
            long[] integers = new long[stored];
            for (int i = 0; i < stored; i++)
                integers[i] = raw.Length > 0 ? IntegerAt(raw[(i * size)..], tensor.DataType)
                    : size == 8 ? tensor.Int64Data[i]
                    : tensor.Int32Data[i];
            return new Constant(shape, integers);
        }

        float[] values = new float[stored];
        for (int i = 0; i < stored; i++)
        {
            values[i] = raw.Length > 0 ? FloatAt(raw[(i * size)..], tensor.DataType) : tensor.DataType switch
            {
                DataType.Float => tensor.FloatData[i],
                DataType.Double => (float)tensor.DoubleData[i],
                DataType.Float16 => (float)BitConverter.UInt16BitsToHalf((ushort)tensor.Int32Data[i]),
                _ => BitConverter.Int32BitsToSingle(tensor.Int32Data[i] << 16),
            };
            if (!float.IsFinite(values[i]))
                throw new InklingException($"{name} holds {values[i]} at {i}, which no weight is.");
        }

        return new Constant(shape, values);
    }

    public static Constant Of(IReadOnlyList<long> integers) => new([integers.Count], [.. integers]);

    /// <summary>The same numbers in another shape.</summary>
    public Constant Reshaped(int[] shape) => _floats is not null ? new(shape, _floats) : new(shape, _integers!);

    /// <summary>The transpose: dimension <paramref name="order"/>[d] becomes dimension d.</summary>
    public Constant Transposed(int[] order)
    {
        int[] strides = new int[Shape.Length], shape = [.. order.Select(d => Shape[d])];
        for (int d = Shape.Length - 1, stride = 1; d >= 0; stride *= Shape[d--])
            strides[d] = stride;
        int[] place = new int[shape.Length], from = new int[Count];
        for (int i = 0; i < from.Length; i++)
        {
            for (int d = 0; d < place.Length; d++)
                from[i] += place[d] * strides[order[d]];
            for (int d = place.Length - 1; d >= 0 && ++place[d] == shape[d]; d--)
                place[d] = 0;
        }

        return _floats is not null
            ? new(shape, [.. from.Select(i => _floats[i])])
            : new(shape, [.. from.Select(i => _integers![i])]);
    }

    private static long IntegerAt(ReadOnlySpan<byte> at, DataType type) => type switch
    {
        DataType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(at),
        DataType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at),
        DataType.Int8 => (sbyte)at[0],
        _ => at[0],
    };

    private static float FloatAt(ReadOnlySpan<byte> at, DataType type) => type switch
    {
        DataType.Float => BinaryPrimitives.ReadSingleLittleEndian(at),
        DataType.Double => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
        DataType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(at),
        _ => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(at) << 16),
    };
}

/// <summary>
/// Limits the numbers taken into memory for a file to a few times as many as it can hold, however often its nodes copy or share
/// them.
/// </summary>
/// <param name="fileLength">Bytes in the file.</param>
/// <param name="file">The file's name in errors.</param>
internal sealed class ElementBudget(int fileLength, string file)
{
    private long _left = 2L * fileLength + 4096;

    public string File { get; } = file;

    /// <summary>Allows for the numbers of another file of this many bytes.</summary>
    public void Extend(long fileLength) => _left += 2 * fileLength;

    /// <exception cref="InklingException">There would be too many.</exception>
    public void Take(long numbers, string name)
    {
        _left -= numbers;
        if (_left < 0)
            throw new InklingException(
                $"{name}: the graph's nodes would make many more numbers than its file holds, which no network for digits does.");
    }
}
