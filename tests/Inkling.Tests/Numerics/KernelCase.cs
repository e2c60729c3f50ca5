using System.Runtime.CompilerServices;
using Inkling.Numerics;

namespace Inkling.Tests.Numerics;

/// <summary>Draws the sizes, numbers and buffers for comparing a kernel with its plain loop.</summary>
internal sealed class KernelCase(GuardedMemory memory, RandomStream random)
{
    /// <summary>A random size from low to high, both inclusive.</summary>
    public int Size(int low, int high) => low + random.NextInt32(high - low + 1);

    public bool Coin() => random.NextInt32(2) == 0;

    /// <summary>Numbers around 0, in guarded memory.</summary>
    public Span<float> Numbers(int length)
    {
        Span<float> numbers = memory.Take<float>(length, atEnd: Coin());
        foreach (ref float x in numbers)
            x = (float)random.NextGaussian();
        return numbers;
    }

    /// <summary>Small integers, so that some are equal and some are zero.</summary>
    public Span<float> Levels(int length)
    {
        Span<float> numbers = memory.Take<float>(length, atEnd: Coin());
        foreach (ref float x in numbers)
            x = random.NextInt32(4);
        return numbers;
    }

    /// <summary>A buffer for a kernel to overwrite, filled with NaN so that skipped elements show.</summary>
    public Span<float> Output(int length)
    {
        Span<float> numbers = memory.Take<float>(length, atEnd: Coin());
        numbers.Fill(float.NaN);
        return numbers;
    }

    /// <summary>Integers from 0 to below a bound, in guarded memory.</summary>
    public Span<int> Offsets(int length, int bound)
    {
        Span<int> offsets = memory.Take<int>(length, atEnd: Coin());
        foreach (ref int offset in offsets)
            offset = random.NextInt32(bound);
        return offsets;
    }

    public Span<T> Copy<T>(ReadOnlySpan<T> values)
        where T : unmanaged
    {
        Span<T> copy = memory.Take<T>(values.Length, atEnd: Coin());
        values.CopyTo(copy);
        return copy;
    }

    public float AnyBits() => BitConverter.UInt32BitsToSingle((uint)random.NextUInt64());

    /// <summary>Asserts that every number is bit for bit the expected one.</summary>
    public static void AssertSame(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, [CallerMemberName] string kernel = "")
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i])
                && !(float.IsNaN(expected[i]) && float.IsNaN(actual[i])))
                Assert.Fail($"{kernel}: number {i} of {expected.Length} is {actual[i]:R}, not {expected[i]:R}.");
        }
    }

    public static void AssertNear(double expected, float actual, double tolerance, [CallerMemberName] string kernel = "")
    {
        if (!(Math.Abs(actual - expected) <= tolerance))
            Assert.Fail($"{kernel}: {actual:R}, not {expected:R} ± {tolerance:R}.");
    }
}
