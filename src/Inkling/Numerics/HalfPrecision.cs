using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Inkling.Numerics;

/// <summary>Numbers in half precision, IEEE 754's binary16, as files have them.</summary>
internal static class HalfPrecision
{
    private const float BiasDifference = 5.192296858534828e33f; // 2^112: exponents are biased by 127 and by 15

    /// <summary>Converts to single precision, which holds each of them exactly.</summary>
    /// <param name="halves">Two bytes each, little-endian.</param>
    /// <param name="values">Receives as many numbers.</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public static void ToSingle(ReadOnlySpan<byte> halves, Span<float> values)
    {
        KernelArguments.Require(halves.Length == sizeof(ushort) * (long)values.Length);
        int done = 0;
        if (BitConverter.IsLittleEndian)
        {
            ReadOnlySpan<Vector<ushort>> from = MemoryMarshal.Cast<byte, Vector<ushort>>(halves);
            Span<Vector<float>> to = MemoryMarshal.Cast<float, Vector<float>>(values);
            for (int i = 0; i < from.Length; i++)
            {
                Vector.Widen(from[i], out Vector<uint> low, out Vector<uint> high);
                (to[2 * i], to[2 * i + 1]) = (ToSingle(low), ToSingle(high));
            }

            done = from.Length * Vector<ushort>.Count;
        }

        for (int i = done; i < values.Length; i++)
            values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(halves[(sizeof(ushort) * i)..]);
    }

    /// <summary>
    /// Moves exponent and fraction to their places in a float, and multiplies by 2^112, which is exact for subnormal halves, too.
    /// </summary>
    private static Vector<float> ToSingle(Vector<uint> half)
    {
        Vector<uint> magnitude = (half & new Vector<uint>(0x7FFF)) << 13, sign = (half & new Vector<uint>(0x8000)) << 16;
        Vector<uint> finite = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) * BiasDifference);
        Vector<uint> isSpecial = Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(0x0F80_0000)); // infinities and NaN
        return Vector.AsVectorSingle(finite | (isSpecial & new Vector<uint>(0x7F80_0000)) | sign);
    }
}
