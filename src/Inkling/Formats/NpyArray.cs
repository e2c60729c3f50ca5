using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Inkling.Formats;

/// <summary>
/// One array in numpy's .npy format: a magic number, a Python dictionary with type, order and shape, then the numbers.
/// </summary>
/// <param name="Shape">The size of each dimension, the slowest first; empty for a single value.</param>
/// <param name="Values">Row-major.</param>
/// <remarks>
/// numpy.lib.format, "Format Version 1.0". Reads f2, f4 and f8, little endian, in C and Fortran order; writes f4.
/// </remarks>
internal sealed partial record NpyArray(int[] Shape, float[] Values)
{
    /// <summary>numpy's own limit, against headers made to waste a reader's time.</summary>
    private const int MaxHeaderBytes = 10_000;

    private const int Alignment = 64;

    /// <summary>Reads an array of numbers.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">Its name in error messages.</param>
    /// <exception cref="InklingException">The file is truncated, too long, inconsistent, or of an unsupported type.</exception>
    public static NpyArray Parse(ReadOnlySpan<byte> file, string name)
    {
        (string type, bool isFortran, int[] shape, ReadOnlySpan<byte> data) = ReadHeader(file, name);
        int size = type switch
        {
            "<f2" => 2,
            "<f4" => 4,
            "<f8" => 8,
            _ => throw Damaged(name, $"holds {type}; <f2, <f4 and <f8 can be read (in Python: array.astype(\"<f4\"))"),
        };
        UInt128 elements = 1;
        foreach (int side in shape)
            elements = elements > int.MaxValue ? elements : elements * (uint)side;
        if (elements * (uint)size != (UInt128)data.Length)
            throw Damaged(name, $"has the shape ({string.Join(", ", shape)}), which does not fill its {data.Length:N0} bytes");
        float[] values = new float[(int)elements];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> at = data[(i * size)..];
            float value = size switch
            {
                2 => (float)BinaryPrimitives.ReadHalfLittleEndian(at),
                4 => BinaryPrimitives.ReadSingleLittleEndian(at),
                _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
            };
            if (!float.IsFinite(value))
                throw Damaged(name, $"holds {value} at {i}, which no weight is");
            values[isFortran ? RowMajor(i, shape) : i] = value;
        }

        return new NpyArray(shape, values);
    }

    /// <summary>Reads an array that is one string, such as <c>numpy.array("quadratic")</c>.</summary>
    /// <exception cref="InklingException">The file is damaged or holds something else.</exception>
    public static string ParseText(ReadOnlySpan<byte> file, string name)
    {
        (string type, _, int[] shape, ReadOnlySpan<byte> data) = ReadHeader(file, name);
        return shape.Length == 0 && type.StartsWith("<U", StringComparison.Ordinal) && data.Length <= 400
            ? Encoding.UTF32.GetString(data).TrimEnd('\0')
            : throw Damaged(name, $"holds {type} of shape ({string.Join(", ", shape)}) and no short text");
    }

    /// <summary>The array as a .npy file.</summary>
    public byte[] ToBytes()
    {
        byte[] data = new byte[sizeof(float) * Values.Length];
        if (BitConverter.IsLittleEndian)
            MemoryMarshal.AsBytes<float>(Values).CopyTo(data);
        for (int i = 0; i < Values.Length && !BitConverter.IsLittleEndian; i++)
            BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(sizeof(float) * i), Values[i]);
        return [.. Header("<f4", Shape), .. data];
    }

    /// <summary>One string as a .npy file.</summary>
    public static byte[] ToBytes(string text) =>
        [.. Header(string.Create(CultureInfo.InvariantCulture, $"<U{text.Length}"), []), .. Encoding.UTF32.GetBytes(text)];

    private static byte[] Header(string type, int[] shape)
    {
        string sides = string.Concat(shape.Select(side => string.Create(CultureInfo.InvariantCulture, $"{side}, ")));
        string text = $"{{'descr': '{type}', 'fortran_order': False, "
            + $"'shape': ({(shape.Length > 1 ? sides[..^2] : sides.TrimEnd(' '))}), }}";
        int length = 10 + text.Length + 1, padding = (Alignment - length % Alignment) % Alignment;
        byte[] header =
        [
            0x93,
            .. "NUMPY"u8,
            1, 0, 0, 0,
            .. Encoding.ASCII.GetBytes(text),
            .. Enumerable.Repeat((byte)' ', padding),
            (byte)'\n'
        ];
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(header.Length - 10));
        return header;
    }

    private static Content ReadHeader(ReadOnlySpan<byte> file, string name)
    {
        if (file is not [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', var version, _, _, _, ..])
            throw Damaged(name, $"does not begin as numpy's arrays do");
        if (version is not (1 or 2 or 3) || (version > 1 && file.Length < 12))
            throw Damaged(name, $"is of format version {version}; 1 to 3 can be read");
        int start = version == 1 ? 10 : 12;
        uint length = version == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(file[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(file[8..]);
        if (length > MaxHeaderBytes || length > file.Length - start)
            throw Damaged(name, $"has a header of {length:N0} bytes, but {file.Length - start:N0} follow");
        Match match = HeaderText().Match(Encoding.Latin1.GetString(file.Slice(start, (int)length)));
        if (!match.Success)
            throw Damaged(name, $"has a header that does not describe an array of numbers");
        string[] sides = match.Groups["shape"].Value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        int[] shape =
        [
            .. sides.Select(side =>
                int.TryParse(side, NumberStyles.None, CultureInfo.InvariantCulture, out int n)
                    ? n
                    : throw Damaged(name, $"has a side of {side}"))
        ];
        return new Content(
            match.Groups["type"].Value,
            match.Groups["fortran"].Value == "True",
            shape,
            file[(start + (int)length)..]);
    }

    /// <summary>Maps the index i of a number in a column-major array to its index in a row-major one.</summary>
    private static int RowMajor(int i, int[] shape)
    {
        int at = 0, stride = 1;
        for (int d = shape.Length - 1; d >= 0; d--)
            stride *= shape[d];
        foreach (int side in shape)
        {
            stride /= side;
            at += i % side * stride;
            i /= side;
        }

        return at;
    }

    private static InklingException Damaged(string name, FormattableString what) =>
        new($"{name} {FormattableString.Invariant(what)}. Save the network again.");

    [GeneratedRegex(
        @"^\{ ?'descr': ?'(?<type>[^'\\\s]{1,20})', ?'fortran_order': ?(?<fortran>True|False), "
            + @"?'shape': ?\((?<shape>[0-9, ]*)\),? ?\} *\n?$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex HeaderText();

    private readonly ref struct Content(string type, bool isFortran, int[] shape, ReadOnlySpan<byte> data)
    {
        private readonly ReadOnlySpan<byte> _data = data;

        public void Deconstruct(out string itsType, out bool itIsFortran, out int[] itsShape, out ReadOnlySpan<byte> itsData)
        {
            itsType = type;
            itIsFortran = isFortran;
            itsShape = shape;
            itsData = _data;
        }
    }
}
