using System.Runtime.InteropServices;

namespace Inkling.Data;

/// <summary>The element types that the IDX format defines; values are its type codes.</summary>
public enum IdxElementType
{
    /// <summary>Unsigned byte.</summary>
    UInt8 = 0x08,

    /// <summary>Signed byte.</summary>
    Int8 = 0x09,

    /// <summary>16-bit integer.</summary>
    Int16 = 0x0B,

    /// <summary>32-bit integer.</summary>
    Int32 = 0x0C,

    /// <summary>32-bit floating point.</summary>
    Single = 0x0D,

    /// <summary>64-bit floating point.</summary>
    Double = 0x0E,
}

/// <summary>An array of any rank, the content of an IDX file. See <see cref="IdxFile"/>.</summary>
public sealed class IdxArray
{
    private readonly Array _values;

    internal IdxArray(IdxElementType elementType, IReadOnlyList<int> shape, Array values)
    {
        ElementType = elementType;
        Shape = shape;
        _values = values;
    }

    /// <summary>The type of the elements.</summary>
    public IdxElementType ElementType { get; }

    /// <summary>The size of each dimension, the slowest first: [60000, 28, 28].</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Wraps existing values, which are not copied, in an array.</summary>
    /// <param name="values">Row-major; <typeparamref name="T"/> is byte, sbyte, short, int, float or double.</param>
    /// <param name="shape">The size of each dimension; their product is the number of values.</param>
    /// <exception cref="ArgumentException">The shape does not fit the values.</exception>
    /// <exception cref="NotSupportedException">The format has no such element type.</exception>
    public static IdxArray Create<T>(T[] values, params ReadOnlySpan<int> shape)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        if (shape.Length > byte.MaxValue)
            throw new ArgumentException("The format has at most 255 dimensions.", nameof(shape));
        long elements = 1;
        foreach (int size in shape)
            elements = size < 0 ? -1 : checked(elements * size);
        if (elements != values.Length)
            throw new ArgumentException(
                $"A shape of {string.Join('×', shape.ToArray())} does not hold {values.Length} values.",
                nameof(shape));
        return new IdxArray(TypeOf<T>(), shape.ToArray(), values);
    }

    /// <summary>The elements, row-major.</summary>
    /// <exception cref="InvalidOperationException">The elements are not of type <typeparamref name="T"/>.</exception>
    public T[] Values<T>()
        where T : unmanaged =>
        TypeOf<T>() == ElementType
            ? (T[])_values
            : throw new InvalidOperationException($"The elements are {ElementType}, not {typeof(T).Name}.");

    internal static int SizeOf(IdxElementType type) => type switch
    {
        IdxElementType.UInt8 or IdxElementType.Int8 => 1,
        IdxElementType.Int16 => 2,
        IdxElementType.Int32 or IdxElementType.Single => 4,
        IdxElementType.Double => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a type of the format."),
    };

    internal static Array NewValues(IdxElementType type, int length) => type switch
    {
        IdxElementType.UInt8 => GC.AllocateUninitializedArray<byte>(length),
        IdxElementType.Int8 => new sbyte[length],
        IdxElementType.Int16 => new short[length],
        IdxElementType.Int32 => new int[length],
        IdxElementType.Single => new float[length],
        IdxElementType.Double => new double[length],
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a type of the format."),
    };

    /// <summary>The memory of an array of numbers, as bytes in native byte order.</summary>
    internal static Span<byte> BytesOf(Array values) =>
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(values), Buffer.ByteLength(values));

    internal ReadOnlySpan<byte> Bytes => BytesOf(_values);

    private static IdxElementType TypeOf<T>() => Type.GetTypeCode(typeof(T)) switch
    {
        TypeCode.Byte => IdxElementType.UInt8,
        TypeCode.SByte => IdxElementType.Int8,
        TypeCode.Int16 => IdxElementType.Int16,
        TypeCode.Int32 => IdxElementType.Int32,
        TypeCode.Single => IdxElementType.Single,
        TypeCode.Double => IdxElementType.Double,
        _ => throw new NotSupportedException($"The IDX format has no element type {typeof(T).Name}."),
    };
}
