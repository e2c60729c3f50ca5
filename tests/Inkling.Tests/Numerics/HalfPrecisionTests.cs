using System.Buffers.Binary;
using Inkling.Numerics;

namespace Inkling.Tests.Numerics;

/// <summary>The bundled networks are saved in half precision.</summary>
public sealed class HalfPrecisionTests
{
    [Fact]
    public void Every_number_in_half_precision_is_read_exactly()
    {
        byte[] file = new byte[2 * 65_536];
        for (int i = 0; i < 65_536; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(2 * i), (ushort)i);
        float[] read = new float[65_536];
        HalfPrecision.ToSingle(file, read);
        for (int i = 0; i < 65_536; i++)
            RequireSame((float)BitConverter.UInt16BitsToHalf((ushort)i), read[i]);
    }

    [Fact]
    public void Numbers_are_read_wherever_a_tensor_begins_and_ends()
    {
        byte[] file = new byte[200];
        new Random(1).NextBytes(file);
        for (int start = 0; start < 8; start++)
        {
            for (int length = 0; length < 90; length++)
            {
                float[] read = new float[length + 1];
                read[length] = 7;
                HalfPrecision.ToSingle(file.AsSpan(start, 2 * length), read.AsSpan(0, length));
                for (int i = 0; i < length; i++)
                    RequireSame((float)BinaryPrimitives.ReadHalfLittleEndian(file.AsSpan(start + 2 * i)), read[i]);
                Assert.Equal(7, read[length]);
            }
        }
    }

    [Fact]
    public void Room_for_another_number_of_values_is_refused() =>
        Assert.Throws<ArgumentException>(() => HalfPrecision.ToSingle(new byte[6], new float[4]));

    private static void RequireSame(float expected, float actual)
    {
        if (!float.IsNaN(expected) || !float.IsNaN(actual))
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(actual));
    }
}
